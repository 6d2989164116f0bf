"""Small contracts and sales to compute, and random ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from nt_process.terms.clause import Clause
from nt_process.terms.contract import HALF_UP, Contract, Result, evaluate
from nt_process.terms.outcomes import IndividualOutcome, Instalments, PopulationOutcome
from nt_process.terms.patients import DoseCap, FreeDoses, PatientCap
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.values import Cohort, Counts, Doses, Outcome, SalesLine
from nt_process.terms.volumes import SpendCap, Subscription, TieredVolume

JANUARY, FEBRUARY, APRIL = date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)
YEAR_END = date(2026, 12, 31)
NOTHING = Counts()


def kr(text: str | int | Decimal) -> Decimal:
    return Decimal(text)


def sale(
    amount: str | int | Decimal,
    volume: str | int | Decimal = 1,
    *,
    region: str = "01",
    unit: str = "A",
    month: date = JANUARY,
    package: str = "P",
) -> SalesLine:
    return SalesLine(package, region, unit, month, kr(volume), kr(amount))


def contract(*clauses: Clause, packages: Sequence[str] = ("P", "Q"), rounding: str = HALF_UP) -> Contract:
    return Contract(JANUARY, None, tuple(packages), clauses, rounding)


def due(
    *clauses: Clause, sales: Sequence[SalesLine], counts: Counts = NOTHING, until: date = YEAR_END
) -> Result:
    return evaluate(contract(*clauses), sales, counts, until)


regions = st.sampled_from(["01", "12", "14"])
months = st.sampled_from([JANUARY, FEBRUARY, APRIL, date(2026, 7, 1), date(2027, 1, 1)])
ore = st.integers(min_value=0, max_value=5_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
percentages = st.integers(min_value=0, max_value=10_000).map(lambda parts: Decimal(parts).scaleb(-2))
patients = st.integers(min_value=0, max_value=30)


@st.composite
def sales_lines(draw: st.DrawFn) -> SalesLine:
    volume = draw(st.integers(min_value=0, max_value=60))
    amount = draw(ore) if volume else Decimal(0)
    unit = draw(st.sampled_from("ABC"))
    return SalesLine(draw(st.sampled_from("PQ")), draw(regions), unit, draw(months), Decimal(volume), amount)


sales = st.lists(sales_lines(), max_size=14)
counted = st.builds(
    Counts,
    st.lists(st.builds(Cohort, regions, months, patients, ore), max_size=5).map(tuple),
    st.lists(st.builds(Doses, regions, months, st.integers(0, 12), patients), max_size=5).map(tuple),
    st.lists(
        st.builds(
            Outcome, regions, months, st.sampled_from(["response"]),
            st.sampled_from(["met", "failed", "missing"]), patients, ore,
        ),
        max_size=6,
    ).map(tuple),
)  # fmt: skip


@st.composite
def tiers(draw: st.DrawFn) -> tuple[tuple[Decimal, Decimal], ...]:
    begins = sorted(draw(st.sets(st.integers(min_value=0, max_value=200), min_size=1, max_size=4)))
    rates = sorted(draw(st.lists(percentages, min_size=len(begins), max_size=len(begins))))
    return tuple(zip(map(Decimal, begins), rates, strict=True))


prices = st.dictionaries(st.sampled_from("PQ"), ore, min_size=1, max_size=2)
common = {
    "basis": st.sampled_from(["list", "remaining"]),
    "packages": st.sampled_from([(), ("P",)]),
    "starts": st.sampled_from([None, FEBRUARY]),
}
pooled = common | {
    "pool": st.sampled_from(["country", "region"]),
    "span": st.sampled_from(["quarter", "year", "term"]),
}
missing_as = st.sampled_from(["failed", "met", "left_out"])
whole = st.integers(min_value=0, max_value=20)
clauses = st.one_of(
    st.builds(SimpleDiscount, rate_pct=percentages, **common),
    st.builds(FixedNetPrice, net_prices=prices, **common),
    st.builds(TieredVolume, mode=st.sampled_from(["marginal", "all_units"]), tiers=tiers(), **pooled),
    st.builds(SpendCap, cap=ore, share_pct=percentages, **pooled),
    st.builds(Subscription, fee=ore, **pooled),
    st.builds(PatientCap, cap=whole, **pooled),
    st.builds(FreeDoses, free=whole, dose_price=ore, share_pct=percentages, **pooled),
    st.builds(DoseCap, most=whole, dose_price=ore, **pooled),
    st.builds(
        IndividualOutcome, measure=st.just("response"), share_pct=percentages, missing_as=missing_as, **pooled
    ),
    st.builds(
        PopulationOutcome,
        measure=st.just("response"),
        target_pct=st.integers(min_value=1, max_value=100).map(Decimal),
        share_pct=percentages,
        least=whole,
        missing_as=missing_as,
        **pooled,
    ),
    st.builds(
        CoverageWithEvidence,
        provisional_prices=st.just({"P": Decimal(900), "Q": Decimal(100)}),
        review=st.just(date(2026, 6, 1)),
        final_prices=prices,
        **common,
    ),
    st.builds(
        Instalments,
        instalments=st.just((("response", Decimal("100.50")),)),
        missing_as=missing_as,
        **pooled,
    ),
)
contracts = st.builds(
    Contract,
    st.just(JANUARY),
    st.sampled_from([None, date(2026, 6, 30)]),
    st.just(("P", "Q")),
    st.lists(clauses, min_size=1, max_size=4).map(tuple),
    st.sampled_from(["half_up", "down"]),
)
