"""A case's document as it reaches the reader: the very bytes, as a file to save, and only for who may read it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from nt_process.cases import documents
from nt_process.infra.files import PART_SIZE
from tests.world import PDF, START, Office

_OF_CASE = sa.text("SELECT d.id FROM document d JOIN cases c ON c.id = d.case_id WHERE c.number = :number")

# A reader of PDF takes what lies after the beginning and belongs to nothing for a comment.
CONTENT = PDF.replace(b"\n1 0 obj", b"\n%" + b"x" * (2 * PART_SIZE) + b"\n1 0 obj", 1)


def _address(office: Office, *, party: bool) -> str:
    number = office.open()
    documents.add(
        office.engine, office.actor("secretary"), number, "recommendation", "Rekommendation",
        "rekommendation åäö.pdf", CONTENT, START, party=party,
    )  # fmt: skip
    with office.engine.connect() as connection:
        document = connection.scalar(_OF_CASE, {"number": number})
    return f"/cases/{number}/documents/{document}"


def test_a_document_of_several_parts_arrives_whole_and_is_never_shown_inside_the_site(
    office: Office, as_person: Callable[[str], FlaskClient]
) -> None:
    answer = as_person("secretary").get(_address(office, party=False))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.data).digest() == hashlib.sha256(CONTENT).digest()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Length"] == str(len(CONTENT))


def test_an_internal_document_does_not_exist_for_the_company_and_a_shared_one_only_for_its_own(
    office: Office, as_person: Callable[[str], FlaskClient]
) -> None:
    internal, shared = _address(office, party=False), _address(office, party=True)
    assert as_person("company").get(internal).status_code == 404
    assert as_person("company").get(shared).status_code == 200
    assert as_person("rival").get(shared).status_code == 404
