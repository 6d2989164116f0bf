"""The pages and the command: who pays and why, what was typed comes back with its fault, files of the same figures."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from nt_process.infra.database import Databases
from nt_process.introduction_financing import pdf_job, pot_queries, service
from nt_process.introduction_financing.book_file import PATH
from nt_process.introduction_financing.cli import financing as command
from nt_process.notices.notice import COLUMNS, JOINS, Notice
from nt_process.notices.texts import Reader, word
from nt_process.notices.tick import tick
from tests.features.introduction.world import decide, published, settle_regions
from tests.features.introduction_financing.world import ATC, ORPHAN, PERIOD, SKANE, VGR, Financing, noon
from tests.world import FIRST_DAY, START

SignIn = Callable[[str], FlaskClient]
ROOM = "/introduction-financing"


def test_who_pays_and_why_on_a_page(as_person: SignIn) -> None:
    page = as_person("region").get(
        f"{ROOM}/who-pays?atc=b02bd02&region=14&on=2025-12-31&channel=prescription&disease="
    )
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "(OSN)" in text
    assert "bekostades receptläkemedel för behandling av blödarsjuka" in text
    assert "1 jan. 2026" in text


@pytest.mark.parametrize(
    "typed",
    [
        {"atc": "16", "region": "14", "on": "2026-01-01"},
        {"atc": "A16\x00", "region": "14", "on": "2026-01-01"},
        {"atc": ATC, "region": "99", "on": "2026-01-01"},
        {"atc": ATC, "region": "14", "on": "2026-02-30"},
        {"atc": ATC, "region": "14", "on": "2026-01-01", "channel": "post"},
        {"atc": "A" * 10_000, "region": "<b>", "on": ""},
    ],
)
def test_a_question_that_cannot_be_answered_says_why(as_person: SignIn, typed: dict[str, str]) -> None:
    page = as_person("secretary").get(f"{ROOM}/who-pays", query_string=typed)
    assert page.status_code == 422
    assert "error-summary" in page.get_data(as_text=True)


def test_what_was_typed_comes_back_with_its_fault(as_person: SignIn, financing: Financing) -> None:
    sent = PERIOD | {"region": SKANE, "medicine": "Särskilt namn", "start_on": "2026-13-01"}
    page = as_person("region").post(f"{ROOM}/new", data=sent)
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Särskilt namn" in text
    assert "2026-13-01" in text
    assert financing.rows("SELECT FROM introduction_financing") == []


def test_a_region_begins_a_period_and_states_its_amounts(as_person: SignIn, financing: Financing) -> None:
    financing.rule(SKANE)
    region = as_person("region")
    begun = region.post(
        f"{ROOM}/new", data=PERIOD | {"region": SKANE, "start_on": "2025-11-01", "budget": "240000"}
    )
    assert begun.status_code == 302
    where = begun.location
    assert region.post(f"{where}/actual", data={"month": "2025-12", "amount": "12 345,50"}).status_code == 302
    assert region.post(f"{where}/actual", data={"month": "2024-12", "amount": "1"}).status_code == 422
    text = region.get(where).get_data(as_text=True).replace("\xa0", " ")
    assert "12 345,50 kr" in text
    # 12 345.50 over 31 days, for the 366 days from 1 November 2027: 145 756.55.
    assert "145 757 kr" in text
    office = as_person("secretary").get(where).get_data(as_text=True).replace("\xa0", " ")
    assert "12 345" not in office
    assert "240 000" not in office


def test_the_list_as_files_holds_what_the_reader_sees(as_person: SignIn, financing: Financing) -> None:
    financing.rule(SKANE)
    financing.begin()
    financing.begin(SKANE, SKANE, budget="98765")
    for name, shown in (("region", True), ("secretary", False)):
        answer = as_person(name).get(f"{ROOM}/periods.csv?region=")
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
        assert [row[0] for row in rows[1:]].count("Region Skåne") == 1
        assert len(rows) == 3
        assert any("98765" in cell for row in rows for cell in row) is shown
        book = load_workbook(io.BytesIO(as_person(name).get(f"{ROOM}/periods.xlsx?region=").data))
        assert any(cell.value == 98765 for row in book.worksheets[0].iter_rows() for cell in row) is shown


def test_one_medicine_in_all_regions(as_person: SignIn, financing: Financing) -> None:
    made = financing.begin()
    text = as_person("member").get(f"{ROOM}/medicines/{ATC.lower()}").get_data(as_text=True)
    assert text.count('class="card-title nowrap"') == 21
    assert made in text
    for wrong in ("A", "x" * 3000, "%00", "<b>", "A16AB01-"):
        assert as_person("member").get(f"{ROOM}/medicines/{wrong}").status_code == (
            200 if wrong == "A" else 404
        )


def test_sales_are_handed_on_and_what_the_region_states_goes_before_them(
    financing: Financing, as_person: SignIn, engine: Engine
) -> None:
    made = financing.begin(start_on="2025-10-15")
    page = as_person("secretary").post(f"{ROOM}/{made}/sales")
    assert page.status_code == 409
    financing.actual(made, "2025-11", "777")
    with engine.begin() as connection:
        _sell(
            connection,
            VGR,
            {"2025-09-01": "1", "2025-10-01": "100.10 200", "2025-11-01": "5", "2025-12-01": "40"},
        )
    assert as_person("secretary").post(f"{ROOM}/{made}/sales").status_code == 302
    counted = financing.rows("SELECT spent FROM introduction_sums()")
    # One region alone: nothing is told of it.
    assert [row.spent for row in counted] == [None]
    rows = financing.rows("SELECT month, amount, origin FROM introduction_actual ORDER BY month, id")
    assert [(row.month.month, str(row.amount), row.origin) for row in rows] == [
        (10, "300.10", "sales"), (11, "777", "entered"), (11, "5.00", "sales"), (12, "40.00", "sales"),
    ]  # fmt: skip
    # Handed on again, nothing is new.
    assert service.hand_sales_on(engine, financing.maker("secretary"), made) == 0


def test_the_pot_as_page_files_and_print(financing: Financing, as_person: SignIn, engine: Engine) -> None:
    financing.terms(pot="50")
    financing.orphan()
    financing.cost(SKANE, "2025", "7654321", SKANE)
    office = as_person("manager").get(f"{ROOM}/pot").get_data(as_text=True)
    assert ORPHAN["medicine"] in office
    # 90 million of cost, 81 due, 50 in the pot.
    assert "31,0" in office
    assert "7654321" not in as_person("manager").get(f"{ROOM}/pot.csv").get_data(as_text=True)
    own = load_workbook(io.BytesIO(as_person("region").get(f"{ROOM}/pot.xlsx").data))
    assert [row[2].value for row in own.worksheets[2].iter_rows(min_row=2)] == [7654321]
    with engine.connect() as connection:
        pot = pot_queries.the_pot(connection, None, FIRST_DAY)
    for language in ("sv", "en"):
        printed = pdf_job.document(pot, language, START)
        assert ORPHAN["medicine"] in printed
        assert "7654321" not in printed


def test_a_notice_says_what_ends_and_repeats_nothing_that_was_typed(
    financing: Financing, engine: Engine
) -> None:
    made = financing.begin(medicine="Hemligin", indication="Ovanlig sjukdom")
    tick(engine, noon(date(2027, 7, 7)))
    [row] = financing.rows(
        f"SELECT {COLUMNS} FROM notice n {JOINS} WHERE n.person_id = '{financing.people[VGR]}'"
    )
    for language in ("sv", "en"):
        words = word(Notice.of(row._mapping), Reader(language, "region", date(2027, 7, 7)))
        said = " ".join((words.title, *words.sentences))
        assert "2028-01-07" in words.title
        assert words.path == f"{ROOM}/{made}"
        assert "Hemligin" not in said
        assert "Ovanlig" not in said


# --- the command ------------------------------------------------------------------------------------


@pytest.fixture
def run(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_MIGRATION_URL", databases.owner_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_NOW", "2026-06-30T12:00:00+02:00")
    monkeypatch.setenv("NT_DATA_DIR", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(command, arguments)


def test_the_command_answers_by_the_same_rules(financing: Financing, run: Callable[..., Result]) -> None:
    financing.begin()
    done = run("pays", "--atc", ATC, "--region", "vgr", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["on"] == "2026-06-30"
    assert [(one["payer"], one["percent"], one["of"]) for one in said["payers"]] == [
        ("central", 100, "extra"), ("prescriber_unit", 100, "rest"),
    ]  # fmt: skip
    assert said["introduction"] == {"from": "2026-01-07", "moves_on": "2028-01-07"}
    assert said["next_change"]["on"] == "2028-01-07"
    assert said["rule"]["dated"] == "2026-02-09"
    plain = run("pays", "--atc", "B02BX06", "--region", "14", "--on", "2025-12-31").stdout
    assert "B02BX06" in plain
    assert "OSN" in plain
    wrong = run("pays", "--atc", ATC, "--region", "Atlantis", "--json")
    assert wrong.exit_code == 2
    assert "Atlantis" in json.loads(wrong.stdout)["error"]


def test_the_command_reports_a_faulty_file_with_file_and_line(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    assert run("rules").exit_code == 0
    faulty = tmp_path / "own.yaml"
    text = PATH.read_text(encoding="utf-8").replace("central: 95", "central: 90")
    faulty.write_text(text, encoding="utf-8")
    line = text.splitlines().index("    pays: {central: 90, prescriber_unit: 5}") + 1
    done = run("rules", str(faulty), "--json")
    assert done.exit_code == 1
    [fault] = json.loads(done.stdout)["faults"]
    assert (fault["file"], fault["line"], fault["code"]) == ("own.yaml", line, "shares_not_whole")
    assert f"own.yaml:{line}: " in run("rules", str(faulty)).stdout


def _sell(connection: sa.Connection, region: str, amounts: dict[str, str]) -> None:
    """A price list with the medicine's package, and a file of sales of it that was taken in."""
    person = connection.execute(sa.text("SELECT id FROM person LIMIT 1")).scalar_one()
    given = {"person": person, "at": START, "atc": ATC, "region": region}
    statements = (
        """INSERT INTO price_package (article_number, npl_id, product, substance, atc, strength, form, pack, units, unit,
               company, parallel_import, facts_from)
           VALUES ('123456', '', 'Provastin', 'provastinum', :atc, '', 'tablett', '', 1, 'styck', '', false, '2025-01-01')""",
        """INSERT INTO settlement_file (id, kind, filename, sha256, state, taken_number, uploaded_by, uploaded_at, taken_by,
               taken_at)
           VALUES (gen_random_uuid(), 'sales', 's.csv', repeat('a', 64), 'taken', 1, :person, :at, :person, :at)""",
    )  # fmt: skip
    for statement in statements:
        connection.execute(sa.text(statement), given)
    for month, words in amounts.items():
        units = "\n".join(f"Enhet {number}" for number in range(len(words.split())))
        connection.execute(
            sa.text("""
                INSERT INTO settlement_sale (package, county_code, month, file_id, units, volumes, amounts)
                SELECT '123456', :region, :month, id, :units, :volumes, :amounts FROM settlement_file
            """),
            {
                "region": region,
                "month": month,
                "units": units,
                "volumes": " ".join("1" for _ in words.split()),
                "amounts": words,
            },
        )


