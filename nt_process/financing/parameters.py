"""The parameters of each calculation by year, and refusal of years no document covers.

Every value names its document. A year is added here, with its figures in `data/`, when its
agreement is published; nothing is carried over from one year to another by default.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from nt_process.financing.data import documents, populations, state_grant
from nt_process.financing.gainloss import Corridor
from nt_process.financing.grant import GrantParts
from nt_process.financing.rebate_split import DEDUCTION, NET_GRANT, RebateRule, rule_for
from nt_process.financing.solidarity import Staircase
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import MILLION

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GrantYear:
    """A year's state grant. What its document does not give is None or empty."""

    year: int
    source: str
    total_msek: Decimal
    parts: GrantParts | None
    grants: Mapping[str, Decimal]
    previous: Mapping[str, Decimal] | None
    needs: Mapping[str, Decimal] | None
    previous_needs: Mapping[str, Decimal] | None
    population_day: date | None

    @property
    def populations(self) -> Mapping[str, int] | None:
        return populations.POPULATIONS[self.population_day] if self.population_day else None


_PARTS_2023 = GrantParts(
    benefit=state_grant.PHARMACEUTICAL_BENEFIT_MSEK,
    other=state_grant.OTHER_MSEK,
    hepatitis_c=state_grant.HEPATITIS_C_MSEK,
    sol_services=state_grant.SOL_SERVICES_MSEK,
    horizon_scanning=state_grant.HORIZON_SCANNING_MSEK,
)

GRANT_YEARS = {
    2022: GrantYear(
        year=2022,
        source=documents.GRANT_2023,
        total_msek=sum(state_grant.GRANT_SEK[2022].values()) / MILLION,
        parts=None,
        grants=state_grant.GRANT_SEK[2022],
        previous=None,
        needs=state_grant.NEEDS_MODEL_SEK_PER_INH[2022],
        previous_needs=None,
        population_day=None,
    ),
    2023: GrantYear(
        year=2023,
        source=documents.GRANT_2023,
        total_msek=_PARTS_2023.gross,
        parts=_PARTS_2023,
        grants=state_grant.GRANT_SEK[2023],
        previous=state_grant.GRANT_SEK[2022],
        needs=state_grant.NEEDS_MODEL_SEK_PER_INH[2023],
        previous_needs=state_grant.NEEDS_MODEL_SEK_PER_INH[2022],
        population_day=populations.GRANT_2023_DAY,
    ),
    2025: GrantYear(
        year=2025,
        source=documents.AGREEMENT_2025,
        total_msek=state_grant.TOTAL_2025_MSEK,
        parts=None,
        grants={},
        previous=None,
        needs=None,
        previous_needs=None,
        population_day=None,
    ),
}


@dataclass(frozen=True, slots=True)
class SolidarityYear:
    """A year's staircase, and the published cost per inhabitant that goes into it."""

    year: int
    source: str
    staircase: Staircase
    costs: Mapping[str, Decimal]
    population_day: date

    @property
    def populations(self) -> Mapping[str, int]:
        return populations.POPULATIONS[self.population_day]


SOLIDARITY_YEARS = {
    2023: SolidarityYear(
        year=2023,
        source=documents.GRANT_2023,
        staircase=Staircase(
            lower=Decimal(136), upper=Decimal(262), lower_pct=Decimal(85), upper_pct=Decimal(90)
        ),
        costs=state_grant.SOLIDARITY_COST_SEK_PER_INH[2023],
        population_day=populations.GRANT_2023_DAY,
    )
}


@dataclass(frozen=True, slots=True)
class GainLossYear:
    """A year's corridor and the amounts agreed for its two parts, million SEK."""

    year: int
    source: str
    corridor: Corridor
    benefit: Decimal
    hepatitis_c: Decimal
    hepatitis_c_state_pct: Decimal


GAIN_LOSS_YEARS = {
    2023: GainLossYear(
        year=2023,
        source=documents.GRANT_2023,
        corridor=Corridor(width_pct=Decimal(3), share_pct=Decimal(50)),
        benefit=state_grant.PHARMACEUTICAL_BENEFIT_MSEK,
        hepatitis_c=state_grant.HEPATITIS_C_MSEK,
        hepatitis_c_state_pct=Decimal(70),
    )
}

# The joint agreements began in 2015 (Västra Götalandsregionen, "Sedan 2015 har regionerna …"); the
# document that calls 60/40 the original division does not say in which year that began.
FIRST_REBATE_YEAR = 2015
REBATE_RULES = (
    RebateRule(FIRST_REBATE_YEAR, 2022, Decimal(60), Decimal(40), DEDUCTION, documents.GRANT_2023),
    RebateRule(2023, 2023, Decimal(70), Decimal(30), DEDUCTION, documents.GRANT_2023),
    RebateRule(2024, 2024, Decimal(60), Decimal(40), NET_GRANT, documents.GRANT_2023),
)


@dataclass(frozen=True, slots=True)
class RebateOutcome:
    """A year's rebate in SEK: TLV's December forecast and the final settlement."""

    forecast_sek: Decimal
    final_sek: Decimal
    source: str


REBATE_OUTCOMES = {
    2023: RebateOutcome(
        forecast_sek=Decimal(3_304_500_000),
        final_sek=Decimal(3_307_000_000),
        source=documents.REBATE_SETTLEMENT_2023,
    )
}


@dataclass(frozen=True, slots=True)
class BudgetYear:
    """A year's shared cost in thousands of SEK and the day whose population divides it."""

    year: int
    source: str
    total_tsek: Decimal
    population_day: date


BUDGET_YEARS = {
    2015: BudgetYear(
        year=2015,
        source=documents.COLLABORATION_MODEL_2014,
        total_tsek=Decimal(11_000),
        population_day=populations.BUDGET_2015_DAY,
    )
}


def grant_year(year: int) -> GrantYear:
    """Raises BadInput unknown_year, as the other look-ups here."""
    return _of_year(year, GRANT_YEARS)


def solidarity_year(year: int) -> SolidarityYear:
    return _of_year(year, SOLIDARITY_YEARS)


def gain_loss_year(year: int) -> GainLossYear:
    return _of_year(year, GAIN_LOSS_YEARS)


def budget_year(year: int) -> BudgetYear:
    return _of_year(year, BUDGET_YEARS)


def rebate_rule(year: int) -> RebateRule:
    rule = rebate_rule_or_none(year)
    if rule is None:
        raise _unknown_year(year, [f"{rule.first_year}-{rule.last_year}" for rule in REBATE_RULES])
    return rule


def rebate_rule_or_none(year: int) -> RebateRule | None:
    return rule_for(year, REBATE_RULES)


def rebate_outcome(year: int) -> RebateOutcome:
    return _of_year(year, REBATE_OUTCOMES)


def population_on(day: date) -> Mapping[str, int]:
    """Inhabitants per region on a day. Raises BadInput unknown_population_day."""
    if day not in populations.POPULATIONS:
        known = ", ".join(str(known_day) for known_day in sorted(populations.POPULATIONS))
        raise BadInput(Fault("unknown_population_day", params={"day": day, "known": known}))
    return populations.POPULATIONS[day]


def _of_year(year: int, known: Mapping[int, T]) -> T:
    if year not in known:
        raise _unknown_year(year, [str(known_year) for known_year in sorted(known)])
    return known[year]


def _unknown_year(year: int, known: Collection[str]) -> BadInput:
    return BadInput(Fault("unknown_year", params={"year": year, "known": ", ".join(known)}))
