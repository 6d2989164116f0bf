"""What the tests of horizon scanning share: people with roles, and exports made for the occasion."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy.engine import Connection, Engine

from nt_process.horizon.ema import FIELDS
from nt_process.identity import actor, service
from nt_process.identity.actor import SignedIn

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MADE = "22/08/2024 - 15:06"
LATER = "20/02/2025 - 09:30"
HEADINGS = {field.name: field.spellings[0] for field in FIELDS}

ORPHAN: Mapping[str, str] = {
    "category": "Human",
    "name": "Vintergrönt",
    "product_number": "EMEA/H/C/009001",
    "status": "Opinion",
    "opinion_status": "Positive",
    "inn": "viridinersen",
    "active_substance": "Viridinersen sodium",
    "therapeutic_area": "Muscular Atrophy, Spinal",
    "atc": "N07XX27",
    "group": "N07",
    "indication": "Treatment of spinal muscular atrophy.",
    "conditional": "No",
    "exceptional": "No",
    "generic": "No",
    "orphan": "Yes",
    "company": "Lunden Pharma AB",
    "opinion_on": "25/07/2024",
    "authorised_on": "",
    "url": "https://www.ema.europa.eu/en/medicines/human/EPAR/vintergront",
}


def medicine(**fields: str) -> dict[str, str]:
    """An invented medicine as a row of the export: the orphan above, with these fields instead."""
    return {**ORPHAN, **fields}


def export_csv(
    rows: Sequence[Mapping[str, str]],
    *,
    made: str | None = MADE,
    headings: Mapping[str, str] = HEADINGS,
    separator: str = ",",
) -> bytes:
    """An export as the agency lays it out: lines about itself, then headings and rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    if made is not None:
        writer.writerow(["Content type:", "Medicine"])
        writer.writerow(["Output automatically generated from content on www.ema.europa.eu on:", made])
    writer.writerow(list(headings.values()))
    for row in rows:
        writer.writerow([row.get(field, "") for field in headings])
    return text.getvalue().encode()


def sign_up(engine: Engine, role: str, *, kind: str = "council", name: str = "Rådet") -> SignedIn:
    """A person with one role, who may sign in with the password "hemligt lösenord"."""
    with engine.begin() as connection:
        return _person(connection, role, kind, name)


def _person(connection: Connection, role: str, kind: str, name: str) -> SignedIn:
    organisation = service.create_organisation(connection, kind, name)
    member = service.Member(organisation, role, date(2020, 1, 1))
    email = f"{role}@example.se"
    person = service.create_person(
        connection, email, f"Prov {role}", (member,), AT, password="hemligt lösenord", language="en"
    )
    found = actor.load_by_id(connection, person, TODAY)
    assert found is not None
    return found
