"""The figures of a recommendation's follow-up as CSV and XLSX: what the page shows, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from nt_process.followup import messages, presentation
from nt_process.followup.presentation import Presenter
from nt_process.followup.queries import Followed
from nt_process.followup.rules import quarters
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Sheet, rows_to_csv, rows_to_xlsx
from nt_process.kernel.messages import N_

_COUNTRY = (
    ("total", N_("How many")),
    ("base", N_("Inhabitants or denominator")),
    ("rate", N_("Rate")),
    ("rate_low", N_("Rate, lower bound")),
    ("rate_high", N_("Rate, upper bound")),
    ("expected", N_("Expected")),
    ("of_expected", N_("Percent of the expected patients")),
    ("variation", N_("Coefficient of variation")),
    ("variation_low", N_("Coefficient of variation, lower bound")),
    ("variation_high", N_("Coefficient of variation, upper bound")),
    ("by_chance", N_("Variation that chance may give")),
    ("gini", N_("Gini coefficient")),
    ("gini_low", N_("Gini coefficient, lower bound")),
    ("gini_high", N_("Gini coefficient, upper bound")),
    ("ratio", N_("Highest to lowest")),
    ("ratio_low", N_("Highest to lowest, lower bound")),
    ("ratio_high", N_("Highest to lowest, upper bound")),
    ("regions_told", N_("Regions that have told")),
    ("regions_hidden", N_("Regions that are not shown")),
)
_REGION = (
    ("quantity", N_("How many")),
    ("base", N_("Inhabitants or denominator")),
    ("rate", N_("Rate")),
    ("rate_low", N_("Rate, lower bound")),
    ("rate_high", N_("Rate, upper bound")),
    ("of_expected", N_("Percent of the expected patients")),
)


def region_table(
    followed: Followed, rows: Sequence[Row], presenter: Presenter
) -> tuple[list[str], list[list[Any]]]:
    """Headings, and a row for each measure, quarter and region."""
    _ = presenter.translate
    header = [_(N_("Measure")), _(N_("Quarter")), _(N_("Code")), _(N_("Region"))]
    header += [_(name) for _column, name in _REGION] + [_(N_("Standing"))]
    by_figure: dict[Any, list[Row]] = {}
    for row in rows:
        by_figure.setdefault(row["figure_id"], []).append(row)
    table = [
        [
            *_named(figure, followed, presenter),
            one.region.code,
            one.region.name,
            *(None if one.row is None else one.row[column] for column, _name in _REGION),
            _(messages.PLACE_MESSAGES[one.standing]),
        ]
        for figure in followed.figures
        for one in presentation.lines(by_figure.get(figure["id"], []))
    ]
    return header, table


def _named(figure: Row, followed: Followed, presenter: Presenter) -> list[str]:
    measure = presenter.measure(figure["measure"], followed.protocol)
    return [measure, quarters.named(figure["quarter"])]


def csv_bytes(followed: Followed, rows: Sequence[Row], presenter: Presenter) -> bytes:
    """The regions' table."""
    header, table = region_table(followed, rows, presenter)
    return rows_to_csv(header, table, swedish=presenter.language == "sv")


def xlsx_bytes(followed: Followed, rows: Sequence[Row], presenter: Presenter, at: datetime) -> bytes:
    """The country's figures, the regions', and the protocol."""
    _ = presenter.translate
    country = [_(N_("Measure")), _(N_("Quarter")), *(_(name) for _column, name in _COUNTRY)]
    country_rows = [
        [*_named(figure, followed, presenter), *(figure[column] for column, _name in _COUNTRY)]
        for figure in followed.figures
    ]
    header, table = region_table(followed, rows, presenter)
    title = f"{_(N_('Follow-up'))}: {followed.row['medicine']}"
    sheets = [
        Sheet(_(N_("The country")), country, country_rows, title=title, notes=[_(NOTE)]),
        Sheet(_(N_("Regions")), header, table, title=title, notes=[_(NOTE)]),
    ]
    if followed.protocol is not None:
        sheets.append(_protocol(followed.protocol, presenter))
    return rows_to_xlsx(sheets, made_at=at, title=title)


NOTE = N_(
    "Numbers of few patients are not shown, nor is what would give them away. A rate is for 100 000 inhabitants and quarter, "
    "of an indicator in percent."
)


def _protocol(protocol: Row, presenter: Presenter) -> Sheet:
    _ = presenter.translate
    header = [_(message) for message in INDICATOR_MESSAGES.values()]
    rows = [[one[name] for name in INDICATOR_MESSAGES] for one in protocol["indicators"]]
    return Sheet(_(N_("Indicators")), header, rows)


INDICATOR_MESSAGES: Mapping[str, str] = {
    "name": N_("Name"),
    "definition": N_("Definition"),
    "numerator": N_("Numerator"),
    "denominator": N_("Denominator"),
    "source": N_("Source"),
    "period": N_("Period"),
    "responsible": N_("Responsible"),
}
