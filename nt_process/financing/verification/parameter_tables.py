"""The needs model's groups, the division of the rebate by year, and the single parameters."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product

from nt_process.financing import parameters
from nt_process.financing.data import regional_vgr
from nt_process.financing.orphan_grant import Terms
from nt_process.financing.payments import INSTALMENTS_PER_YEAR, PAYMENT_LAG_MONTHS
from nt_process.financing.rebate_split import rebate_calendar, rule_for
from nt_process.financing.regional import INTRODUCTION_MONTHS
from nt_process.financing.verification.accounts import PrintedRow, TableAccount
from nt_process.financing.verification.budget_tables import BUDGET
from nt_process.financing.verification.grant_tables import SUMMARY, TOTALS, Accounts, region_rows
from nt_process.financing.verification.intervals import Interval, point, total
from nt_process.financing.verification.solidarity_tables import FINANCING, printed_outcome
from nt_process.kernel.messages import N_
from nt_process.kernel.money import MILLION, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE, REGIONS

GROUPS = "needs_model_groups"
REBATE = "rebate_split_by_year"
PARAMETERS = "seed_parameters"

COLUMNS = {
    GROUPS: ("group_no", "age_band", "education", "household_income", "living_arrangement"),
    REBATE: (
        "valid_from_year", "valid_to_year", "region_share_pct", "state_share_pct", "status", "seed_file",
        "quote_sv",
    ),
    PARAMETERS: ("parameter", "value", "unit", "year_or_status", "seed_file", "quote_sv"),
}  # fmt: skip

_INCOMES = ("below_median", "above_median")
# Source: SKR, EkonomiNytt on the state grant 2023, "Behovsmodellen": 6 + 12 + 4 groups.
NEEDS_GROUPS = (
    *((age, "", income, "") for age, income in product(("0", "1-5", "6-18"), _INCOMES)),
    *(
        (age, education, income, "")
        for age, education, income in product(("19-49", "50-69", "70-79"), ("low", "high"), _INCOMES)
    ),
    *((age, "", "", living) for age, living in product(("80-89", "90+"), ("living_alone", "not_alone"))),
)


def check_groups(accounts: Accounts) -> None:
    account = accounts[GROUPS]
    formula = N_("the combinations of age, education, income and household in the text")
    for number, row in enumerate(account.rows, 1):
        group = NEEDS_GROUPS[number - 1] if number <= len(NEEDS_GROUPS) else ("?",) * 4
        for column, expected in zip(COLUMNS[GROUPS], (str(number), *group), strict=True):
            account.spells(row, column, expected, formula)


def check_rebate(accounts: Accounts) -> None:
    account = accounts[REBATE]
    account.labels("status", "seed_file", "quote_sv")
    for row in account.rows:
        year = int(account.number(row, "valid_to_year"))
        rule = rule_for(year, parameters.REBATE_RULES)
        account.given(row, "valid_from_year", rule.first_year if rule else "-")
        account.given(row, "valid_to_year", rule.last_year if rule else "-")
        account.given(row, "region_share_pct", rule.regions_pct if rule else "-")
        regions = account.number(row, "region_share_pct")
        account.derives(
            row,
            "state_share_pct",
            100 - regions,
            point(100 - regions),
            N_("100 percent - the regions' share"),
        )


def check_parameters(accounts: Accounts) -> None:
    account = accounts[PARAMETERS]
    account.labels("parameter", "unit", "year_or_status", "seed_file", "quote_sv")
    derived = _derived(accounts)
    for row in account.rows:
        if row.name in derived:
            derived[row.name](account, row)
        elif row.name in _GIVEN:
            account.given(row, "value", _GIVEN[row.name])


_GAIN_LOSS = parameters.GAIN_LOSS_YEARS[2023]
_ORPHAN_STATE_PCT = Terms(first_year=0, pot=ZERO, indexation_pct=ZERO).state_pct

# The value that the calculations here use, or None for what none of them uses.
_GIVEN: dict[str, Decimal | int | str | None] = {
    "profit_loss_corridor_pct": _GAIN_LOSS.corridor.width_pct,
    "profit_loss_state_share_beyond_corridor_pct": _GAIN_LOSS.corridor.share_pct,
    "hepatitis_c_state_share_pct": _GAIN_LOSS.hepatitis_c_state_pct,
    "grant_payment_fraction_per_month": f"1/{INSTALMENTS_PER_YEAR}",
    "grant_payment_lag_months": PAYMENT_LAG_MONTHS,
    "needs_model_population_lag_years": None,
    "solidarity_diseases": None,
    "solidarity_cost_period": None,
    "vgr_introduction_financing_years": INTRODUCTION_MONTHS // 12,
    "vgr_regional_solidarity_share_pct": regional_vgr.SOLIDARITY_PCT,
    "vgr_rebate_distribution": "quarterly",
    "vgr_haemophilia_atc_moved_2026": "; ".join(regional_vgr.HAEMOPHILIA_ATC),
    "tlv_statutory_deadline_days": None,
    "tlv_shortening_proposed_days_min": None,
    "tlv_shortening_proposed_days_max": None,
    "negotiation_proposed_deadline_days_min": None,
    "negotiation_proposed_deadline_days_max": None,
    "orphan_state_grant_share_pct": _ORPHAN_STATE_PCT,
    "orphan_market_exclusivity_years": None,
    "orphan_new_approvals_per_year_min": None,
    "orphan_new_approvals_per_year_max": None,
    "wait_orphans_approved_2018_2021": None,
    "wait_orphans_available_sweden_2023_01_05": None,
    "ema_approval_levels": None,
    "nt_recommendation_values": None,
    "budget_2016_lifecycle_msek": None,
    "introduction_protocols_per_year": None,
    "follow_ups_2015": None,
    "follow_ups_2016": None,
    "follow_up_period_years": None,
    "reporting_per_year_min": None,
    "negotiation_delegation_size_min": None,
    "negotiation_delegation_size_max": None,
    "partial_national_coverage_min_pct": None,
    "partial_national_coverage_max_pct": None,
}

Derive = Callable[[TableAccount, PrintedRow], None]


def _amount(computed: Decimal, possible: Interval, formula: str) -> Derive:
    return lambda account, row: account.derives(row, "value", computed, possible, formula)


def _count(computed: Decimal | int, formula: str) -> Derive:
    return _amount(Decimal(computed), point(computed), formula)


def _spelled(expected: object, formula: str) -> Derive:
    return lambda account, row: account.spells(row, "value", str(expected), formula)


def _repeated(elsewhere: Decimal, place: str) -> Derive:
    return lambda account, row: account.repeats(row, "value", elsewhere, place)


@exact
def _derived(accounts: Accounts) -> dict[str, Derive]:
    """How each parameter that follows from other printed figures is computed."""
    account, summary, budget = accounts[PARAMETERS], accounts[SUMMARY], accounts[BUDGET]
    totals = accounts[TOTALS]
    outcome = printed_outcome(accounts)
    calendar = rebate_calendar(2023)

    def value(name: str) -> Decimal:
        return account.number(account.row("parameter", name), "value")

    grant, people = (
        sum((summary.number(row, column) for row in region_rows(summary)[0]), ZERO)
        for column in ("grant_sek", "population_2022_08_31")
    )
    lifecycle = budget.number(budget.row("item", "Livscykel"), "regions_2015_msek")
    proposed = [row for row in budget.rows if row.cells["section"] == "proposed" and row.name != "Summa"]
    total_2025 = totals.number(totals.row("year", "2025"), "amount_msek")
    months = N_("the calendar of the rebate")
    shortened = N_("statutory limit - proposed shortening")
    return {
        "needs_model_avg_sek_per_inh": _count(grant / people, N_("grant / population")),
        "solidarity_total_cost_msek": _solidarity_cost(accounts),
        "solidarity_cost_growth_pct": _cost_growth(accounts),
        "solidarity_financing_deduction_sek_per_inh": _count(
            outcome.financing, N_("all compensation / all inhabitants")
        ),
        "solidarity_qualifying_regions": _count(
            len(outcome.qualifying), N_("regions above the lower threshold")
        ),
        "rebate_forecast_month": _spelled(calendar.forecast, months),
        "rebate_adjustment_payout_month": _spelled(calendar.deduction, months),
        "rebate_final_reconciliation_month": _spelled(calendar.final, months),
        "rebate_last_adjustment_payout_month": _spelled(calendar.adjustment, months),
        "tlv_proposed_deadline_days_min": _count(
            value("tlv_statutory_deadline_days") - value("tlv_shortening_proposed_days_max"), shortened
        ),
        "tlv_proposed_deadline_days_max": _count(
            value("tlv_statutory_deadline_days") - value("tlv_shortening_proposed_days_min"), shortened
        ),
        "orphan_region_own_share_pct": _count(
            100 - value("orphan_state_grant_share_pct"), N_("100 percent - the state's share")
        ),
        "regions_count": _count(len(REGIONS), N_("number of regions")),
        "budget_2015_total_msek": _count(
            sum((budget.amount(row, "regions_2015_msek") for row in proposed), ZERO), N_("sum of the lines")
        ),
        "budget_2015_lifecycle_msek": _repeated(lifecycle, BUDGET),
        "grant_total_2025_msek": _repeated(total_2025, TOTALS),
    }


def _solidarity_cost(accounts: Accounts) -> Derive:
    financing, summary = accounts[FINANCING], accounts[SUMMARY]
    cost = "outcome_2023_sek_per_inh"
    amounts, ranges = [], []
    for row in region_rows(financing)[0]:
        twin = summary.row("county_code", row.cells["county_code"])
        people = summary.number(twin, "population_2022_08_31")
        amounts.append(financing.number(row, cost) * people / MILLION)
        ranges.append(financing.interval(row, cost).times(people / MILLION))
    formula = N_("sum of cost per inhabitant x population")
    return _amount(sum(amounts, ZERO), total(ranges), formula)


def _cost_growth(accounts: Accounts) -> Derive:
    financing = accounts[FINANCING]
    country = financing.row("county_code", COUNTRY_CODE)
    now, before = "outcome_2023_sek_per_inh", "outcome_2022_sek_per_inh"
    growth = 100 * (financing.number(country, now) / financing.number(country, before) - 1)
    new, old = financing.interval(country, now), financing.interval(country, before)
    possible = Interval(100 * (new.low / old.high - 1), 100 * (new.high / old.low - 1))
    return _amount(growth, possible, N_("growth of the mean cost per inhabitant"))


CHECKS = {GROUPS: check_groups, REBATE: check_rebate, PARAMETERS: check_parameters}
