"""Declarations and decisions to test with, made by the commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nt_process.identity.maker import Maker
from nt_process.interests import service
from nt_process.interests.service import Decision
from tests.world import START, Office

BLANK = {"kind": "", "company": "", "substance": "", "since": "", "until": "", "description": ""}
# A tie to the company of the office's cases, as a person would write its name.
SHARES = BLANK | {"kind": "ownership", "company": "Älvdal Bio (publ)", "description": "200 aktier"}


def declare(
    office: Office, name: str, *rows: dict[str, str], at: datetime = START, number: str | None = None
) -> None:
    """File as one of the people; no rows is nothing to declare."""
    maker = Maker(office.actor(name, at.date()), at)
    answer = "something" if rows else "nothing"
    service.file_declaration(office.engine, maker, answer, [BLANK | row for row in rows], number)


def decide(
    office: Office, number: str, name: str, *, conflict: bool, by: str = "secretary", seen: int = 1_000_000
) -> None:
    decision = Decision(office.people[name], conflict, "Innehavet är betydande.", seen)
    service.decide(office.engine, Maker(office.actor(by), START), number, decision)


def furnish_interests(office: Office) -> dict[str, dict[str, Any]]:
    """A declaration that touches nothing, and one that waits for a decision in a case of its own."""
    declare(office, "secretary")
    number = office.open(
        medicine="Jävastin", substance="jävastinum", company_id="", company="Enskild Pharma AB"
    )
    declare(office, "colleague", {"kind": "research", "substance": "Jävastin", "description": "Prövare"})
    decide(office, number, "manager", conflict=False)
    return {}
