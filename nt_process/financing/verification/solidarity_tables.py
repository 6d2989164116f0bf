"""Table 4 of the state grant 2023, the solidarity financing, and the thresholds of its staircase."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nt_process.financing.data import state_grant
from nt_process.financing.parameters import SOLIDARITY_YEARS
from nt_process.financing.solidarity import RegionSolidarity, Solidarity, Staircase, solidarity
from nt_process.financing.verification.accounts import PrintedRow, TableAccount
from nt_process.financing.verification.grant_tables import (
    SUMMARY,
    Accounts,
    check_region_names,
    region_rows,
)
from nt_process.financing.verification.intervals import Interval, point, total
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact, percent
from nt_process.kernel.regions import COUNTRY_CODE

FINANCING = "solidarity_financing_2023"
THRESHOLDS = "solidarity_staircase_thresholds"
YEAR = 2023

COLUMNS = {
    FINANCING: (
        "county_code", "region", "outcome_2022_sek_per_inh", "outcome_2023_sek_per_inh",
        "excess_cost_level1_sek_per_inh", "excess_cost_level2_sek_per_inh",
        "compensation_level1_85pct_sek_per_inh", "compensation_level2_90pct_sek_per_inh",
        "financing_sek_per_inh", "net_sek_per_inh",
    ),
    THRESHOLDS: (
        "year", "step", "lower_bound_sek_per_inh", "upper_bound_sek_per_inh", "compensation_pct", "seed_file",
        "quote_sv",
    ),
}  # fmt: skip

_COST = "outcome_2023_sek_per_inh"


def printed_staircase(accounts: Accounts) -> tuple[Staircase, Interval, Interval]:
    """The thresholds of 2023 as printed, and what the lower and upper one were before rounding."""
    account = accounts[THRESHOLDS]
    first, second = (_threshold(account, YEAR, step) for step in (1, 2))
    lower, upper = "lower_bound_sek_per_inh", "upper_bound_sek_per_inh"
    staircase = Staircase(
        account.number(first, lower),
        account.number(first, upper),
        account.number(first, "compensation_pct"),
        account.number(second, "compensation_pct"),
    )
    return staircase, account.interval(first, lower), account.interval(first, upper)


def _threshold(account: TableAccount, year: int, step: int) -> PrintedRow:
    matching = [row for row in account.rows if row.cells["step"] == str(step)]
    return next((row for row in matching if row.cells["year"] == str(year)), account.rows[0])


def printed_outcome(accounts: Accounts) -> Solidarity:
    """The financing computed from the printed costs, populations and thresholds."""
    account = accounts[FINANCING]
    costs = {row.cells["county_code"]: account.number(row, _COST) for row in region_rows(account)[0]}
    return solidarity(costs, _populations(accounts), printed_staircase(accounts)[0])


def _populations(accounts: Accounts) -> dict[str, int]:
    summary = accounts[SUMMARY]
    return {
        row.cells["county_code"]: int(summary.number(row, "population_2022_08_31"))
        for row in region_rows(summary)[0]
    }


@exact
def check_financing(accounts: Accounts) -> None:
    account = accounts[FINANCING]
    check_region_names(account)
    rows, country = region_rows(account)
    for row in rows:
        code = row.cells["county_code"]
        for year in (2022, 2023):
            held = state_grant.SOLIDARITY_COST_SEK_PER_INH[year].get(code)
            account.given(row, f"outcome_{year}_sek_per_inh", held)
    _check_means(accounts, account, country)
    outcome = printed_outcome(accounts)
    people = _populations(accounts)
    ranges = _ranges(accounts, rows)
    everyone = sum(people.values())
    financing = _mean([ranges[code]["compensation"] for code in ranges], [people[code] for code in ranges])
    by_code = {region.code: region for region in outcome.regions}
    for row in rows:
        region, possible = by_code[row.cells["county_code"]], ranges[row.cells["county_code"]]
        for column, (value, name, formula) in _FORMULAS.items():
            account.derives(row, column, value(region), possible[name], formula)
        _check_result(
            account,
            row,
            financing=outcome.financing,
            net=region.net,
            possible_financing=financing,
            possible_net=possible["compensation"] - financing,
        )
    for column, (value, name, formula) in _FORMULAS.items():
        weighted = sum((value(region) * region.population for region in outcome.regions), ZERO) / everyone
        possible_mean = _mean([ranges[code][name] for code in ranges], [people[code] for code in ranges])
        account.derives(country, column, weighted, possible_mean, formula)
    _check_result(
        account,
        country,
        financing=outcome.financing,
        net=ZERO,
        possible_financing=financing,
        possible_net=point(ZERO),
    )


_FORMULAS: dict[str, tuple[Callable[[RegionSolidarity], Decimal], str, str]] = {
    "excess_cost_level1_sek_per_inh": (
        lambda region: region.excess_lower,
        "excess_lower",
        N_("max(0, min(cost, upper threshold) - lower threshold)"),
    ),
    "excess_cost_level2_sek_per_inh": (
        lambda region: region.excess_upper,
        "excess_upper",
        N_("max(0, cost - upper threshold)"),
    ),
    "compensation_level1_85pct_sek_per_inh": (
        lambda region: region.compensation_lower,
        "compensation_lower",
        N_("85 percent of the excess cost at level 1"),
    ),
    "compensation_level2_90pct_sek_per_inh": (
        lambda region: region.compensation_upper,
        "compensation_upper",
        N_("90 percent of the excess cost at level 2"),
    ),
}


def _check_result(
    account: TableAccount,
    row: PrintedRow,
    *,
    financing: Decimal,
    net: Decimal,
    possible_financing: Interval,
    possible_net: Interval,
) -> None:
    column = "financing_sek_per_inh"
    account.derives(
        row, column, -financing, possible_financing.times(-1), N_("all compensation / all inhabitants")
    )
    account.derives(row, "net_sek_per_inh", net, possible_net, N_("compensation - financing"))


def _ranges(accounts: Accounts, rows: list[PrintedRow]) -> dict[str, dict[str, Interval]]:
    """What each step may have been before rounding, per region code."""
    account = accounts[FINANCING]
    staircase, lower, upper = printed_staircase(accounts)
    ranges = {}
    for row in rows:
        cost = account.interval(row, _COST)
        excess_lower = (cost.at_most(upper) - lower).at_least(ZERO)
        excess_upper = (cost - upper).at_least(ZERO)
        compensation_lower = excess_lower.times(percent(staircase.lower_pct))
        compensation_upper = excess_upper.times(percent(staircase.upper_pct))
        ranges[row.cells["county_code"]] = {
            "excess_lower": excess_lower,
            "excess_upper": excess_upper,
            "compensation_lower": compensation_lower,
            "compensation_upper": compensation_upper,
            "compensation": compensation_lower + compensation_upper,
        }
    return ranges


def _mean(values: list[Interval], people: list[int]) -> Interval:
    weighted = (value.times(number) for value, number in zip(values, people, strict=True))
    return total(weighted).over(sum(people))


def _check_means(accounts: Accounts, account: TableAccount, country: PrintedRow) -> None:
    rows = region_rows(account)[0]
    people = _populations(accounts)
    ranges = [account.interval(row, _COST) for row in rows]
    possible = _mean(ranges, [people[row.cells["county_code"]] for row in rows])
    mean = printed_outcome(accounts).mean_cost
    account.derives(country, _COST, mean, possible, N_("mean over all inhabitants"))
    thresholds = accounts[THRESHOLDS]
    earlier = _threshold(thresholds, 2022, 0)
    column = "outcome_2022_sek_per_inh"
    account.repeats(country, column, thresholds.number(earlier, "upper_bound_sek_per_inh"), THRESHOLDS)


def check_thresholds(accounts: Accounts) -> None:
    account, financing = accounts[THRESHOLDS], accounts[FINANCING]
    account.labels("seed_file", "quote_sv")
    country = financing.row("county_code", COUNTRY_CODE)
    lower, upper = "lower_bound_sek_per_inh", "upper_bound_sek_per_inh"
    held = SOLIDARITY_YEARS[YEAR].staircase
    percentages = {"0": Decimal(0), "1": held.lower_pct, "2": held.upper_pct}
    for row in account.rows:
        account.given(row, "year")
        account.given(row, "step")
        account.given(row, "compensation_pct", percentages.get(row.cells["step"]))
        mean = financing.number(country, f"outcome_{row.cells['year']}_sek_per_inh")
        if row.cells["step"] == "0":
            account.given(row, lower, 0)
            account.repeats(row, upper, mean, FINANCING)
        elif row.cells["step"] == "1":
            account.repeats(row, lower, mean, FINANCING)
            account.given(row, upper, held.upper)
        else:
            account.repeats(row, lower, account.number(_threshold(account, YEAR, 1), upper), THRESHOLDS)
            account.given(row, upper)


CHECKS = {FINANCING: check_financing, THRESHOLDS: check_thresholds}
