"""The pages of administration: what is shown to whom, what the buttons do, and the answer to whatever is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from nt_process.administration import service
from tests.features.administration.world import (
    furnish_administration,
    maker,
    mandate_of,
    organisation_of,
    person_texts,
    scalar,
)
from tests.features.page_forms import forms_of
from tests.features.test_bad_input import send
from tests.world import FIRST_DAY, Office

SignIn = Callable[[str], FlaskClient]

PARTS = ("people", "organisations", "mandates", "import", "sessions", "mail", "jobs", "denials", "history")


@pytest.fixture
def administrator(as_person: SignIn) -> FlaskClient:
    return english(as_person("administrator"))


def english(client: FlaskClient) -> FlaskClient:
    client.post("/language", data={"language": "en"})
    return client


def test_a_person_is_added_changed_and_ended_on_the_pages(office: Office, administrator: FlaskClient) -> None:
    texts = person_texts(organisation=organisation_of(office, "Kansliet"), role="auditor")
    refused = administrator.post("/administration/people/new", data=texts | {"email": "nils"})
    assert refused.status_code == 422
    assert "Write an e-mail address" in refused.text
    assert 'value="Nils Ny"' in refused.text
    page = administrator.post("/administration/people/new", data=texts | {"invited": "y"}).location
    shown = administrator.get(page).text
    for text in ("Nils Ny", "Auditor", "Mandate given", "Invitation", "not mailed yet"):
        assert text in shown
    assert (
        administrator.post(f"{page}/edit", data=texts | {"name": "Nils Nyman", "seen": "999"}).location
        == page
    )
    assert "Nils Ny <span" in administrator.get(page).text
    mandate = scalar(
        office,
        "SELECT m.id FROM membership m JOIN person p ON p.id = m.person_id WHERE p.name = 'Nils Nyman'",
    )
    path = f"/administration/mandates/{mandate}"
    assert administrator.post(path, data={"valid_from": "2026-01-07", "valid_to": "igår"}).status_code == 422
    assert (
        administrator.post(path, data={"valid_from": "2026-01-07", "valid_to": "2026-02-01"}).location == page
    )
    assert "Nils Nyman" in administrator.get("/administration/mandates").text
    for action, said in (("disable", "The person is disabled"), ("enable", "may sign in again")):
        assert said in administrator.post(f"{page}/{action}", follow_redirects=True).text
    assert "Nils Nyman" in administrator.get("/administration/history?q=nyman").text


def test_an_old_form_is_refused_and_names_who_was_faster(office: Office, administrator: FlaskClient) -> None:
    page = f"/administration/people/{office.people['member']}"
    by = maker(office)
    service.change_days(office.engine, by, mandate_of(office, "member"), {"valid_to": "2026-12-31"})
    answer = administrator.post(
        f"{page}/edit", data=person_texts(email="member@prov.example") | {"seen": "0"}
    )
    assert answer.status_code == 409
    assert "Administrator changed this at 2026-01-07" in answer.text
    assert 'value="Nils Ny"' in answer.text


def test_several_people_at_once_each_with_an_answer(office: Office, administrator: FlaskClient) -> None:
    ticked = [office.people["member"], office.people["administrator"], "x", "\x00"]
    answer = administrator.post("/administration/people/bulk", data={"ticked": ticked, "do": "disable"})
    assert answer.status_code == 200
    assert "Done" in answer.text
    assert "Nobody disables themselves." in answer.text
    for data in (
        {},
        {"ticked": ticked},
        {"ticked": ticked, "do": "delete"},
        {"ticked": ticked, "do": "end", "last_day": "x"},
    ):
        assert administrator.post("/administration/people/bulk", data=data).status_code == 422
    assert scalar(office, "SELECT count(*) FROM membership WHERE valid_to IS NOT NULL") == "0"


def test_sessions_are_listed_and_ended(office: Office, as_person: SignIn, administrator: FlaskClient) -> None:
    member = as_person("member")
    assert "member@prov.example" in administrator.get("/administration/sessions").text
    session = scalar(office, "SELECT id FROM session WHERE person_id = :id", id=office.people["member"])
    data = {"person": office.people["member"], "session": session}
    assert administrator.post("/administration/sessions/end", data=data).status_code == 302
    assert member.get("/").status_code == 302
    assert "member@prov.example" not in administrator.get("/administration/sessions").text
    for broken in ({}, {"person": "x", "session": "\x00"}, data):
        page = administrator.post("/administration/sessions/end", data=broken, follow_redirects=True).text
        assert "Nothing was changed" in page


def test_each_part_is_shown_to_those_it_is_for(office: Office, as_person: SignIn) -> None:
    furnish_administration(office)
    register = {"people", "organisations", "mandates", "denials", "history"}
    allowed = {
        "administrator": set(PARTS),
        "secretary": register,
        "auditor": register,
        "manager": set(),
        "region": set(),
    }
    for name, parts in allowed.items():
        client = as_person(name)
        shown = {part for part in PARTS if client.get(f"/administration/{part}").status_code == 200}
        assert shown == parts, name
    secretary = as_person("secretary").get(f"/administration/people/{office.people['member']}").text
    for button in ("/disable", "/invite", "/mandates", "/edit", "/reset-second-factor"):
        assert f"{office.people['member']}{button}" not in secretary


def test_what_the_system_does_is_followed_and_tried_again(office: Office, administrator: FlaskClient) -> None:
    job = furnish_administration(office)["administration"]["job_id"]
    assert "waiting_figures" in administrator.get("/administration/jobs?state=failed").text
    retried = administrator.post(f"/administration/jobs/{job}/retry", follow_redirects=True).text
    assert "The job is done again." in retried
    assert scalar(office, "SELECT state FROM job WHERE id = :id", id=job) == "waiting"
    for path in (f"/administration/jobs/{job}/retry", f"/administration/jobs/{10**30}/retry"):
        assert "Nothing was changed" in administrator.post(path, follow_redirects=True).text
    assert "nils@prov.example" in administrator.get("/administration/mail").text
    assert "cases.edit" in administrator.get("/administration/denials?q=alvdal").text


def test_a_right_is_given_only_shortly_after_a_proof(office: Office, app_later: FlaskClient) -> None:
    path = f"/administration/people/{office.people['member']}"
    answer = app_later.post(f"{path}/mandates", data={})
    assert answer.status_code == 302
    assert "/account/security/confirm" in answer.location


@pytest.fixture
def app_later(as_person: SignIn, office: Office) -> FlaskClient:
    """An administrator who proved themselves an hour ago."""
    client = as_person("administrator")
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE session SET confirmed_at = confirmed_at - %(ago)s", {"ago": timedelta(hours=1)}
        )
    return client


def test_no_address_breaks_a_list(office: Office, administrator: FlaskClient) -> None:
    furnish_administration(office)
    for value in ("\x00", "%", "_", "\\", "'", "x" * 5000, "9" * 40, "-1", "\U0010ffff", "x|y|z"):
        for part in PARTS:
            for name in ("q", "page", "role", "organisation", "state", "kind"):
                answer = administrator.get(f"/administration/{part}", query_string={name: value})
                assert answer.status_code == 200, (part, name, value)
    assert FIRST_DAY.isoformat() in administrator.get("/administration/people").text


WORST = ("a\x00b", "\ud800", "x" * 5000, "0001-01-01", "9" * 40)


def test_every_form_takes_whatever_is_typed(office: Office, administrator: FlaskClient) -> None:
    """The application passes its own errors on to the test, so that each answer here is one it meant."""
    made = furnish_administration(office)["administration"]
    pages = [f"/administration/{part}" for part in PARTS if part != "import"]
    pages += ["/administration/people/new", "/administration/organisations/new"]
    pages += [
        f"/administration/people/{made['person_id']}",
        f"/administration/people/{made['person_id']}/edit",
    ]
    pages += [f"/administration/mandates/{made['mandate_id']}"]
    pages += [f"/administration/organisations/{made['organisation_id']}/edit"]
    forms = {}
    for page in pages:
        for form in forms_of(administrator.get(page).text, page):
            if "/administration/" in form.action:
                forms[form.action, tuple(form.typed)] = form
    for form in forms.values():
        for value in WORST:
            answer = send(administrator, form, dict.fromkeys([*form.typed, *form.hidden], value))
            assert answer.status_code in (200, 302, 404, 409, 422), (form, value)
    assert len(forms) > 15
