"""The layouts that a release may have. They are fixed here, so that none is chosen for what it would show.

A cell is named by what it adds up: a beginning of ATC codes ("" for all) and a county code ("" for the country).
The same cell has the same name in every layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from nt_process.disclosure.contributions import Contribution
from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.kernel.calendar import add_months
from nt_process.kernel.money import ONE, ZERO, percent
from nt_process.kernel.regions import REGIONS

# The anatomical main groups of the ATC classification, and the therapeutic groups of each (WHO, level 1 and 2).
SUBGROUPS: Mapping[str, tuple[str, ...]] = {
    group: tuple(f"{group}{number}" for number in numbers.split())
    for group, numbers in {
        "A": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16",
        "B": "01 02 03 05 06",
        "C": "01 02 03 04 05 07 08 09 10",
        "D": "01 02 03 04 05 06 07 08 09 10 11",
        "G": "01 02 03 04",
        "H": "01 02 03 04 05",
        "J": "01 02 04 05 06 07",
        "L": "01 02 03 04",
        "M": "01 02 03 04 05 09",
        "N": "01 02 03 04 05 06 07",
        "P": "01 02 03",
        "R": "01 02 03 05 06 07",
        "S": "01 02 03",
        "V": "01 03 04 06 07 08 09 10 20",
    }.items()
}
MAIN_GROUPS = tuple(SUBGROUPS)
LAYOUTS = ("national", "main_group", "subgroup", "region")
MEASURES = ("total", "regions", "state")
# What one layout can be narrowed to: a main group, where the layout does not divide by main groups itself.
SCOPED = frozenset({"national", "subgroup", "region"})


class Cell(NamedTuple):
    product: str
    region: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `scope` is a main group or "" for all; the period is `months` months from `first`."""

    layout: str
    scope: str
    first: date
    months: int
    measure: str

    @property
    def after(self) -> date:
        """The first day after the period."""
        return add_months(self.first, self.months)

    @property
    def total(self) -> Cell:
        return Cell(self.scope, "")

    @property
    def parts(self) -> tuple[Cell, ...]:
        """The cells that the layout divides its total into; for a single total the total itself."""
        if self.layout == "main_group":
            return tuple(Cell(group, "") for group in MAIN_GROUPS)
        if self.layout == "subgroup":
            return tuple(Cell(group, "") for group in SUBGROUPS[self.scope])
        if self.layout == "region":
            return tuple(Cell(self.scope, region.code) for region in REGIONS)
        return (self.total,)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell in the order of the table; the total comes last."""
        return self.parts if self.layout == "national" else (*self.parts, self.total)


@dataclass(frozen=True, slots=True)
class Release:
    """A table that was released. `basis` names the contributions as they were known; a value of None is not shown.

    Values are multiples of `step`, in SEK.
    """

    number: int
    request: Request
    basis: str
    step: Decimal
    values: Mapping[Cell, Decimal | None]


def of_cell(request: Request, cell: Cell, contributions: Iterable[Contribution]) -> list[Contribution]:
    """The contributions that a cell of a request adds up."""
    first, after = request.first, request.after
    return [
        one
        for one in contributions
        if first <= one.month < after
        and one.product.startswith(cell.product)
        and cell.region in ("", one.region)
    ]


def share(measure: str, year: int) -> Decimal | None:
    """The part of a rebate of that year that a measure counts; None where no document divides the year's rebates."""
    if measure == "total":
        return ONE
    rule = rebate_rule_or_none(year)
    return None if rule is None else percent(rule.state_pct if measure == "state" else rule.regions_pct)


def amount_of(measure: str, contributions: Iterable[Contribution]) -> Decimal:
    """What a measure counts of some contributions, SEK, unrounded. Years without a share count for nothing."""
    return sum((one.amount * (share(measure, one.month.year) or ZERO) for one in contributions), ZERO)
