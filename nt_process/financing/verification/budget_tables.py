"""The budget of the 2014 collaboration model, and its cost divided over the regions for 2015."""

from __future__ import annotations

from decimal import Decimal

from nt_process.financing.budget import divide_by_population
from nt_process.financing.data import populations
from nt_process.financing.verification.accounts import NO_FIGURE, PrintedRow, TableAccount
from nt_process.financing.verification.grant_tables import (
    Accounts,
    check_region_names,
    check_sum,
    region_rows,
)
from nt_process.financing.verification.intervals import Interval, point, total
from nt_process.kernel.messages import N_
from nt_process.kernel.money import ZERO, exact

BUDGET = "budget_2014_proposal"
COST = "cost_per_landsting_2015"
SUM_ROW = "Summa"
YEARS = (2013, 2014, 2015)
PAYERS = ("regions", "state")
SECTIONS = ("current", "proposed")

COLUMNS = {
    BUDGET: (
        "section",
        "item",
        *(f"{payer}_{year}_msek" for payer in (*PAYERS, "total") for year in YEARS),
    ),
    COST: ("county_code", "region", "landsting_2014_name", "population_2012_12_31", "share_pct", "cost_tsek"),
}


def _lines(account: TableAccount, section: str) -> tuple[list[PrintedRow], PrintedRow]:
    """The lines of a section of the budget, and its sum."""
    rows = [row for row in account.rows if row.cells["section"] == section]
    summed = [row for row in rows if row.name == SUM_ROW]
    lines = [row for row in rows if row.name != SUM_ROW]
    return lines, summed[0] if summed else account.row("item", SUM_ROW)


def _possible(account: TableAccount, row: PrintedRow, column: str) -> Interval:
    return point(0) if row.cells[column] in NO_FIGURE else account.interval(row, column)


def _line_total(account: TableAccount, row: PrintedRow, year: int) -> tuple[Decimal, Interval]:
    columns = [f"{payer}_{year}_msek" for payer in PAYERS]
    amount = sum((account.amount(row, column) for column in columns), ZERO)
    return amount, total(_possible(account, row, column) for column in columns)


def check_budget(accounts: Accounts) -> None:
    account = accounts[BUDGET]
    account.labels("section", "item")
    for section in SECTIONS:
        lines, summed = _lines(account, section)
        for year in YEARS:
            for row in (*lines, summed):
                amount, possible = _line_total(account, row, year)
                account.derives(row, f"total_{year}_msek", amount, possible, N_("regions + state"))
            for payer in PAYERS:
                column = f"{payer}_{year}_msek"
                for row in lines:
                    account.given(row, column)
                amount = sum((account.amount(row, column) for row in lines), ZERO)
                possible = total(_possible(account, row, column) for row in lines)
                account.derives(summed, column, amount, possible, N_("sum of the lines"))
            totals = [_line_total(account, row, year) for row in lines]
            amount = sum((amount for amount, _ in totals), ZERO)
            possible = total(interval for _, interval in totals)
            account.derives(summed, f"total_{year}_msek", amount, possible, N_("sum of the lines"))


@exact
def check_cost(accounts: Accounts) -> None:
    account, budget = accounts[COST], accounts[BUDGET]
    check_region_names(account)
    account.labels("landsting_2014_name")
    rows, country = region_rows(account)
    published = populations.POPULATIONS[populations.BUDGET_2015_DAY]
    people = {}
    for row in rows:
        code = row.cells["county_code"]
        people[code] = int(account.number(row, "population_2012_12_31"))
        account.given(row, "population_2012_12_31", published.get(code))
    check_sum(account, "population_2012_12_31", counted=True)
    printed_total = account.number(country, "cost_tsek")
    shares = {share.code: share for share in divide_by_population(printed_total, people, "half-up")}
    for row in rows:
        share = shares[row.cells["county_code"]]
        account.derives(
            row, "share_pct", share.share_pct, point(share.share_pct), N_("population / all inhabitants")
        )
        account.derives(
            row,
            "cost_tsek",
            share.unrounded,
            point(share.unrounded),
            N_("total x population / all inhabitants"),
        )
    check_sum(account, "share_pct")
    check_sum(account, "cost_tsek")
    in_budget = budget.number(_lines(budget, "proposed")[1], "total_2015_msek") * 1000
    account.repeats(country, "cost_tsek", in_budget, BUDGET)


CHECKS = {BUDGET: check_budget, COST: check_cost}
