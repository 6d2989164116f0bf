"""`nt financing`: one document per command, figures as strings, refusals that name the place."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from nt_process.financing.cli import financing
from nt_process.kernel.regions import REGIONS
from tests.financing.worlds import CODES, region_file
from tests.requirements import need, shared_data_dir

COMMANDS: dict[str, list[str]] = {
    "grant": [],
    "payments": [],
    "solidarity": [],
    "gainloss": ["--actual", "35000"],
    "rebate-split": [],
    "budget": [],
    "orphan-grant": [],
    "regional": ["--region", "Västra Götaland", "--date", "2026-03-01"],
}


def run(*arguments: str, language: str = "en", content: bytes | None = None) -> Result:
    return CliRunner().invoke(financing, list(arguments), env={"NT_LANG": language}, input=content)


def document(*arguments: str, content: bytes | None = None) -> dict[str, Any]:
    result = run(*arguments, "--json", content=content)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def by_region(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in found["rows"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_with_one_document_of_strings(command: str) -> None:
    found = document(command, *COMMANDS[command])
    assert set(found) == {"inputs", "sources", "rows", "totals", "notes"}
    assert found["rows"]
    assert found["notes"]
    for row in [*found["rows"], found["totals"], found["inputs"]]:
        assert all(value is None or isinstance(value, str) for value in row.values())
    for row in found["rows"]:
        assert row["region"]
        for key in row:
            if key.endswith("_rounded"):
                assert key.removesuffix("_rounded") in row


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_with_a_table(command: str) -> None:
    result = run(command, *COMMANDS[command], "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    found = document(command, *COMMANDS[command])
    assert [row["region"] for row in rows[: len(found["rows"])]] == [row["region"] for row in found["rows"]]
    for table_row, row in zip(rows, found["rows"], strict=False):
        assert {key: value or None for key, value in table_row.items()} == row
    assert result.stderr.strip().splitlines() == found["notes"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_in_words(command: str) -> None:
    result = run(command, *COMMANDS[command])
    assert result.exit_code == 0
    assert all(note in result.output for note in document(command, *COMMANDS[command])["notes"])


def test_solidarity_gives_the_figures_of_table_4() -> None:
    found = document("solidarity", "--year", "2023")
    rows = by_region(found)
    assert rows["01"]["net_sek_per_inh_rounded"] == "51"
    assert rows["03"]["net_sek_per_inh_rounded"] == "-9"
    assert rows["09"]["financing_sek_per_inh_rounded"] == "-18"
    assert Decimal(rows["24"]["net_sek_per_inh"]).quantize(Decimal("0.01")) == Decimal("22.37")
    assert found["totals"]["compensation_level1_sek_per_inh_rounded"] == "18"
    assert sum(Decimal(row["net_sek_rounded"]) for row in rows.values()) == 0


def test_grant_gives_the_figures_of_tables_2_and_5() -> None:
    found = document("grant", "--year", "2023")
    assert found["totals"]["grant_sek"] == "35474962540"
    assert found["totals"]["previous_grant_sek"] == "34343575330"
    assert found["totals"]["population"] == "10502959"
    assert found["totals"]["grant_sek_per_inh_rounded"] == "3378"
    assert found["inputs"]["gross_msek"] == "35486"
    assert by_region(found)["10"]["grant_sek_per_inh_rounded"] == "3635"


def test_another_total_is_distributed_whole() -> None:
    found = document("grant", "--total", "36 000 000 000")
    assert sum(Decimal(row["grant_sek_rounded"]) for row in found["rows"]) == 36_000_000_000


def test_payments_of_one_region_from_march_to_may() -> None:
    found = document("payments", "--region", "stockholm")
    assert found["rows"][0]["paid_month"] == "2023-03"
    assert [row["paid_month"] for row in found["rows"]][-2:] == ["2024-02", "2024-05"]
    assert found["totals"]["instalment_sek_rounded"] == "7664418733"
    country = document("payments")["totals"]
    assert country["rebate_reduction_sek"] == "992100000"


def test_payments_with_each_region_s_own_rebate() -> None:
    lines = ["region;grant_sek;rebate_forecast_sek;rebate_sek"]
    lines += [f"{region.name};1200;100,00;110,50" for region in REGIONS]
    found = document("payments", "--input", "-", content="\n".join(lines).encode("cp1252"))
    gotland = [row for row in found["rows"] if row["region"] == "Gotland"]
    assert [Decimal(str(row["rebate_reduction_sek"])) for row in gotland[-2:]] == [30, Decimal("3.15")]


def test_rebate_split_of_2023_and_2024() -> None:
    [row] = document("rebate-split", "--year", "2023", "--total", "3307", "--forecast", "3304.5")["rows"]
    assert Decimal(row["forecast_state_share_sek_rounded"]) == 991_350_000
    assert Decimal(row["adjustment_sek"]) == 750_000
    assert Decimal(row["regions_share_sek_rounded"]) == 2_314_900_000
    net = ["--year", "2024", "--total", "3500", "--forecast", "3400", "--gross-grant", "37000"]
    [row] = document("rebate-split", *net)["rows"]
    assert Decimal(row["net_grant_sek"]) == 35_640_000_000
    assert "adjustment_sek" not in row


def test_rebate_split_region_by_region() -> None:
    found = document(
        "rebate-split", "--input", "-", content=region_file("rebate_sek", dict.fromkeys(CODES, "0.05"))
    )
    # 30 percent of five öre is one and a half: the state has two, the region three.
    assert by_region(found)["09"]["state_share_sek_rounded"] == "0.02"
    assert by_region(found)["09"]["regions_share_sek_rounded"] == "0.03"
    assert found["totals"]["state_share_sek_rounded"] == "0.42"


def test_budget_names_what_its_rounding_loses() -> None:
    found = document("budget", "--year", "2015", "--total", "11000")
    assert found["totals"]["cost_tsek_rounded"] == "10998"
    assert any("10,998 of 11,000" in note for note in found["notes"])
    found = document("budget", "--method", "largest-remainder")
    assert by_region(found)["01"]["cost_tsek_rounded"] == "2449"
    assert found["totals"]["cost_tsek_rounded"] == "11000"


def test_orphan_grant_from_costs_per_region() -> None:
    lines = ["year,region,cost_msek"]
    lines += [f"{year},{code},100" for year in (2026, 2027) for code in CODES]
    arguments = ["--pot", "1000", "--indexation", "0", "--input", "-"]
    found = document("orphan-grant", *arguments, content="\n".join(lines).encode())
    assert len(found["rows"]) == 42
    # 1 000 million over 21 equal costs leaves one krona more for the first codes.
    assert {row["granted_sek"] for row in found["rows"]} == {"47619048", "47619047"}
    assert found["totals"]["granted_sek"] == "2000000000"


def test_orphan_grant_from_products(tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("product,cost_msek,first_day,exclusivity_end\nA,365,2020-01-01,2026-12-01\n")
    arguments = ["--products", str(file), "--years", "2", "--pot", "1000", "--indexation", "0"]
    found = document("orphan-grant", *arguments)
    assert [row["cost_msek"] for row in found["rows"]] == ["334", "0"]


def test_regional_purchase_and_returned_rebate(tmp_path: Path) -> None:
    purchase = ["--region", "VGR", "--date", "2026-03-01", "--price", "1000", "--solidarity-listed"]
    rows = document("regional", *purchase)["rows"]
    assert {row["payer"]: Decimal(row["amount_sek_rounded"]) for row in rows} == {
        "central": 950,
        "prescriber_unit": 50,
    }
    units = b"unit,cost_sek\n=cmd|' /C calc'!A0,100\nB,200\n"
    with_units = ["--region", "14", "--rebate", "0.10"]
    with_units += ["--units", str(tmp_path / "units.csv")]
    (tmp_path / "units.csv").write_bytes(units)
    found = document("regional", *with_units)
    assert [row["rebate_sek"] for row in found["rows"]] == ["0.03", "0.07"]
    assert "\n14,Västra Götaland,'=cmd" in run("regional", *with_units, "--csv").stdout


def test_verify_explains_every_cell() -> None:
    need("shared_data")
    found = document("verify", "--tables", str(shared_data_dir() / "seed-tables"))
    assert found["totals"]["unexplained"] == "0"
    assert {check["outcome"] for check in found["checks"]} == {"within_rounding", "discrepancy"}
    assert all(check["why"] for check in found["checks"])


def refused(*arguments: str, content: bytes | None = None, language: str = "en") -> list[dict[str, Any]]:
    result = run(*arguments, "--json", content=content, language=language)
    assert result.exit_code != 0
    return json.loads(result.stdout)["faults"]


COSTS = dict.fromkeys(CODES, "100")


@pytest.mark.parametrize(
    ("content", "code", "row", "column"),
    [
        (region_file("cost", dict.fromkeys(CODES[1:], "1")), "missing_region", None, "region"),
        (region_file("cost", COSTS) + b"\n01,5", "duplicate_region", 23, "region"),
        (region_file("cost", COSTS) + b"\nMalm\xc3\xb6,5", "unknown_region", 23, "region"),
        (region_file("cost", COSTS | {"03": "-1"}), "negative_number", 3, "cost"),
        (region_file("cost", COSTS | {"03": '"217,5"'}), "decimal_comma", 3, "cost"),
        (region_file("cost", COSTS | {"03": "1 217"}), "thousand_separator", 3, "cost"),
        (region_file("cost", COSTS | {"03": "many"}), "not_a_number", 3, "cost"),
        (region_file("cost", COSTS | {"03": ""}), "empty_number", 3, "cost"),
        (region_file("cost", COSTS | {"03": "1\x00"}), "control_character", 3, "cost"),
        (region_file("cost", COSTS | {"03": "1,2"}), "ragged_row", 3, None),
        (region_file("price", COSTS), "missing_column", 1, "cost_sek_per_inh"),
        (region_file("cost,surplus", dict.fromkeys(CODES, "1,2")), "unknown_column", 1, "surplus"),
        (region_file("cost,cost", dict.fromkeys(CODES, "1,2")), "duplicate_column", 1, "cost"),
        (b"cost\n1\n", "missing_column", None, "region"),
        (b"", "empty_file", None, None),
        (b"\x1f\x8b\x08\x00", "compressed_file", None, None),
    ],
)
def test_bad_input_is_refused_with_its_place(
    content: bytes, code: str, row: int | None, column: str | None
) -> None:
    faults = refused("solidarity", "--input", "-", content=content)
    assert (code, row, column) in [(fault["code"], fault["row"], fault["column"]) for fault in faults]
    for fault in faults:
        if fault["row"] is not None:
            assert fault["message"].startswith(f"Row {fault['row']}")
        if column:
            assert column in "".join(fault["message"] for fault in faults)


@pytest.mark.parametrize(
    "content",
    [
        region_file("cost", COSTS | {"03": "217,5"}, ";"),
        region_file("cost", COSTS | {"03": "217,5"}, "\t").decode().encode("utf-16"),
        b"\xef\xbb\xbf" + region_file("cost", COSTS | {"03": "217,5"}, ";").replace(b"\n", b"\r\n"),
        region_file("cost", COSTS | {"03": "217.5"}) + b"\n00,9999",
        "\n".join(
            [
                "Region;Kostnad",
                *(f"{region.official_name};{217.5 if region.code == '03' else 100}" for region in REGIONS),
            ]
        ).encode("cp1252"),
    ],
)
def test_what_spreadsheets_write_is_understood(content: bytes) -> None:
    rows = by_region(document("solidarity", "--input", "-", content=content))
    assert rows["03"]["cost_sek_per_inh"] == "217.5"
    assert len(rows) == 21


def test_every_fault_of_a_file_is_told_at_once() -> None:
    bad = region_file("cost", COSTS | {"03": "-1", "09": "x", "25": ""})
    assert [fault["row"] for fault in refused("solidarity", "--input", "-", content=bad)] == [3, 9, 22]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["grant", "--year", "1999"], "unknown_year"),
        (["grant", "--year", "2022", "--total", "100"], "no_needs_model"),
        (["grant", "--total", "100.5"], "not_whole_unit"),
        (["grant", "--total", "1000"], "total_too_small"),
        (["payments", "--year", "2025"], "no_distribution"),
        (["payments", "--region", "Malmö"], "unknown_region"),
        (["solidarity", "--year", "2022"], "unknown_year"),
        (["solidarity", "--lower", "300"], "thresholds_out_of_order"),
        (["solidarity", "--lower", "100", "--computed-thresholds"], "thresholds_given_and_computed"),
        (["solidarity", "--input", "/nowhere/at/all.csv"], "unreadable_file"),
        (["gainloss", "--actual", "-5"], "negative_number"),
        (["gainloss", "--actual", "1e5"], "not_a_number"),
        (["gainloss", "--actual", "5", "--corridor", "101"], "out_of_range"),
        (["rebate-split", "--year", "2030", "--total", "1"], "unknown_year"),
        (["rebate-split", "--year", "2022"], "unknown_year"),
        (["rebate-split", "--total", "0.000000001"], "not_whole_unit"),
        (["budget", "--year", "2016"], "unknown_year"),
        (["budget", "--population-day", "2020-01-01"], "unknown_population_day"),
        (["budget", "--population-day", "2020-02-30"], "not_a_date"),
        (["budget", "--total", "10.5", "--method", "largest-remainder"], "not_whole_unit"),
        (["orphan-grant", "--base", "2030=5"], "not_a_period_start"),
        (["orphan-grant", "--base", "soon"], "not_a_base_level"),
        (["orphan-grant", "--years", "99"], "usage"),
        (["orphan-grant", "--growth", "101"], "out_of_range"),
        (["orphan-grant", "--growth", "-101"], "out_of_range"),
        (["regional", "--region", "Skåne"], "no_regional_rules"),
        (["regional", "--region", "14", "--price", "10", "--patient-fee", "11"], "part_exceeds_whole"),
        (["regional", "--region", "14", "--rebate", "10"], "units_without_rebate"),
        (["regional", "--region", "14", "--price", "0.001"], "not_in_ore"),
        (["regional", "--region", "\udcff"], "unknown_region"),
        (["verify", "--tables", "/nowhere"], "no_such_directory"),
        (["budget", "--csv"], "json_and_csv"),
        (["gainloss"], "usage"),
        (["budget", "--unknown"], "usage"),
        (["budgets"], "usage"),
    ],
)
def test_choices_that_cannot_be_used_are_refused(arguments: list[str], code: str) -> None:
    faults = refused(*arguments)
    assert code in [fault["code"] for fault in faults]
    assert all(fault["message"] for fault in faults)
    words = run(*[argument for argument in arguments if argument != "--csv"])
    if code not in {"usage", "json_and_csv"}:
        assert words.stderr.strip().splitlines() == [fault["message"] for fault in faults]
        assert words.stdout == ""


ALL_REGIONS_2026 = "year,region,cost_msek\n" + "\n".join(f"2026,{code},1" for code in CODES)


@pytest.mark.parametrize(
    ("arguments", "content", "code", "row"),
    [
        (["solidarity"], "code,region,cost\n01,Skåne,5\n", "contradicting_region", 2),
        (["solidarity"], "region,cost,population\nSkåne,5,0\n", "not_positive", 2),
        (["solidarity"], "region,cost,population\nSkåne,5,1.5\n", "not_whole", 2),
        (["rebate-split", "--total", "5"], "region,rebate_sek\nSkåne,5\n", "file_and_total", None),
        (["rebate-split"], "region,rebate_sek\nSkåne,5.001\n", "not_in_ore", 2),
        (
            ["payments"],
            region_file("grant_sek,rebate_sek", dict.fromkeys(CODES, "5,5")).decode(),
            "rebate_columns_go_together",
            None,
        ),
        (["orphan-grant"], "year,cost_msek\n2026,5\n2026,6\n", "duplicate_year", 3),
        (["orphan-grant"], "year,cost_msek\n2026,5\n2028,6\n", "years_not_consecutive", None),
        (["orphan-grant"], "year,cost_msek\n2026,\n", "empty_number", 2),
        (
            ["orphan-grant"],
            "year,cost_msek\n" + "".join(f"{y},1\n" for y in range(2026, 2090)),
            "too_many_years",
            None,
        ),
        (["orphan-grant"], ALL_REGIONS_2026 + "\n2026,01,1", "duplicate_region", 23),
        (["orphan-grant"], ALL_REGIONS_2026.replace(",1\n", ",1.0000001\n", 1), "not_whole_unit", 2),
        (["orphan-grant"], ALL_REGIONS_2026.replace("2026,25,1", "2027,25,1"), "missing_region", None),
        (
            ["orphan-grant"],
            ALL_REGIONS_2026.replace(",1\n", ",0\n").replace("25,1", "25,0"),
            "nothing_to_divide_by",
            None,
        ),
        (["orphan-grant", "--cost", "5"], "year,cost_msek\n2026,5\n", "one_source_of_costs", None),
    ],
)
def test_files_that_contradict_themselves_are_refused(
    arguments: list[str], content: str, code: str, row: int | None
) -> None:
    faults = refused(*arguments, "--input", "-", content=content.encode())
    assert (code, row) in [(fault["code"], fault["row"]) for fault in faults]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("A,5,2026-01-01,2025-01-01\n", "exclusivity_ends_before_start", 2),
        ("A,5,2026-01-01,2036-01-01\nA,5,2026-01-01,2036-01-01\n", "duplicate_name", 3),
        ("A,5,2026-02-30,2036-01-01\n", "not_a_date", 2),
        (",5,2026-01-01,2036-01-01\n", "empty_text", 2),
    ],
)
def test_products_that_cannot_be_used_are_refused(content: str, code: str, row: int) -> None:
    file = "product,cost_msek,first_day,exclusivity_end\n" + content
    faults = refused("orphan-grant", "--products", "-", content=file.encode())
    assert (code, row) in [(fault["code"], fault["row"]) for fault in faults]


READING_COMMANDS = [
    ["solidarity", "--input", "-"],
    ["payments", "--input", "-"],
    ["rebate-split", "--input", "-"],
    ["budget", "--input", "-"],
    ["orphan-grant", "--input", "-"],
    ["orphan-grant", "--products", "-"],
    ["regional", "--region", "14", "--rebate", "1", "--units", "-"],
]


@pytest.mark.parametrize("command", READING_COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_every_hostile_file_is_refused_in_words(command: list[str]) -> None:
    need("shared_data")
    for file in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        assert refused(*command, content=file.read_bytes()), file.name


headings = st.sampled_from(
    [
        "region",
        "code",
        "cost",
        "population",
        "grant_sek",
        "rebate_sek",
        "year",
        "cost_msek",
        "unit",
        "product",
    ]
)
cells = st.one_of(
    st.sampled_from(
        [*(region.name for region in REGIONS), "Riket", "2026", "1,5", "1.5", "-1", "0", "=1", ""]
    ),
    st.text(max_size=6),
)


@given(
    st.sampled_from(READING_COMMANDS),
    st.lists(headings, min_size=1, max_size=4, unique=True),
    st.lists(st.lists(cells, min_size=1, max_size=4), max_size=5),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_is_computed_or_refused_and_never_fails(
    command: list[str], header: list[str], rows: list[list[str]], separator: str
) -> None:
    text = "\n".join(separator.join(line) for line in [header, *rows])
    result = run(*command, "--json", content=text.encode("utf-8", "replace"))
    assert result.exit_code in {0, 1}
    assert isinstance(json.loads(result.stdout), dict)


def test_a_refusal_speaks_swedish_unless_told_otherwise() -> None:
    swedish = refused("grant", "--year", "1999", language="sv")[0]["message"]
    english = refused("grant", "--year", "1999")[0]["message"]
    assert english.startswith("There are no parameters for the year 1999")
    assert swedish.startswith("Det finns inga parametrar för år 1999")
