"""The agreement itself: contract text from settled terms, signatures, who is bound on which day, and its clocks."""
