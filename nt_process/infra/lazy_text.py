"""A text that is translated when it is shown: for labels and messages that are written once, at import.

Flask-Babel's lazy strings behave as text everywhere, and the form library's types ask for text.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext


def lazy(message: str) -> Any:
    """The message, translated into the language of whoever reads it."""
    return lazy_gettext(message)
