"""Sales and counts as they stand in a file, read row by row; every fault with its row and its column.

Nothing about a person is taken in. A column whose heading speaks of persons is refused, and so is a cell that is
a Swedish personal number, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from nt_process.infra.tabular import Field, Record, Table, comparable, pick_columns, read_table
from nt_process.kernel.cells import CellError, read_date, read_decimal, read_whole
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE
from nt_process.kernel.regions import find_region
from nt_process.terms.values import STATUSES, Cohort, Counts, Doses, Outcome, SalesLine

SALES, COUNTS = "sales", "counts"
MOST_FAULTS = 200
LONGEST_NAME = 120
SHORTEST_PERSONAL = 10
# How often somebody who waits is told how far it has come.
STRIDE = 5000

Made = TypeVar("Made")
Progress = Callable[[int, int], None]
"""Called now and then with how many rows have been read, of how many."""

SALES_FIELDS = (
    Field("package", ("förpackning", "varunummer", "npl pack-id", "nplpackid")),
    Field("region", ("län", "regionkod")),
    Field("unit", ("enhet", "kostnadsställe")),
    Field("month", ("månad", "period")),
    Field("volume", ("antal", "volym", "antal förpackningar")),
    Field("amount", ("belopp", "kostnad", "försäljning", "cost")),
)
COUNT_FIELDS = (
    Field("what", ("slag", "uppgift")),
    Field("region", ("län", "regionkod")),
    Field("month", ("månad", "första månad", "period")),
    Field("patients", ("patienter", "antal patienter")),
    Field("measure", ("mått",), required=False),
    Field("status", ("utfall", "status"), required=False),
    Field("doses", ("doser",), required=False),
    Field("cost", ("kostnad", "belopp", "amount"), required=False),
)
KINDS = {
    "cohort": ("cohort", "kohort"),
    "doses": ("doses", "doser"),
    "outcome": ("outcome", "utfall"),
}
_STATUS_NAMES = {
    "met": ("met", "uppnått", "nått"),
    "failed": ("failed", "uteblivet", "uteblev"),
    "missing": ("missing", "saknas"),
}

_MONTH = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)
_PERSONAL = re.compile(r"(?:19|20)?(\d{2})(\d{2})(\d{2})[-+ ]?(\d{4})", re.ASCII)
_PERSONAL_HEADING = re.compile(r"person|pnr|\bssn\b|patient-?\s?id|födelse|birth|namn|name", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its rows, how many faults it has, and the first of them in order."""

    rows: int
    sales: tuple[SalesLine, ...] = ()
    counts: Counts = field(default_factory=Counts)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0


@dataclass(slots=True)
class _Faults:
    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, *faults: Fault) -> None:
        self.count += len(faults)
        self.kept += faults[: max(0, MOST_FAULTS - len(self.kept))]


def is_personal_number(text: str) -> bool:
    """Whether a text is a Swedish personal or coordination number: a date and a correct check digit (Luhn)."""
    # Most cells are told apart by their length alone.
    match = _PERSONAL.fullmatch(text.strip()) if len(text) >= SHORTEST_PERSONAL else None
    if match is None:
        return False
    _, month, day, _ = match.groups()
    if not (1 <= int(month) <= 12 and (1 <= int(day) <= 31 or 61 <= int(day) <= 91)):
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate("".join(match.groups())))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def read_file(kind: str, content: bytes, progress: Progress = lambda _done, _all: None) -> Read:
    """A file's rows. What is wrong with the file as a whole is the only fault then; never raises BadInput."""
    faults = _Faults()
    fields = SALES_FIELDS if kind == SALES else COUNT_FIELDS
    try:
        table = read_table(content, expects=())
        _refuse_people(table)
        records = pick_columns(table, fields)
    except BadInput as refused:
        faults.add(*refused.faults)
        return Read(0, faults=tuple(faults.kept), fault_count=faults.count)
    faults.add(*table.faults)
    if kind == SALES:
        sales = list(_each(table, records, _sale, faults, progress))
        _refuse_twice(sales, records, faults)
        return Read(len(records), tuple(sales), Counts(), tuple(_ordered(faults.kept)), faults.count)
    counts = list(_each(table, records, _count, faults, progress))
    read = Counts(
        tuple(row for row in counts if isinstance(row, Cohort)),
        tuple(row for row in counts if isinstance(row, Doses)),
        tuple(row for row in counts if isinstance(row, Outcome)),
    )
    return Read(len(records), (), read, tuple(_ordered(faults.kept)), faults.count)


def _ordered(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.row or 0)


def _refuse_people(table: Table) -> None:
    named = [heading for heading in table.header if _PERSONAL_HEADING.search(heading)]
    if named:
        raise BadInput(*(Fault("personal_column", table.header_row, heading[:80]) for heading in named))


