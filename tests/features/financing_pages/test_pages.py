"""The pages of the calculations: the command's figures, scenarios side by side, and why something is refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook

from nt_process.financing.calculations import CALCULATIONS
from nt_process.financing.cli import financing

SignIn = Callable[[str], FlaskClient]

# What is chosen on a page, and the same choice on the command line.
CHOICES = [
    ("grant", "", []),
    ("grant", "a-year=2022", ["--year", "2022"]),
    ("grant", "a-total=36 000 000 000", ["--total", "36000000000"]),
    ("payments", "a-region=09", ["--region", "Gotland"]),
    ("payments", "a-rebate_forecast=3200&a-rebate_final=3300,5",
     ["--rebate-forecast", "3200", "--rebate-final", "3300.5"]),
    ("solidarity", "", []),
    ("solidarity", "a-lower=140,5", ["--lower", "140.5"]),
    ("solidarity", "a-computed=y", ["--computed-thresholds"]),
    ("gainloss", "a-actual=35000", ["--actual", "35000"]),
    ("gainloss", "a-part=hepatitis-c&a-actual=700&a-corridor=5&a-share=40",
     ["--part", "hepatitis-c", "--actual", "700", "--corridor", "5", "--share", "40"]),
    ("rebate-split", "", []),
    ("rebate-split", "a-year=2024&a-total=3500&a-forecast=3400&a-gross_grant=37000",
     ["--year", "2024", "--total", "3500", "--forecast", "3400", "--gross-grant", "37000"]),
    ("budget", "a-method=largest-remainder", ["--method", "largest-remainder"]),
    ("budget", "a-total=12500&a-population_day=2022-08-31", ["--total", "12500", "--population-day", "2022-08-31"]),
    ("orphan-grant", "", []),
    ("orphan-grant", "a-first_year=2027&a-years=4&a-cost=800&a-growth=-5&a-pot=700&a-base=2030=900&a-shortage=deficit",
     ["--first-year", "2027", "--years", "4", "--cost", "800", "--growth", "-5", "--pot", "700",
      "--base", "2030=900", "--shortage", "deficit"]),
    ("regional", "a-date=2025-06-01", ["--region", "14", "--date", "2025-06-01"]),
    ("regional", "a-date=2026-03-01&a-price=1000,50&a-patient_fee=100&a-solidarity_listed=y",
     ["--region", "14", "--date", "2026-03-01", "--price", "1000.50", "--patient-fee", "100", "--solidarity-listed"]),
    ("regional", "a-date=2026-03-01&a-price=1000&a-introduction_start=2025-05-01&a-extra_cost=700",
     ["--region", "14", "--date", "2026-03-01", "--price", "1000", "--introduction-start", "2025-05-01",
      "--extra-cost", "700"]),
]  # fmt: skip


@pytest.fixture
def reader(as_person: SignIn) -> FlaskClient:
    """A regional representative reading English."""
    client = as_person("region")
    client.post("/language", data={"language": "en"})
    return client


def command(name: str, *arguments: str) -> str:
    result = CliRunner().invoke(financing, [name, *arguments, "--csv"], env={"NT_LANG": "en"})
    assert result.exit_code == 0, result.output
    return result.stdout


def cells(html: str, heading: str) -> list[list[str]]:
    """The rows of the table in the region called `heading`, as texts."""
    part = html[html.index(f'aria-label="{heading}"') :]
    rows = re.findall(r"<tr>(.*?)</tr>", part[: part.index("</table>")], re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_a_page_and_the_command_give_the_same_figures(reader: FlaskClient) -> None:
    for name, query, arguments in CHOICES:
        page = reader.get(f"/financing/{name}?{query}")
        assert page.status_code == 200, (query, re.findall(r"validation-message[^>]*>([^<]+)", page.text))
        handed_out = reader.get(f"/financing/{name}.csv?{query}")
        assert handed_out.status_code == 200
        assert handed_out.text == command(name, *arguments), query


def test_a_workbook_holds_the_rows_of_the_table_with_numbers_as_numbers(reader: FlaskClient) -> None:
    arguments = {"gainloss": ["--actual", "33485"], "regional": ["--region", "14", "--date", "2026-01-07"]}
    for name in CALCULATIONS:
        table = list(csv.reader(io.StringIO(command(name, *arguments.get(name, [])))))[1:]
        sheet = load_workbook(io.BytesIO(reader.get(f"/financing/{name}.xlsx").data)).worksheets[0]
        # A single row is not repeated as its own total.
        rows = table[:1] if len(table) == 2 and table[0] == table[1] else table
        found = list(
            sheet.iter_rows(min_row=2, max_row=len(rows) + 1, max_col=len(rows[0]), values_only=True)
        )
        assert len(found) == len(rows)
        for texts, values in zip(rows, found, strict=True):
            assert all(is_same(text, value) for text, value in zip(texts, values, strict=True)), (
                texts,
                values,
            )


def is_same(text: str, value: object) -> bool:
    if isinstance(value, int | float):
        return float(text) == pytest.approx(value)
    return text == ("" if value is None else str(value)[: len(text)])


def test_the_figures_of_table_4_stand_on_the_page(reader: FlaskClient) -> None:
    rows = cells(reader.get("/financing/solidarity").text, "The figures of the chart")
    by_region = {row[0]: row[1] for row in rows}
    assert by_region["Stockholm"] == "51"
    assert by_region["Uppsala"] == "-9"
    assert by_region["Gotland"] == "-18"


def test_two_scenarios_stand_beside_each_other_with_their_difference(reader: FlaskClient) -> None:
    page = reader.get("/financing/budget?compare=1&a-total=11000&b-total=12000&b-method=largest-remainder")
    rows = cells(page.text, "The figures of the chart")
    assert rows[0] == ["Region", "Scenario A", "Scenario B", "Difference"]
    assert len(rows) == 1 + 21 + 1
    for _region, a, b, difference in rows[1:]:
        assert number(b) - number(a) == number(difference)
    assert rows[-1] == ["All", "10,998", "12,000", "1,002"]
    for key, arguments in (("a", []), ("b", ["--total", "12000", "--method", "largest-remainder"])):
        address = f"/financing/budget.csv?compare=1&a-total=11000&b-total=12000&b-method=largest-remainder&scenario={key}"
        assert reader.get(address).text == command("budget", *arguments)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def test_a_comparison_begins_as_a_copy(reader: FlaskClient) -> None:
    page = reader.get("/financing/solidarity?a-lower=150&compare=1").text
    assert re.findall(r'name="[ab]-lower"[^>]*value="([^"]+)"', page) == ["150", "150"]


def test_the_regions_of_another_total_add_up_to_it(reader: FlaskClient) -> None:
    page = reader.get("/financing/grant?a-total=36 000 000 001&show=grant_sek")
    rows = cells(page.text, "The figures of the chart")
    assert sum(number(row[1]) for row in rows[1:-1]) == number(rows[-1][1]) == 36_000_000_001


def test_fields_begin_with_the_published_figures_of_the_year(reader: FlaskClient) -> None:
    def shown(name: str, query: str) -> dict[str, str]:
        page = reader.get(f"/financing/{name}?{query}").text
        return dict(re.findall(r'name="a-(\w+)"[^>]*value="([^"]*)"', page))

    assert shown("solidarity", "")["lower"] == "136"
    assert shown("rebate-split", "")["total"] == "3 307"
    assert shown("gainloss", "a-part=hepatitis-c")["agreed"] == "381"
    assert shown("orphan-grant", "")["pot"] == "950"


def test_a_change_of_year_takes_unchanged_figures_along_and_leaves_changed_ones(reader: FlaskClient) -> None:
    left_alone = "a-year=2024&a-prefilled=2023&a-total=3 307&a-forecast=3 304.5"
    page = reader.get(f"/financing/rebate-split?{left_alone}")
    assert page.status_code == 422
    assert "The outcome of 2024 is not published here" in page.text
    changed = "a-year=2024&a-prefilled=2023&a-total=3 400&a-forecast=3 304.5"
    page = reader.get(f"/financing/rebate-split?{changed}")
    assert page.status_code == 200
    assert re.search(r'name="a-total"[^>]*value="3 400"', page.text)
    assert re.search(r'name="a-forecast"[^>]*value=""', page.text)


def test_an_unchanged_figure_keeps_its_source(reader: FlaskClient) -> None:
    source = "SKR, EkonomiNytt"
    unchanged = reader.get("/financing/gainloss?a-agreed=33 485&a-actual=35000").text
    own = reader.get("/financing/gainloss?a-agreed=33 486&a-actual=35000").text
    assert unchanged.count(source) == own.count(source) + 1


def test_how_it_was_computed_shows_formula_and_unrounded_value(reader: FlaskClient) -> None:
    page = reader.get("/financing/grant?row=8").text
    assert re.search(r'<option value="8" selected>Blekinge', page)
    step = re.search(r"Grant, SEK per inhabitant</td><td[^>]*>grant ÷ population</td><td[^>]*>3,634.504227</td>"
                     r"<td[^>]*>3,635</td>", page)  # fmt: skip
    assert step is not None


def test_every_chart_has_its_table(reader: FlaskClient) -> None:
    for name in CALCULATIONS:
        query = "?a-price=1000" if name == "regional" else ""
        page = reader.get(f"/financing/{name}{query}").text
        [part] = re.findall(r'<div class="chart-and-table">(.*?)</section>', page, re.DOTALL)
        assert part.count('class="chart" role="img"') == part.count("<table") == 1
        rows = cells(page, "The figures of the chart")
        drawn = re.findall(r'<text class="chart-text"[^>]*>([^<]+)<', part)
        assert [unescape(label) for label in drawn] == [row[0] for row in rows[1 : len(drawn) + 1]]


def test_a_figure_that_cannot_be_read_is_refused_beside_its_field(reader: FlaskClient) -> None:
    for language, sentence in (("en", "“12,x” is not a number."), ("sv", "”12,x” är inte ett tal.")):
        reader.post("/language", data={"language": language})
        page = reader.get("/financing/grant?a-total=12,x&a-year=2023")
        assert page.status_code == 422
        assert re.findall(r'id="a-total-error">([^<]+)<', page.text) == [sentence]
        assert 'value="12,x"' in page.text
    assert reader.get("/financing/grant.csv?a-total=12,x").location == "/financing/grant?a-total=12,x"


REFUSALS = [
    ("grant?a-year=1999", "year", "There are no parameters for the year 1999. Years with parameters: 2022, 2023, 2025."),
    ("grant?a-year=2025&a-total=5", "total", "gives no needs model"),
    ("grant?a-total=1", "total", "so small"),
    ("payments?a-year=2025", "year", "gives a total only"),
    ("payments?a-region=x", "region", "not one of the 21 regions"),
    ("payments?a-rebate_final=-1", "rebate_final", "is negative"),
    ("solidarity?a-lower=300", "upper", "lies below the lower one"),
    ("solidarity?a-lower=140&a-computed=y", "computed", "either given or computed"),
    ("gainloss?a-corridor=101", "corridor", "does not lie between 0 and 100"),
    ("budget?a-method=largest-remainder&a-total=1,5", "total", "not a whole number of kSEK"),
    ("budget?a-population_day=1999-01-01", "population_day", "no population figures"),
    ("budget?a-population_day=i+dag", "population_day", "not a date"),
    ("orphan-grant?a-years=51", "years", "does not lie between 1 and 50"),
    ("orphan-grant?a-first_year=x", "first_year", "is not a number"),
    ("orphan-grant?a-base=2028=5", "base", "No period begins in 2028"),
    ("orphan-grant?a-base=x", "base", "not a year and an amount"),
    ("regional?a-price=1,005", "price", "fractions of an öre"),
    ("regional?a-date=x", "date", "not a date"),
    ("regional?a-price=10&a-patient_fee=20", "price", "may not be larger than the price"),
    ("regional?a-region=01", "region", "There are no rules for Stockholm"),
]  # fmt: skip


def test_every_refusal_stands_beside_the_field_that_it_is_about(reader: FlaskClient) -> None:
    for address, field, said in REFUSALS:
        page = reader.get(f"/financing/{address}")
        assert page.status_code == 422, address
        [found] = re.findall(rf'id="a-{field}-error">([^<]+)<', page.text)
        assert said in unescape(found)


def test_one_faulty_scenario_does_not_hide_the_other(reader: FlaskClient) -> None:
    page = reader.get("/financing/grant?compare=1&a-total=x&b-year=2022")
    assert page.status_code == 422
    assert "This must be corrected" in page.text
    assert "All figures: Scenario B" in page.text
    assert "All figures: Scenario A" not in page.text


def test_the_regions_and_the_council_read(as_person: SignIn) -> None:
    for who in ("secretary", "member", "manager", "auditor", "administrator", "region"):
        client = as_person(who)
        assert client.get("/financing").status_code == 200
        assert client.get("/financing/grant").status_code == 200
        assert 'href="/financing"' in client.get("/").text


@pytest.mark.parametrize("who", ["company", "tlv"])
def test_companies_and_tlv_find_nothing_here(as_person: SignIn, who: str) -> None:
    client = as_person(who)
    paths = ["", "/verify", "/verify.csv", "/grant.xlsx", *(f"/{name}" for name in CALCULATIONS)]
    for path in paths:
        assert client.get(f"/financing{path}").status_code == 404
    assert client.post("/financing/solidarity").status_code == 404
    assert "/financing" not in client.get("/").text


@pytest.mark.parametrize(
    "address",
    [
        "endpoint=x",
        "_method=POST",
        "_external=1&_scheme=https",
        "_anchor=x",
        "name=grant",
        "kind=csv",
        "calculation=x",
    ],
)
def test_what_is_no_choice_in_the_address_is_left_out_of_the_links(as_person: SignIn, address: str) -> None:
    client = as_person("secretary")
    plain = client.get("/financing/grant?a-year=2022").text
    answer = client.get(f"/financing/grant?a-year=2022&{address}")
    assert answer.status_code == 200
    links = [re.findall(r'href="([^"]*grant[^"]*)"', page) for page in (plain, answer.text)]
    assert links[0] == links[1]
    assert any("a-year=2022" in link for link in links[0])
