"""What was written is not lost, and what was not chosen is not done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nt_process.cases import queries, service
from tests.world import START, Office

AsPerson = Callable[[str], FlaskClient]
OURS = {"Sec-Fetch-Site": "same-origin"}


def owner_of(office: Office, number: str) -> object:
    with office.engine.connect() as connection:
        found = queries.case_file(connection, office.actor("secretary"), number)
    assert found is not None
    return found.case.field("owner_id")


def test_the_case_page_as_of_a_past_day_stands_without_what_was_not_yet_known(
    office: Office, as_person: AsPerson
) -> None:
    opened, later = START - timedelta(days=10), START - timedelta(days=3)
    number = service.open_case(
        office.engine, office.people["secretary"], "klinik", {"medicine": "Provinol"}, opened
    )
    service.edit(
        office.engine, office.people["secretary"], number, {"authorised_on": "2025-12-01", "atc": "A16AB01"},
        later, expected_version=1,
    )  # fmt: skip
    answer = as_person("secretary").get(f"/cases/{number}?as_of={opened.date()}")
    assert answer.status_code == 200
    assert "A16AB01" not in answer.text
    assert "Provinol" in answer.text


NO_SUCH_DAY, WRITE_IT_SO = "There is no such day", "Write the day as 2026-11-22."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-02-30", NO_SUCH_DAY),
        ("2025-02-29", NO_SUCH_DAY),
        ("30/2 2026", WRITE_IT_SO),
        ("i går", WRITE_IT_SO),
    ],
)
def test_a_day_that_does_not_exist_is_told_as_such_wherever_it_is_typed(
    office: Office, as_person: AsPerson, written: str, told: str
) -> None:
    number, client = office.open(), as_person("secretary")
    client.post("/language", data={"language": "en"})
    page = client.get(f"/cases/{number}").text
    action = re.search(rf'href="(/cases/{number}/actions/[a-z_]+)"', page)
    assert action is not None
    answers = [
        client.get(f"/cases/{number}", query_string={"as_of": written}),
        client.get(f"/cases/{number}/history", query_string={"as_of": written}),
        client.post(action[1], data={"day": written, "version": office.version(number)}),
        client.get("/reports/deadlines", query_string={"as_of": written}),
        client.get("/deadlines/calculator", query_string={"start": written, "days": "90"}),
    ]
    for answer in answers:
        assert answer.status_code in (200, 422)
        assert written in answer.text, "what was typed is kept"
        is_told = "There is no such day" in answer.text or "There is no day" in answer.text
        assert is_told == (told == NO_SUCH_DAY), answer.request.path


def test_cases_are_taken_from_nobody_unless_that_is_chosen(office: Office, as_person: AsPerson) -> None:
    number, client = office.open(), as_person("secretary")
    held = owner_of(office, number)
    assert held is not None
    answer = client.post(
        "/cases/bulk-assign",
        data={"number": number, "owner": ""},
        headers={"Referer": "http://localhost/?q=x"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/?q=x")
    assert owner_of(office, number) == held
    assert client.post("/cases/bulk-assign", data={"number": number, "owner": "nobody"}).status_code == 200
    assert owner_of(office, number) is None


def test_who_assigns_after_another_keeps_the_choice_and_is_told_whose_is_first(
    office: Office, as_person: AsPerson
) -> None:
    number, client = office.open(), as_person("secretary")
    seen = office.version(number)
    service.assign(office.engine, office.people["secretary"], number, None, START)
    chosen = {"owner": office.people["member"], "assignees": [office.people["member"]], "version": str(seen)}
    answer = client.post(f"/cases/{number}/assign", data=chosen)
    assert answer.status_code == 409
    assert f'<option selected value="{office.people["member"]}">' in answer.text
    assert f'name="assignees" value="{office.people["member"]}" checked' in answer.text
    assert answer.text.count("Handläggare, Handläggare") == 0
    assert owner_of(office, number) is None


def test_what_was_written_comes_back_when_one_was_signed_out(app: Flask, office: Office) -> None:
    number = office.open()
    answer = app.test_client().post(
        f"/cases/{number}/notes", data={"text": "Ring bolaget på måndag <b>"}, headers=OURS
    )
    assert answer.status_code == 401
    assert "Ring bolaget på måndag &lt;b&gt;" in answer.text
    assert f'action="/cases/{number}/notes"' in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://annan.example"},
        {"Referer": "https://[annan.example"},
    ],
)
def test_what_another_site_sends_is_not_given_back(
    app: Flask, office: Office, headers: dict[str, str]
) -> None:
    number = office.open()
    answer = app.test_client().post(
        f"/cases/{number}/notes", data={"text": "Ring bolaget på måndag"}, headers=headers
    )
    assert answer.status_code == 302
    assert "måndag" not in answer.text


def test_a_form_of_an_earlier_session_comes_back_and_can_be_sent(
    app: Flask, office: Office, as_person: AsPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, client = office.open(), as_person("secretary")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    written = {"text": "Två ord", "csrf_token": "gammal"}
    kept = client.post(f"/cases/{number}/notes", data=written, headers=OURS)
    assert kept.status_code == 400
    token = kept.text.partition('<form class="stack" method="post"')[2].partition(
        'name="csrf_token" value="'
    )[2]
    sent = client.post(
        f"/cases/{number}/notes",
        data={"text": "Två ord", "csrf_token": token.partition('"')[0]},
        headers=OURS,
    )
    assert sent.status_code == 302
    assert "Två ord" in client.get(f"/cases/{number}/history").text


def test_a_password_is_never_written_into_a_page_again(
    app: Flask, office: Office, as_person: AsPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person("secretary")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post(
        "/account/security/password",
        data={"password": "hemlig fras ett", "new_password": "hemlig fras två", "other": "annat"},
        headers=OURS,
    )
    assert answer.status_code == 400
    assert "hemlig fras" not in answer.text


@pytest.mark.parametrize("address", ["/?page=9999", "/horizon?page=9999"])
def test_a_page_beyond_the_last_leads_to_one_that_is_there(
    office: Office, as_person: AsPerson, address: str
) -> None:
    office.open()
    answer = as_person("secretary").get(address)
    assert answer.status_code == 302
    assert "9999" not in answer.headers["Location"]
