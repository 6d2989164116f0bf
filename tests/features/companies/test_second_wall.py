"""With no query of ours in between, the database itself hides what is another's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ProgrammingError

from nt_process.companies import people
from nt_process.companies.rules.people import ADMINISTRATOR, CONTACT
from nt_process.infra import acting
from tests.features.companies.world import SECRET, Companies, furnish
from tests.world import FIRST_DAY

TABLES = (
    "registration", "company_domain", "company_identity", "company_request", "company_change", "case_contact",
    "case_message", "case_message_file", "case_message_read", "meeting_slot",
)  # fmt: skip
# A company sees its own of all these; who registers is the secretariat's matter.
OF_A_COMPANY = set(TABLES) - {"registration"}


@pytest.fixture
def furnished(companies: Companies) -> Companies:
    """Älvdal Bio with something in every table."""
    office = companies.office
    number = office.open()
    furnish(office)
    companies.employ("boss", (ADMINISTRATOR, CONTACT))
    people.choose_contact(
        office.engine, companies.maker(), office.company_id, number, office.people["company"]
    )
    with office.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO company_identity VALUES (:id, '556000-0019', now())"),
            {"id": office.company_id},
        )
    people.invite(
        office.engine, companies.maker("boss"), SECRET, office.company_id,
        {"name": "Klara", "email": "klara@prov.example"}, "sv",
    )  # fmt: skip
    return companies


def counts(engine: Engine, person: str | None) -> dict[str, int]:
    acting.become(person, FIRST_DAY)
    try:
        with engine.connect() as connection:
            return {
                table: connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0 for table in TABLES
            }
    finally:
        acting.forget()


def test_every_row_is_hidden_from_whom_it_does_not_concern(furnished: Companies, web_engine: Engine) -> None:
    office = furnished.office
    seen = {
        name: counts(web_engine, office.people[name])
        for name in ("secretary", "company", "rival", "tlv", "region")
    }
    assert all(seen["secretary"].values()), seen["secretary"]
    shown = {table for table, count in seen["company"].items() if count}
    assert shown == OF_A_COMPANY
    # A region sees which cases are heard; a rival, TLV and whoever is not signed in see nothing at all.
    assert {table for table, count in seen["region"].items() if count} == {"meeting_slot"}
    assert not any(seen["rival"].values())
    assert not any(seen["tlv"].values())
    assert not any(counts(web_engine, None).values())


def test_a_rival_can_write_nothing_into_anothers_rows(furnished: Companies, web_engine: Engine) -> None:
    office = furnished.office
    case = furnished.value("SELECT case_id FROM case_message LIMIT 1")
    meeting = furnished.value("SELECT id FROM council_meeting WHERE booked = 0")
    statements = {
        "INSERT INTO case_message (id, case_id, side, person_id, person, body, at) "
        "VALUES (gen_random_uuid(), :case, 'company', :me, 'x', 'x', now())": {"case": case},
        "INSERT INTO meeting_slot (case_id, meeting_id, person, at) VALUES (:case, :meeting, 'x', now())":
            {"case": case, "meeting": meeting},
        "INSERT INTO company_domain VALUES (:company, 'rival.example', now())": {"company": office.company_id},
    }  # fmt: skip
    for name in ("rival", "company"):
        # The company itself may write in its case, but not say which domains are its own.
        wanted = list(statements.items()) if name == "rival" else list(statements.items())[2:]
        for statement, given in wanted:
            acting.become(office.people[name], FIRST_DAY)
            try:
                with (
                    web_engine.connect() as connection,
                    pytest.raises(ProgrammingError, match="row-level security"),
                ):
                    connection.execute(sa.text(statement), {**given, "me": office.people[name]})
            finally:
                acting.forget()


def test_what_is_history_cannot_be_changed(furnished: Companies, engine: Engine) -> None:
    for table in ("case_message", "case_message_file", "case_message_read", "company_change"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
            with engine.connect() as connection, pytest.raises(ProgrammingError):
                connection.execute(sa.text(statement))
