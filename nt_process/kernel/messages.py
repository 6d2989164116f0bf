"""Texts outside a web request: the command, mail and documents in the reader's language.

Inside a request Flask-Babel knows the reader; here the language is an argument. Both read the same
catalogue, `nt_process/translations/<language>/LC_MESSAGES/messages.mo`. The text in the code is
English, so English needs no catalogue.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
DEFAULT_LANGUAGE = "sv"
LANGUAGES = ("sv", "en")

Translate = Callable[..., str]


def N_(message: str) -> str:  # noqa: N802 - the name that translation tools look for
    """Mark a text for the catalogue where it is written down; it is translated where it is shown."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, read once. An unknown language gives the default, Swedish."""
    chosen = language if language in LANGUAGES else DEFAULT_LANGUAGE
    languages = [chosen] if chosen != "en" else []
    return gettext.translation("messages", TRANSLATIONS, languages=languages, fallback=True)


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> Translate:
    """A function (message, **values) -> text in `language` ("sv" or "en"), with %(name)s filled in.

    An unknown language gives the default, Swedish.
    """
    texts = catalogue(language)

    def translate(message: str, **values: object) -> str:
        text = texts.gettext(message)
        return text % values if values else text

    return translate
