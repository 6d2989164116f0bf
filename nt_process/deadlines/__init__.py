"""Clocks as people meet them: derivation, reminders and the sweep that finds what is due."""
