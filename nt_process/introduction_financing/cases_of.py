"""What this room does to a case: finds it by its number, and adds an event to its log, without an amount."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import service as cases
from nt_process.cases.errors import CaseNotFound
from nt_process.cases.store import Loaded
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import Event
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput, Fault

_CASE = sa.text("SELECT id, exclusivity_ends FROM cases WHERE number = :number")

Change = Callable[[Connection], None]


def case_id(connection: Connection, number: str) -> uuid.UUID | None:
    """The id of a case, or None where no number is typed. Raises BadInput (column case)."""
    if not number:
        return None
    found = connection.execute(_CASE, {"number": number}).first()
    if found is None:
        raise BadInput(Fault("no_such_case", column="case"))
    return found.id


def exclusivity_of(connection: Connection, number: str) -> date | None:
    """The end of market exclusivity that stands on a case."""
    found = connection.execute(_CASE, {"number": number}).first()
    return None if found is None else found.exclusivity_ends


def carried_out(engine: Engine, maker: Maker, number: str, kind: str, change: Change) -> None:
    """Carry out a change; with a case's number together with its event in the case's log.

    Raises what `change` raises, BadInput (column case), Refused for who may not add to the case.
    """
    if not number:
        with engine.begin() as connection:
            change(connection)
        return

    def event(connection: Connection, loaded: Loaded) -> Event:
        change(connection)
        role = "secretariat" if "secretariat" in maker.actor.roles else "region_representative"
        return unchanged(loaded.case, kind, loaded.actor, role, maker.at)

    try:
        cases.record(engine, maker.actor.id, number, maker.at, event)
    except CaseNotFound:
        raise BadInput(Fault("no_such_case", column="case")) from None
