"""A browser's own description of itself, in words that its owner recognises."""

from __future__ import annotations

from flask_babel import gettext as _

# The first that is found names it: browsers also name those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def describe(client: str) -> str:
    """“Firefox, Windows” for the text of a User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if mark in client), None)
    system = next((name for mark, name in _SYSTEMS if mark in client), None)
    known = [name for name in (browser, system) if name is not None]
    return ", ".join(known) or _("Unknown browser")
