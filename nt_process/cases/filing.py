"""What another feature does to a case inside a transaction of its own: open it, add to it, take its action.

Everything here happens to a case that the caller's transaction holds, and is stored or undone with the
caller's own rows. The rules are those of the case's workflow; nothing is allowed here that is not allowed there.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases import store
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.fields import read_fields
from nt_process.cases.service import insert_case, today_of, workflow_of
from nt_process.engine.decide import Refusal, decide, unchanged
from nt_process.engine.snapshot import Actor, Case, Event, evolve
from nt_process.infra.database import driver_of
from nt_process.kernel.reasons import Reason

_LOCK = sa.text("SELECT FROM cases WHERE number = :number FOR UPDATE")
_COMPANY_CONTACT = sa.text("""
    SELECT p.name, o.name AS organisation
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.id = :person AND p.disabled_at IS NULL AND o.id = :company AND m.role = 'company_contact'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
""")
_ADD_DOCUMENT = sa.text("""
    INSERT INTO document (id, case_id, kind, title, filename, sha256, visibility, added_by, added_at)
    VALUES (:id, :case_id, :kind, :title, :filename, :sha256, 'party', :added_by, :at)
""")


def open_by_company(
    connection: Connection,
    person_id: str,
    company_id: str,
    process: str,
    fields: Mapping[str, object],
    at: datetime,
) -> str:
    """Open a case that a company's own application begins, and return its register number.

    Raises Refused when the person is no contact of the company today, or a field cannot be used.
    """
    known = {"person": person_id, "company": uuid.UUID(company_id), "today": today_of(at)}
    row = connection.execute(_COMPANY_CONTACT, known).mappings().first()
    if row is None:
        raise Refused((Reason("wrong_role", {"roles": ("company_contact",)}),))
    values, faults = read_fields(connection, {**fields, "company_id": company_id}, today_of(at))
    if faults:
        raise Refused(tuple(faults))
    actor = Actor(person_id, row["name"], frozenset({"company_contact"}), row["organisation"])
    return insert_case(connection, actor, "company_contact", process, values, at)


class Held:
    """A case that the caller's transaction holds until it ends: nobody else changes it meanwhile."""

    def __init__(self, connection: Connection, person_id: str, number: str, at: datetime) -> None:
        """Raises CaseNotFound when there is no such case for this person, Refused for a conflict of interest."""
        self._connection, self._at = connection, at
        self._person, self._number = person_id, number
        connection.execute(_LOCK, {"number": number})
        self._loaded = self._load()
        if self._loaded.facts.conflict is not None:
            raise Refused((self._loaded.facts.conflict.reason,))

    @property
    def case(self) -> Case:
        return self._loaded.case

    @property
    def id(self) -> str:
        return self._loaded.id

    def complete(self, fields: Mapping[str, object], role: str) -> None:
        """Fill in what the case does not say yet. What it says already stands. Raises Refused."""
        lacking = {name: value for name, value in fields.items() if value and not self.case.field(name)}
        values, faults = read_fields(self._connection, lacking, today_of(self._at), self.case.fields)
        if faults:
            raise Refused(tuple(faults))
        if values:
            actor = self._loaded.actor
            self._write(unchanged(self.case, "edited", actor, role, self._at, changes=values))

    def add_document(self, kind: str, title: str, filename: str, sha256: str, role: str) -> uuid.UUID:
        """Add a stored file to the case, for all its parties to read; the document's id."""
        document_id, actor = uuid.uuid4(), self._loaded.actor
        self._connection.execute(
            _ADD_DOCUMENT,
            {
                "id": document_id,
                "case_id": uuid.UUID(self.id),
                "kind": kind,
                "title": title,
                "filename": filename,
                "sha256": sha256,
                "added_by": actor.name,
                "at": self._at,
            },
        )
        stated = {"document": str(document_id), "kind": kind, "sha256": sha256, "visibility": "party"}
        self._write(unchanged(self.case, "document_added", actor, role, self._at, inputs=stated))
        return document_id

    def record(self, kind: str, role: str, stated: Mapping[str, object]) -> None:
        """Add an event that changes nothing of the case itself, with what may be said of it in the log."""
        self._write(unchanged(self.case, kind, self._loaded.actor, role, self._at, inputs=stated))

    def take(self, action: str, inputs: Mapping[str, str], day: date | None = None) -> Event:
        """Take one action of the workflow, on an earlier `day` where one is given. Raises Refused with every reason."""
        # What has been added here counts: a document may be what the action requires.
        loaded = self._load()
        decision = decide(
            workflow_of(loaded.case),
            loaded.case,
            action,
            loaded.actor,
            loaded.facts,
            self._at,
            inputs=inputs,
            day=day,
        )
        if isinstance(decision, Refusal):
            raise Refused(decision.reasons)
        self._loaded = loaded
        self._write(decision.event, decision.notify)
        return decision.event

    def _load(self) -> store.Loaded:
        driver = driver_of(self._connection)
        loaded = store.load(driver, self._person, self._number, today_of(self._at))
        if loaded is None:
            raise CaseNotFound(self._number)
        return loaded

    def _write(self, event: Event, notify: Sequence[str] = ()) -> None:
        after, driver = evolve(self.case, event), driver_of(self._connection)
        if not store.write(driver, workflow_of(self.case), self._loaded, after, event, notify):
            raise RuntimeError(f"{self._number} was changed while it was held")
        self._loaded = self._load()
