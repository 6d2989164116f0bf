"""People and organisations to administer, made by the commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from nt_process.administration import imports, service
from nt_process.administration.service import Maker
from nt_process.identity import register
from nt_process.identity.history import By
from nt_process.infra import jobs
from tests.world import START, Office

SECRET = "test"
FILE = """e-post;namn;organisation;roll;från;till
ny@prov.example;Nora Ny;Region Skåne;Regional representative;2026-01-01;2026-12-31
ny@prov.example;Nora Ny;Kansliet;council_member;2026-02-01;
region@prov.example;Region;Skåne;region_representative;;2026-06-30
member@prov.example;Member;Kansliet;council_member;;
fel@prov.example;Felix Fel;Ingenstans;region_representative;;
""".encode()


def maker(office: Office, name: str = "administrator", at: datetime = START) -> Maker:
    return Maker(office.actor(name, at.date()), at, SECRET)


def person_texts(**more: str) -> dict[str, str]:
    return {"name": "Nils Ny", "email": "nils@prov.example", "language": "sv", **more}


def organisation_of(office: Office, name: str) -> str:
    return scalar(office, "SELECT id FROM organisation WHERE name = :name", name=name)


def mandate_of(office: Office, name: str) -> str:
    return scalar(office, "SELECT id FROM membership WHERE person_id = :id", id=office.people[name])


def scalar(office: Office, statement: str, **asked: object) -> str:
    with office.engine.connect() as connection:
        return str(connection.execute(sa.text(statement), asked).scalar_one())


def history(office: Office) -> list[tuple[str, str, str, str]]:
    """Every change as (who made it, what, old, new), the first first."""
    with office.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT actor, what, old, new FROM administrative_change ORDER BY id")
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def furnish_administration(office: Office) -> dict[str, dict[str, Any]]:
    """Somebody invited whose mandate ends soon, a file that waits, a job that failed, a denial."""
    by = maker(office)
    texts = person_texts(
        organisation=organisation_of(office, "Region Skåne"),
        role="region_representative",
        valid_to="2026-02-01",
    )
    person = service.add_person(office.engine, by, texts, invited=True)
    made = imports.upload(office.engine, by, "personer.csv", FILE)
    with office.engine.begin() as connection:
        register.change_organisation(
            connection, By(START), organisation_of(office, "TLV"), "TLV", "2021003758"
        )
        jobs.ask(connection, "waiting_figures", "a", {}, START)
        connection.execute(
            sa.text("UPDATE job SET state = 'failed', fault = 'x', finished_at = :at"), {"at": START}
        )
        connection.execute(
            sa.text("""
                INSERT INTO denial (at, person_id, person, organisation, endpoint, method, object, reason)
                VALUES (:at, :id, 'Company', 'Älvdal Bio AB', 'cases.edit', 'POST', 'NT-2026-0001', 'role')
            """),
            {"at": START, "id": office.people["company"]},
        )
    return {
        "administration": {
            "person_id": person,
            "organisation_id": office.company_id,
            "mandate_id": scalar(office, "SELECT id FROM membership WHERE person_id = :id", id=person),
            "import_id": made,
            "job_id": int(scalar(office, "SELECT min(id) FROM job")),
            "form": "csv",
        }
    }
