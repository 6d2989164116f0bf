"""Rules of recommendations, as functions of values."""
