"""Terms as they are read: each with the name it has in the contract, side by side for several offers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from nt_process import web
from nt_process.negotiation.rules.offers import side_by_side
from nt_process.terms import texts as words
from nt_process.terms.clause import specs
from nt_process.terms.kinds import KINDS
from nt_process.web import template_filters

_CLAUSE = re.compile(r"clauses\[(\d+)\]\.([a-z_]+)(.*)")
_NUMBER = re.compile(r"\d+(\.\d+)?")
NBSP = "\u00a0"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Line:
    """One term: its name, its value in each offer, and whether the offers differ in it."""

    name: str
    values: list[str]
    differs: bool
    begins_clause: bool


def lines(documents: Sequence[Mapping[str, object]]) -> list[Line]:
    """The terms of documents beside each other, in the order that they are written."""
    found = []
    for place, values, differs in side_by_side(documents):
        if place == "format" or not any(values):
            continue
        begins = bool(re.fullmatch(r"clauses\[\d+\]\.kind", place))
        found.append(Line(_name(place), [_value(place, one) for one in values], differs, begins))
    return found


def _name(place: str) -> str:
    clause = _CLAUSE.fullmatch(place)
    if clause is None:
        return {
            "starts": _("Holds from"),
            "ends": _("To and including"),
            "packages": _("Packages"),
            "rounding": _("Rounding"),
        }.get(place, place)
    number, name, rest = clause.groups()
    if name == "kind":
        return _("Clause %(number)s", number=number)
    label = next((spec.label for kind in KINDS.values() for spec in specs(kind) if spec.name == name), name)
    return f"{_(label)}{': ' + rest.lstrip('.') if rest else ''}"


def _value(place: str, value: str) -> str:
    if place.endswith(".kind") and value in KINDS:
        return _(KINDS[value].name)
    if value in words.CHOICES:
        return _(words.CHOICES[value])
    if value in ("True", "False"):
        return _("Yes") if value == "True" else _("No")
    if _DAY.fullmatch(value):
        return template_filters.day(value)
    return _number(value) if _NUMBER.fullmatch(value) else value


def _number(value: str) -> str:
    """A number in the reader's language: thousands apart, a comma before decimals in Swedish."""
    whole, point, part = value.partition(".")
    grouped = f"{int(whole):,}"
    if web.language() != "sv":
        return f"{grouped}{point}{part}"
    return f"{grouped.replace(',', NBSP)}{',' if point else ''}{part}"
