"""Sales and counts as they stand in a file; every fault with its row and its column.

Nothing about a person is taken in. A column whose heading speaks of persons is refused, and so is a cell that is
a Swedish personal number, wherever it stands.

Files of sales are long and say the same in many rows: they are read column by column, each different text once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from nt_process.infra.tabular import Field, Record, comparable, pick_columns, read_table, text_fault
from nt_process.infra.tabular_batches import read_batches, read_head
from nt_process.kernel.cells import CellError
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ZERO
from nt_process.settlement.cells import (
    is_personal_number,
    read_amount,
    read_count,
    read_month,
    read_name,
    read_number,
    read_region,
    usual_amounts,
)
from nt_process.terms.values import (
    Cohort,
    Counts,
    Doses,
    Outcome,
    SalesLine,
    place_of,
    sales_lines,
    unit_of,
    volume_of,
)

SALES, COUNTS = "sales", "counts"
MOST_FAULTS = 200
# How many rows are read at a time, after which somebody who waits is told how far it has come.
STRIDE = 5000
# A column of more different texts than this says the same too seldom for them to be remembered.
MOST_REMEMBERED = 20_000

Value = TypeVar("Value")
Place = tuple[str, str, date]
Sold = Mapping[Place, Sequence[SalesLine]]
"""What was sold of a package in a region in a month, in the order of its units."""
Progress = Callable[[int, int], None]
"""Called now and then with how many rows have been read, of how many (0 when only the end will tell)."""

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

_PERSONAL_HEADING = re.compile(r"person|pnr|\bssn\b|patient-?\s?id|födelse|birth|namn|name", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: its rows, how many faults it has, and the first of them in order."""

    rows: int
    sold: Sold = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    faults: tuple[Fault, ...] = ()
    fault_count: int = 0

    @property
    def sales(self) -> tuple[SalesLine, ...]:
        return tuple(chain.from_iterable(self.sold.values()))


@dataclass(slots=True)
class _Faults:
    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, *faults: Fault) -> None:
        self.count += len(faults)
        self.kept += faults[: max(0, MOST_FAULTS - len(self.kept))]


def read_file(kind: str, content: bytes, progress: Progress = lambda _done, _all: None) -> Read:
    """A file's rows. What is wrong with the file as a whole is the only fault then; never raises BadInput."""
    try:
        return _read_sales(content, progress) if kind == SALES else _read_counts(content)
    except BadInput as refused:
        faults = _Faults()
        faults.add(*refused.faults)
        return Read(0, faults=tuple(faults.kept), fault_count=faults.count)


def refuse_people(header: Sequence[str], header_row: int) -> None:
    """Raises BadInput personal_column for each heading that speaks of persons."""
    named = [heading for heading in header if _PERSONAL_HEADING.search(heading)]
    if named:
        raise BadInput(*(Fault("personal_column", header_row, heading[:80]) for heading in named))


def _by_row(fault: Fault) -> int:
    return fault.row or 0


# --- sales, by column -----------------------------------------------------------------------------


