"""What a price list changes, row by row, against what the register knows. Pure: everything comes in as values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.faults import Fault
from nt_process.prices.rules import FACTS, Line

# What a package is said to be when its list has no column for it.
EMPTY_FACTS: Mapping[str, Any] = {name: False if name == "parallel_import" else "" for name in FACTS}


@dataclass(frozen=True, slots=True)
class Price:
    """A price that the register believes: None for both amounts where the list price ends. `id` is its row."""

    aip: Decimal | None
    aup: Decimal | None
    id: int | None = None


@dataclass(slots=True)
class Known:
    """A package as the register knows it, with its prices by their first day."""

    id: int
    facts: Mapping[str, Any]
    facts_from: date
    prices: dict[date, Price]


@dataclass(frozen=True, slots=True)
class Written:
    """A row to be written. `supersedes` is the row that it corrects."""

    valid_from: date
    aip: Decimal | None
    aup: Decimal | None
    source: str
    supersedes: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a package was said to be, and is."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one row: created (of a new package), changed, unchanged or rejected.

    `before` is the AIP that held on the row's first day; None where there was none.
    """

    row: int
    outcome: str
    article_number: str
    product: str = ""
    line: Line | None = None
    before: Decimal | None = None
    corrects: bool = False
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class PackagePlan:
    """What is to be written of one package; `id` is None for a new one."""

    article_number: str
    id: int | None
    facts: Mapping[str, Any]
    facts_from: date
    changes: tuple[Change, ...] = ()
    # A later list has said the same of it.
    confirmed: bool = False
    written: dict[date, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would do: each row's step in the order of the file, and what is to be written by package."""

    steps: tuple[Step, ...]
    packages: tuple[PackagePlan, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(step.outcome for step in self.steps)
        return {name: found[name] for name in ("created", "changed", "unchanged", "rejected")}


def plan(
    lines: Iterable[Line],
    known: Mapping[str, Known],
    npl_ids: Mapping[str, str],
    headings: Mapping[str, str],
    rejected: Mapping[int, tuple[Fault, ...]],
) -> Plan:
    """The plan of a list's readable `lines`; `rejected` are the rows that could not be read.

    `known` are the packages of the register by article number, `npl_ids` says whose each NPL id is, and `headings` is
    how the file calls its columns. The rows of a package are taken in the order of their first days, so their order
    in the file makes no difference.
    """
    steps = [Step(row, "rejected", "", faults=faults) for row, faults in rejected.items()]
    packages: list[PackagePlan] = []
    lines_of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        lines_of[line.article_number].append(line)
    taken = dict(npl_ids)
    for article_number, own in lines_of.items():
        planner = _Package(article_number, known.get(article_number), headings, taken)
        steps += planner.steps(sorted(own, key=lambda line: (line.valid_from, line.row)))
        if planner.plan is not None:
            packages.append(planner.plan)
    return Plan(tuple(sorted(steps, key=lambda step: step.row)), tuple(packages))


class _Package:
    """The rows of one package, judged in the order of their days; what one does is known to the next."""

    def __init__(
        self, article_number: str, known: Known | None, headings: Mapping[str, str], taken: dict[str, str]
    ) -> None:
        self._number, self._known, self._headings, self._taken = article_number, known, headings, taken
        self._prices = dict(known.prices) if known else {}
        self._accepted: Line | None = None
        self.plan: PackagePlan | None = None

    def steps(self, lines: Sequence[Line]) -> list[Step]:
        return [self._step(line) for line in lines]

    def _step(self, line: Line) -> Step:
        product = str(line.facts.get("product", ""))
        fault = self._fault(line)
        if fault is not None:
            return Step(line.row, "rejected", self._number, product, line, faults=(fault,))
        self._accepted = line
        held, exact = self._on(line.valid_from), self._prices.get(line.valid_from)
        changes = self._take_facts(line)
        wrote = self._write(line, held)
        outcome = "unchanged"
        if self._known is None:
            outcome = "created"
        elif changes or wrote:
            outcome = "changed"
        corrects = wrote and exact is not None and exact.id is not None
        before = held.aip if held else None
        return Step(line.row, outcome, self._number, product, line, before, corrects, changes)

    def _fault(self, line: Line) -> Fault | None:
        earlier = self._accepted
        if earlier is not None and line.valid_from == earlier.valid_from:
            return Fault("same_day_as_row", line.row, self._heading("valid_from"), {"first": earlier.row})
        if earlier is not None and earlier.valid_to is not None and line.valid_from <= earlier.valid_to:
            return Fault("overlaps_row", line.row, self._heading("valid_from"), {"first": earlier.row})
        if line.valid_to is not None:
            within = [day for day in self._prices if line.valid_from < day <= line.valid_to]
            if within:
                return Fault(
                    "price_within", line.row, self._heading("valid_to"), {"day": min(within).isoformat()}
                )
        npl_id = line.facts.get("npl_id")
        if npl_id and self._taken.setdefault(npl_id, self._number) != self._number:
            other = {"value": npl_id, "other": self._taken[npl_id]}
            return Fault("npl_id_taken", line.row, self._heading("npl_id"), other)
        return None

    def _heading(self, name: str) -> str:
        return self._headings.get(name, name)

    def _on(self, day: date) -> Price | None:
        first = max((one for one in self._prices if one <= day), default=None)
        return None if first is None else self._prices[first]

    def _take_facts(self, line: Line) -> tuple[Change, ...]:
        """What the line says of the package holds, unless a later list has said something."""
        if self._known is None:
            facts = {**EMPTY_FACTS, **line.facts}
            written = self.plan.written if self.plan else {}
            self.plan = PackagePlan(self._number, None, facts, line.valid_from, written=written)
            return ()
        self.plan = self.plan or PackagePlan(
            self._number, self._known.id, self._known.facts, self._known.facts_from
        )
        if line.valid_from < self.plan.facts_from:
            return ()
        changes = tuple(
            Change(name, self.plan.facts[name], value)
            for name, value in line.facts.items()
            if self.plan.facts[name] != value
        )
        self.plan.facts = {**self.plan.facts, **line.facts}
        self.plan.confirmed |= line.valid_from > self.plan.facts_from
        self.plan.facts_from = line.valid_from
        self.plan.changes += changes
        return changes

    def _write(self, line: Line, held: Price | None) -> bool:
        wrote = held is None or (held.aip, held.aup) != (line.aip, line.aup)
        if wrote:
            self._put(line.valid_from, line.aip, line.aup, line.source)
        if line.valid_to is not None:
            after = line.valid_to + ONE_DAY
            if after not in self._prices:
                self._put(after, None, None, line.source)
                wrote = True
        return wrote

    def _put(self, day: date, aip: Decimal | None, aup: Decimal | None, source: str) -> None:
        before = self._prices.get(day)
        self._prices[day] = Price(aip, aup, before.id if before else None)
        if self.plan is not None:
            self.plan.written[day] = Written(day, aip, aup, source, before.id if before else None)
