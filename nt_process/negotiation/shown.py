"""Terms as they are read: side by side for several offers, each difference named in words; and clause by clause in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from flask_babel import gettext as _

from nt_process import web
from nt_process.negotiation.rules import offers as rules
from nt_process.terms import texts as words
from nt_process.terms.clause import Clause, Spec, specs
from nt_process.terms.contract import Contract
from nt_process.terms.document import from_document
from nt_process.terms.kinds import KINDS
from nt_process.terms.wording import Say, Section, clause_section, order_section
from nt_process.web import template_filters

_WHOLE = (
    ("starts", "day"),
    ("ends", "day"),
    ("packages", "packages"),
    ("rounding", "choice"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one offer says of a term, line by line, and what has become of it since the offer before (`rules`)."""

    lines: tuple[str, ...]
    change: str = rules.SAME


@dataclass(frozen=True, slots=True)
class Line:
    """One term: its name, and what each offer says of it."""

    name: str
    cells: tuple[Cell, ...]
    begins_clause: bool = False


def compared(documents: Sequence[Mapping[str, object]]) -> list[Line]:
    """The terms of documents beside each other: those of the whole, then clause by clause."""
    contracts = [from_document(document) for document in documents]
    found = [_whole(name, kind, contracts) for name, kind in _WHOLE]
    rows = rules.aligned([[clause.kind for clause in one.clauses] for one in contracts])
    for row, changes in zip(rows, rules.clause_changes(rows), strict=True):
        found += _clause(row, changes, contracts)
    return found


def in_words(document: Mapping[str, object]) -> list[Section]:
    """Each clause of a document in plain words, and how they are taken together."""
    contract, language = from_document(document), web.language()
    clauses = [clause_section(number, one, language) for number, one in enumerate(contract.clauses, 1)]
    return [*clauses, order_section(contract, language)]


def whole(document: Mapping[str, object]) -> list[Line]:
    """What a document says beside its clauses."""
    contract = from_document(document)
    return [_whole(name, kind, [contract]) for name, kind in _WHOLE]


def _whole(name: str, kind: str, contracts: Sequence[Contract]) -> Line:
    label = {
        "starts": _("Holds from"),
        "ends": _("To and including"),
        "packages": _("Packages"),
        "rounding": _("Rounding"),
    }[name]
    return Line(label, _cells(kind, [getattr(one, name) for one in contracts]))


def _clause(row: rules.Row, changes: Sequence[str], contracts: Sequence[Contract]) -> Iterator[Line]:
    kind = KINDS[row.kind]
    numbers = [(_("no. %(number)s", number=number),) if number else () for number in row.numbers]
    yield Line(_(kind.name), tuple(map(Cell, numbers, changes)), begins_clause=True)
    clauses = [
        one.clauses[number - 1] if number else None
        for one, number in zip(contracts, row.numbers, strict=True)
    ]
    for spec in specs(kind):
        values = [None if one is None else getattr(one, spec.name) for one in clauses]
        if spec.required or any(
            one is not None and value != _usual(kind, spec)
            for one, value in zip(clauses, values, strict=True)
        ):
            yield Line(_(spec.label), _cells(spec.kind, values, [one is not None for one in clauses]))


def _usual(kind: type[Clause], spec: Spec) -> object:
    found = next(one for one in fields(kind) if one.name == spec.name)
    if found.default_factory is not MISSING:
        return found.default_factory()
    return found.default


def _cells(kind: str, values: Sequence[object], there: Sequence[bool] | None = None) -> tuple[Cell, ...]:
    """The values of a term; only where two offers that follow each other both have its clause is it compared."""
    has = there or [True] * len(values)
    changes = [rules.SAME] + [
        rules.value_change(values[place - 1], values[place]) if has[place - 1] and has[place] else rules.SAME
        for place in range(1, len(values))
    ]
    say = Say(web.language())
    return tuple(
        Cell(tuple(_written(kind, value, say)), change) for value, change in zip(values, changes, strict=True)
    )


def _written(kind: str, value: object, say: Say) -> Iterable[str]:
    if value is None or value in ((), {}, ""):
        return ()
    return _LINES[kind](value, say)


# How a value of each kind of field is read (see `terms.document`), line by line.
_LINES: Mapping[str, Callable[[Any, Say], Iterable[str]]] = {
    "percent": lambda value, say: [f"{say.number(value)} %"],
    "money": lambda value, say: [say.money(value)],
    "whole": lambda value, say: [say.number(value)],
    "day": lambda value, _say: [template_filters.day(value)],
    "flag": lambda value, _say: [_("Yes") if value else _("No")],
    "choice": lambda value, _say: [_(words.CHOICES[value])],
    "text": lambda value, _say: [value],
    "packages": lambda value, _say: value,
    "prices": lambda value, say: [f"{package}: {say.money(price)}" for package, price in value.items()],
    "tiers": lambda value, say: [f"{say.number(at)}: {say.number(rate)} %" for at, rate in value],
    "instalments": lambda value, say: [f"{measure}: {say.money(amount)}" for measure, amount in value],
}
