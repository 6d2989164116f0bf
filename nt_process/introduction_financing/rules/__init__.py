"""Rules of introduction financing, as functions of values."""
