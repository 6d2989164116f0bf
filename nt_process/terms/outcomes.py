"""Clauses on how it went, from counts alone: individual and population outcome, instalments.

A patient whose outcome is missing counts as `missing_as` says: as failed, as met, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, percent
from nt_process.terms.clause import (
    OUTCOMES,
    PATIENTS,
    Answer,
    Group,
    Mistake,
    PerRegion,
    Pooled,
    PooledClause,
    Spec,
    Step,
)
from nt_process.terms.values import FAILED, MET, MISSING, Outcome

LEFT_OUT = "left_out"
MISSING_AS = (FAILED, MET, LEFT_OUT)


@exact
def individual_outcome(failed_cost: Decimal, share_pct: Decimal) -> Decimal:
    """R = ρ · Σ cost of those for whom it failed, SEK; 50 is sharing the risk, 100 is paying by result.

    Non-responders cost 90 000 kr, half of which is paid back:

    >>> int(individual_outcome(Decimal(90000), Decimal(50)))
    45000
    """
    return percent(share_pct) * failed_cost


@exact
def population_outcome(
    cost: Decimal, target_pct: Decimal, met: int, known: int, share_pct: Decimal
) -> Decimal:
    """R = ρ · S · max(0, (target − observed) / target), SEK, with observed = met / known.

    60 of 100 against a target of 80 %, fully shared: a quarter of 1 000 000 kr. At the target nothing is due.

    >>> [int(population_outcome(Decimal(1000000), Decimal(80), met, 100, Decimal(100))) for met in (60, 80)]
    [250000, 0]
    """
    if not known or not target_pct:
        return ZERO
    # Multiplied out, so that the only division comes last.
    lacking = max(ZERO, target_pct * known - 100 * met)
    return percent(share_pct) * cost * lacking / (target_pct * known)


@exact
def outcome_steps(cost: Decimal, met: int, known: int, steps: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """R = d · S, SEK, with the rate of the lowest step that the observed share lies below.

    Below 80 % gives 10 %, below 60 % gives 25 %: 59 of 100 give 25 %, 60 of 100 give 10 %, 80 of 100 nothing.

    >>> steps = [(Decimal(60), Decimal(25)), (Decimal(80), Decimal(10))]
    >>> [int(outcome_steps(Decimal(1000), met, 100, steps)) for met in (59, 60, 80)]
    [250, 100, 0]
    """
    rates = [rate for below, rate in sorted(steps) if known and 100 * met < below * known]
    return cost * percent(rates[0]) if rates else ZERO


@exact
def instalments_not_due(rows: Iterable[tuple[Decimal, int]]) -> Decimal:
    """R = Σ P_t · number of patients for whom the outcome does not hold at t, SEK.

    Purchases are booked at the whole price, so an instalment that does not fall due is owed back. Three
    instalments of 100 000 kr, at 0, 6 and 12 months; at 6 months it has failed for 2, at 12 months for 3:

    >>> int(instalments_not_due([(Decimal(100000), 0), (Decimal(100000), 2), (Decimal(100000), 3)]))
    500000
    """
    return sum((amount * patients for amount, patients in rows), ZERO)


def _counts_as(row: Outcome, missing_as: str) -> str:
    return missing_as if row.status == MISSING else row.status


def _of(group: Group, measure: str) -> list[Outcome]:
    return [row for row in group.counts.outcomes if row.measure == measure]


_MEASURE = Spec("measure", "text", N_("Measure"))
_MISSING = Spec("missing_as", "choice", N_("Missing outcomes count as"), required=False, choices=MISSING_AS)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualOutcome(PooledClause):
    """A share of the cost of each patient for whom the outcome failed."""

    kind: ClassVar[str] = "individual_outcome"
    name: ClassVar[str] = N_("Individual outcome")
    own: ClassVar[tuple[Spec, ...]] = (
        _MEASURE,
        Spec("share_pct", "percent", N_("Share paid back, percent")),
        _MISSING,
    )
    counted: ClassVar[tuple[str, ...]] = (PATIENTS, OUTCOMES)

    measure: str
    share_pct: Decimal
    missing_as: str = LEFT_OUT

    @property
    def measures(self) -> tuple[str, ...]:
        return (self.measure,)

    def answer(self, group: Group) -> Answer:
        failed = [r for r in _of(group, self.measure) if _counts_as(r, self.missing_as) == FAILED]
        values: dict[str, Decimal] = {}
        for row in failed:
            due = individual_outcome(row.cost, self.share_pct)
            values[row.region] = values.get(row.region, ZERO) + due
        steps = (
            Step("patients_failed", Decimal(sum(row.patients for row in failed)), "patients"),
            Step("failed_cost", sum((row.cost for row in failed), ZERO)),
        )
        return PerRegion(values, steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationOutcome(PooledClause):
    """A share of the cost, by how far the observed outcome of all patients lies below the target.

    With `steps` (below which percentage, and the rate) the rate jumps instead. Fewer known outcomes than
    `least` say nothing, and nothing is due.
    """

    kind: ClassVar[str] = "population_outcome"
    name: ClassVar[str] = N_("Population outcome")
    own: ClassVar[tuple[Spec, ...]] = (
        _MEASURE,
        Spec("target_pct", "percent", N_("Target, percent of patients")),
        Spec("share_pct", "percent", N_("Share paid back, percent"), required=False),
        Spec("steps", "tiers", N_("Steps: below which percentage, and the rate, percent"), required=False),
        Spec("least", "whole", N_("Fewest known outcomes"), required=False),
        _MISSING,
    )
    counted: ClassVar[tuple[str, ...]] = (PATIENTS, OUTCOMES)

    measure: str
    target_pct: Decimal
    share_pct: Decimal = Decimal(100)
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    least: int = 1
    missing_as: str = LEFT_OUT

    @property
    def measures(self) -> tuple[str, ...]:
        return (self.measure,)

    def answer(self, group: Group) -> Answer:
        rows = _of(group, self.measure)
        met = sum(row.patients for row in rows if _counts_as(row, self.missing_as) == MET)
        known = sum(row.patients for row in rows if _counts_as(row, self.missing_as) != LEFT_OUT)
        told = (
            Step("cost", group.cost),
            Step("patients_met", Decimal(met), "patients"),
            Step("patients_known", Decimal(known), "patients"),
        )
        if known < max(1, self.least):
            return Pooled(ZERO, (*told, Step("too_few", Decimal(self.least), "patients")))
        if self.steps:
            return Pooled(outcome_steps(group.cost, met, known, self.steps), told)
        return Pooled(population_outcome(group.cost, self.target_pct, met, known, self.share_pct), told)

    def mistakes(self) -> Iterator[Mistake]:
        yield from PooledClause.mistakes(self)
        if not self.target_pct:
            yield "target_pct", "not_positive", {"value": "0"}
        ordered = sorted(self.steps)
        if len({below for below, _ in ordered}) < len(ordered):
            yield "steps", "tiers_out_of_order", {}
        # A worse outcome never gives less back.
        if any(worse < better for (_, worse), (_, better) in pairwise(ordered)):
            yield "steps", "rates_fall", {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalments(PooledClause):
    """The price is paid in instalments, each due only while the outcome holds by its own measure."""

    kind: ClassVar[str] = "instalments"
    name: ClassVar[str] = N_("Instalments while the outcome holds")
    own: ClassVar[tuple[Spec, ...]] = (
        Spec("instalments", "instalments", N_("Instalments: measure, and amount for each patient, SEK")),
        _MISSING,
    )
    counted: ClassVar[tuple[str, ...]] = (PATIENTS, OUTCOMES)

    instalments: tuple[tuple[str, Decimal], ...]
    missing_as: str = LEFT_OUT

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(measure for measure, _ in self.instalments)

    def answer(self, group: Group) -> Answer:
        failing: dict[str, list[tuple[Decimal, int]]] = {}
        for measure, amount in self.instalments:
            for row in _of(group, measure):
                if _counts_as(row, self.missing_as) == FAILED:
                    failing.setdefault(row.region, []).append((amount, row.patients))
        patients = sum(n for rows in failing.values() for _, n in rows)
        values = {region: instalments_not_due(rows) for region, rows in failing.items()}
        return PerRegion(values, (Step("instalments_not_due", Decimal(patients), "instalments"),))

    def mistakes(self) -> Iterator[Mistake]:
        yield from PooledClause.mistakes(self)
        measures = [measure for measure, _ in self.instalments]
        for measure in sorted({measure for measure in measures if measures.count(measure) > 1}):
            yield "instalments", "duplicate_measure", {"measure": measure}
