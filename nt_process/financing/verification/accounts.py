"""The account of one printed table: each cell, how it was recomputed, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from nt_process.financing.layout import Note
from nt_process.financing.verification.intervals import Interval, before_rounding
from nt_process.financing.verification.known import KNOWN_DISCREPANCIES
from nt_process.infra.tabular import Table, comparable, read_table
from nt_process.kernel.cells import CellError, read_decimal
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_
from nt_process.kernel.money import round_half_up

NO_FIGURE = ("", "-")


class Outcome(StrEnum):
    """What came of a cell, from nothing to recompute to not understood."""

    LABEL = "label"
    GIVEN = "given"
    EXACT = "exact"
    WITHIN_ROUNDING = "within_rounding"
    DISCREPANCY = "discrepancy"
    UNEXPLAINED = "unexplained"


_SEVERITY = {outcome: place for place, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class Check:
    """One look at one cell. `computed` is unrounded; `why` explains all but an exact agreement."""

    table: str
    row: int
    row_name: str
    column: str
    printed: str
    outcome: Outcome
    formula: Note
    computed: Decimal | str | None = None
    computed_rounded: Decimal | None = None
    why: Note | None = None


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One row of a printed table: its number in the file and its cells by column."""

    number: int
    name: str
    cells: Mapping[str, str]


