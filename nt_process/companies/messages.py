"""Messages in a case, between its company and the secretariat: written, marked as read, and read.

The case's log says that a message was sent, by whom and how many files came with it, and nothing of what it says.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import documents, service, store
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.companies.rules import messages as rules
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import Event
from nt_process.identity.actor import SignedIn
from nt_process.identity.telling import tell_people
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason

# The reader: the council's side, or the company of the case. Neither the regions nor TLV are parties to this.
_SEEN = """((:internal AND conflict_of_interest(c.id, :person, acting_day()) IS NULL)
        OR c.company_id = ANY (:companies))"""

_ADD = sa.text("""
    INSERT INTO case_message (id, case_id, side, person_id, person, body, at)
    VALUES (:id, :case, :side, :person_id, :person, :body, :at)
""")
_ADD_FILE = sa.text("""
    INSERT INTO case_message_file (id, message_id, filename, sha256) VALUES (:id, :message, :filename, :sha256)
""")
_MARK = sa.text(f"""
    INSERT INTO case_message_read (message_id, person_id, side, at)
    SELECT m.id, :person, :side, :at FROM case_message m JOIN cases c ON c.id = m.case_id
    WHERE :marks AND c.number = :number AND m.side <> :side AND m.number <= :up_to AND {_SEEN}
    ON CONFLICT (message_id, person_id) DO NOTHING
""")  # noqa: S608 - constants of this program
_COMPANY_PEOPLE = sa.text("""
    WITH everybody AS (SELECT person_id FROM recipients('{company_contact}', NULL, CAST(:company AS uuid), :today)),
    chosen AS (SELECT k.person_id FROM case_contact k JOIN everybody USING (person_id) WHERE k.case_id = :case)
    SELECT person_id FROM chosen UNION
    SELECT person_id FROM everybody WHERE NOT EXISTS (SELECT FROM chosen)
""")
_OWNER = sa.text("SELECT person_id FROM recipients('{owner}', CAST(:owner AS uuid), NULL, :today)")
_THREAD = sa.text(f"""
    SELECT m.id, m.number, m.side, m.person_id, m.person, m.body, m.at,
           (SELECT min(r.at) FROM case_message_read r WHERE r.message_id = m.id AND r.side <> m.side) AS read_at,
           :marks AND m.side <> :side AND NOT EXISTS (
               SELECT FROM case_message_read r WHERE r.message_id = m.id AND r.person_id = :person) AS unread,
           (SELECT json_agg(json_build_object('id', f.id, 'filename', f.filename, 'size', x.size) ORDER BY f.filename, f.id)
            FROM case_message_file f JOIN file_content x ON x.sha256 = f.sha256 WHERE f.message_id = m.id) AS files
    FROM case_message m JOIN cases c ON c.id = m.case_id
    WHERE c.number = :number AND {_SEEN} ORDER BY m.number
""")  # noqa: S608 - constants of this program
_UNREAD = sa.text(f"""
    SELECT count(*) FROM case_message m JOIN cases c ON c.id = m.case_id
    WHERE :marks AND c.number = :number AND {_SEEN} AND m.side <> :side AND NOT EXISTS (
        SELECT FROM case_message_read r WHERE r.message_id = m.id AND r.person_id = :person)
""")  # noqa: S608 - constants of this program
_FILE = sa.text(f"""
    SELECT f.filename, f.sha256, x.size, x.media_type
    FROM case_message_file f JOIN file_content x ON x.sha256 = f.sha256
    JOIN case_message m ON m.id = f.message_id JOIN cases c ON c.id = m.case_id
    WHERE c.number = :number AND f.id = :id AND {_SEEN}
