"""The pages of declarations: filed, decided and shown as a reason, and the answer to whatever is sent."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.features.interests.world import SHARES, decide, declare
from tests.world import Office

SignIn = Callable[[str], FlaskClient]


def english(client: FlaskClient) -> FlaskClient:
    client.post("/language", data={"language": "en"})
    return client


def sent(answer: str, *rows: dict[str, str]) -> dict[str, str]:
    typed = {f"tie{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return {"answer": answer, "rows": str(max(len(rows), 2)), **typed}


def test_a_declaration_is_filed_decided_and_shown_as_a_reason(office: Office, as_person: SignIn) -> None:
    number = office.open()
    office.add_document("secretary", number, "other")
    member, secretary = english(as_person("member")), english(as_person("secretary"))
    assert "You have not filed your declaration for 2026." in member.get("/declarations").text
    assert "Member" in secretary.get("/declarations/all?missing=1").text
    assert member.post("/declarations", data=sent("something", SHARES)).location == "/declarations"
    page = member.get("/declarations").text
    assert "You filed the declaration for 2026" in page
    assert "200 aktier" in page
    assert "Member" not in secretary.get("/declarations/all?missing=1").text.partition("Who files")[2]
    assert "What you have declared touches this case." in member.get(f"/cases/{number}").text
    waiting = secretary.get("/declarations/all").text
    assert "200 aktier" in waiting
    assert number in waiting
    seen = secretary.get(f"/cases/{number}/interests").text
    assert "200 aktier" in seen
    decision = {"person": office.people["member"], "conflict": "yes", "seen": "1000000"}
    assert (
        secretary.post(f"/cases/{number}/interests/decide", data=decision | {"reason": ""}).status_code == 422
    )
    answer = secretary.post(f"/cases/{number}/interests/decide", data=decision | {"reason": "Stort innehav."})
    assert answer.location == f"/cases/{number}/interests"
    page = member.get(f"/cases/{number}").text
    assert "You have a conflict of interest in this case" in page
    assert "Decided by Secretary on 7 January 2026." in page
    assert "The documents are not shown" in member.get(f"/cases/{number}/documents").text
    refused = member.get(f"/cases/{number}/actions/discontinue").text
    assert "Decided by Secretary on 7 January 2026." in refused
    assert member.post(f"/cases/{number}/notes", data={"text": "Hej"}).status_code == 422


def test_what_was_declared_is_read_by_its_own_circle_alone(office: Office, as_person: SignIn) -> None:
    number = office.open()
    declare(office, "member", SHARES)
    decide(office, number, "member", conflict=True)
    pages = (f"/cases/{number}", f"/cases/{number}/interests", f"/cases/{number}/history", "/notices")
    for name in ("auditor", "manager", "administrator", "region", "tlv"):
        text = "".join(as_person(name).get(page).text for page in pages)
        assert "200 aktier" not in text, name
        assert "betydande" not in text, name
    for name in ("region", "tlv", "company"):
        assert "Member" not in "".join(as_person(name).get(page).text for page in pages), name
    assert "betydande" in as_person("member").get(f"/cases/{number}/interests").text


def test_who_files_no_declaration_has_no_page_for_it(office: Office, as_person: SignIn) -> None:
    number = office.open()
    for name in ("company", "rival"):
        client = as_person(name)
        for path in ("/declarations", "/declarations/all", f"/cases/{number}/interests"):
            assert client.get(path).status_code == 404
    auditor = as_person("auditor")
    assert auditor.get(f"/cases/{number}/interests").status_code == 200
    assert auditor.post(f"/cases/{number}/interests", data=sent("nothing")).status_code == 404


def test_a_refused_declaration_keeps_what_was_typed_and_more_rows_are_given(
    office: Office, as_person: SignIn
) -> None:
    member = english(as_person("member"))
    row = SHARES | {"since": "igår", "description": "Fonden Ekens aktier"}
    answer = member.post("/declarations", data=sent("something", row))
    assert answer.status_code == 422
    assert "Write the day as 2026-11-22." in answer.text
    assert 'value="igår"' in answer.text
    assert "Fonden Ekens aktier" in answer.text
    more = member.post("/declarations", data=sent("something", row) | {"more": "1"})
    assert more.status_code == 200
    assert 'name="tie3-company"' in more.text
    assert "You have not filed your declaration for 2026." in member.get("/declarations").text
    for rows in ("x", "-1", "99", "9" * 40):
        assert member.post("/declarations", data=sent("nothing") | {"rows": rows}).status_code == 302


def test_nobody_decides_about_themselves_on_the_page(office: Office, as_person: SignIn) -> None:
    number = office.open()
    secretary = english(as_person("secretary"))
    path = f"/cases/{number}/interests/decide"
    own = {"person": office.people["secretary"], "conflict": "no", "reason": "Nej"}
    answer = secretary.post(path, data=own)
    assert answer.status_code == 409
    assert "Nobody decides about their own conflict of interest." in answer.text
    for person in ("x", "00000000-0000-4000-8000-000000000000"):
        assert secretary.post(path, data=own | {"person": person}).status_code == 404
    assert secretary.post(path, data=own | {"person": ""}).status_code == 422
