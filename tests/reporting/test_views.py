"""The report in the browser: who may see it, what it says as of a day, and a PDF that is waited for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.engine.loader import load_published
from nt_process.infra import jobs
from nt_process.reporting.history import history_of
from nt_process.reporting.pdf_job import HANDLERS
from nt_process.reporting.report import Selection, compile_report
from tests.reporting.world import OWNERS, Walk, made_world, recorded_by, store
from tests.requirements import need
from tests.world import START

TODAY = START.date()
WORKFLOWS = load_published()
WORLD = made_world(12, TODAY)
EARLIER = TODAY - timedelta(days=400)

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def manager(engine: Engine, as_person: SignIn) -> FlaskClient:
    store(engine, WORLD)
    return as_person("manager")


def expected(as_of: date, process: str = "") -> dict[str, int]:
    histories = [
        history_of(recorded_by(walk.events, as_of), WORKFLOWS, as_of)
        for walk in WORLD
        if walk.opened_on <= as_of
    ]
    found = compile_report(histories, WORKFLOWS, Selection(as_of, process))
    return {"total": found.cases, "opened": found.opened, "ended": found.ended}


@pytest.mark.parametrize("name", ["manager", "secretary", "member", "auditor", "administrator"])
def test_the_councils_own_side_may_see_it(as_person: SignIn, name: str) -> None:
    assert as_person(name).get("/reports/deadlines").status_code == 200


@pytest.mark.parametrize("name", ["company", "rival", "region", "tlv"])
@pytest.mark.parametrize("path", ["", ".csv", ".xlsx", ".json", ".pdf"])
def test_for_everyone_else_it_does_not_exist(as_person: SignIn, name: str, path: str) -> None:
    assert as_person(name).get(f"/reports/deadlines{path}").status_code == 404


def test_the_page_shows_the_overdue_with_links_to_the_cases(manager: FlaskClient) -> None:
    page = manager.get("/reports/deadlines").text
    found = json.loads(manager.get("/reports/deadlines.json").text)
    assert found["overdue"]
    for one in found["overdue"]:
        assert f"/cases/{one['case']}" in page
    assert page.count("<svg") >= 4
    assert "Falsamen" not in page, "a report reads the log and never the case's present row"
    assert "Falsk Handläggare" not in page


def test_a_past_day_says_what_was_known_then(manager: FlaskClient, engine: Engine) -> None:
    before = {
        kind: manager.get(f"/reports/deadlines.{kind}?as_of={EARLIER}").data
        for kind in ("csv", "json", "xlsx")
    }
    assert json.loads(before["json"])["cases"] == expected(EARLIER)
    late = Walk(WORKFLOWS["klinik", 1], "NT-2026-0777", TODAY).open(medicine="Nytillkomna")
    store(engine, [late])
    for kind, content in before.items():
        assert manager.get(f"/reports/deadlines.{kind}?as_of={EARLIER}").data == content, kind
    assert "Nytillkomna" in manager.get("/reports/deadlines.csv").text


def test_an_event_belongs_to_the_day_on_which_it_was_recorded_in_stockholm(
    engine: Engine, as_person: SignIn
) -> None:
    """23:30 in Stockholm on 5 January is 22:30 UTC; half past midnight is still 23:30 UTC on the 5th."""
    instants = datetime(2026, 1, 5, 22, 30, tzinfo=UTC), datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    walks = [Walk(WORKFLOWS["klinik", 1], f"NT-2026-000{n}", date(2026, 1, 5)).open() for n in (1, 2)]
    for walk, at in zip(walks, instants, strict=True):
        walk.events = [replace(walk.events[0], at=at)]
    store(engine, walks)
    manager = as_person("manager")
    known = [
        json.loads(manager.get(f"/reports/deadlines.json?as_of=2026-01-0{day}").text)["cases"]["total"]
        for day in (4, 5, 6)
    ]
    assert known == [0, 1, 2]


def test_filters_narrow_every_format(manager: FlaskClient) -> None:
    owner_id = OWNERS[1][0]
    query = f"process=klinik&owner={owner_id}&from=2025-01-01&to=2025-12-31"
    rows = list(
        csv.DictReader(
            io.StringIO(manager.get(f"/reports/deadlines.csv?{query}").data.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert {row["Handläggare"] for row in rows} <= {"Bo Öberg"}
    assert {row["Process"] for row in rows} <= {WORKFLOWS["klinik", 1].label.sv}
    page = manager.get(f"/reports/deadlines?{query}").text
    assert (
        f"/reports/deadlines.pdf?as_of={TODAY}&amp;process=klinik&amp;from=2025-01-01&amp;to=2025-12-31&amp;owner={owner_id}"
        in page
    )


@pytest.mark.parametrize(
    "query",
    [
        "as_of=2026-13-01",
        "as_of=2099-01-01",
        "from=2026-01-05&to=2026-01-01",
        "process=x'--",
        "owner=%00",
        "from=٢٠٢٦-٠١-٠١",
    ],
)
def test_a_selection_that_cannot_be_read_is_explained_beside_its_control(
    as_person: SignIn, query: str
) -> None:
    manager = as_person("manager")
    answer = manager.get(f"/reports/deadlines?{query}")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    for kind in ("csv", "xlsx", "json", "pdf"):
        sent_back = manager.get(f"/reports/deadlines.{kind}?{query}")
        assert sent_back.status_code == 302
        assert sent_back.location.startswith("/reports/deadlines?")


def test_the_pdf_is_waited_for_made_once_and_then_opened(manager: FlaskClient, engine: Engine) -> None:
    need("pango")
    address = f"/reports/deadlines.pdf?as_of={EARLIER}"
    waiting = manager.get(address)
    assert waiting.status_code == 202
    assert "hx-get" in waiting.text
    assert manager.get(address, headers={"HX-Request": "true"}).status_code == 200
    assert jobs.work(engine, HANDLERS, lambda: START)
    assert not jobs.work(engine, HANDLERS, lambda: START)
    assert manager.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == address
    made = manager.get(address)
    assert made.mimetype == "application/pdf"
    assert made.headers["Content-Disposition"].startswith("inline;")
    assert made.data.startswith(b"%PDF-1.7")
    assert manager.get(address).data == made.data


def test_while_the_day_lasts_a_new_event_asks_for_a_new_pdf(manager: FlaskClient, engine: Engine) -> None:
    for _ in range(2):
        manager.get("/reports/deadlines.pdf")
    store(engine, [Walk(WORKFLOWS["klinik", 1], "NT-2026-0777", TODAY).open()])
    manager.get("/reports/deadlines.pdf")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM job").scalar() == 2


def test_a_pdf_that_cannot_be_made_is_explained_and_not_asked_for_again(
    manager: FlaskClient, engine: Engine
) -> None:
    from nt_process.infra.pdf_process import PdfUnavailableError
    from nt_process.reporting.pdf_job import KIND

    def refuse(_engine: Engine, _params: object) -> bytes:
        raise PdfUnavailableError(
            "PDF cannot be made on this machine, because Pango is missing. Install Pango and try again."
        )

    manager.get("/reports/deadlines.pdf")
    jobs.work(engine, {KIND: refuse}, lambda: START)
    page = manager.get("/reports/deadlines.pdf")
    assert "Pango" in page.text
    assert "hx-get" not in page.text