""")  # noqa: S608 - constants of this program
_CONTACT = sa.text(f"""
    SELECT p.name FROM case_contact k JOIN cases c ON c.id = k.case_id JOIN person p ON p.id = k.person_id
    WHERE c.number = :number AND {_SEEN} AND EXISTS (
        SELECT FROM membership m WHERE m.person_id = k.person_id AND m.organisation_id = c.company_id
          AND m.role = 'company_contact' AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was handed in."""

    filename: str
    content: bytes


def send(
    engine: Engine, actor: SignedIn, number: str, body: str, attached: Sequence[Attachment], at: datetime
) -> None:
    """Write a message to the other side, who are told that there is one.

    What the other side has written before counts as read by whoever answers.
    Raises CaseNotFound, BadInput (of the fields body and files), and Refused when the actor only reads here.
    """
    written, judged = _judged(body, attached)

    def change(connection: Connection, loaded: store.Loaded) -> Event:
        role = rules.role_to_write(loaded.actor.roles)
        if role is None:
            raise Refused((Reason("wrong_role", {"roles": tuple(rules.WRITES_FOR)}),))
        message, side = uuid.uuid4(), rules.WRITES_FOR[role]
        given = {"id": message, "case": loaded.id, "side": side, "person_id": actor.id, "person": actor.name}
        connection.execute(_ADD, {**given, "body": written, "at": at})
        for file, media_type in judged:
            sha256 = files.store(connection, file.content, media_type, at)
            name = documents.safe_name(file.filename, media_type)
            named = {"id": uuid.uuid4(), "message": message, "filename": name, "sha256": sha256}
            connection.execute(_ADD_FILE, named)
        connection.execute(_MARK, {**_reader(actor, number), "side": side, "at": at, "up_to": 2**62})
        told = [one for one in _other_side(connection, loaded, side, at) if one != actor.id]
        tell_people(connection, "message", str(message), told, at, case_id=loaded.id)
        return unchanged(loaded.case, "message_sent", loaded.actor, role, at, inputs={"files": len(judged)})

    service.record(engine, actor.id, number, at, change)


def mark_read(engine: Engine, actor: SignedIn, number: str, up_to: int, at: datetime) -> None:
    """Everything that the other side has written, up to the message with this number, is read by this person.

    Raises CaseNotFound.
    """
    with engine.begin() as connection:
        given = {**_reader(actor, number), "at": at, "up_to": up_to}
        connection.execute(_MARK, given)


def company_people(connection: Connection, case_id: object, company_id: object, today: date) -> list[str]:
    """Whom the company is reached by in a case: its contact person there, or without one everybody."""
    given = {"case": case_id, "company": company_id, "today": today}
    return [str(one) for one in connection.scalars(_COMPANY_PEOPLE, given)]


def thread(connection: Connection, actor: SignedIn, number: str) -> list[Row]:
    """The messages of a case, oldest first, each with its files, when the other side read it, and if it waits."""
    return list(connection.execute(_THREAD, _reader(actor, number)).mappings())


def unread(connection: Connection, actor: SignedIn, number: str) -> int:
    """How many messages of the other side this person has not read."""
    return int(connection.scalar(_UNREAD, _reader(actor, number)) or 0)


def contact(connection: Connection, actor: SignedIn, number: str, today: date) -> str | None:
    """The name of the company's contact person in the case."""
    return connection.scalar(_CONTACT, {**_reader(actor, number), "today": today})


def find_file(connection: Connection, actor: SignedIn, number: str, file_id: str) -> Row:
    """A file's name, hash, size and type. Raises CaseNotFound when the actor may not read it."""
    given = {**_reader(actor, number), "id": file_id}
    row = connection.execute(_FILE, given).mappings().first()
    if row is None:
        raise CaseNotFound(number)
    return row


def _judged(body: str, attached: Sequence[Attachment]) -> tuple[str, list[tuple[Attachment, str]]]:
    """The text as it is kept, and each file with its type. Raises BadInput with every fault."""
    faults: list[Fault] = []
    written = ""
    try:
        written = rules.read_body(body)
    except BadInput as refused:
        faults += refused.faults
    if len(attached) > rules.MAX_FILES:
        faults.append(Fault("too_many_files", column="files", params={"limit": rules.MAX_FILES}))
    judged = []
    for file in attached[: rules.MAX_FILES]:
        media_type = documents.judge(file.filename, file.content)
        if isinstance(media_type, Reason):
            faults.append(Fault(media_type.code, column="files", params=media_type.params))
        else:
            judged.append((file, media_type))
    if faults:
        raise BadInput(*faults)
    return written, judged


def _other_side(connection: Connection, loaded: store.Loaded, side: str, at: datetime) -> list[str]:
    today = at.astimezone(STOCKHOLM).date()
    if side == rules.COUNCIL:
        return company_people(connection, loaded.id, loaded.case.field("company_id"), today)
    given = {"owner": loaded.case.field("owner_id"), "today": today}
    return [str(one) for one in connection.scalars(_OWNER, given)]


def _reader(actor: SignedIn, number: str) -> dict[str, Any]:
    return {
        "number": number,
        "internal": actor.is_internal,
        "companies": [uuid.UUID(one) for one in actor.company_ids],
        "person": actor.id,
        "side": rules.COUNCIL if actor.is_internal else rules.COMPANY,
        # For who only reads, nothing waits: a message is read when somebody who can answer it has read it.
        "marks": rules.role_to_write(actor.roles) is not None,
    }
