"""Declarations of interest: who files them, what they touch, and who may not take part in a case."""
