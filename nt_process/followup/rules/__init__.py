"""Pure rules of follow-up: quarters, intervals, small numbers, spread, a quarter's figures, and alerts."""
