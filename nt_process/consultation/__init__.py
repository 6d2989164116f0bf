"""Consultation (remiss): regions, expert groups and patient organisations are asked about a case, and see what
became of what they answered.
"""
