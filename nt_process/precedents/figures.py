"""Whether a text that is to be told holds a figure that stands in sealed terms.

Only figures that tell something are compared: an amount or a number from 100 upwards wherever it stands, a percentage
where it is written as one. Years are left alone, since a text on a decision holds many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from nt_process.kernel.money import exact
from nt_process.terms.clause import Clause, specs
from nt_process.terms.contract import Contract

LEAST = Decimal(100)
_YEARS = (Decimal(1900), Decimal(2100))
# 1 234 567,89 · 1.234.567,89 · 1,234,567.89 · 1234567.89; what is written together is one figure.
_SPACE = r"[ \t\u00a0\u2009\u202f]"
_FIGURE = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?P<whole>\d{{1,3}}(?:(?:{_SPACE}|[.,'’])\d{{3}})+(?!\d)|\d+)(?:[.,](?P<part>\d+))?"
    rf"(?:{_SPACE}?(?P<unit>%|procent\b|per{_SPACE}?cent\b|percent\b|tkr\b|tusen\b|ksek\b|mkr\b|mnkr\b|msek\b|miljon(?:er)?\b"
    rf"|million(?:s)?\b|mdkr\b|miljard(?:er)?\b))?",
    re.IGNORECASE,
)
_TIMES = {"tkr": 3, "tusen": 3, "ksek": 3, "mkr": 6, "mnkr": 6, "msek": 6, "miljon": 6, "miljoner": 6, "million": 6,
          "millions": 6, "mdkr": 9, "miljard": 9, "miljarder": 9}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is told or sealed, and whether it is a percentage."""

    value: Decimal
    percent: bool


def sealed(contract: Contract) -> set[Figure]:
    """The figures of a contract's clauses that would tell something."""
    exactly = {one for clause in contract.clauses for one in _of_clause(clause) if _tells(one)}
    # A price with öre is told by its kronor as well.
    in_kronor = {
        Figure(one.value.to_integral_value(rounding), False)
        for one in exactly
        if not one.percent
        for rounding in (ROUND_FLOOR, ROUND_CEILING)
    }
    return exactly | in_kronor


def _of_clause(clause: Clause) -> Iterator[Figure]:
    for spec in specs(type(clause)):
        value = getattr(clause, spec.name)
        if value is None:
            continue
        if spec.kind in ("percent", "money", "whole"):
            yield Figure(Decimal(value), spec.kind == "percent")
        elif spec.kind == "prices":
            yield from (Figure(price, False) for price in value.values())
        elif spec.kind == "tiers":
            for begins, rate in value:
                yield Figure(begins, False)
                yield Figure(rate, True)
        elif spec.kind == "instalments":
            yield from (Figure(amount, False) for _measure, amount in value)


def _tells(figure: Figure) -> bool:
    if figure.percent:
        return 0 < figure.value < LEAST
    return figure.value >= LEAST and not (
        figure.value == figure.value.to_integral_value() and _YEARS[0] <= figure.value <= _YEARS[1]
    )


@exact
def told(text: str, figures: set[Figure]) -> list[str]:
    """The figures as they stand in a text that are among `figures`, each once, in the order of the text.

    >>> price = {Figure(Decimal("1250000.5"), False), Figure(Decimal("12.5"), True)}
    >>> told("Priset 1 250 000,50 kr för 12 patienter, 12,5 % lägre.", price)
    ['1 250 000,50', '12,5 %']
    """
    found = {}
    for match in _FIGURE.finditer(text):
        written = match[0].strip()
        if any(one in figures for one in _read(match)):
            found[written] = None
    return list(found)


def _read(match: re.Match[str]) -> Iterator[Figure]:
    """What a figure may mean: “1.250” and “1,250” are a thousand and more, or one and a quarter."""
    whole, part, unit = match["whole"], match["part"] or "", (match["unit"] or "").lower()
    readings = [Decimal(re.sub(r"\D", "", whole) + (f".{part}" if part else ""))]
    if not part and (ambiguous := re.fullmatch(r"(\d{1,3})[.,](\d{3})", whole)):
        readings.append(Decimal(f"{ambiguous[1]}.{ambiguous[2]}"))
    for value in readings:
        is_percent = unit == "%" or unit.startswith(("pro", "per"))
        yield Figure(value.scaleb(_TIMES.get(unit, 0)).normalize(), is_percent)
