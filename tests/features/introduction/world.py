"""Introductions to test with: 21 regions with a representative each, and what they decide by the commands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.identity import service as identity
from nt_process.introduction import deciding, queries
from nt_process.introduction.deciding import Where
from nt_process.introduction.queries import Board
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import REGIONS
from tests.features.recommendations.world import TEXT, Draft, at_meeting, maker, publish
from tests.world import SINCE, START, Office

SKANE = "12"


def person(code: str) -> str:
    """The name of the region's representative in the office."""
    return "region" if code == SKANE else f"region{code}"


def settle_regions(office: Office) -> None:
    """The office has Region Skåne; here come the other twenty, each with somebody who may speak for it."""
    with office.engine.begin() as connection:
        for region in REGIONS:
            if region.code == SKANE:
                continue
            made = identity.create_organisation(connection, "region", region.official_name, region.code)
            name = person(region.code)
            office.people[name] = identity.create_person(
                connection,
                f"{name}@prov.example",
                f"Företrädare {region.name}",
                (identity.Member(made, "region_representative", SINCE),),
                START,
            )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE password_hash IS NOT NULL LIMIT 1) "
            "WHERE password_hash IS NULL"
        )


def published(office: Office, at: datetime = START, outcome: str = "can", **fields: Any) -> str:
    """A recommendation that became public at START; its id."""
    draft = Draft(office, at_meeting(office, **fields)).begin()
    draft.write(TEXT, outcome=outcome)
    draft.approve()
    draft.sign()
    publish(office, at)
    return draft.id


def typed(decision: str = "follow", at: datetime = START, **more: str) -> dict[str, str]:
    """What a region types: it follows, or it does not because of the cost."""
    said = {"decision": decision, "holds_from": at.astimezone(STOCKHOLM).date().isoformat()}
    if decision != "follow":
        said |= {"reason_code": "cost", "reason": "Ryms inte i årets budget."}
    return said | more


def decide(
    office: Office,
    recommendation: str,
    code: str = SKANE,
    decision: str = "follow",
    at: datetime = START,
    base: int = 0,
    name: str = "",
    **more: str,
) -> None:
    where = Where(recommendation, code)
    who = maker(office, name or person(code), at)
    deciding.decide(office.engine, who, where, base, typed(decision, at, **more))


def prepare(
    office: Office, recommendation: str, code: str = SKANE, at: datetime = START, base: int = 0, **days: str
) -> None:
    deciding.prepare(office.engine, maker(office, person(code), at), Where(recommendation, code), base, days)


def newest_step(office: Office, recommendation: str, code: str = SKANE) -> int:
    with office.engine.connect() as connection:
        return queries.steps_of(connection, recommendation, code)[0]


def board(
    office: Office, recommendation: str, day: date, known: datetime | None = None, name: str = "secretary"
) -> Board:
    with office.engine.connect() as connection:
        found = queries.board(connection, office.actor(name), recommendation, day, day, known)
    assert found is not None
    return found


def furnish(office: Office, recommendation: str) -> dict[str, Any]:
    """A region that departs and has a protocol, in the introduction of a recommendation that is public."""
    later = START + timedelta(days=1)
    decide(
        office, recommendation, decision="limits", at=later, start_on="2026-03-01", responsible="Klara Påhittad",
        responsible_role="verksamhetschef", protocol_link="https://region.example/protokoll",
        units="Hudmottagningen; SE-12-H1\nMedicinkliniken", holds_from=START.date().isoformat(),
    )  # fmt: skip
    prepare(office, recommendation, at=later, funded="2026-01-07")
    where = Where(recommendation, SKANE)
    deciding.add_document(office.engine, maker(office, "region", later), where, "protokoll.txt", b"Protokoll")
    with office.engine.connect() as connection:
        document = connection.scalar(sa.text("SELECT id FROM introduction_document"))
    return {
        "recommendation_id": recommendation,
        "code": SKANE,
        "document_id": str(document),
        "form": "csv",
    }
