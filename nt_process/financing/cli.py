"""`nt financing`: every calculation of the public documents on the command line, without a database.

Each command shows its calculation as text, with `--json` as one JSON document, or with `--csv` as a
table. Refusals name row and column in the language of `NT_LANG` (sv or en); with `--json` they are
the document: {"faults": [{"code", "row", "column", "message"}]}, and the exit code is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from nt_process.financing.budget import Method
from nt_process.financing.cli_output import (
    FinancingCommand,
    FinancingGroup,
    print_verification,
    show,
)
from nt_process.financing.cli_types import (
    AMOUNT,
    BASE_LEVEL,
    DAY,
    GROWTH_PERCENT,
    ORE_AMOUNT,
    PERCENT,
    TABLE_FILE,
)
from nt_process.financing.orphan_grant import ShortageRule
from nt_process.financing.scenarios.budget import budget_scenario
from nt_process.financing.scenarios.orphan_grant import (
    EXAMPLE_FIRST_YEAR,
    EXAMPLE_YEARS,
    FIRST_YEARS,
    MAX_YEARS,
    PotChoice,
    cost_file_scenario,
    growing_cost_scenario,
    product_file_scenario,
)
from nt_process.financing.scenarios.regional import (
    purchase_scenario,
    returned_rebate_scenario,
    rules_scenario,
    stated_purchase,
)
from nt_process.financing.scenarios.sharing import gain_loss_scenario, rebate_split_scenario
from nt_process.financing.scenarios.solidarity import solidarity_scenario
from nt_process.financing.scenarios.state_grant import grant_scenario, payments_scenario
from nt_process.financing.verification.verify import read_tables, verify
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.settings import DEFAULT_TABLES_DIR, language_of_environment

# Help is composed when the command is loaded, in the language the process was started with.
_ = translator(language_of_environment())

_JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
_CSV = click.option("--csv", "as_csv", is_flag=True, help=_("Print a comma-separated table."))
_INPUT = click.option(
    "--input",
    "file",
    type=TABLE_FILE,
    metavar="FILE",
    help=_("Own figures, CSV or XLSX; - for standard input."),
)


def _year(default: int) -> Callable[[Any], Any]:
    return click.option(
        "--year", type=int, default=default, show_default=True, help=_("Year of the parameters.")
    )


@click.group(
    cls=FinancingGroup, help=_("The calculations of the public documents on how drugs are financed.")
)
def financing() -> None:
    """The group that `nt` mounts."""


def _command(name: str, text: str) -> Callable[[Callable[..., None]], click.Command]:
    """A financing command with the two options that all have."""

    def register(function: Callable[..., None]) -> click.Command:
        command = financing.command(name, cls=FinancingCommand, help=text)
        return command(_JSON(_CSV(function)))

    return register


@_command("grant", _("The state grant: parts, per region, per inhabitant, change between years."))
@_year(2023)
@click.option("--total", type=AMOUNT, help=_("Another total in SEK, distributed by the year's models."))
def grant(year: int, total: Decimal | None, as_json: bool, as_csv: bool) -> None:
    show(grant_scenario(year, total), as_json=as_json, as_csv_table=as_csv)


@_command("payments", _("The monthly payments of the grant, two months late, less the state's rebate share."))
@_year(2023)
@click.option("--region", help=_("One region, by name or county code."))
@click.option("--rebate-forecast", type=AMOUNT, help=_("TLV's forecast of the rebate, million SEK."))
@click.option("--rebate-final", type=AMOUNT, help=_("The final rebate, million SEK."))
@_INPUT
def payments(
    *,
    year: int,
    region: str | None,
    rebate_forecast: Decimal | None,
    rebate_final: Decimal | None,
    file: bytes | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    layout = payments_scenario(year, region, file, rebate_forecast, rebate_final)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("solidarity", _("Solidarity financing: staircase, financing per inhabitant, net per region."))
@_year(2023)
@click.option("--lower", type=AMOUNT, help=_("Lower threshold, SEK per inhabitant."))
@click.option("--upper", type=AMOUNT, help=_("Upper threshold, SEK per inhabitant."))
@click.option("--computed-thresholds", is_flag=True, help=_("Compute the thresholds from the mean cost."))
@_INPUT
def solidarity(
    *,
    year: int,
    lower: Decimal | None,
    upper: Decimal | None,
    computed_thresholds: bool,
    file: bytes | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    layout = solidarity_scenario(year, file, lower=lower, upper=upper, compute_thresholds=computed_thresholds)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("gainloss", _("Gain and loss sharing between state and regions outside the corridor."))
@_year(2023)
@click.option(
    "--part",
    type=click.Choice(["benefit", "hepatitis-c"]),
    default="benefit",
    show_default=True,
    help=_("Part of the agreement."),
)
@click.option("--agreed", type=AMOUNT, help=_("Agreed amount, million SEK; the year's when left out."))
@click.option("--actual", type=AMOUNT, required=True, help=_("Actual cost, million SEK."))
@click.option("--corridor", type=PERCENT, help=_("Width of the corridor, percent."))
@click.option("--share", type=PERCENT, help=_("Share settled beyond the corridor, percent."))
def gainloss(
    *,
    year: int,
    part: str,
    agreed: Decimal | None,
    actual: Decimal,
    corridor: Decimal | None,
    share: Decimal | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    layout = gain_loss_scenario(year, part, agreed, actual, width_pct=corridor, share_pct=share)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("rebate-split", _("The rebate between state and regions: forecast, adjustment, final, net grant."))
@_year(2023)
@click.option("--total", type=AMOUNT, help=_("The rebate, million SEK; the year's outcome when left out."))
@click.option("--forecast", type=AMOUNT, help=_("TLV's forecast of the rebate, million SEK."))
@click.option("--gross-grant", type=AMOUNT, help=_("Gross grant, million SEK, for years with a net grant."))
@_INPUT
def rebate_split(
    *,
    year: int,
    total: Decimal | None,
    forecast: Decimal | None,
    gross_grant: Decimal | None,
    file: bytes | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    layout = rebate_split_scenario(year, total, forecast, gross_grant, file)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("budget", _("A shared cost divided over the regions by population."))
@_year(2015)
@click.option("--total", type=AMOUNT, help=_("The cost, thousand SEK; the year's when left out."))
@click.option(
    "--method",
    type=click.Choice(["half-up", "largest-remainder"]),
    default="half-up",
    show_default=True,
    help=_("How whole thousands are made."),
)
@click.option("--population-day", type=DAY, help=_("Population on another day."))
@_INPUT
def budget(
    *,
    year: int,
    total: Decimal | None,
    method: Method,
    population_day: date | None,
    file: bytes | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    show(budget_scenario(year, total, method, population_day, file), as_json=as_json, as_csv_table=as_csv)


@_command(
    "orphan-grant", _("The proposed state grant for orphan drugs: 90 percent of the cost out of a pot.")
)
@click.option(
    "--first-year",
    type=click.IntRange(*FIRST_YEARS),
    default=EXAMPLE_FIRST_YEAR,
    show_default=True,
    help=_("First year of the grant."),
)
@click.option(
    "--years",
    type=click.IntRange(1, MAX_YEARS),
    default=EXAMPLE_YEARS,
    show_default=True,
    help=_("Number of years."),
)
@click.option("--cost", type=AMOUNT, help=_("Cost in the first year, million SEK."))
@click.option("--growth", type=GROWTH_PERCENT, help=_("Growth of the cost per year, percent."))
@click.option("--pot", type=AMOUNT, help=_("Pot in the first year, million SEK."))
@click.option("--indexation", type=PERCENT, help=_("Indexation of the pot per year, percent."))
@click.option(
    "--base",
    "bases",
    type=BASE_LEVEL,
    multiple=True,
    help=_("New base level where a period begins, such as 2029=1200."),
)
@click.option(
    "--shortage",
    type=click.Choice(["pro-rata", "carry-over", "deficit"]),
    default="pro-rata",
    show_default=True,
    help=_("What happens when the pot is exceeded."),
)
@click.option(
    "--products",
    type=TABLE_FILE,
    metavar="FILE",
    help=_("Products with cost, first day and end of exclusivity."),
)
@click.option(
    "--glide",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help=_("Years of phasing out after exclusivity."),
)
@_INPUT
def orphan_grant(
    *,
    first_year: int,
    years: int,
    cost: Decimal | None,
    growth: Decimal | None,
    pot: Decimal | None,
    indexation: Decimal | None,
    bases: tuple[tuple[int, Decimal], ...],
    shortage: ShortageRule,
    products: bytes | None,
    glide: int,
    file: bytes | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    choice = PotChoice(first_year, pot, indexation, shortage, dict(bases))
    ways = [file is not None, products is not None, cost is not None or growth is not None]
    if sum(ways) > 1:
        raise BadInput(Fault("one_source_of_costs"))
    if file is not None:
        layout = cost_file_scenario(choice, file)
    elif products is not None:
        layout = product_file_scenario(choice, years, products, glide)
    else:
        layout = growing_cost_scenario(choice, years, cost, growth)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("regional", _("Who pays for a drug inside a region, by rule and date."))
@click.option("--region", required=True, help=_("The region, by name or county code."))
@click.option("--date", "day", type=DAY, help=_("The day; today when left out."))
@click.option(
    "--price", type=ORE_AMOUNT, help=_("Price of a purchase in SEK; without it all rules are shown.")
)
@click.option("--patient-fee", type=ORE_AMOUNT, default="0", help=_("The patient's own fee, SEK."))
@click.option(
    "--channel",
    type=click.Choice(["prescription", "requisition"]),
    default="prescription",
    show_default=True,
    help=_("Prescription or requisition."),
)
@click.option("--atc", default="", help=_("ATC code."))
@click.option(
    "--prescriber",
    type=click.Choice(["own", "without-responsibility", "other-region"]),
    default="own",
    show_default=True,
    help=_("Who prescribes."),
)
@click.option(
    "--patient",
    type=click.Choice(["resident", "other-region", "asylum-seeker", "without-permit"]),
    default="resident",
    show_default=True,
    help=_("Who is treated."),
)
@click.option(
    "--communicable",
    type=click.Choice(["hiv", "hepatitis-c", "other"]),
    help=_("Disease, when prescribed under the Communicable Diseases Act."),
)
@click.option("--vaccination", is_flag=True, help=_("Vaccine of a general vaccination programme."))
@click.option("--acute-store", is_flag=True, help=_("For a municipal store of acute drugs."))
@click.option(
    "--solidarity-listed", is_flag=True, help=_("On the year's list of regional solidarity financing.")
)
@click.option("--introduction-start", type=DAY, help=_("First day of introduction financing."))
@click.option("--extra-cost", type=ORE_AMOUNT, help=_("Extra cost that the introduction covers, SEK."))
@click.option("--rebate", type=ORE_AMOUNT, help=_("A quarter's rebate in SEK to give back to units."))
@click.option("--units", type=TABLE_FILE, metavar="FILE", help=_("Units and their cost: unit, cost_sek."))
def regional(region: str, day: date | None, as_json: bool, as_csv: bool, **chosen: Any) -> None:
    rebate, units, price = chosen.pop("rebate"), chosen.pop("units"), chosen.pop("price")
    # The command line is where a person's today comes in; no rule asks for it.
    on = day or datetime.now(STOCKHOLM).date()
    if (rebate is None) != (units is None):
        raise BadInput(Fault("units_without_rebate"))
    if rebate is not None:
        layout = returned_rebate_scenario(region, rebate, units)
    elif price is not None:
        layout = purchase_scenario(region, stated_purchase(on, price, **chosen))
    else:
        layout = rules_scenario(region, on)
    show(layout, as_json=as_json, as_csv_table=as_csv)


@_command("verify", _("Recompute every cell of the printed tables and account for each."))
@click.option(
    "--tables",
    default=DEFAULT_TABLES_DIR,
    envvar="NT_TABLES_DIR",
    show_default=True,
    metavar="DIR",
    help=_("Directory of the printed tables as CSV."),
)
@click.option("--all", "everything", is_flag=True, help=_("Show every cell, not only those that differ."))
def verify_tables(tables: str, everything: bool, as_json: bool, as_csv: bool) -> None:
    verification = verify(tables, read_tables(Path(tables)))
    print_verification(verification, everything=everything, as_json=as_json, as_csv_table=as_csv)
    if not verification.fully_explained:
        raise click.exceptions.Exit(1)
