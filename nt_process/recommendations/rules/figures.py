"""Figures that a text shares with secret terms, however they are written.

A figure of the terms is looked for as it is, in whole kronor, in öre, and rounded to thousands or millions where a unit
says so. What a person could read as the figure counts; so do other digits than the usual ones and invisible signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

# No figure of money has more; what is longer is a number of something else.
MOST_DIGITS = 24

_NUMBER = re.compile(r"\d{1,13}(\.\d{1,6})?", re.ASCII)
# A day is no figure; neither is a count of what stands in the document.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Digits with what may stand between them; a unit after them multiplies.
_WRITTEN = re.compile(
    r"(?<![\w.,])(\d[\d .,]*\d|\d)\s?(tkr|ksek|tusen|mkr|msek|miljoner|million|miljarder|mdkr)?",
    re.IGNORECASE,
)
_UNITS = {"tkr": 3, "ksek": 3, "tusen": 3, "mkr": 6, "msek": 6, "miljoner": 6, "million": 6, "miljarder": 9}
_UNITS["mdkr"] = 9
_NOT_SECRET = ("format", "starts", "ends", "rounding", "kind", "packages")
# These say nothing: they stand in every text.
_TRIVIAL = frozenset({Decimal(0), Decimal(1)})


def secret_figures(document: object) -> frozenset[Decimal]:
    """The figures that stand in a document of terms: numbers and texts that are numbers, wherever they lie."""
    return frozenset(_figures(document)) - _TRIVIAL


def _figures(value: object) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _NOT_SECRET:
                yield from _figures(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _figures(part)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Decimal(value)
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        yield Decimal(value).normalize()


def shared(texts: Iterable[str], secrets: Iterable[Decimal]) -> list[str]:
    """What of the texts says a secret figure, as it is written there, in the order in which it stands."""
    wanted = frozenset(secrets)
    exact = wanted | {one * 100 for one in wanted}
    for rounding in (ROUND_HALF_UP, ROUND_DOWN):
        exact |= {_rounded(one, 0, rounding) for one in wanted if one >= 100}
    found: dict[str, None] = {}
    for text in texts:
        for written, unit in _written(text):
            readings = set(_readings(written))
            hit = bool(readings & exact)
            if unit and not hit:
                scale = _UNITS[unit.lower()]
                hit = any(
                    _rounded(secret.scaleb(-scale), -_exponent(one)) == one
                    for one in readings
                    for secret in wanted
                    if one not in _TRIVIAL
                )
            if hit:
                found[f"{written} {unit}".strip()] = None
    return list(found)


def _written(text: str) -> Iterator[tuple[str, str]]:
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(_plain(character) for character in plain if unicodedata.category(character) != "Cf")
    for match in _WRITTEN.finditer(_without_days(plain)):
        yield match[1], match[2] or ""


def _without_days(text: str) -> str:
    return _DAY.sub("", text)


def _plain(character: str) -> str:
    """A digit of any script as the usual one; every space as a space."""
    digit = unicodedata.decimal(character, None)
    return str(digit) if digit is not None else " " if character.isspace() else character


def _readings(written: str) -> Iterator[Decimal]:
    """The numbers that digits with spaces, points and commas can be read as: together, and each part alone."""
    for part in {written, *written.split()}:
        together = part.replace(" ", "").strip(".,")
        if not 0 < len(together) <= MOST_DIGITS:
            continue
        for decimal, thousands in ((",", "."), (".", ",")):
            text = together.replace(thousands, "").replace(decimal, ".")
            if text.count(".") <= 1:
                yield Decimal(text)


def _rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
