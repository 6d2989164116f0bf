"""The list of notices and one's own settings, as their readers meet them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from tests.world import Office

AsPerson = Callable[[str], FlaskClient]


def rows(engine: Engine, statement: str, **parameters: object) -> list[sa.Row]:
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement), parameters)
        return list(result) if result.returns_rows else []


def applied(office: Office) -> str:
    """A case in which the company has just applied, of which the secretary has been told; its number."""
    number = office.open()
    office.add_document("company", number, "application")
    office.act("company", number, "submit_application")
    return number


def notice_ids(page: str) -> list[int]:
    return [int(found) for found in re.findall(r"/notices/(\d+)/read", page)]


def test_what_a_colleague_does_is_among_the_notices_with_a_link(office: Office, as_person: AsPerson) -> None:
    number = applied(office)
    page = as_person("secretary").get("/notices").text
    assert f'href="/cases/{number}"' in page
    assert "Ansök om införande" in page
    assert len(notice_ids(page)) == 1


def test_who_does_something_is_not_told_of_it(office: Office, as_person: AsPerson) -> None:
    applied(office)
    assert notice_ids(as_person("company").get("/notices").text) == []


def test_the_header_counts_what_is_unread_until_it_is_read(office: Office, as_person: AsPerson) -> None:
    applied(office)
    client = as_person("secretary")
    before = client.get("/notices").text
    assert 'class="count-badge">1<' in before
    answer = client.post(f"/notices/{notice_ids(before)[0]}/read")
    assert answer.status_code == 302
    after = client.get("/notices").text
    assert "count-badge" not in after
    assert notice_ids(after) == []
    assert "Ansök om införande" in after


def test_the_unread_alone_can_be_listed(office: Office, as_person: AsPerson) -> None:
    first = applied(office)
    client = as_person("secretary")
    client.post(f"/notices/{notice_ids(client.get('/notices').text)[0]}/read")
    second = applied(office)
    page = client.get("/notices?only=unread").text
    assert second in page
    assert first not in page


def test_marking_all_as_read_leaves_what_came_after_the_page_was_shown(
    office: Office, as_person: AsPerson
) -> None:
    applied(office)
    client = as_person("secretary")
    shown = client.get("/notices").text
    up_to = re.search(r'name="up_to" value="(\d+)"', shown)
    assert up_to is not None
    applied(office)
    client.post("/notices/read", data={"up_to": up_to[1]})
    assert len(notice_ids(client.get("/notices").text)) == 1


@pytest.mark.parametrize("up_to", ["", "-1", "x", "9" * 40, "²"])
def test_marking_up_to_what_is_no_notice_is_refused(office: Office, as_person: AsPerson, up_to: str) -> None:
    assert as_person("secretary").post("/notices/read", data={"up_to": up_to}).status_code == 400


def test_nobody_can_mark_the_notice_of_another(office: Office, as_person: AsPerson) -> None:
    applied(office)
    client = as_person("secretary")
    [notice] = notice_ids(client.get("/notices").text)
    as_person("colleague").post(f"/notices/{notice}/read")
    assert notice_ids(client.get("/notices").text) == [notice]


def test_a_company_is_not_shown_notices_of_a_case_that_is_no_longer_its_own(
    office: Office, as_person: AsPerson
) -> None:
    number = applied(office)
    office.act("secretary", number, "request_supplement", request="Komplettera")
    client = as_person("company")
    assert number in client.get("/notices").text
    rows(office.engine, "UPDATE cases SET company_id = :other", other=office.rival_id)
    page = client.get("/notices").text
    assert number not in page
    assert "count-badge" not in page


def test_pages_of_notices(office: Office, as_person: AsPerson) -> None:
    applied(office)
    rows(
        office.engine,
        "INSERT INTO notice (person_id, case_id, kind, subject, params, created_at, mail, mail_after)"
        " SELECT person_id, case_id, kind, subject, params, created_at, 'none', mail_after"
        " FROM notice, generate_series(1, 60) WHERE person_id = :person",
        person=office.people["secretary"],
    )
    client = as_person("secretary")
    first, second = (notice_ids(client.get(f"/notices?page={page}").text) for page in (1, 2))
    assert (len(first), len(second)) == (50, 11)
    assert min(first) > max(second)
    assert client.get("/notices?page=zzz").status_code == 200


def test_language_and_mail_are_kept(office: Office, as_person: AsPerson) -> None:
    client = as_person("secretary")
    assert client.post("/account", data={"language": "en", "mail": "digest"}).status_code == 302
    page = client.get("/account").text
    assert '<html lang="en"' in page
    assert re.search(r'<option selected value="digest">', page)


def test_a_choice_that_does_not_exist_changes_nothing(office: Office, as_person: AsPerson) -> None:
    client = as_person("secretary")
    assert client.post("/account", data={"language": "de", "mail": "each"}).status_code == 422
    assert client.post("/account", data={"language": "en", "mail": "fax"}).status_code == 422
    found = rows(office.engine, "SELECT language, mail FROM person WHERE name = 'Secretary'")
    assert found == [("sv", "each")]


def test_who_wants_no_mail_gets_none_of_what_still_waits(office: Office, as_person: AsPerson) -> None:
    applied(office)
    as_person("secretary").post("/account", data={"language": "sv", "mail": "none"})
    waiting = rows(
        office.engine,
        "SELECT mail FROM notice WHERE person_id = :person AND mail <> 'none'",
        person=office.people["secretary"],
    )
    assert waiting == []
    assert notice_ids(as_person("secretary").get("/notices").text) != []


def test_a_new_api_token_is_shown_once_works_and_can_be_revoked(office: Office, as_person: AsPerson) -> None:
    client = as_person("secretary")
    made = re.search(r'value="(nt_[^"]+)"', client.post("/account/tokens").text)
    assert made is not None
    page = client.get("/account").text
    assert made[1] not in page
    bearer = {"Authorization": f"Bearer {made[1]}"}
    api = as_person("secretary").application.test_client()
    assert api.get("/api/v1/cases", headers=bearer).status_code == 200
    revoke = re.search(r'action="(/account/tokens/[^"]+/revoke)"', page)
    assert revoke is not None
    as_person("colleague").post(revoke[1])
    assert api.get("/api/v1/cases", headers=bearer).status_code == 200
    client.post(revoke[1])
    assert api.get("/api/v1/cases", headers=bearer).status_code == 401


@pytest.mark.parametrize("path", ["/notices", "/account"])
def test_the_pages_are_for_those_who_are_signed_in(office: Office, as_person: AsPerson, path: str) -> None:
    stranger = as_person("secretary").application.test_client()
    assert stranger.get(path).headers["Location"].startswith("/sign-in")
