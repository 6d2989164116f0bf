"""The board through the HTTP layer: 21 regions answer, 2 depart, and what each reader is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from nt_process.identity import service as identity
from nt_process.infra import jobs
from nt_process.introduction import pdf_job, watching
from nt_process.kernel.regions import REGIONS
from tests.features.introduction import world
from tests.features.introduction.world import SKANE, person, published, settle_regions, typed
from tests.world import START, Office, sign_in

DEPARTING = {"07": "limits", "23": "not"}


@pytest.fixture
def recommendation(office: Office) -> str:
    settle_regions(office)
    return published(office)


def test_21_regions_answer_and_two_depart(app: Flask, office: Office, recommendation: str) -> None:
    reader = sign_in(app.test_client(), "secretary")
    for place, region in enumerate(REGIONS):
        client = sign_in(app.test_client(), person(region.code))
        said = typed(DEPARTING.get(region.code, "follow"), start_on="2026-03-01")
        path = f"/introduction/{recommendation}/{region.code}"
        answer = client.post(path, data=said | {"base": "0"})
        assert answer.status_code == 302, answer.text
        assert "Regionens beslut är sparat" in client.get(path).text
        assert (
            f"<strong>{20 - place}</strong>har inte beslutat"
            in reader.get(f"/introduction/{recommendation}").text
        )
    page = reader.get(f"/introduction/{recommendation}").text
    assert "<strong>19</strong>regioner följer" in page
    report = reader.get("/introduction/deviations").text
    assert "Kronoberg" in report
    assert "Jämtland" in report
    assert "Uppsala" not in report.partition('id="deviations"')[2]


def test_what_is_public_of_it_is_decision_reason_code_and_start_and_words_only_where_the_region_says_so(
    app: Flask, office: Office, recommendation: str
) -> None:
    world.decide(
        office, recommendation, "01", "not", reason="Hemliga ord om budgeten.", responsible="Klara Påhittad"
    )
    world.decide(
        office, recommendation, "03", "limits", reason="Öppna ord om vårdplatser.", reason_code="capacity",
        reason_public="1", start_on="2026-04-01", units="Hemliga kliniken",
    )  # fmt: skip
    anybody = app.test_client()
    with office.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT slug, case_number FROM publication").one()
    for path in (f"/public/sv/recommendations/{row.slug}", f"/public/sv/cases/{row.case_number}"):
        page = anybody.get(path).text
        assert "2 av 21 regioner har beslutat" in page
        assert "Kostnaden ryms inte i budgeten" in page
        assert "Öppna ord om vårdplatser." in page
        assert "2026-04-01" in page
        for kept in ("Hemliga", "Klara", "Företrädare"):
            assert kept not in page
    before = anybody.get(f"/public/sv/recommendations/{row.slug}")
    world.decide(
        office,
        recommendation,
        "01",
        "not",
        base=1,
        reason="Andra hemliga ord.",
        at=START + timedelta(hours=1),
    )
    after = anybody.get(f"/public/sv/recommendations/{row.slug}")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    world.decide(office, recommendation, "01", "follow", base=2, at=START + timedelta(hours=2))
    assert "Kostnaden ryms inte" not in anybody.get(f"/public/sv/recommendations/{row.slug}").text


def test_a_board_is_asked_for_as_of_a_day_on_the_page_in_the_tables_and_in_the_api(
    app: Flask, office: Office, recommendation: str
) -> None:
    world.decide(office, recommendation)
    reader = sign_in(app.test_client(), "manager")
    path = f"/introduction/{recommendation}"
    assert "<strong>1</strong>regioner följer" in reader.get(f"{path}?on=2026-01-07").text
    assert "<strong>0</strong>regioner följer" in reader.get(f"{path}?on=2026-01-06").text
    for wrong in ("2026-02-30", "i morgon", "\x00", "9" * 400, "0001-01-01"):
        assert reader.get(path, query_string={"on": wrong}).status_code == 422
    table = reader.get(f"{path}/board.csv").data.decode("utf-8-sig").splitlines()
    assert len(table) == 22
    assert table[10].startswith("12;Skåne;Följer;")
    assert reader.get(f"{path}/board.xlsx").data.startswith(b"PK")
    with office.engine.begin() as connection:
        token = identity.create_token(connection, office.people["manager"], START)
    headers = {"Authorization": f"Bearer {token}"}
    found: Any = app.test_client().get(f"/api/v1/introductions/{recommendation}", headers=headers).json
    assert sum(found["counts"].values()) == 21
    assert [one["decision"] for one in found["regions"]].count("follow") == 1
    listed: Any = app.test_client().get("/api/v1/introductions?q=provastin", headers=headers).json
    assert (listed["total"], listed["items"][0]["counts"]["none"]) == (1, 20)


def test_a_region_sees_what_it_must_do_and_what_was_typed_is_kept_when_refused(
    app: Flask, office: Office, recommendation: str
) -> None:
    region = sign_in(app.test_client(), "region")
    assert "Besluta om regionen följer" in region.get("/introduction/mine").text
    path = f"/introduction/{recommendation}/{SKANE}"
    refused = region.post(path, data=typed("limits", reason="", units="Kliniken; K1", base="0"))
    assert refused.status_code == 422
    assert "Kliniken; K1" in refused.text
    assert "Uppgiften måste anges." in refused.text
    assert region.post(path, data=typed("follow", base="5")).status_code == 409
    assert region.post(path, data=typed("follow", base="0")).status_code == 302
    assert "Ange startdag" in region.get("/introduction/mine").text
    steps = region.post(f"{path}/steps", data={"base": "0", "funded": "2026-01-08"})
    assert steps.status_code == 422
    assert region.post(f"{path}/documents", data={}).status_code == 422
    for other in (f"/introduction/{recommendation}/01", f"/introduction/{recommendation}/99"):
        assert region.post(other, data=typed(base="0")).status_code == 404
    assert region.get(f"/introduction/{recommendation}/99").status_code == 404


def test_a_reminder_leads_the_region_to_its_own_form(app: Flask, office: Office, recommendation: str) -> None:
    watching.remind_introductions(office.engine, START + timedelta(days=30))
    region = sign_in(app.test_client(), "region")
    told = region.get("/notices").text
    assert "er region har inte beslutat om införandet" in told
    assert f"/introduction/{recommendation}/{SKANE}" in told
    assert region.get(f"/introduction/{recommendation}/{SKANE}").status_code == 200


EVIL = ("\x00", "\ud800", "x" * 1_000_000, "0000-00-00", "-1", "9" * 30, "<script>", "'; DROP TABLE x")


def test_no_field_of_any_form_takes_the_page_down(app: Flask, office: Office, recommendation: str) -> None:
    region = sign_in(app.test_client(), "region")
    secretary = sign_in(app.test_client(), "secretary")
    path = f"/introduction/{recommendation}/{SKANE}"
    fields = ("decision", "reason_code", "reason", "reason_public", "start_on", "units", "responsible_id", "responsible",
              "responsible_role", "protocol_link", "holds_from", "base")  # fmt: skip
    for evil in EVIL:
        text = evil.encode("utf-8", "surrogatepass")
        for name in fields:
            said = typed("limits", base="0") | {name: ""}
            answer = region.post(path, data={**said, name: text})
            assert answer.status_code in (302, 409, 422), (name, evil[:10], answer.status_code)
        for name in ("funded", "trained", "ordering", "in_use", "base"):
            assert region.post(f"{path}/steps", data={name: text}).status_code in (302, 409, 422)
        for name in ("undecided", "not_ready"):
            assert secretary.post("/introduction/reminders", data={name: text}).status_code in (302, 422)
    for evil in ("\x00", "%ED%A0%80", "x" * 5000, "2026-13-01", "-1"):
        for name in ("region", "reason", "first", "last"):
            assert secretary.get(f"/introduction/deviations?{name}={evil}").status_code in (200, 422)
        for name in ("q", "standing", "page"):
            assert secretary.get(f"/introduction?{name}={evil}").status_code == 200


def test_the_report_is_printed_for_the_regions_and_the_council(
    app: Flask, office: Office, recommendation: str
) -> None:
    world.decide(office, recommendation, "07", "not", reason="Ryms inte.")
    region = sign_in(app.test_client(), "region")
    assert region.get("/introduction/deviations.pdf").status_code == 202
    while jobs.work(office.engine, pdf_job.HANDLERS, lambda: START):
        pass
    printed = region.get("/introduction/deviations.pdf")
    assert printed.status_code == 200
    assert printed.data.startswith(b"%PDF-1.7")
    rows = region.get("/introduction/deviations.csv?reason=cost").data.decode("utf-8-sig").splitlines()
    assert [row.split(";")[0] for row in rows] == ["Region", "Kronoberg"]
    assert region.get("/introduction/deviations.xlsx").data.startswith(b"PK")
    assert region.get("/introduction/deviations.csv?first=x").status_code == 404
