"""A quarter's counts as they stand in a file; every fault with its row and its column.

A row is one count: of which recommendation, in which region and quarter, of what, and how much. An empty count takes back
what an earlier file said. Nothing about a person is taken in: see `settlement.sheets`. The row of the whole country, which
printed tables end with, is left out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple, TypeVar

from nt_process.followup.rules import quarters
from nt_process.infra.tabular import Field, comparable, text_fault
from nt_process.infra.tabular_batches import Batch, read_batches, read_head
from nt_process.kernel.cells import CellError, read_whole
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.regions import is_whole_country
from nt_process.settlement.cells import is_personal_number, read_number, read_region
from nt_process.settlement.sheets import refuse_people

MOST_FAULTS = 200
STRIDE = 5000
MOST_INDICATORS = 20
INDICATOR = "indicator-"

FIELDS = (
    Field("recommendation", ("rekommendation", "ärende", "case"), title=N_("recommendation")),
    Field("region", ("län", "regionkod"), title=N_("region")),
    Field("quarter", ("kvartal", "period"), title=N_("quarter")),
    Field("measure", ("mått", "uppgift", "slag"), title=N_("measure")),
    Field("count", ("antal", "täljare", "numerator", "quantity"), title=N_("count")),
    Field("of", ("nämnare", "av", "denominator"), required=False, title=N_("denominator")),
)
_NAMES: Mapping[str, tuple[str, ...]] = {
    "packages": ("packages", "förpackningar", "förp", "antal förpackningar"),
    "ddd": ("ddd", "antal ddd"),
    "patients": ("patients", "patienter", "antal patienter", "behandlade patienter"),
}
_INDICATOR_NAMES = ("indikator", "indicator")

Value = TypeVar("Value")


class Place(NamedTuple):
    """What a count is of: its recommendation, quarter, measure and region."""

    recommendation: uuid.UUID
    quarter: date
    measure: str
    region: str


class Count(NamedTuple):
    """How much; None: the region has not told. `base`: an indicator's denominator."""

    quantity: Decimal | None
    base: Decimal | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its rows, its counts, how many faults it has, and the first of them in order."""

    rows: int
    counts: Mapping[Place, Count] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0


def read_file(content: bytes, known: Mapping[str, uuid.UUID], today: date) -> Read:
    """A file's counts. `known`: the published recommendations by what a file may call them, in small letters.

    What is wrong with the file as a whole is the only fault then; never raises BadInput.
    """
    try:
        table = read_head(content)
        refuse_people(table.header, table.header_row)
        headings, batches = read_batches(table, FIELDS, STRIDE)
        return _read(batches, _Reader(headings, known, today, table.decimal_comma))
    except BadInput as refused:
        return Read(0, faults=refused.faults[:MOST_FAULTS], fault_count=len(refused.faults))


def _read(batches: Iterator[Batch], reader: _Reader) -> Read:
    counts: dict[Place, Count] = {}
    first: dict[Place, int] = {}
    found: list[Fault] = []
    rows = 0
    for batch in batches:
        found += batch.faults
        rows += len(batch.faults)
        for number, cells in _cells(batch):
            rows += 1
            row = reader.row(number, cells)
            if row is None:
                continue
            if isinstance(row, list):
                found += row
                continue
            place, count = row
            if place in first:
                found.append(Fault("stands_twice", number, params={"first": first[place]}))
            first.setdefault(place, number)
            counts[place] = count
    if not rows:
        return Read(0, faults=(Fault("empty_file"),), fault_count=1)
    ordered = sorted(found, key=lambda fault: fault.row or 0)
    return Read(rows, {} if found else counts, tuple(ordered[:MOST_FAULTS]), len(found))


def _cells(batch: Batch) -> Iterator[tuple[int, dict[str, str]]]:
    names = list(batch.columns)
    for number, texts in zip(batch.numbers, zip(*batch.columns.values(), strict=True), strict=True):
        yield number, dict(zip(names, map(str.strip, texts), strict=True))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows; `headings` are the fields' as the file has them."""

    headings: Mapping[str, str]
    known: Mapping[str, uuid.UUID]
    today: date
    decimal_comma: bool

    def row(self, number: int, cells: Mapping[str, str]) -> tuple[Place, Count] | list[Fault] | None:
        """The row's count, or its faults; None for the whole country's."""
        if is_whole_country(cells["region"]):
            return None
        faults = [
            Fault(wrong[0], number, self.headings[name], wrong[1])
            for name, text in cells.items()
            if (wrong := _wrong_text(text)) is not None
        ]
        if faults:
            return faults

        def read(name: str, how: Callable[[str], Value], instead: Value) -> Value:
            try:
                return how(cells.get(name, ""))
            except CellError as error:
                shown = {"value": cells.get(name, "")[:60]}
                faults.append(Fault(error.code, number, self.headings.get(name, name), shown))
                return instead

        place = Place(
            read("recommendation", self._recommendation, uuid.UUID(int=0)),
            read("quarter", self._quarter, date.min),
            read("measure", read_measure, ""),
            read("region", read_region, ""),
        )
        count = read("count", partial(self._count, place.measure), None)
        base = None
        if place.measure.startswith(INDICATOR):
            base = read("of", self._base, None)
            if not faults and (count is None) != (base is None):
                faults.append(Fault("half_an_indicator", number, self.headings.get("of", "of")))
            elif not faults and count is not None and base is not None and count > base:
                faults.append(Fault("more_than_all", number, self.headings["count"]))
        elif cells.get("of"):
            faults.append(Fault("no_denominator", number, self.headings["of"]))
        return faults or (place, Count(count, base))

    def _recommendation(self, text: str) -> uuid.UUID:
        found = self.known.get(comparable(text))
        if found is None:
            raise CellError("unknown_recommendation")
        return found

    def _quarter(self, text: str) -> date:
        quarter = quarters.read(text)
        if quarters.last_day(quarter) >= self.today:
            raise CellError("quarter_not_over")
        return quarter

    def _count(self, measure: str, text: str) -> Decimal | None:
        if not text:
            return None
        if measure == "ddd":
            return read_number(text, decimal_comma=self.decimal_comma)
        whole = read_whole(text, decimal_comma=self.decimal_comma)
        if whole < 0:
            raise CellError("negative_number")
        return Decimal(whole)

    def _base(self, text: str) -> Decimal | None:
        if not text:
            return None
        whole = read_whole(text, decimal_comma=self.decimal_comma)
        if whole <= 0:
            raise CellError("not_positive")
        return Decimal(whole)


def _wrong_text(text: str) -> tuple[str, Mapping[str, object]] | None:
    # A personal number is not repeated, neither to the reader nor in what is kept.
    return ("personal_number", {}) if is_personal_number(text) else text_fault(text)


def read_measure(text: str) -> str:
    """packages, ddd, patients, or indicator-1 and so on. Raises CellError unknown_measure."""
    wanted = comparable(text)
    for measure, spellings in _NAMES.items():
        if wanted in spellings:
            return measure
    name, _, number = wanted.replace("-", " ").rpartition(" ")
    is_number = number.isascii() and number.isdigit() and len(number) < 3
    if name in _INDICATOR_NAMES and is_number and 1 <= int(number) <= MOST_INDICATORS:
        return f"{INDICATOR}{int(number)}"
    raise CellError("unknown_measure")


def places_of(counts: Mapping[Place, Count]) -> Sequence[tuple[uuid.UUID, date, str]]:
    """What the counts are of without the regions, each once and in order."""
    return sorted({place[:3] for place in counts}, key=lambda one: (str(one[0]), one[1], one[2]))
