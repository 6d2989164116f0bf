"""What the price register says of the medicines that are watched and procured. Reads the register's queries alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import ONE_DAY
from nt_process.market import rules
from nt_process.prices import queries
from nt_process.prices.queries import Subject
from nt_process.prices.rules import change_percent, cheapest, per_unit, unit_key


@dataclass(frozen=True, slots=True)
class Line:
    """A package with its price today, and, when the date has come, the price before it and the change in percent.

    `cheapest` says that no unit of the same form and strength costs less.
    """

    package: Row
    before: Decimal | None
    change: Decimal | None
    cheapest: bool


@dataclass(frozen=True, slots=True)
class Prices:
    """The list prices of one substance. `before_on` is the last day before competition; None while it lies ahead."""

    lines: Sequence[Line]
    before_on: date | None = None


def of_entry(connection: Connection, actor: SignedIn, entry: Row, today: date) -> Prices:
    """The list prices of a watched medicine's substance today, and as they were before the date."""
    subject = _entry_subject(entry)
    now = queries.of_subjects(connection, actor, [subject], today)[subject.ref]
    # A protection's day is its last one, a competitor's its first.
    last = entry["day"] if entry["kind"] in rules.PROTECTIONS else entry["day"] - ONE_DAY
    if last >= today:
        return Prices(_lines(now, {}))
    earlier = queries.of_subjects(connection, actor, [subject], last)[subject.ref]
    return Prices(_lines(now, {row["id"]: row["aip"] for row in earlier}), last)


def of_procurement(connection: Connection, actor: SignedIn, procurement: Row, today: date) -> Prices:
    """The list prices of what is procured, today."""
    subject = _procurement_subject(procurement)
    return Prices(_lines(queries.of_subjects(connection, actor, [subject], today)[subject.ref], {}))


def cheapest_units(
    connection: Connection, actor: SignedIn, entries: Iterable[Row], procurements: Iterable[Row], today: date
) -> dict[str, Row]:
    """For each date and procurement by its id the package whose unit costs least today; without prices it is absent."""
    subjects = [_entry_subject(row) for row in entries] + [_procurement_subject(row) for row in procurements]
    found = queries.of_subjects(connection, actor, subjects, today)
    return {
        ref: min(rows, key=lambda row: (per_unit(row["aip"], row["units"]), row["article_number"]))
        for ref, rows in found.items()
        if rows
    }


def _entry_subject(entry: Row) -> Subject:
    return Subject(str(entry["id"]), entry["substance"], entry["medicine"], entry["atc"])


def _procurement_subject(procurement: Row) -> Subject:
    return Subject(str(procurement["id"]), procurement["substance"], "", procurement["atc"])


def _lines(now: Sequence[Row], before: Mapping[object, Decimal]) -> list[Line]:
    least = cheapest(now)
    return [
        Line(
            row,
            before.get(row["id"]),
            change_percent(before.get(row["id"]), row["aip"]),
            least[unit_key(row)]["id"] == row["id"],
        )
        for row in now
    ]
