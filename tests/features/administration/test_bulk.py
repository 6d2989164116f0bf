"""Bulk work in the lists of administration: each row is judged by itself, has its own answer and its line in history."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from nt_process.administration import log_queries, queries, service
from nt_process.administration.queries import Filter
from nt_process.identity import register
from nt_process.identity.history import By
from nt_process.infra import jobs
from nt_process.kernel.several import each
from tests.features.administration.world import history, maker, mandate_of, organisation_of, scalar
from tests.racing import while_first_is_at_it
from tests.world import FIRST_DAY, START, Office, sign_in

SignIn = Callable[[str], FlaskClient]
NOBODY = "00000000-0000-4000-8000-000000000000"
LAST = FIRST_DAY + timedelta(days=30)


@pytest.fixture
def administrator(as_person: SignIn) -> FlaskClient:
    client = as_person("administrator")
    client.post("/language", data={"language": "en"})
    return client


def last_day_of(office: Office, name: str) -> str:
    return scalar(office, "SELECT valid_to FROM membership WHERE id = :id", id=mandate_of(office, name))


# --- mandates ---------------------------------------------------------------------------------------


def test_one_mandate_that_is_refused_does_not_stop_the_others(office: Office) -> None:
    by = maker(office)
    names = ("region", "administrator", "member")
    ids = [*(mandate_of(office, name) for name in names), NOBODY]
    end = lambda one: service.end_mandate(office.engine, by, one, LAST)  # noqa: E731
    assert [item.code for item in each(ids, end)] == ["", "own_last_administration", "", "not_found"]
    assert [last_day_of(office, name) for name in names] == [str(LAST), "None", str(LAST)]
    assert [line[:2] for line in history(office)] == [("Administrator", "membership_days")] * 2
    # Sent twice, the second changes nothing and says so.
    assert [item.code for item in each(ids[::2], end)] == ["nothing_to_do"] * 2
    assert len(history(office)) == 2


def test_a_mandate_is_ended_and_extended_each_in_its_own_direction(office: Office) -> None:
    by, region = maker(office), mandate_of(office, "region")

    def end(day: date) -> str:
        return each([region], lambda one: service.end_mandate(office.engine, by, one, day))[0].code

    def extend(day: date) -> str:
        return each([region], lambda one: service.extend_mandate(office.engine, by, one, day))[0].code

    assert extend(LAST) == "no_last_day"
    assert end(date(2019, 12, 31)) == "begins_later"
    assert end(LAST) == ""
    assert end(LAST + timedelta(days=1)) == "ends_sooner"
    assert extend(LAST - timedelta(days=1)) == "ends_later"
    assert extend(LAST + timedelta(days=1)) == ""
    assert last_day_of(office, "region") == str(LAST + timedelta(days=1))


def test_an_extended_mandate_does_not_run_into_another(office: Office) -> None:
    by, region = maker(office), mandate_of(office, "region")
    service.end_mandate(office.engine, by, region, LAST)
    texts = {
        "organisation": scalar(office, "SELECT organisation_id FROM membership WHERE id = :id", id=region),
        "role": "region_representative",
        "valid_from": str(LAST + timedelta(days=5)),
    }
    service.add_mandate(office.engine, by, office.people["region"], texts)
    [item] = each(
        [region], lambda one: service.extend_mandate(office.engine, by, one, LAST + timedelta(days=5))
    )
    assert item.code == "overlaps"
    assert last_day_of_id(office, region) == str(LAST)


def last_day_of_id(office: Office, mandate: str) -> str:
    return scalar(office, "SELECT valid_to FROM membership WHERE id = :id", id=mandate)


def test_who_speaks_is_said_of_those_who_answer(office: Office) -> None:
    by = maker(office)
    ids = [mandate_of(office, "region"), mandate_of(office, "secretary")]
    silent = each(ids, lambda one: service.let_speak(office.engine, by, one, False))
    assert [item.code for item in silent] == ["", "does_not_answer"]
    assert history(office)[0][3].endswith("|silent")
    assert [
        item.code for item in each(ids[:1], lambda one: service.let_speak(office.engine, by, one, False))
    ] == ["nothing_to_do"]


def test_a_mandate_is_found_by_what_it_is_on_the_day(office: Office) -> None:
    """Whatever its days, a mandate is among exactly one of those that hold, have ended and begin later."""
    by = maker(office)
    day = lambda days: (FIRST_DAY + timedelta(days=days)).isoformat()  # noqa: E731
    for name, first, last in (
        ("region", -9, -1), ("member", -9, 0), ("tlv", 0, 61), ("manager", 1, None), ("company", 5, 9),
    ):  # fmt: skip
        given = {"valid_from": day(first), "valid_to": "" if last is None else day(last)}
        service.change_days(office.engine, by, mandate_of(office, name), given)
    with office.engine.begin() as connection:
        # Ended before it began: it holds on no day.
        connection.execute(
            sa.text("UPDATE membership SET valid_from = :from, valid_to = :to WHERE id = :id"),
            {"from": LAST, "to": LAST - timedelta(days=1), "id": mandate_of(office, "rival")},
        )
    actor = office.actor("administrator")
    with office.engine.connect() as connection:
        found = {
            state: [
                row["name"]
                for row in queries.every_mandate(connection, actor, Filter(state=state), 1, FIRST_DAY)[0]
            ]
            for state in queries.MANDATE_STATES
        }
    assert sorted(found["ended"] + found["holds"] + found["later"]) == sorted(found["all"])
    assert {"Region", "Rival"} <= set(found["ended"])
    assert {"Member", "Tlv"} <= {name.capitalize() for name in found["holds"]}
    assert {"Manager", "Company"} <= set(found["later"])
    assert found["ending"][0] == "Member"
    assert "Region" not in found["ending"]


def test_mandates_are_searched_narrowed_and_changed_on_the_page(
    office: Office, administrator: FlaskClient
) -> None:
    by_role = administrator.get("/administration/mandates?state=holds&role=tlv_assessor").text
    assert office.people["tlv"] in by_role
    assert office.people["region"] not in by_role
    assert office.people["region"] in administrator.get("/administration/mandates?state=all&q=REGION").text
    ids = [mandate_of(office, "region"), mandate_of(office, "administrator"), NOBODY, "x"]
    path = "/administration/mandates/bulk?state=holds&q=a"
    data = {"ticked": ids, "do": "end", "last_day": str(LAST)}
    answer = administrator.post(path, data=data).text
    assert "1 done, 2 not done" in answer
    assert "This is your own last right to administer" in answer
    assert "There is nothing here to change." in answer
    assert NOBODY not in answer
    assert "/administration/mandates?q=a&amp;state=holds" in answer
    assert office.people["region"] in administrator.get("/administration/mandates").text


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"do": "end", "last_day": "i dag"}, "last_day"),
        ({"last_day": "2026-02-01"}, "do"),
        ({"do": "burn"}, "do"),
    ],
)
def test_what_cannot_be_carried_out_keeps_the_ticks(
    office: Office, administrator: FlaskClient, data: dict[str, str], field: str
) -> None:
    mandate = mandate_of(office, "region")
    path = "/administration/mandates/bulk?state=holds"
    answer = administrator.post(path, data=data | {"ticked": mandate})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    [box] = [line for line in answer.text.split("<input") if mandate in line and "checkbox" in line]
    assert " checked" in box
    assert history(office) == []


def test_two_at_once_one_ends_a_mandate_and_the_other_is_told(app: Flask, office: Office) -> None:
    client, mandate = sign_in(app.test_client(), "administrator"), mandate_of(office, "region")
    client.post("/language", data={"language": "en"})
    data = {"ticked": mandate, "do": "end", "last_day": str(LAST)}
    answer = while_first_is_at_it(
        office.engine,
        lambda connection: register.change_membership(
            connection,
            By(START),
            register.locked_membership(connection, mandate),
            date(2020, 1, 1),
            LAST,
            True,
        ),
        lambda: client.post("/administration/mandates/bulk", data=data),
    )
    assert "it is so already" in answer.text
    assert len(history(office)) == 1


# --- organisations ----------------------------------------------------------------------------------


def test_every_mandate_in_an_organisation_ends_or_none(office: Office) -> None:
    by = maker(office)
    ids = [office.company_id, organisation_of(office, "Kansliet"), NOBODY]
    end = lambda one: service.end_mandates_in(office.engine, by, one, LAST)  # noqa: E731
    assert [item.code for item in each(ids, end)] == ["", "own_last_administration", "not_found"]
    assert last_day_of(office, "company") == str(LAST)
    assert last_day_of(office, "secretary") == "None"
    assert [item.code for item in each(ids[:1], end)] == ["nothing_to_do"]


def test_organisations_are_paged_and_ended_on_the_page(office: Office, administrator: FlaskClient) -> None:
    with office.engine.begin() as connection:
        connection.execute(
            sa.text("""
                INSERT INTO organisation (id, kind, name)
                SELECT gen_random_uuid(), 'company', 'Bolag ' || lpad(n::text, 3, '0') FROM generate_series(1, 60) n
            """)
        )
    first = administrator.get("/administration/organisations?q=bolag").text
    second = administrator.get("/administration/organisations?q=bolag&page=2").text
    assert "60 organisations" in first
    assert ("Bolag 050" in first, "Bolag 051" in first) == (True, False)
    assert ("Bolag 050" in second, "Bolag 051" in second) == (False, True)
    data = {"ticked": [office.company_id, NOBODY], "do": "end", "last_day": str(LAST)}
    answer = administrator.post("/administration/organisations/bulk", data=data).text
    assert "1 done, 1 not done" in answer
    assert last_day_of(office, "company") == str(LAST)


def names(answer: TestResponse) -> list[str]:
    """The first column of a CSV file, without its heading."""
    rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    return [row[0] for row in rows][1:]


def test_organisations_are_taken_out_as_those_ticked_or_all_that_match(
    office: Office, as_person: SignIn
) -> None:
    client = as_person("auditor")
    everything = names(client.get("/administration/organisations/export.csv"))
    assert "Region Skåne" in everything
    assert set(names(client.get("/administration/organisations/export.csv?kind=region"))) < set(everything)
    ids = [organisation_of(office, "Region Skåne"), NOBODY, "x"]
    assert names(client.post("/administration/organisations/export.csv", data={"ticked": ids})) == [
        "Region Skåne"
    ]
    assert names(client.post("/administration/organisations/export.csv", data={"ticked": "x"})) == []
    assert client.get("/administration/organisations/export.xlsx").data[:2] == b"PK"


# --- sessions, mail and jobs ------------------------------------------------------------------------


def test_sessions_are_ended_together(office: Office, as_person: SignIn, administrator: FlaskClient) -> None:
    people = [as_person(name) for name in ("member", "region")]
    sessions = [
        scalar(office, "SELECT id FROM session WHERE person_id = :id", id=office.people[name])
        for name in ("member", "region")
    ]
    data = {"ticked": [*sessions, NOBODY], "do": "end"}
    assert "2 done, 1 not done" in administrator.post("/administration/sessions/bulk", data=data).text
    assert [client.get("/").status_code for client in people] == [302, 302]
    assert administrator.get("/administration/sessions").status_code == 200
    assert [line[1] for line in history(office)] == ["sessions_ended"] * 2
    assert "0 done, 3 not done" in administrator.post("/administration/sessions/bulk", data=data).text


def test_sessions_are_shown_a_page_at_a_time(office: Office, administrator: FlaskClient) -> None:
    with office.engine.begin() as connection:
        connection.execute(
            sa.text("""
                INSERT INTO session (id, token_hash, person_id, began_at, last_seen_at, confirmed_at,
                                     client, address, strong, pending)
                SELECT gen_random_uuid(), decode(md5(n::text), 'hex'), :person, :at, :at, :at, '', '', true, false
                FROM generate_series(1, 60) n
            """),
            {"person": office.people["member"], "at": START},
        )
    actor = office.actor("administrator")
    limits = log_queries.SessionLimits(timedelta(hours=1), timedelta(hours=12))
    with office.engine.connect() as connection:
        pages = [
            log_queries.sessions(connection, actor, START, limits, q="member", page=page)[: queries.PAGE_SIZE]
            for page in (1, 2)
        ]
    assert [len(page) for page in pages] == [50, 10]
    assert len({row["id"] for page in pages for row in page}) == 60


def test_mail_that_failed_is_tried_again_together(office: Office, administrator: FlaskClient) -> None:
    office.act("secretary", office.open(), "discontinue", reason="Hemligt")
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE notice SET mail = 'failed', mail_attempts = 8"))
        failed = list(connection.scalars(sa.text("SELECT 'notice ' || id FROM notice ORDER BY id LIMIT 2")))
        link = f"link {uuid.uuid4()}"
    page = administrator.get("/administration/mail?state=failed").text
    assert f'value="{failed[0]}"' in page
    data = {"ticked": [*failed, link, "notice 99999999999999999", "link x", "burn 1"], "do": "retry"}
    answer = administrator.post("/administration/mail/bulk", data=data).text
    assert f"{len(failed)} done, 2 not done" in answer
    assert scalar(office, "SELECT count(*) FROM notice WHERE mail = 'pending'") == str(len(failed))
    assert [line[1:] for line in history(office)] == [("mail_retried", "", "")] * len(failed)
    again = administrator.post("/administration/mail/bulk", data=data).text
    assert "0 done" in again
    assert len(history(office)) == len(failed)


def test_jobs_are_searched_and_done_again_together(office: Office, administrator: FlaskClient) -> None:
    with office.engine.begin() as connection:
        for kind, key in (("waiting_figures", "a"), ("waiting_figures", "b"), ("deadline_report_pdf", "c")):
            jobs.ask(connection, kind, key, {}, START)
        connection.execute(
            sa.text("UPDATE job SET state = 'failed', fault = 'x', finished_at = :at WHERE key <> 'c'"),
            {"at": START},
        )
        ids = [str(one) for one in connection.scalars(sa.text("SELECT id FROM job ORDER BY id"))]
    shown = lambda query: [  # noqa: E731
        one
        for one in ids
        if f'card-title is-number">{one}<' in administrator.get(f"/administration/jobs?{query}").text
    ]
    assert shown("") == ids
    assert shown("q=FIGURES") == ids[:2]
    assert shown(f"q={ids[2]}") == ids[2:]
    assert shown("kind=deadline_report_pdf&state=waiting") == ids[2:]
    assert shown("kind=deadline_report_pdf&state=failed") == []
    data = {"ticked": [*ids, "99999999999999999", "9" * 40, "-1"], "do": "retry"}
    answer = administrator.post("/administration/jobs/bulk?state=failed", data=data).text
    assert "2 done, 2 not done" in answer
    assert scalar(office, "SELECT count(*) FROM job WHERE state = 'waiting'") == "3"
    assert [line[1:] for line in history(office)] == [
        ("job_retried", "", f"{one} waiting_figures") for one in ids[:2]
    ]


# --- all of them ------------------------------------------------------------------------------------

LISTS = ("people", "mandates", "organisations", "sessions", "mail", "jobs")


WORST = (
    b"a\x00b",
    b"\xed\xb2\x80",
    b"x" * 5000,
    b"9" * 40,
    b"notice " + b"9" * 30,
    b"link \x00",
    b"",
    b"endpoint",
)


def test_whatever_is_sent_to_a_list_is_answered(administrator: FlaskClient) -> None:
    for part in LISTS:
        path = f"/administration/{part}/bulk?endpoint=x&_external=1&page=9"
        for value in WORST:
            for do in (b"end", b"retry", b"extend", value):
                data = {"ticked": [value, NOBODY], "do": do, "last_day": value}
                assert administrator.post(path, data=data).status_code in (200, 422), (part, value, do)


def test_who_only_reads_the_register_has_no_bulk_work(as_person: SignIn) -> None:
    client = as_person("auditor")
    for part in ("people", "mandates", "organisations"):
        page = client.get(f"/administration/{part}").text
        assert f"/administration/{part}/bulk" not in page