class Remembered(dict[str, Any]):
    """What was made of each text, once however often it is asked for."""

    def __init__(self, make: Callable[[str], object]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> object:
        self[text] = made = self._make(text)
        return made


class _Column:
    """What the texts of a column say. `read` gives a text's value, or raises CellError."""

    def __init__(self, heading: str, read: Callable[[str], object]) -> None:
        self.heading, self._read = heading, read
        self._said = Remembered(self._value)
        self._wrong: dict[str, tuple[str, Mapping[str, object]]] = {}

    def values(self, texts: Sequence[str], numbers: Sequence[int], faults: list[Fault]) -> list[Any]:
        """The value of each text, or None where a fault is added; `numbers` are those of the rows."""
        said = self._said
        if len(said) > MOST_REMEMBERED:
            said.clear()
            self._wrong.clear()
        found = list(map(said.__getitem__, texts))
        if self._wrong:
            for number, text in zip(numbers, texts, strict=True):
                if text in self._wrong:
                    code, params = self._wrong[text]
                    faults.append(Fault(code, number, self.heading, params))
        return found

    def _value(self, written: str) -> object:
        text = written.strip()
        # A personal number is not repeated, neither to the reader nor in what is kept.
        wrong = ("personal_number", {}) if is_personal_number(text) else text_fault(text)
        if wrong is None:
            try:
                return self._read(text)
            except CellError as error:
                wrong = error.code, {"value": text[:60]}
        self._wrong[written] = wrong
        return None


class _Amounts(_Column):
    """A column of amounts, in which hardly any text stands twice: as they are usually written, all are read at once."""

    def values(self, texts: Sequence[str], numbers: Sequence[int], faults: list[Fault]) -> list[Any]:
        usual = usual_amounts(texts)
        return _Column.values(self, texts, numbers, faults) if usual is None else usual


def _read_sales(content: bytes, progress: Progress) -> Read:
    table = read_head(content)
    refuse_people(table.header, table.header_row)
    headings, batches = read_batches(table, SALES_FIELDS, STRIDE)
    columns = _sales_columns(headings, decimal_comma=table.decimal_comma)
    of = _rows_of(content, table.header_row)
    faults, lines, numbers = _Faults(), list[SalesLine](), list[int]()
    for batch in batches:
        found = list(batch.faults)
        read = [column.values(batch.columns[name], batch.numbers, found) for name, column in columns.items()]
        made = list(sales_lines(*read))
        if not all(map(volume_of, made)):
            found += _without_volume(made, batch.numbers, columns["volume"].heading)
        lines += made
        numbers += batch.numbers
        faults.add(*sorted(found, key=_by_row))
        if len(batch.numbers) == STRIDE:
            progress(len(numbers), max(of, len(numbers)) if of else 0)
    places = {} if faults.count else _by_place(lines)
    if any(len(set(map(unit_of, place))) < len(place) for place in places.values()):
        faults.add(*_twice(lines, numbers))
    kept = {} if faults.count else places
    return Read(len(numbers), kept, Counts(), tuple(faults.kept), faults.count)


def _rows_of(content: bytes, header_row: int) -> int:
    """About how many rows: a line may hold a break within quotes. A workbook does not tell."""
    if content.startswith(b"PK"):
        return 0
    return max(0, content.count(b"\n") + (not content.endswith(b"\n")) - header_row)


def _by_place(lines: Iterable[SalesLine]) -> Sold:
    places: defaultdict[Place, list[SalesLine]] = defaultdict(list)
    for line in lines:
        places[place_of(line)].append(line)
    for place in places.values():
        place.sort(key=unit_of)
    return places


def _sales_columns(headings: Mapping[str, str], *, decimal_comma: bool) -> dict[str, _Column]:
    """In the order of a line's fields."""
    reads: Mapping[str, Callable[[str], object]] = {
        "package": read_name,
        "region": read_region,
        "unit": read_name,
        "month": read_month,
        "volume": partial(read_number, decimal_comma=decimal_comma),
        "amount": partial(read_amount, decimal_comma=decimal_comma),
    }
    return {
        name: (_Amounts if name == "amount" else _Column)(headings[name], read)
        for name, read in reads.items()
    }


def _without_volume(lines: Sequence[SalesLine], numbers: Sequence[int], heading: str) -> Iterator[Fault]:
    for line, number in zip(lines, numbers, strict=True):
        if line.amount and not line.volume and None not in line:
            yield Fault("cost_without_volume", number, heading)


def _twice(lines: Sequence[SalesLine], numbers: Sequence[int]) -> Iterator[Fault]:
    """The same package, unit and month twice is a file that was put together twice, more often than two sales."""
    first: dict[tuple[object, ...], int] = {}
    for line, number in zip(lines, numbers, strict=True):
        if first.setdefault(line[:4], number) != number:
            yield Fault("stands_twice", number, params={"first": first[line[:4]]})


# --- counts, by row -------------------------------------------------------------------------------


def _read_counts(content: bytes) -> Read:
    table = read_table(content)
    refuse_people(table.header, table.header_row)
    records = pick_columns(table, COUNT_FIELDS)
    found, rows = list(table.faults), []
    for record in records:
        cells = _Cells(record, decimal_comma=table.decimal_comma)
        row = _count(cells)
        if cells.faults:
            found += cells.faults
        else:
            rows.append(row)
    faults = _Faults()
    faults.add(*sorted(found, key=_by_row))
    counts = Counts(
        tuple(row for row in rows if isinstance(row, Cohort)),
        tuple(row for row in rows if isinstance(row, Doses)),
        tuple(row for row in rows if isinstance(row, Outcome)),
    )
    return Read(len(records), {}, counts, tuple(faults.kept), faults.count)


class _Cells:
    """The cells of one row, each read with its faults kept."""

    def __init__(self, record: Record, *, decimal_comma: bool) -> None:
        self._record, self._decimal_comma = record, decimal_comma
        self.faults: list[Fault] = []
        for name, text in record.values.items():
            if is_personal_number(text):
                self._fault("personal_number", name, {})

    def _fault(self, code: str, name: str, params: Mapping[str, object]) -> None:
        heading = self._record.headings.get(name, name)
        self.faults.append(Fault(code, self._record.row, heading, params))

    def read(self, name: str, read: Callable[[str], Value], instead: Value) -> Value:
        """What a cell says; `instead` where it cannot be read."""
        text = self._record.values.get(name, "")
        try:
            return read(text)
        except CellError as error:
            self._fault(error.code, name, {"value": text[:60]})
            return instead

    def one_of(self, name: str, names: Mapping[str, tuple[str, ...]]) -> str:
        def named(text: str) -> str:
            wanted = comparable(text)
            found = next((key for key, spellings in names.items() if wanted in spellings), None)
            if found is None:
                raise CellError("unknown_word")
            return found

        return self.read(name, named, "")

    def amount(self, name: str) -> Decimal:
        return self.read(name, partial(read_amount, decimal_comma=self._decimal_comma), ZERO)

    def whole(self, name: str) -> int:
        return self.read(name, partial(read_count, decimal_comma=self._decimal_comma), 0)


def _count(cells: _Cells) -> Cohort | Doses | Outcome:
    kind = cells.one_of("what", KINDS)
    region, month = cells.read("region", read_region, ""), cells.read("month", read_month, date.min)
    patients = cells.whole("patients")
    if kind == "doses":
        return Doses(region, month, cells.whole("doses"), patients)
    if kind == "outcome":
        measure, status = cells.read("measure", read_name, ""), cells.one_of("status", _STATUS_NAMES)
        return Outcome(region, month, measure, status, patients, cells.amount("cost"))
    return Cohort(region, month, patients, cells.amount("cost"))
