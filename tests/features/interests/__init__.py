"""Declarations of interest: what is declared, what it touches, and what it keeps people from."""
