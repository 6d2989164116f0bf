"""Tables 1, 2, 3 and 5 of the state grant 2023, and the totals by year."""

from __future__ import annotations

from decimal import Decimal

from nt_process.financing import parameters
from nt_process.financing.data import populations, state_grant
from nt_process.financing.grant import GrantParts, region_grants
from nt_process.financing.verification.accounts import PrintedRow, TableAccount
from nt_process.financing.verification.intervals import point, total
from nt_process.kernel.messages import N_
from nt_process.kernel.money import MILLION, ZERO, exact
from nt_process.kernel.regions import COUNTRY_CODE, find_region

PARTS = "state_grant_parts_2023"
CARVE_OUT = "state_grant_skr_carveout_2023"
GROSS = "state_grant_gross_by_region_2022_2023"
NEEDS = "needs_model_sek_per_inhabitant_2022_2023"
SUMMARY = "state_grant_summary_2023"
TOTALS = "state_grant_totals_by_year"

COLUMNS = {
    PARTS: ("part_sv", "part", "amount_msek", "note"),
    CARVE_OUT: ("item", "amount_msek", "amount_eur", "note"),
    GROSS: ("county_code", "region", "grant_2023_sek", "grant_2022_sek"),
    NEEDS: (
        "county_code", "region", "needs_model_2023_sek_per_inh", "needs_model_2022_sek_per_inh",
        "diff_sek_per_inh",
    ),
    SUMMARY: (
        "county_code", "region", "population_2022_08_31", "needs_model_sek_per_inh",
        "solidarity_net_sek_per_inh", "grant_sek_per_inh", "grant_sek",
    ),
    TOTALS: ("year", "amount_msek", "basis", "seed_file", "quote_sv"),
}  # fmt: skip

Accounts = dict[str, TableAccount]


def check_region_names(account: TableAccount) -> None:
    """The code and the name of every row mean the same region of the known 21, or the country."""
    for row in account.rows:
        code, region = row.cells["county_code"], find_region(row.cells["region"])
        expected = COUNTRY_CODE if region is None and code == COUNTRY_CODE else region.code if region else "?"
        account.names(row, "county_code", expected)
    account.labels("region")


def region_rows(account: TableAccount) -> tuple[list[PrintedRow], PrintedRow]:
    """The rows of the regions, and the row of the whole country."""
    regions = [row for row in account.rows if row.cells["county_code"] != COUNTRY_CODE]
    return regions, account.row("county_code", COUNTRY_CODE)


@exact
def check_sum(account: TableAccount, column: str, *, counted: bool = False) -> None:
    """The country's figure is the sum of the regions'. `counted` figures, such as people or the
    whole kronor that are paid, were never rounded."""
    rows, country = region_rows(account)
    values = [account.number(row, column) for row in rows]
    parts = [point(value) for value in values] if counted else [account.interval(row, column) for row in rows]
    account.derives(country, column, sum(values, ZERO), total(parts), N_("sum of the regions"))


def check_parts(accounts: Accounts) -> None:
    account = accounts[PARTS]
    account.labels("part_sv", "part", "note")
    held = {
        "pharmaceutical_benefit": state_grant.PHARMACEUTICAL_BENEFIT_MSEK,
        "other": state_grant.OTHER_MSEK,
        "hepatitis_c": state_grant.HEPATITIS_C_MSEK,
    }
    for part, amount in held.items():
        account.given(account.row("part", part), "amount_msek", amount)
    gross = account.row("part", "total_gross")
    possible = total(account.interval(account.row("part", part), "amount_msek") for part in held)
    account.derives(
        gross, "amount_msek", _printed_parts(accounts).gross, possible, N_("benefit + other + hepatitis C")
    )
    for part in ("minus_state_share_of_rebate", "total_net"):
        account.given(account.row("part", part), "amount_msek")


def _printed_parts(accounts: Accounts) -> GrantParts:
    parts, carve_out = accounts[PARTS], accounts[CARVE_OUT]

    def part(name: str) -> Decimal:
        return parts.number(parts.row("part", name), "amount_msek")

    def item(name: str) -> Decimal:
        return carve_out.number(carve_out.row("item", name), "amount_msek")

    return GrantParts(
        benefit=part("pharmaceutical_benefit"),
        other=part("other"),
        hepatitis_c=part("hepatitis_c"),
        sol_services=item("sol_services_to_ehalsomyndigheten_via_skr"),
        horizon_scanning=item("ihsi_horizon_scanning_membership_max"),
    )


@exact
def check_carve_out(accounts: Accounts) -> None:
    account = accounts[CARVE_OUT]
    account.labels("item", "note")
    parts = _printed_parts(accounts)
    services = account.row("item", "sol_services_to_ehalsomyndigheten_via_skr")
    scanning = account.row("item", "ihsi_horizon_scanning_membership_max")
    to_skr = account.row("item", "total_to_skr_preliminary")
    to_regions = account.row("item", "paid_to_regions_preliminary")
    account.given(services, "amount_msek", state_grant.SOL_SERVICES_MSEK)
    account.given(scanning, "amount_msek", state_grant.HORIZON_SCANNING_MSEK)
    account.given(scanning, "amount_eur", state_grant.HORIZON_SCANNING_EUR)
    for row in (services, to_skr, to_regions):
        account.given(row, "amount_eur")
    skr = account.interval(services, "amount_msek") + account.interval(scanning, "amount_msek")
    account.derives(to_skr, "amount_msek", parts.to_skr, skr, N_("prescription services + horizon scanning"))
    gross = accounts[PARTS].interval(accounts[PARTS].row("part", "total_gross"), "amount_msek")
    account.derives(
        to_regions, "amount_msek", parts.to_regions, gross - skr, N_("gross total - total to SKR")
    )
    paid = _gross_total(accounts, 2023) / MILLION
    account.derives(to_regions, "amount_msek", paid, point(paid), N_("sum of the regions' grants"))


