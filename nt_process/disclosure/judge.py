"""From a request to a table that may be released, or to a refusal: what is not shown, and the audit of the rest.

First every cell that may not be told by itself is left out, then as many more as keep those from being worked out
by subtraction in the table, then as many more as the audit demands. All of them look alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.disclosure.audit import Breach, breach, figures_of, gather
from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import Cell, Release, Request, amount_of, of_cell
from nt_process.disclosure.sensitivity import Parameters, by_company, changes_too_little, is_unsafe
from nt_process.kernel.money import MILLION, round_half_up

Bases = Mapping[str, Sequence[Contribution]]
Values = dict[Cell, Decimal | None]

# What everybody knows beforehand stands among the releases under this number: the agency for the benefits publishes
# the total of each year that has ended, rounded to a million.
NATIONAL = 0
_NATIONAL_STEP = MILLION


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing may be released. `code`: unsafe (whatever has been released before), or blocked (by the releases with
    these `numbers`; NATIONAL for the published totals).
    """

    code: str
    numbers: tuple[int, ...] = ()


class Table:
    """A request with its contributions, and the cells that are shown so far."""

    def __init__(self, request: Request, basis: str, bases: Bases, parameters: Parameters) -> None:
        self.request, self.basis, self.parameters = request, basis, parameters
        inside = of_cell(request, request.total, bases[basis])
        self.parts = {cell: of_cell(request, cell, inside) for cell in request.cells}
        self.shown = {cell for cell, parts in self.parts.items() if not is_unsafe(parts, parameters)}

    def leave_out_changed(self, earlier: Sequence[Release], bases: Bases) -> None:
        """Leave out what differs by too few groups from a released cell that holds it or is held by it."""
        for one in earlier:
            for cell, value in one.values.items():
                if value is not None:
                    before = of_cell(one.request, cell, bases[one.basis])
                    self._leave_out_changed(one.request, cell, before)

    def _leave_out_changed(self, request: Request, cell: Cell, before: Sequence[Contribution]) -> None:
        for mine in list(self.shown):
            if _nested(self.request, mine, request, cell) and changes_too_little(
                self.parts[mine], before, self.parameters
            ):
                self.shown.discard(mine)

    def close(self) -> None:
        """Leave out parts until what total and parts give by subtraction is nothing, or may be told."""
        if self.request.layout == "national":
            return
        while True:
            left_out = [cell for cell in self.request.parts if cell not in self.shown]
            rest = [one for cell in left_out for one in self.parts[cell]]
            # Whatever is wrong with a total that is not shown is wrong with the sum of all its parts.
            shows_total = self.request.total in self.shown
            derived_safely = not shows_total and bool(left_out)
            if shows_total:
                derived_safely = not left_out or not is_unsafe(rest, self.parameters)
            if derived_safely or not self._leave_out_smallest(None):
                return

    def _leave_out_smallest(self, company: str | None) -> bool:
        """Leave out the smallest part, of those in which a company has part when there are any. False: none is left."""
        shown = [cell for cell in self.request.parts if cell in self.shown]
        concerned = [cell for cell in shown if company in by_company(self.parts[cell])]
        candidates = concerned or shown
        if not candidates:
            return False
        self.shown.discard(min(candidates, key=lambda cell: (sum(self._amounts(cell)), cell)))
        return True

    def _amounts(self, cell: Cell) -> list[Decimal]:
        return [one.amount for one in self.parts[cell]]

    def leave_out_for(self, found: Breach) -> bool:
        """Leave out a part because of what the audit found. False when there is none left to leave out."""
        if not self._leave_out_smallest(found.company):
            return False
        self.close()
        return True

    @property
    def tells_something(self) -> bool:
        return any(cell in self.shown for cell in self.request.parts)

    def as_release(self) -> Release:
        values: Values = {
            cell: round_half_up(amount_of(self.request.measure, parts), self.parameters.step)
            if cell in self.shown
            else None
            for cell, parts in self.parts.items()
        }
        return Release(NATIONAL, self.request, self.basis, self.parameters.step, values)


def _nested(one: Request, mine: Cell, other: Request, cell: Cell) -> bool:
    """Whether one of two cells holds the other: by product, by region and by period."""

    def holds(a: Request, x: Cell, b: Request, y: Cell) -> bool:
        return (
            y.product.startswith(x.product)
            and x.region in ("", y.region)
            and a.first <= b.first
            and b.after <= a.after
        )

    return holds(one, mine, other, cell) or holds(other, cell, one, mine)


def compute(
    request: Request, basis: str, bases: Bases, earlier: Sequence[Release], parameters: Parameters
) -> Values | None:
    """The table that may be released after the earlier ones; None when nothing may.

    `bases` holds the contributions of this and of every earlier release; `earlier` also what `national` gives.
    """
    table = Table(request, basis, bases, parameters)
    table.leave_out_changed(earlier, bases)
    table.close()
    known = figures_of(earlier)
    while table.tells_something:
        release = table.as_release()
        found = breach(gather([*known, *figures_of([release], new=True)], bases), parameters)
        if found is None:
            return dict(release.values)
        if not table.leave_out_for(found):
            break
    return None


def national(year: int, basis: str, bases: Bases) -> Release:
    """What everybody knows of a year that has ended, from what was known when it was published."""
    request = Request("national", "", date(year, 1, 1), 12, "total")
    whole = amount_of("total", of_cell(request, request.total, bases[basis]))
    values: Values = {request.total: round_half_up(whole, _NATIONAL_STEP)}
    return Release(NATIONAL, request, basis, _NATIONAL_STEP, values)


def refuse(
    request: Request, basis: str, bases: Bases, earlier: Sequence[Release], parameters: Parameters
) -> Refusal:
    """Why nothing of a request may be released: by itself, or because of which earlier releases.

    Named are those that each by itself stand in the way; else those without any of which nothing would; else all
    that have a part of the period in common with it.
    """

    def possible(others: Sequence[Release]) -> bool:
        return compute(request, basis, bases, others, parameters) is not None

    def told_apart_from(others: Sequence[Release]) -> bool:
        table = Table(request, basis, bases, parameters)
        table.leave_out_changed(others, bases)
        table.close()
        return table.tells_something

    # What differs too little from an earlier release is found without an audit.
    if told_apart_from(()):
        blocking = [one for one in earlier if not told_apart_from((one,))]
        if blocking:
            return Refusal("blocked", tuple(sorted({one.number for one in blocking})))
    if not possible(()):
        return Refusal("unsafe")
    blocking = [one for one in earlier if not possible((one,))]
    if not blocking:
        blocking = [one for one in earlier if possible([other for other in earlier if other is not one])]
    if not blocking:
        blocking = [
            one for one in earlier if one.request.first < request.after and request.first < one.request.after
        ]
    return Refusal("blocked", tuple(sorted({one.number for one in blocking})))
