"""Who may speak for an organisation in a consultation is said for each mandate, by an administrator."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.administration import import_plan, imports, rules, service
from nt_process.consultation import answers
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.rules import ANSWERING
from nt_process.engine.definition import ROLES
from tests.features.administration.world import (
    history,
    maker,
    mandate_of,
    organisation_of,
    person_texts,
    scalar,
)
from tests.features.consultation.world import Consultation, move_in
from tests.world import Office, sign_in

DAYS = {"valid_from": "2020-01-01", "valid_to": ""}
SPEAKS = "SELECT speaks FROM membership WHERE id = :id"
TICK = re.compile(r'<input[^>]*name="speaks"[^>]*>')


@pytest.fixture
def client(app: Flask, office: Office) -> FlaskClient:
    return sign_in(app.test_client(), "administrator")


@given(role=st.sampled_from(ROLES), wanted=st.booleans())
def test_only_a_role_that_answers_can_be_without_a_voice(role: str, wanted: bool) -> None:
    assert rules.may_speak(role, wanted) is (wanted or role not in ANSWERING)


@given(own=st.booleans(), before=st.booleans(), after=st.booleans())
def test_nobody_gives_themselves_a_voice(own: bool, before: bool, after: bool) -> None:
    refused = rules.refuses_speaking("a", "a" if own else "b", before, after)
    assert (refused == "own_role") is (own and after and not before)


def test_it_is_taken_and_given_on_the_mandates_page_and_stands_in_the_lists_and_the_history(
    client: FlaskClient, office: Office
) -> None:
    mandate, person = mandate_of(office, "region"), office.people["region"]
    page = f"/administration/mandates/{mandate}"
    assert "checked" in TICK.findall(client.get(page).text)[0]
    assert client.post(page, data=DAYS).status_code == 302
    assert scalar(office, SPEAKS, id=mandate) == "False"
    assert "checked" not in TICK.findall(client.get(page).text)[0]
    for shown in (f"people/{person}", f"organisations/{organisation_of(office, 'Region Skåne')}", "history"):
        assert "får inte föra organisationens talan" in client.get(f"/administration/{shown}").text, shown
    assert client.post(page, data={**DAYS, "speaks": "y"}).status_code == 302
    assert "får föra organisationens talan" in client.get(f"/administration/people/{person}").text
    role = "region_representative|2020-01-01|"
    assert [line[1:] for line in history(office)] == [
        ("membership_days", role, f"{role}|silent"),
        ("membership_days", f"{role}|silent", role),
    ]


def test_a_role_that_does_not_answer_has_nothing_to_tick(client: FlaskClient, office: Office) -> None:
    mandate = mandate_of(office, "colleague")
    page = f"/administration/mandates/{mandate}"
    assert not TICK.findall(client.get(page).text)
    client.post(page, data={**DAYS, "valid_to": "2026-12-31"})
    assert scalar(office, SPEAKS, id=mandate) == "True"


@pytest.mark.parametrize(("ticked", "speaks"), [({"speaks": "y"}, "True"), ({}, "False")])
def test_a_new_person_speaks_or_does_not(
    client: FlaskClient, office: Office, ticked: dict[str, str], speaks: str
) -> None:
    assert "checked" in TICK.findall(client.get("/administration/people/new").text)[0]
    texts = person_texts(organisation=organisation_of(office, "Region Skåne"), role="region_representative")
    answer = client.post("/administration/people/new", data=texts | ticked)
    assert answer.status_code == 302
    held = "SELECT speaks FROM membership m JOIN person p ON p.id = m.person_id WHERE p.email = 'nils@prov.example'"
    assert scalar(office, held) == speaks


def test_what_was_ticked_is_kept_when_something_else_is_wrong(client: FlaskClient, office: Office) -> None:
    person = office.people["region"]
    page = f"/administration/people/{person}/mandates"
    answer = client.post(page, data={"role": "expert", "speaks": "y"})
    assert answer.status_code == 422
    assert "checked" in TICK.findall(answer.text)[0]


def test_one_who_administers_and_answers_does_not_give_themselves_a_voice(office: Office) -> None:
    own = office.people["administrator"]
    texts = {
        "organisation": organisation_of(office, "Region Skåne"),
        "role": "region_representative",
        "speaks": "",
    }
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO membership (person_id, organisation_id, role, valid_from, speaks)"
            " VALUES (%(id)s, %(organisation)s, 'region_representative', '2020-01-01', false)",
            {"id": own, "organisation": texts["organisation"]},
        )
    mandate = scalar(office, "SELECT id FROM membership WHERE person_id = :id AND NOT speaks", id=own)
    with pytest.raises(service.AdministrationError, match="own_role"):
        service.change_days(office.engine, maker(office), mandate, {**DAYS, "speaks": "yes"})
    assert scalar(office, SPEAKS, id=mandate) == "False"
    assert history(office) == []


def test_who_may_not_speak_any_more_drafts_and_does_not_send(office: Office) -> None:
    """The right follows at once, also in a round that is open."""
    move_in(office)
    consultation = Consultation(office)
    round_id = consultation.open(office.open())
    mandate = mandate_of(office, "region")
    service.change_days(office.engine, maker(office), mandate, {"speaks": ""})
    consultation.draft(round_id, "region", "Ett utkast")
    with pytest.raises(ConsultationError, match="may_not_speak"):
        answers.no_comment(
            office.engine, consultation.maker("region"), consultation.place(round_id, "region")
        )
    service.change_days(office.engine, maker(office), mandate, {"speaks": "yes"})
    consultation.no_comment(round_id, "region")


# --- from a file --------------------------------------------------------------------------------------

HEAD = "e-post;namn;organisation;roll;för talan\n"
ROW = "region@prov.example;Region;Region Skåne;region_representative;"


def planned(office: Office, rows: str) -> list[tuple[str, bool, list[str]]]:
    with office.engine.connect() as connection:
        plan = import_plan.plan(connection, maker(office), import_plan.read_file((HEAD + rows).encode()))
    return [(step.outcome, step.speaks, [fault.code for fault in step.faults]) for step in plan.steps]


@pytest.mark.parametrize(
    ("said", "outcome", "speaks", "faults"),
    [
        ("nej", "changed", False, []), ("No", "changed", False, []), ("JA", "unchanged", True, []),
        ("", "unchanged", True, []), ("kanske", "rejected", True, ["not_yes_or_no"]),
    ],
)  # fmt: skip
def test_a_row_says_yes_or_no_or_nothing(
    office: Office, said: str, outcome: str, speaks: bool, faults: list[str]
) -> None:
    assert planned(office, ROW + said + "\n") == [(outcome, speaks, faults)]


def test_a_file_takes_a_voice_and_the_same_file_again_changes_nothing(
    client: FlaskClient, office: Office
) -> None:
    rows = ROW + "nej\nny@prov.example;Nora Ny;Region Skåne;region_representative;nej\n"
    for expected in (["changed", "created"], ["unchanged", "unchanged"]):
        waiting = imports.upload(office.engine, maker(office), "personer.csv", (HEAD + rows).encode())
        shown = client.get(f"/administration/import/{waiting}").text
        assert ("får inte föra organisationens talan" in shown) is ("changed" in expected)
        assert sorted(outcome for outcome, *_ in planned(office, rows)) == sorted(expected)
        imports.carry_out(office.engine, maker(office), waiting, invited=False)
        assert scalar(office, "SELECT count(*) FROM membership WHERE NOT speaks") == "2"
    # A file that does not speak of it leaves it as it is.
    silent = (HEAD + rows).replace(";för talan", "").replace(";nej", "").encode()
    waiting = imports.upload(office.engine, maker(office), "personer.csv", silent)
    imports.carry_out(office.engine, maker(office), waiting, invited=False)
    assert scalar(office, "SELECT count(*) FROM membership WHERE NOT speaks") == "2"
