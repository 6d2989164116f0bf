"""Figures of one's own from a file: read, shown, refused with row and column, and never stored."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from nt_process.financing.cli import financing
from nt_process.infra.spreadsheet import XLSX_TYPE, Sheet, rows_to_xlsx
from nt_process.kernel.regions import REGIONS
from tests.requirements import need, shared_data_dir
from tests.world import START

SignIn = Callable[[str], FlaskClient]

COSTS = "region;cost_sek_per_inh\n" + "\n".join(
    f"{region.name};{100 + place},5" for place, region in enumerate(REGIONS)
)
PEOPLE = "region,population\n" + "\n".join(
    f"{region.code},{1000 * place}" for place, region in enumerate(REGIONS, 1)
)
GRANTS = "region,grant_sek\n" + "\n".join(
    f"{region.code},{12 * place + 1}" for place, region in enumerate(REGIONS, 1)
)
REBATES = "region,rebate_sek\n" + "\n".join(
    f"{region.code},{place}.05" for place, region in enumerate(REGIONS, 1)
)
YEARS = "year,cost_msek\n2026,1000\n2027,1200.5\n2028,900"
PRODUCTS = "product,cost_msek,first_day,exclusivity_end\nAlfa,100,2026-07-01,2029-12-31\nBeta,50.5,2027-01-01,2036-12-31"
UNITS = "unit;cost_sek\nMedicin;1 000,50\nBarn;500"

# A page's file, what the upload asks besides, and the same on the command line.
FILES = [
    ("solidarity", COSTS, {}, ["--input", "-"]),
    ("budget", PEOPLE, {}, ["--input", "-"]),
    ("payments", GRANTS, {}, ["--input", "-"]),
    ("rebate-split", REBATES, {}, ["--input", "-"]),
    ("orphan-grant", YEARS, {"kind": "costs"}, ["--input", "-"]),
    ("orphan-grant", PRODUCTS, {"kind": "products", "glide": "2"}, ["--products", "-", "--glide", "2"]),
    ("regional", UNITS, {"rebate": "99,99"}, ["--region", "14", "--rebate", "99.99", "--units", "-"]),
]


@pytest.fixture
def reader(as_person: SignIn) -> FlaskClient:
    client = as_person("region")
    client.post("/language", data={"language": "en"})
    return client


def hand_in(client: FlaskClient, address: str, content: str | bytes, **more: str) -> TestResponse:
    data = content if isinstance(content, bytes) else content.encode()
    answer = client.post(f"/financing/{address}", data={"file": (io.BytesIO(data), "egna.csv"), **more})
    # The test client puts a large form in a temporary file and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_a_file_gives_the_figures_of_the_command(reader: FlaskClient) -> None:
    for name, content, more, arguments in FILES:
        by_command = CliRunner().invoke(
            financing, [name, *arguments, "--csv"], env={"NT_LANG": "en"}, input=content.encode()
        )
        assert by_command.exit_code == 0, by_command.output
        assert hand_in(reader, name, content, format="csv", **more).text == by_command.stdout
        page = hand_in(reader, name, content, **more)
        assert page.status_code == 200
        assert "All figures" in page.text
        assert hand_in(reader, name, content, format="xlsx", **more).mimetype == XLSX_TYPE


def test_a_workbook_is_read_as_well(reader: FlaskClient) -> None:
    rows = [[region.official_name, 1000 + place] for place, region in enumerate(REGIONS)]
    content = rows_to_xlsx([Sheet("Blad1", ["Region", "Folkmängd"], rows)], made_at=START)
    assert hand_in(reader, "budget", content).status_code == 200


def test_own_figures_are_compared_with_the_published_ones(reader: FlaskClient) -> None:
    page = hand_in(reader, "solidarity?compare=1", COSTS, scenario="b").text
    a, b = re.search(r"Costs per region</td>(.*?)</tr>", page, re.DOTALL)[1], "The file handed in"  # type: ignore[index]
    assert "SKR, EkonomiNytt" in a
    assert b in a
    both = hand_in(reader, "solidarity?compare=1&b-lower=110", COSTS, scenario="ab").text
    assert "SKR, EkonomiNytt" not in re.search(r"Costs per region</td>(.*?)</tr>", both, re.DOTALL)[1]  # type: ignore[index]


REFUSALS = [
    ("solidarity", COSTS.replace("Gotland;", "Atlantis;"), "Row 9, column “region”", "Rad 9, kolumnen ”region”"),
    ("solidarity", COSTS.replace("Gotland;", "Skåne;"), "Skåne already stands", "Skåne finns redan"),
    ("solidarity", COSTS.replace("Gotland;107,5\n", ""), "Regions are missing: Gotland", "Regioner saknas: Gotland"),
    ("solidarity", COSTS.replace(";", ","), "Row 2", "Rad 2"),
    ("solidarity", COSTS.replace("107,5", "-1"), "Row 9, column “cost_sek_per_inh”: “-1” is negative",
     "Rad 9, kolumnen ”cost_sek_per_inh”: ”-1” är negativt"),
    ("solidarity", COSTS.replace("cost_sek_per_inh", "kostnaden"), "“kostnaden”", "”kostnaden”"),
    ("budget", PEOPLE.replace("09,8000", "09,8 000"), "Row 9, column “population”: “8 000” has spaces",
     "Rad 9, kolumnen ”population”: ”8 000” har mellanslag"),
    ("budget", PEOPLE.replace("09,8000", "09,0"), "Row 9, column “population”", "Rad 9, kolumnen ”population”"),
    ("payments", GRANTS.replace("\n", ",5\n").replace("sek,5", "sek,rebate_sek") + ",5",
     "needs its forecast", "kräver sin prognos"),
    ("rebate-split", REBATES.replace("8.05", "8.055"), "Row 9, column “rebate_sek”: “8.055” has fractions of an öre",
     "Rad 9, kolumnen ”rebate_sek”: ”8.055” har delar av ett öre"),
    ("orphan-grant", YEARS.replace("2027", "2029"), "without gaps", "utan luckor"),
]  # fmt: skip


def test_what_cannot_be_used_is_named_by_row_and_column_in_both_languages(reader: FlaskClient) -> None:
    for language in (0, 1):
        reader.post("/language", data={"language": ("en", "sv")[language]})
        for name, content, *said in REFUSALS:
            page = hand_in(reader, name, content)
            assert page.status_code == 422, said
            assert said[language] in unescape(page.text)


def test_a_rebate_to_return_needs_its_amount(reader: FlaskClient) -> None:
    page = hand_in(reader, "regional", UNITS)
    assert page.status_code == 422
    assert "A number is missing" in page.text


def test_without_a_file_one_is_asked_for(reader: FlaskClient) -> None:
    page = reader.post("/financing/budget", data={})
    assert page.status_code == 422
    assert "Choose a file." in page.text


def test_hostile_files_are_refused_in_words(reader: FlaskClient) -> None:
    need("shared_data")
    files = sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir())
    assert len(files) >= 20
    pages = {(name, more.get("kind", "")) for name, _content, more, _arguments in FILES}
    for file in files:
        for page_name, kind in sorted(pages):
            page = hand_in(reader, page_name, file.read_bytes(), rebate="1", kind=kind)
            assert page.status_code == 422, file.name
            assert "This cannot be computed" in page.text


def test_nothing_of_a_file_is_stored(reader: FlaskClient, engine: Engine) -> None:
    with engine.connect() as connection:
        tables = [
            name for name in sa.inspect(connection).get_table_names() if name not in ("session", "heartbeat")
        ]
        counts = sa.text(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*) FROM {name}" for name in tables if name != "version"
            )
        )
        before = connection.execute(counts).all()
        assert hand_in(reader, "solidarity", COSTS).status_code == 200
        assert connection.execute(counts).all() == before