def _gross_total(accounts: Accounts, year: int) -> Decimal:
    account = accounts[GROSS]
    return sum((account.number(row, f"grant_{year}_sek") for row in region_rows(account)[0]), ZERO)


def check_gross(accounts: Accounts) -> None:
    account = accounts[GROSS]
    check_region_names(account)
    for year in (2022, 2023):
        for row in region_rows(account)[0]:
            account.given(row, f"grant_{year}_sek", state_grant.GRANT_SEK[year].get(row.cells["county_code"]))
        check_sum(account, f"grant_{year}_sek", counted=True)


@exact
def check_needs(accounts: Accounts) -> None:
    account, summary = accounts[NEEDS], accounts[SUMMARY]
    check_region_names(account)
    rows, country = region_rows(account)
    for row in account.rows:
        code = row.cells["county_code"]
        twin = summary.row("county_code", code)
        column = "needs_model_sek_per_inh"
        account.repeats(row, "needs_model_2023_sek_per_inh", summary.number(twin, column), SUMMARY)
        held = state_grant.NEEDS_MODEL_SEK_PER_INH[2022].get(code)
        account.given(row, "needs_model_2022_sek_per_inh", held)
        now, before = "needs_model_2023_sek_per_inh", "needs_model_2022_sek_per_inh"
        account.derives(
            row,
            "diff_sek_per_inh",
            account.number(row, now) - account.number(row, before),
            account.interval(row, now) - account.interval(row, before),
            N_("needs model 2023 - needs model 2022"),
        )
    people = {row.cells["county_code"]: summary.number(row, "population_2022_08_31") for row in summary.rows}
    weighted = [(row, people[row.cells["county_code"]]) for row in rows]
    everyone = sum((number for _, number in weighted), ZERO)
    column = "needs_model_2023_sek_per_inh"
    mean = sum((account.number(row, column) * number for row, number in weighted), ZERO) / everyone
    possible = total(account.interval(row, column).times(number) for row, number in weighted).over(everyone)
    account.derives(country, column, mean, possible, N_("mean over all inhabitants"))


@exact
def check_summary(accounts: Accounts) -> None:
    account, needs, gross = accounts[SUMMARY], accounts[NEEDS], accounts[GROSS]
    solidarity = accounts["solidarity_financing_2023"]
    check_region_names(account)
    rows, _ = region_rows(account)
    published = populations.POPULATIONS[populations.GRANT_2023_DAY]
    for row in rows:
        account.given(row, "population_2022_08_31", published.get(row.cells["county_code"]))
    check_sum(account, "population_2022_08_31", counted=True)
    check_sum(account, "grant_sek", counted=True)
    for row in account.rows:
        code = row.cells["county_code"]
        twin = needs.row("county_code", code)
        column = "needs_model_2023_sek_per_inh"
        account.repeats(row, "needs_model_sek_per_inh", needs.number(twin, column), NEEDS)
        twin = solidarity.row("county_code", code)
        net = solidarity.number(twin, "net_sek_per_inh")
        account.repeats(row, "solidarity_net_sek_per_inh", net, solidarity.name)
        twin = gross.row("county_code", code)
        account.repeats(row, "grant_sek", gross.number(twin, "grant_2023_sek"), GROSS)
        _check_per_inhabitant(account, row)


def _check_per_inhabitant(account: TableAccount, row: PrintedRow) -> None:
    need, net = "needs_model_sek_per_inh", "solidarity_net_sek_per_inh"
    account.derives(
        row,
        "grant_sek_per_inh",
        account.number(row, need) + account.number(row, net),
        account.interval(row, need) + account.interval(row, net),
        N_("needs model + solidarity financing"),
    )
    population = int(account.number(row, "population_2022_08_31"))
    grant = region_grants({"": account.number(row, "grant_sek")}, {"": population})[0]
    account.derives(
        row,
        "grant_sek_per_inh",
        grant.grant_sek_per_inh or ZERO,
        point(account.number(row, "grant_sek")).over(population),
        N_("grant / population"),
    )
    per_inhabitant = account.interval(row, "grant_sek_per_inh")
    account.derives(
        row,
        "grant_sek",
        account.number(row, "grant_sek_per_inh") * population,
        per_inhabitant.times(population),
        N_("grant per inhabitant x population"),
    )


@exact
def check_totals(accounts: Accounts) -> None:
    account = accounts[TOTALS]
    account.labels("basis", "seed_file", "quote_sv")
    parts = accounts[PARTS]
    for row in account.rows:
        year = int(account.number(row, "year"))
        account.given(row, "year", year if year in parameters.GRANT_YEARS else "-")
        if row.cells["basis"].startswith("gross, sum over regions"):
            amount = _gross_total(accounts, year) / MILLION
            account.derives(row, "amount_msek", amount, point(amount), N_("sum of the regions' grants"))
        elif row.cells["basis"].startswith("gross, agreement total"):
            gross = parts.number(parts.row("part", "total_gross"), "amount_msek")
            account.repeats(row, "amount_msek", gross, PARTS)
        else:
            account.given(row, "amount_msek", state_grant.TOTAL_2025_MSEK)


CHECKS = {
    PARTS: check_parts,
    CARVE_OUT: check_carve_out,
    GROSS: check_gross,
    NEEDS: check_needs,
    SUMMARY: check_summary,
    TOTALS: check_totals,
}
