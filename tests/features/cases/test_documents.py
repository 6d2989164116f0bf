"""A document is withdrawn or its readers changed: by whom, and what follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from nt_process.cases import documents, queries
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.infra.rows import Row
from tests.world import START, Office

SignIn = Callable[[str], FlaskClient]


def listed(office: Office, name: str, number: str) -> list[Row]:
    with office.engine.connect() as connection:
        return documents.listed(connection, office.actor(name), number)


def kinds(office: Office, number: str) -> frozenset[str]:
    with office.engine.connect() as connection:
        found = queries.case_file(connection, office.actor("secretary"), number)
    assert found is not None
    return found.document_kinds


def test_a_withdrawn_document_stays_in_the_list_and_is_nothing_else(
    as_person: SignIn, office: Office
) -> None:
    number = office.open()
    office.add_document("company", number, "application")
    document = str(listed(office, "company", number)[0]["id"])
    address = f"/cases/{number}/documents/{document}"
    company = as_person("company")
    assert company.get(address).status_code == 200
    assert kinds(office, number) == {"application"}
    assert company.post(f"{address}/withdraw", data={"reason": " "}).status_code == 422
    assert company.post(f"{address}/withdraw", data={"reason": "Fel fil."}).status_code == 302
    assert company.get(address).status_code == as_person("secretary").get(address).status_code == 302
    assert kinds(office, number) == frozenset()
    page = company.get(f"/cases/{number}/documents").text
    assert "Fel fil." in page
    assert address not in page
    assert "Fel fil." in company.get(f"/cases/{number}/history").text
    assert company.post(f"{address}/withdraw", data={"reason": "Igen."}).status_code == 422


def test_only_who_added_it_and_the_secretariat_withdraw_a_document(office: Office) -> None:
    number = office.open()
    office.add_document("member", number, "other", party=True)
    document = str(listed(office, "member", number)[0]["id"])
    for name in ("company", "region", "rival"):
        with pytest.raises((Refused, CaseNotFound)):
            documents.withdraw(office.engine, office.actor(name), number, document, "Skäl", START)
    documents.withdraw(office.engine, office.actor("secretary"), number, document, "Skäl", START)
    assert listed(office, "member", number)[0]["withdrawn_reason"] == "Skäl"


def test_the_secretariat_corrects_who_may_read_a_document(as_person: SignIn, office: Office) -> None:
    number = office.open()
    office.add_document("member", number, "other")
    document = str(listed(office, "member", number)[0]["id"])
    address = f"/cases/{number}/documents/{document}/readers"
    assert listed(office, "company", number) == []
    assert as_person("member").post(address, data={"visibility": "party"}).status_code in (403, 404)
    secretary = as_person("secretary")
    assert secretary.post(address, data={"visibility": "everyone"}).status_code == 422
    assert secretary.post(address, data={"visibility": "party"}).status_code == 302
    assert len(listed(office, "company", number)) == 1
    assert secretary.post(address, data={"visibility": "internal"}).status_code == 302
    assert listed(office, "company", number) == []
    log = "Vem som får läsa en handling ändrades"
    assert log in secretary.get(f"/cases/{number}/history").text
    assert log not in as_person("company").get(f"/cases/{number}/history").text
