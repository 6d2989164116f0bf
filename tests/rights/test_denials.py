"""What one may not change is refused, changes nothing, and is kept as an attempt."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import ProgrammingError

from tests.filled import ABSENT_CASE, Filled, fill
from tests.rights.test_routes import caller, stored
from tests.world import Office


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


def _denials(office: Office) -> list[tuple[str, str, str, str]]:
    with office.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT person, endpoint, object, reason FROM denial ORDER BY id"))
        return [tuple(row) for row in rows]


def _sent(filled: Filled) -> dict[str, str]:
    """A whole command, so that the answer does not stop at what is missing."""
    return {"text": "Hej", "version": str(filled.office.version(filled.own)), "key": "k"}


@pytest.mark.parametrize(
    ("name", "path", "kept"),
    [
        ("region", "/cases/new", ("Region", "cases.new", "", "404")),
        ("rival", "/cases/{own}/assign", ("Rival", "cases.assign", "number={own}", "404")),
        ("rival", "/cases/{own}/documents", ("Rival", "cases.add_document", "number={own}", "404")),
        ("auditor", "/cases/{own}/notes", ("Auditor", "cases.note", "number={own}", "404")),
        (
            "region",
            "/cases/{own}/actions/accept_extension",
            ("Region", "cases.action", "name=accept_extension, number={own}", "wrong_role"),
        ),
        (
            "company",
            f"/cases/{ABSENT_CASE}/documents",
            ("Company", "cases.add_document", f"number={ABSENT_CASE}", "404"),
        ),
    ],
)
def test_a_refused_change_is_kept_and_nothing_else_changes(
    app: Flask, filled: Filled, name: str, path: str, kept: tuple[str, ...]
) -> None:
    call = caller(app, filled.office, name)
    before, denied = stored(filled.office), _denials(filled.office)
    answer = call("POST", path.format(own=filled.own), data=_sent(filled))
    assert answer.status_code in (404, 422)
    after = stored(filled.office)
    assert {table for table in after if after[table] != before[table]} <= {"denial", "session"}
    assert _denials(filled.office) == [*denied, tuple(part.format(own=filled.own) for part in kept)]


def test_what_is_read_or_wrongly_filled_in_is_no_denial(app: Flask, filled: Filled) -> None:
    denied = _denials(filled.office)
    call = caller(app, filled.office, "rival")
    call("GET", f"/cases/{filled.own}")
    caller(app, filled.office, "secretary")("POST", "/cases/new", data={"medicine": ""})
    assert _denials(filled.office) == denied


def test_nobody_changes_what_was_kept(app: Flask, filled: Filled) -> None:
    caller(app, filled.office, "rival")("POST", f"/cases/{filled.own}/assign")
    for statement in ("UPDATE denial SET person = 'X'", "DELETE FROM denial"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            filled.office.engine.begin() as connection,
        ):
            connection.execute(sa.text(statement))
