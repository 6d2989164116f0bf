"""What a run seals: its result for the next run, and a statement for the company and for each region.

One sealed document for each, so that whoever may read one reads no other. They are written as JSON and packed, because
a result holds a line for each unit and month; what is due in a region is packed once for all that hold it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.kernel.money import ZERO
from nt_process.settlement.rules import Computation, Due, Place, total

RESULT, STATEMENT, PRINTED, DISPUTE = (
    "settlement.result",
    "settlement.statement",
    "settlement.printed",
    "settlement.dispute",
)
COMPANY = "company"
# Bytes that say how long a part of a document is.
LENGTH = 4
NOTHING = Due({})

Step = tuple[str, Decimal, str]


def row_id(run_id: str, party: str) -> str:
    """Under which name a statement is sealed."""
    return f"{run_id}:{party}"


@dataclass(frozen=True, slots=True)
class Figures:
    """One group of a clause: the figures on the way to what is due to date, and what is due, SEK."""

    version: int
    clause: int
    kind: str
    span: str
    region: str
    steps: tuple[Step, ...]
    due: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What one party is told of a run: `due` is what the run adds; `to_date` the sum of it and all before."""

    party: str
    due: Due
    to_date: Decimal
    figures: tuple[Figures, ...]

    @property
    def sum(self) -> Decimal:
        return total(self.due)

    def of_unit(self, unit: str) -> Statement:
        """A region's statement for one of its units; the figures are of more than the unit and left out."""
        return Statement(self.party, self.due.of_unit(unit), ZERO, ())

    @property
    def units(self) -> list[str]:
        return sorted(self.due.units)


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run, for the one after it: what is due to date, and the figures of every clause."""

    to_date: Due
    figures: tuple[Figures, ...]


def statements(computed: Computation, due: Due, regions: Iterable[str]) -> list[Statement]:
    """The company's statement, and one for each region that has anything in the run.

    A company is told what it owes a region; how the region shares it is the region's own.
    """
    figures = figures_of(computed)
    made = [Statement(COMPANY, due.without_units(), total(computed.due), figures)]
    own, to_date = due.by_region, computed.due.by_region
    for region in sorted({*regions, *own, *to_date}):
        # Figures of the whole country tell a region what others bought; its own say what it needs.
        told = tuple(one for one in figures if one.region == region)
        adds, in_all = own.get(region, NOTHING), total(to_date.get(region, NOTHING))
        if adds or in_all:
            made.append(Statement(region, adds, in_all, told))
    return made


def figures_of(computed: Computation) -> tuple[Figures, ...]:
    return tuple(
        Figures(
            version,
            clause.number,
            clause.kind,
            group.span,
            group.region,
            tuple((step.code, step.value, step.unit) for step in group.steps),
            group.due,
        )
        for version, clause in computed.clauses
        for group in clause.groups
    )


# --- packing --------------------------------------------------------------------------------------


def _pack(found: object) -> bytes:
    # What repeats is packed well at any level, and a high one takes longer than all the rest of a run.
    return zlib.compress(json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode(), 1)


def _document(head: Mapping[str, object], *lines: Due) -> bytes:
    """Parts, each after its length: the head, and what is due in one part or in several."""
    parts = [_pack(head), *map(_packed, lines)]
    return b"".join(len(part).to_bytes(LENGTH) + part for part in parts)


def _packed(due: Due) -> bytes:
    if due.packed is None:
        due.packed = _pack(_rows(due))
    return due.packed


def _read(content: bytes) -> tuple[dict[str, Any], Due]:
    parts = []
    while content:
        end = LENGTH + int.from_bytes(content[:LENGTH])
        parts.append(json.loads(zlib.decompress(content[LENGTH:end])))
        content = content[end:]
    head, *lines = parts
    return head, _due(lines)


def result_bytes(result: Result) -> bytes:
    head = {"figures": [_figures_row(one) for one in result.figures]}
    return _document(head, *result.to_date.by_region.values())


def read_result(content: bytes) -> Result:
    head, to_date = _read(content)
    return Result(to_date, _figures(head["figures"]))


def statement_bytes(statement: Statement) -> bytes:
    head = {
        "party": statement.party,
        "to_date": str(statement.to_date),
        "figures": [_figures_row(one) for one in statement.figures],
    }
    return _document(head, statement.due)


def read_statement(content: bytes) -> Statement:
    head, due = _read(content)
    return Statement(head["party"], due, Decimal(head["to_date"]), _figures(head["figures"]))


def _rows(due: Due) -> list[list[object]]:
    """A row for each place, with its amounts in öre. Its units stand in a list, or are those of the row before."""
    rows: list[list[object]] = []
    before: list[str] = []
    for place, units in due.places.items():
        names = list(units)
        told = None if names == before else names
        rows.append([*place[:-1], place.month.isoformat(), told, list(units.values())])
        before = names
    return rows


def _due(parts: Iterable[list[Any]]) -> Due:
    places: dict[Place, dict[str, int]] = {}
    for rows in parts:
        names: list[str] = []
        for version, clause, kind, package, region, month, told, amounts in rows:
            names = names if told is None else told
            place = Place(version, clause, kind, package, region, date.fromisoformat(month))
            places[place] = dict(zip(names, amounts, strict=True))
    return Due(places)


def _figures_row(one: Figures) -> list[object]:
    steps = [[code, str(value), unit] for code, value, unit in one.steps]
    return [one.version, one.clause, one.kind, one.span, one.region, steps, str(one.due)]


def _figures(rows: Iterable[list[Any]]) -> tuple[Figures, ...]:
    return tuple(
        Figures(version, clause, kind, span, region, _steps(steps), Decimal(due))
        for version, clause, kind, span, region, steps, due in rows
    )


def _steps(rows: Sequence[Sequence[str]]) -> tuple[Step, ...]:
    return tuple((code, Decimal(value), unit) for code, value, unit in rows)
