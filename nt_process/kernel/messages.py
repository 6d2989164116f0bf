"""Texts in the reader's language where there is no web request: commands, drawings, printed documents.

The same catalogues as the web pages use (`nt_process/translations`). English needs none: the
message ids are the English texts. Pages use flask_babel's `gettext`, which takes the same ids.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

_CATALOGUES = Path(__file__).resolve().parent.parent / "translations"

LANGUAGES = ("sv", "en")


def command_language() -> str:
    """The language of a command's answers: NT_LANG when it names one of ours, otherwise Swedish."""
    chosen = os.environ.get("NT_LANG", "")[:2].lower()
    return chosen if chosen in LANGUAGES else "sv"


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Callable[..., str]:
    """A function `_(message, **params)` that answers in `language`; call it `_` so that texts are found."""
    catalogue = gettext.translation("messages", _CATALOGUES, [language], fallback=True)

    def translate(message: str, **params: object) -> str:
        text = catalogue.gettext(message)
        return text % params if params else text

    return translate
