"""Precedents to test with, made by the commands, of cases that have been decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from nt_process.identity.maker import Maker
from nt_process.precedents import queries, service
from nt_process.precedents.queries import Filter
from tests.features.negotiation.world import Table, in_negotiation
from tests.world import START, Office

GROUNDS = {
    "indication": "Vuxna med prövad sjukdom",
    "severity": "high",
    "rarity": "rare",
    "patients": "120",
    "certainty": "low",
    "qaly_from": "750 000",
    "qaly_to": "1000000",
    "willing_from": "500000",
    "willing_to": "750000",
    "reasons": "Stor nytta vägs mot osäkert underlag.",
}
Ticked = dict[str, Sequence[str]]
TICKED: Ticked = {"contract": ["financial"], "clauses": [], "public_parts": []}
ALL_PARTS = ["grounds", "economy", "contract", "reasons"]


def maker(office: Office, name: str = "secretary", at: datetime = START) -> Maker:
    """The person, who has just proved who they are."""
    found = Table(office, "").maker(name, at)
    return Maker(found.actor, found.at)


def to_be_decided(office: Office, **facts: Any) -> str:
    """A case whose negotiation has ended with an agreement, without a negotiation in this system; it is to be decided."""
    number = in_negotiation(office, **facts)
    office.act("secretary", number, "conclude_agreement", START - timedelta(days=10), reason="Enighet")
    return number


def decided(office: Office, outcome: str = "should", **facts: Any) -> str:
    """A case in which the council has taken its position."""
    number = to_be_decided(office, **facts)
    at = START - timedelta(days=5)
    office.add_document("secretary", number, "recommendation", at)
    stated = {"outcome": outcome, "motivation": "Nyttan uppväger kostnaden."}
    office.act("secretary", number, "decide_recommendation", at, **stated)
    return number


def write(
    office: Office, number: str, name: str = "secretary", ticked: Ticked | None = None,
    at: datetime = START, **grounds: str,
) -> str:  # fmt: skip
    chosen = {**TICKED, **(ticked or {})}
    return service.propose(office.engine, maker(office, name, at), number, GROUNDS | grounds, chosen)


def approve(office: Office, precedent_id: str, name: str = "colleague", version: int = 1) -> None:
    service.approve(office.engine, maker(office, name), precedent_id, version)


def told(
    office: Office, number: str, ticked: Ticked | None = None, *, public: bool = False,
    **grounds: str,
) -> str:  # fmt: skip
    """A precedent that has been approved; public in all its parts, or in those that `ticked` says."""
    if public:
        grounds["is_public"] = "y"
        ticked = {"public_parts": ALL_PARTS, **(ticked or {})}
    made = write(office, number, "secretary", ticked, START, **grounds)
    approve(office, made)
    return made


def found(office: Office, name: str | None, **chosen: Any) -> list[str]:
    """The medicines of what a search finds, in its order; None is the public."""
    with office.engine.connect() as connection:
        actor = None if name is None else office.actor(name)
        return [row["medicine"] for row in queries.listed(connection, actor, Filter(**chosen)).rows]


def furnish(office: Office) -> dict[str, Any]:
    """One that is told and public in part, with a new version that waits; one that is told to the council's side alone; one
    that was declined; and a decision that nobody has written of.
    """
    numbers = {
        name: decided(office, outcome, medicine=name)
        for name, outcome in (
            ("Vittnesgill", "should"), ("Tystgill", "can"), ("Avslagsgill", "should_not"), ("Återtagsgill", "should"),
            ("Oskrivgill", "can"),
        )
    }  # fmt: skip
    partly = told(office, numbers["Vittnesgill"], {"public_parts": ["grounds"]}, is_public="y")
    service.revise(
        office.engine, maker(office), partly, 1, GROUNDS | {"reasons": "Ännu inte granskat."}, TICKED
    )
    own = told(office, numbers["Tystgill"])
    declined = write(office, numbers["Avslagsgill"])
    service.decline(office.engine, maker(office, "colleague"), declined, 1, "Skälen behöver skrivas om.")
    withdrawn = told(office, numbers["Återtagsgill"], public=True)
    service.withdraw(office.engine, maker(office), withdrawn, "Uppgifterna visade sig vara fel.")
    return {
        "precedent_id": partly,
        "number": numbers["Oskrivgill"],
        "form": "csv",
        "version": 2,
        "own": own,
        "numbers": list(numbers.values()),
    }