@dataclass(slots=True)
class TableAccount:
    """A printed table being accounted for. The checks of `tables` fill it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[PrintedRow, ...]
    checks: list[Check] = field(default_factory=list)

    def row(self, column: str, value: str) -> PrintedRow:
        """The row whose `column` holds `value`. Raises BadInput missing_row."""
        found = next((row for row in self.rows if row.cells[column] == value), None)
        if found is None:
            raise BadInput(Fault("missing_row", column=column, params={"table": self.name, "value": value}))
        return found

    def number(self, row: PrintedRow, column: str) -> Decimal:
        """Raises BadInput naming the table, row and column when the cell is not a number."""
        try:
            return read_decimal(row.cells[column], decimal_comma=False)
        except CellError as fault:
            params = {"value": row.cells[column][:80], "table": self.name}
            raise BadInput(Fault(fault.code, row.number, f"{self.name}: {column}", params)) from None

    def amount(self, row: PrintedRow, column: str) -> Decimal:
        """As `number`, with zero for a cell that prints a dash or nothing."""
        return Decimal(0) if row.cells[column] in NO_FIGURE else self.number(row, column)

    def interval(self, row: PrintedRow, column: str) -> Interval:
        """What the printed cell may have been before rounding."""
        printed = self.number(row, column)
        return before_rounding(printed, step_of(printed))

    def labels(self, *columns: str) -> None:
        """Cells that name or explain figures and are none themselves."""
        for row in self.rows:
            for column in columns:
                self._add(row, column, Outcome.LABEL, Note(N_("names or explains a figure")))

    def names(self, row: PrintedRow, column: str, expected: str) -> None:
        """A label that must agree with another, such as a region's code with its name."""
        outcome = Outcome.LABEL if row.cells[column] == expected else Outcome.UNEXPLAINED
        self._add(row, column, outcome, Note(N_("names or explains a figure")), computed=expected)

    def given(self, row: PrintedRow, column: str, held: Decimal | int | str | None = None) -> None:
        """A figure that nothing printed lets one compute. `held` is the value the calculations here
        use; a table that prints another is not understood."""
        printed = row.cells[column]
        if printed in NO_FIGURE:
            self._add(row, column, Outcome.LABEL, Note(N_("no figure is printed")))
            return
        formula = Note(N_("given in the document"))
        agrees = held is None or (
            printed == held if isinstance(held, str) else self.number(row, column) == held
        )
        if agrees:
            self._add(row, column, Outcome.GIVEN, formula)
        else:
            why = Note(N_("the calculations here use %(held)s"), {"held": str(held)})
            self._add(row, column, Outcome.UNEXPLAINED, formula, computed=str(held), why=why)

    def repeats(self, row: PrintedRow, column: str, elsewhere: Decimal, place: str) -> None:
        """A figure that another table prints as well."""
        printed = self.number(row, column)
        formula = Note(N_("also printed in %(place)s"), {"place": place})
        outcome = Outcome.EXACT if printed == elsewhere else Outcome.UNEXPLAINED
        self._add(row, column, outcome, formula, computed=elsewhere)

    def spells(self, row: PrintedRow, column: str, expected: str, formula: str) -> None:
        """A cell of text or a date that follows from a definition."""
        outcome = Outcome.EXACT if row.cells[column] == expected else Outcome.UNEXPLAINED
        self._add(row, column, outcome, Note(formula), computed=expected)

    def derives(
        self, row: PrintedRow, column: str, computed: Decimal, possible: Interval, formula: str
    ) -> None:
        """A figure recomputed from printed ones: `computed` from them as they stand, `possible` from
        what they may have been before they were rounded."""
        if row.cells[column] in NO_FIGURE:
            self._derives_blank(row, column, computed, formula)
            return
        printed = self.number(row, column)
        step = step_of(printed)
        rounded = round_half_up(computed, step)
        why = None
        if rounded == printed:
            outcome = Outcome.EXACT
        elif possible.may_print_as(printed, step):
            outcome = Outcome.WITHIN_ROUNDING
            why = Note(
                N_("inputs before rounding give from %(low)s to %(high)s"),
                {"low": possible.low, "high": possible.high},
            )
        else:
            outcome, why = self._known(row, column, rounded)
        self._add(row, column, outcome, Note(formula), computed=computed, rounded=rounded, why=why)

    def _derives_blank(self, row: PrintedRow, column: str, computed: Decimal, formula: str) -> None:
        if computed == 0:
            self._add(row, column, Outcome.LABEL, Note(N_("no figure is printed")))
            return
        outcome, why = self._known(row, column, computed)
        self._add(row, column, outcome, Note(formula), computed=computed, rounded=computed, why=why)

    def _known(self, row: PrintedRow, column: str, rounded: Decimal) -> tuple[Outcome, Note | None]:
        known = KNOWN_DISCREPANCIES.get((self.name, row.name, column))
        if known and (known.printed, known.computed) == (row.cells[column], rounded):
            return Outcome.DISCREPANCY, Note(known.why)
        return Outcome.UNEXPLAINED, None

    def _add(
        self,
        row: PrintedRow,
        column: str,
        outcome: Outcome,
        formula: Note,
        *,
        computed: Decimal | str | None = None,
        rounded: Decimal | None = None,
        why: Note | None = None,
    ) -> None:
        self.checks.append(
            Check(
                table=self.name,
                row=row.number,
                row_name=row.name,
                column=column,
                printed=row.cells[column],
                outcome=outcome,
                formula=formula,
                computed=computed,
                computed_rounded=rounded,
                why=why,
            )
        )

    def close(self) -> None:
        """Report every cell that no rule has looked at."""
        seen = {(check.row, check.column) for check in self.checks}
        for row in self.rows:
            for column in self.columns:
                if (row.number, column) not in seen:
                    self._add(row, column, Outcome.UNEXPLAINED, Note(N_("no rule covers this cell")))

    def outcomes(self) -> Counter[Outcome]:
        """Cells by outcome. A cell that was looked at in several ways counts as its worst."""
        worst: dict[tuple[int, str], Outcome] = {}
        for check in self.checks:
            cell = (check.row, check.column)
            worst[cell] = max(worst.get(cell, Outcome.LABEL), check.outcome, key=_SEVERITY.__getitem__)
        return Counter(worst.values())


def step_of(printed: Decimal) -> Decimal:
    """The step of a printed figure: 1 for 146, 0.01 for 22.26."""
    return Decimal(1).scaleb(int(printed.as_tuple().exponent))


def open_table(name: str, content: bytes, columns: Iterable[str], named_by: str) -> TableAccount:
    """A table file as an account. Raises BadInput for a file or headings that cannot be read."""
    table = read_table(content)
    expected = tuple(columns)
    _check_headings(name, table, expected)
    rows = []
    for row in table.rows:
        cells = dict(zip(table.header, row.cells, strict=True))
        rows.append(PrintedRow(row.number, cells[named_by], cells))
    return TableAccount(name, expected, tuple(rows))


def _check_headings(name: str, table: Table, expected: tuple[str, ...]) -> None:
    faults = list(table.faults)
    headings = {comparable(heading) for heading in table.header}
    faults += [
        Fault("missing_column", 1, f"{name}: {column}") for column in expected if column not in headings
    ]
    known = ", ".join(expected)
    faults += [
        Fault("unknown_column", 1, f"{name}: {heading}", {"known": known})
        for heading in table.header
        if heading not in expected
    ]
    if faults:
        raise BadInput(*faults)
