"""The printed tables are accounted for cell by cell, and a changed cell is noticed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.verification.accounts import Outcome
from nt_process.financing.verification.intervals import Interval, before_rounding, point
from nt_process.financing.verification.verify import Verification, read_tables, summary_layout, verify
from nt_process.kernel.faults import BadInput
from nt_process.kernel.money import round_half_up
from tests.requirements import need, shared_data_dir

FINANCING, SUMMARY = "solidarity_financing_2023", "state_grant_summary_2023"


@pytest.fixture(scope="module")
def tables() -> dict[str, bytes]:
    need("shared_data")
    return read_tables(shared_data_dir() / "seed-tables")


@pytest.fixture(scope="module")
def verification(tables: dict[str, bytes]) -> Verification:
    return verify("", tables)


def cells_with(verification: Verification, outcome: Outcome) -> set[tuple[str, str, str]]:
    return {
        (check.table, check.row_name, check.column)
        for check in verification.checks()
        if check.outcome is outcome
    }


def test_no_cell_is_unexplained_and_none_is_missed(
    verification: Verification, tables: dict[str, bytes]
) -> None:
    assert verification.fully_explained
    for name, content in tables.items():
        header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
        assert sum(verification.accounts[name].outcomes().values()) == len(header) * len(rows), name


def test_the_only_discrepancies_are_blekinge_and_two_empty_cells(verification: Verification) -> None:
    assert cells_with(verification, Outcome.DISCREPANCY) == {
        (SUMMARY, "Blekinge", "grant_sek_per_inh"),
        (SUMMARY, "Blekinge", "grant_sek"),
        ("budget_2014_proposal", "NLT-gruppen", "total_2014_msek"),
        ("budget_2014_proposal", "Horizon scanning 4-län", "total_2014_msek"),
    }


def test_what_only_rounding_explains_is_what_is_known_of_the_tables(verification: Verification) -> None:
    within = cells_with(verification, Outcome.WITHIN_ROUNDING)
    by_column = Counter((table, column) for table, _, column in within)
    assert by_column == {
        # 130 of the 132 derived cells of table 4 agree exactly.
        (FINANCING, "compensation_level1_85pct_sek_per_inh"): 1,
        (FINANCING, "net_sek_per_inh"): 1,
        # 13 of 21 differences of table 3, and 13 of 21 sums of table 5.
        ("needs_model_sek_per_inhabitant_2022_2023", "diff_sek_per_inh"): 8,
        (SUMMARY, "grant_sek_per_inh"): 8,
        # Kronor from kronor per inhabitant: no cell exactly.
        (SUMMARY, "grant_sek"): 21,
        # The rows of 2015 add up to 10 998.
        ("cost_per_landsting_2015", "cost_tsek"): 1,
        ("seed_parameters", "value"): 2,
    }
    assert (FINANCING, "Uppsala", "compensation_level1_85pct_sek_per_inh") in within
    assert (FINANCING, "Västerbotten", "net_sek_per_inh") in within


def test_the_sums_of_table_2_agree_to_the_krona(verification: Verification) -> None:
    sums = [
        check
        for check in verification.accounts["state_grant_gross_by_region_2022_2023"].checks
        if check.row_name == "Total" and check.column not in {"county_code", "region"}
    ]
    assert {(check.printed, check.outcome) for check in sums} == {
        ("35474962540", Outcome.EXACT),
        ("34343575330", Outcome.EXACT),
    }


def changed(tables: dict[str, bytes], table: str, row: str, column: str, value: str) -> dict[str, bytes]:
    """The tables with one cell changed."""
    header, *rows = list(csv.reader(io.StringIO(tables[table].decode("utf-8"))))
    for cells in rows:
        if row in cells:
            cells[header.index(column)] = value
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return tables | {table: text.getvalue().encode()}


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        (FINANCING, "Uppsala", "compensation_level1_85pct_sek_per_inh", "7"),
        (FINANCING, "Gotland", "net_sek_per_inh", "-19"),
        (FINANCING, "Skåne", "outcome_2023_sek_per_inh", "135"),
        (SUMMARY, "Blekinge", "grant_sek_per_inh", "3633"),
        (SUMMARY, "Stockholm", "population_2022_08_31", "2432578"),
        ("state_grant_gross_by_region_2022_2023", "Total", "grant_2022_sek", "34343575331"),
        ("state_grant_parts_2023", "other", "amount_msek", "1621"),
        ("budget_2014_proposal", "Livscykel", "regions_2015_msek", "6.0"),
        ("budget_2014_proposal", "NLT-gruppen", "total_2013_msek", "0.7"),
        ("cost_per_landsting_2015", "Halland", "cost_tsek", "351"),
        ("needs_model_groups", "19", "living_arrangement", "not_alone"),
        ("rebate_split_by_year", "2023", "region_share_pct", "60"),
        ("seed_parameters", "regions_count", "value", "20"),
        ("seed_parameters", "rebate_adjustment_payout_month", "value", "2024-03"),
        ("solidarity_staircase_thresholds", "1", "upper_bound_sek_per_inh", "263"),
        ("state_grant_skr_carveout_2023", "total_to_skr_preliminary", "amount_msek", "11.5"),
        ("state_grant_totals_by_year", "2025", "amount_msek", "40696"),
    ],
)
def test_a_changed_cell_is_noticed(
    tables: dict[str, bytes], table: str, row: str, column: str, value: str
) -> None:
    assert not verify("", changed(tables, table, row, column, value)).fully_explained


def test_a_parameter_no_rule_knows_is_unexplained(tables: dict[str, bytes]) -> None:
    more = tables["seed_parameters"] + b"new_parameter,5,percent,2026,x,y\n"
    verification = verify("", tables | {"seed_parameters": more})
    assert ("seed_parameters", "new_parameter", "value") in cells_with(verification, Outcome.UNEXPLAINED)


def test_a_figure_that_is_no_number_is_refused_with_its_place(tables: dict[str, bytes]) -> None:
    with pytest.raises(BadInput) as refused:
        verify("", changed(tables, FINANCING, "Uppsala", "outcome_2023_sek_per_inh", "146,5"))
    [fault] = refused.value.faults
    assert (fault.code, fault.row) == ("decimal_comma", 3)
    assert fault.column == f"{FINANCING}: outcome_2023_sek_per_inh"


def test_tables_that_are_missing_or_unknown_are_named(tables: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in tables.items():
        if name != FINANCING:
            (tmp_path / f"{name}.csv").write_bytes(content)
    (tmp_path / "something_else.csv").write_bytes(b"a,b\n")
    with pytest.raises(BadInput) as refused:
        read_tables(tmp_path)
    assert {(fault.code, fault.params["table"]) for fault in refused.value.faults} == {
        ("missing_table", FINANCING),
        ("unknown_table", "something_else"),
    }
    with pytest.raises(BadInput) as refused:
        read_tables(tmp_path / "nowhere")
    assert refused.value.faults[0].code == "no_such_directory"


def test_a_column_that_is_missing_is_named(tables: dict[str, bytes]) -> None:
    broken = tables["state_grant_parts_2023"].replace(b"amount_msek", b"amount")
    with pytest.raises(BadInput) as refused:
        verify("", tables | {"state_grant_parts_2023": broken})
    assert {fault.code for fault in refused.value.faults} == {"missing_column", "unknown_column"}


def test_the_summary_counts_every_cell_once(verification: Verification) -> None:
    layout = summary_layout(verification)
    assert layout.totals["unexplained"] == 0
    assert layout.totals["cells"] == sum(int(str(row["cells"])) for row in layout.rows)


values = st.decimals(min_value=-10_000, max_value=10_000, places=4)


@given(values, values, st.sampled_from([Decimal(1), Decimal("0.1")]))
def test_an_interval_of_printed_figures_holds_the_true_result(
    one: Decimal, other: Decimal, step: Decimal
) -> None:
    first, second = (before_rounding(round_half_up(value, step), step) for value in (one, other))
    for result, true in (
        (first + second, one + other),
        (first - second, one - other),
        (first.times(-3), one * -3),
        (first.at_least(Decimal(5)), max(one, Decimal(5))),
        (first.at_most(second), min(one, other)),
    ):
        assert result.low <= true <= result.high
        assert result.may_print_as(round_half_up(true, step), step)


def test_an_interval_rules_out_what_no_input_can_give() -> None:
    assert not Interval(Decimal("3634.503"), Decimal("3634.505")).may_print_as(Decimal(3634), Decimal(1))
    assert point(5).may_print_as(Decimal(5), Decimal(1))
    with pytest.raises(ValueError, match="low end"):
        Interval(Decimal(2), Decimal(1))
