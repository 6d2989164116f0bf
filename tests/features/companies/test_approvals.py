"""What the secretariat says yes or no to, several at once: each is judged by itself; and what was said is found again."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nt_process.companies import people as company_people
from nt_process.companies import queries, registrations
from tests.features.companies.world import Companies
from tests.racing import while_first_is_at_it
from tests.world import FIRST_DAY, sign_in

SignIn = Callable[[str], FlaskClient]
NOBODY = "00000000-0000-4000-8000-000000000000"
BULK = "/companies/approvals/bulk"


@pytest.fixture
def secretary(as_person: SignIn) -> FlaskClient:
    client = as_person("secretary")
    client.post("/language", data={"language": "en"})
    return client


def request_of(companies: Companies, email: str = "kim@konsult.example") -> str:
    """A colleague at another domain, whom the company asks the secretariat about."""
    companies.employ("chef", ["company_administrator"])
    texts = {"name": "Kim Konsult", "email": email}
    office = companies.office
    assert not company_people.invite(
        office.engine, companies.maker("chef"), "test", office.company_id, texts, "sv"
    )
    return str(companies.value("SELECT id FROM company_request WHERE email = :email", email=email))


def states(companies: Companies) -> set[tuple[str, str]]:
    rows = companies.rows(
        "SELECT company AS of, state FROM registration UNION ALL SELECT name, state FROM company_request"
    )
    return {tuple(row) for row in rows}  # type: ignore[misc]


def test_one_that_is_refused_does_not_stop_the_others(secretary: FlaskClient, companies: Companies) -> None:
    new = companies.waiting()
    same = companies.waiting(1, company="ÄLVDAL BIO AB", identifier="FI12345678", email="a@alv.example")
    other_side = companies.waiting(2, company="Eken AB", identifier="FI12345671", email="tlv@prov.example")
    asked = request_of(companies)
    ticked = [f"registration {one}" for one in (new, same, other_side, NOBODY, "x")]
    data = {"ticked": [*ticked, f"request {asked}", f"request {new}"], "do": "approve"}
    answer = unescape(secretary.post(BULK, data=data).text)
    assert "2 done, 4 not done" in answer
    assert "choose which company it is" in answer
    assert "nobody is on two sides" in answer
    assert NOBODY not in answer
    assert states(companies) == {
        ("Havsörnen Pharma AB", "approved"), ("ÄLVDAL BIO AB", "waiting"), ("Eken AB", "waiting"),
        ("Kim Konsult", "approved"),
    }  # fmt: skip
    assert companies.members()["kim@konsult.example"] == {"company_contact"}
    # Sent twice: who decided is told, and nothing is made again.
    again = secretary.post(BULK, data=data).text
    assert "0 done, 6 not done" in again
    assert "Secretary decided on this at" in again
    assert companies.value("SELECT count(*) FROM organisation WHERE name = 'Havsörnen Pharma AB'") == 1


def test_two_of_one_new_company_make_it_once(secretary: FlaskClient, companies: Companies) -> None:
    ticked = [f"registration {companies.waiting(n, email=f'p{n}@havsornen.example')}" for n in (0, 1)]
    answer = secretary.post(BULK, data={"ticked": ticked, "do": "approve"}).text
    assert "1 done, 1 not done" in answer
    assert companies.value("SELECT count(*) FROM organisation WHERE name = 'Havsörnen Pharma AB'") == 1


def test_several_are_refused_with_one_reason(
    secretary: FlaskClient, companies: Companies, as_person: SignIn
) -> None:
    ticked = [f"registration {companies.waiting()}", f"request {request_of(companies)}"]
    for reason in ("", " ", "x" * 100_000, "a\x00b"):
        answer = secretary.post(BULK, data={"ticked": ticked, "do": "refuse", "reason": reason})
        assert answer.status_code == 422
        assert 'id="reason-error"' in answer.text
        assert answer.text.count(" checked") == 2
    assert {state for _of, state in states(companies)} == {"waiting"}
    data = {"ticked": ticked, "do": "refuse", "reason": "Okänt vid Bolagsverket."}
    assert "2 done, 0 not done" in secretary.post(BULK, data=data).text
    assert {state for _of, state in states(companies)} == {"refused"}
    history = as_person("administrator").get("/administration/history?q=havsorn").text
    assert "Registrering avslagen: Havsörnen Pharma AB" in history
    assert "Secretary" in history
    assert "Okänt vid" not in history, "the reason is the applicant's to read"
    found = secretary.get("/companies/approvals?state=refused&q=SECRETARY").text
    assert found.count("Okänt vid Bolagsverket.") == 2
    assert "Havsörnen Pharma AB" not in secretary.get("/companies/approvals").text
    for query, shown in (("state=all&q=havsorn", 1), ("state=all&source=request", 1), ("state=approved", 0)):
        assert secretary.get(f"/companies/approvals?{query}").text.count('class="two-lines"><a') == shown


def test_they_are_shown_a_page_at_a_time(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        companies.waiting(number, email=f"p{number}@havsornen.example")
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    secretary, auditor = companies.actor("secretary"), companies.actor("auditor")
    with companies.office.engine.connect() as connection:
        pages = [
            queries.approvals(connection, secretary, page, q="", source="", state="waiting")
            for page in (1, 2)
        ]
        nothing = queries.approvals(connection, auditor, 1, q="", source="", state="")
    assert [(len(rows), total) for rows, total in pages] == [(2, 3), (1, 3)]
    assert len({row["id"] for rows, _total in pages for row in rows}) == 3
    assert nothing == ([], 0)


def test_two_at_once_one_decides_and_the_other_is_told(app: Flask, companies: Companies) -> None:
    asked, client = companies.waiting(), sign_in(app.test_client(), "secretary")
    client.post("/language", data={"language": "en"})
    colleague = companies.maker("colleague")
    answer = while_first_is_at_it(
        companies.office.engine,
        lambda connection: connection.execute(
            registrations._REFUSED,
            {"reason": "Nej", "by": colleague.actor.name, "at": colleague.at, "id": asked},
        ),
        lambda: client.post(BULK, data={"ticked": f"registration {asked}", "do": "approve"}),
    )
    assert "Colleague decided on this at" in answer.text
    assert companies.value("SELECT state FROM registration") == "refused"


def test_no_address_and_no_form_breaks_the_list(secretary: FlaskClient, companies: Companies) -> None:
    companies.waiting()
    assert FIRST_DAY.isoformat() in secretary.get("/companies/approvals").text
    for value in ("\x00", "%", "\\", "x" * 5000, "9" * 40, "-1", "\U0010ffff", "registration x"):
        for name in ("q", "page", "state", "source", "endpoint", "_external"):
            assert secretary.get("/companies/approvals", query_string={name: value}).status_code == 200
        for do in ("approve", "refuse", value):
            data = {"ticked": [value, f"burn {NOBODY}", f"request {NOBODY}"], "do": do, "reason": value}
            assert secretary.post(BULK, data=data).status_code in (200, 422)