def _each(
    table: Table,
    records: Sequence[Record],
    read: Callable[[_Cells], Made],
    faults: _Faults,
    progress: Progress,
) -> Iterator[Made]:
    for number, record in enumerate(records, 1):
        cells = _Cells(record, decimal_comma=table.decimal_comma)
        made = read(cells)
        if cells.faults:
            faults.add(*cells.faults)
        else:
            yield made
        if number % STRIDE == 0:
            progress(number, len(records))


def _refuse_twice(sales: Sequence[SalesLine], records: Sequence[Record], faults: _Faults) -> None:
    """The same package, unit and month twice is a file that was put together twice, more often than two sales."""
    if faults.count:
        return
    first: dict[tuple[str, str, str, date], int] = {}
    for line, record in zip(sales, records, strict=True):
        key = (line.package, line.region, line.unit, line.month)
        if key in first:
            faults.add(Fault("stands_twice", record.row, params={"first": first[key]}))
        else:
            first[key] = record.row


class _Cells:
    """The cells of one row, each read with its faults kept."""

    def __init__(self, record: Record, *, decimal_comma: bool) -> None:
        self._record, self._decimal_comma = record, decimal_comma
        self.faults: list[Fault] = []
        for name, text in record.values.items():
            if is_personal_number(text):
                # The number itself is not repeated, neither to the reader nor in what is kept.
                self.fault("personal_number", name, show=False)

    def fault(self, code: str, name: str, *, show: bool = True) -> None:
        text = self._record.values.get(name, "")
        params = {"value": text[:60]} if show else {}
        self.faults.append(Fault(code, self._record.row, self._record.headings.get(name, name), params))

    def name(self, field_name: str, *, required: bool = True) -> str:
        text = " ".join(self._record.values.get(field_name, "").split())
        if required and not text:
            self.fault("empty_text", field_name)
        elif len(text) > LONGEST_NAME:
            self.fault("text_too_long", field_name)
        return text

    def one_of(self, field_name: str, names: Mapping[str, tuple[str, ...]]) -> str:
        wanted = comparable(self._record.values.get(field_name, ""))
        found = next((key for key, spellings in names.items() if wanted in spellings), None)
        if found is None:
            self.fault("unknown_word", field_name)
        return found or ""

    def region(self) -> str:
        found = find_region(self._record.values["region"])
        if found is None:
            self.fault("unknown_region", "region")
        return "" if found is None else found.code

    def month(self) -> date:
        """2026-03, 202603, or any day of it."""
        text = self._record.values["month"].strip()
        match = _MONTH.fullmatch(text)
        try:
            if match is not None:
                year, month = int(match[1]), int(match[2])
                if 1990 <= year < 2200 and 1 <= month <= 12:
                    return date(year, month, 1)
            else:
                return read_date(text).replace(day=1)
        except CellError:
            pass
        self.fault("not_a_month", "month")
        return date.min

    def number(self, field_name: str) -> Decimal:
        text = self._record.values.get(field_name, "")
        try:
            found = read_decimal(text, decimal_comma=self._decimal_comma)
        except CellError as error:
            self.fault(error.code, field_name)
            return Decimal(0)
        if found < 0:
            self.fault("negative_number", field_name)
        return found

    def amount(self, field_name: str) -> Decimal:
        found = self.number(field_name)
        if found % ORE:
            self.fault("not_in_ore", field_name)
        return found

    def whole(self, field_name: str) -> int:
        text = self._record.values.get(field_name, "")
        try:
            found = read_whole(text, decimal_comma=self._decimal_comma)
        except CellError as error:
            self.fault(error.code, field_name)
            return 0
        if not 0 <= found < 10**9:
            self.fault("negative_number" if found < 0 else "number_too_long", field_name)
        return found


def _sale(cells: _Cells) -> SalesLine:
    line = SalesLine(
        cells.name("package"),
        cells.region(),
        cells.name("unit"),
        cells.month(),
        cells.number("volume"),
        cells.amount("amount"),
    )
    if line.amount and not line.volume and not cells.faults:
        cells.fault("cost_without_volume", "volume")
    return line


def _count(cells: _Cells) -> Cohort | Doses | Outcome:
    kind = cells.one_of("what", KINDS)
    region, month, patients = cells.region(), cells.month(), cells.whole("patients")
    if kind == "doses":
        return Doses(region, month, cells.whole("doses"), patients)
    if kind == "outcome":
        measure, status = cells.name("measure"), cells.one_of("status", _STATUS_NAMES)
        return Outcome(
            region, month, measure, status if status in STATUSES else "", patients, cells.amount("cost")
        )
    return Cohort(region, month, patients, cells.amount("cost"))