def test_a_page_of_nobodys_region_offers_nothing_to_state(as_person: SignIn, financing: Financing) -> None:
    made = financing.begin()
    text = as_person("region").get(f"{ROOM}/{made}").get_data(as_text=True)
    assert f"{made}/actual" not in text
    assert f"{made}/start" not in text


def test_a_decided_introduction_waits_to_be_financed_and_is_prefilled(
    as_person: SignIn, financing: Financing
) -> None:
    office = financing.office
    settle_regions(office)
    recommendation = published(office, medicine="Införin", substance="inforinum", atc="L04AX99")
    decide(office, recommendation, start_on="2026-03-01")
    region = as_person("region")
    assert "Införin" not in region.get(ROOM).get_data(as_text=True)
    financing.rule(SKANE)
    page = region.get(ROOM).get_data(as_text=True)
    link = re.search(rf'href="({ROOM}/new\?[^"]+)"', page[page.index('id="to-register"') :])
    assert link is not None
    form = region.get(html.unescape(link[1])).get_data(as_text=True)
    assert 'value="2026-03-01"' in form
    assert 'value="Införin"' in form
    assert "Införin" not in as_person("secretary").get(ROOM).get_data(as_text=True)
    given = {"medicine": "Införin", "atc": "L04AX99", "region": SKANE, "start_on": "2026-03-01"}
    assert region.post(f"{ROOM}/new", data=PERIOD | given).status_code == 302
    assert 'id="to-register"' not in region.get(ROOM).get_data(as_text=True)
