"""The sealed room: prices and terms, encrypted under a key of their negotiation's and read by a named circle alone.

What is sealed lies in a database schema of its own. It is reached through the packages that own secrets (the contract
in pyproject names them) and never from a page, a report or a mail directly.
"""
