"""Commands on an application while it is written: begin, answer, discard. One transaction each.

Who has part in it is in `people.py`, its documents in `documents.py`, and filing in `filing.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.portal import form as forms
from nt_process.portal import rules
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import hold, hold_as_coordinator, id_of, who
from nt_process.portal.rules import NotAnAnswer

_KEEP_FORM = sa.text("""
    INSERT INTO application_form (sha256, name, version, content, stored_at)
    VALUES (:sha256, :name, :version, :content, :at) ON CONFLICT (sha256) DO NOTHING
""")
_BEGIN = sa.text("""
    INSERT INTO application
        (id, company_id, process, case_id, horizon_item_id, medicine, form_sha256, contact_id, begun_at)
    VALUES (:id, :company, :process, :case, :item, :medicine, :form, :person, :at)
""")
# The first member is added where nobody can see the application yet, and so no row of it either.
_ADD_FIRST = sa.text("""
    INSERT INTO application_member (application_id, person_id, role, added_at) VALUES (:id, :person, 'coordinator', :at)
""")
_ANSWER = sa.text("SELECT * FROM application_answer WHERE application_id = :id AND field = :field FOR UPDATE")
_WRITE = sa.text("""
    INSERT INTO application_answer (application_id, field, value, version, person_id, person, at)
    VALUES (:id, :field, :value, 1, :person, :name, :at)
    ON CONFLICT (application_id, field) DO UPDATE SET value = :value, person_id = :person, person = :name, at = :at,
        version = application_answer.version + 1
    RETURNING version
""")
_RENAME = sa.text("UPDATE application SET medicine = :medicine WHERE id = :id")
_DISCARD = sa.text("UPDATE application SET status = 'withdrawn' WHERE id = :id")

# Fields that are no part of the form: the answer to a request for a supplement, by the request's event.
ANSWER, SECRET_ANSWER = "answer", "secret_answer"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an application begins with: a company, a case or a process, and what is known of the medicine."""

    company_id: str
    process: str
    case_id: str | None
    item_id: str | None
    known: Mapping[str, str]


def begin(engine: Engine, maker: Maker, beginning: Beginning) -> str:
    """Begin an application and return its id; what is known of the medicine is filled in.

    Raises NotAnAnswer when the medicine has no usable name, PortalError not_found, begun.
    """
    if beginning.company_id not in maker.actor.company_ids:
        raise PortalError("not_found")
    form, application_id = forms.newest(), str(uuid.uuid4())
    medicine = rules.line(beginning.known.get("medicine", ""))
    if not medicine:
        raise NotAnAnswer("missing")
    try:
        with engine.begin() as connection:
            keep_form(connection, form, maker.at)
            connection.execute(
                _BEGIN,
                {
                    "id": uuid.UUID(application_id),
                    "company": uuid.UUID(beginning.company_id),
                    "process": beginning.process,
                    "case": id_of(beginning.case_id),
                    "item": id_of(beginning.item_id),
                    "medicine": medicine,
                    "form": form.sha256,
                    **who(maker),
                },
            )
            connection.execute(_ADD_FIRST, {"id": uuid.UUID(application_id), **who(maker)})
            for name, text in beginning.known.items():
                if field := form.fields.get(name):
                    _prefill(connection, maker, application_id, field, text)
    except sa.exc.IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise PortalError("begun") from None
        raise
    return application_id


def keep_form(connection: Connection, form: forms.Form, at: datetime) -> None:
    kept = {
        "sha256": form.sha256,
        "name": form.name,
        "version": form.version,
        "content": form.content,
        "at": at,
    }
    connection.execute(_KEEP_FORM, kept)


def _prefill(
    connection: Connection, maker: Maker, application_id: str, field: forms.Field, text: str
) -> None:
    """What others have written may not fit the form; then it is left for the company to write."""
    try:
        value = rules.read(field, text, maker.today)
    except NotAnAnswer:
        return
    if value:
        given = {"id": uuid.UUID(application_id), "field": field.name, "value": value, **who(maker)}
        connection.execute(_WRITE, given)


def answer(engine: Engine, maker: Maker, application_id: str, name: str, text: str, seen: int) -> int:
    """Keep the answer to one field and return its version. The same answer again changes nothing.

    Raises NotAnAnswer, and PortalError not_found, not_draft, changed: a colleague has answered since version `seen`.
    """
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["status"] != "draft":
            raise PortalError("not_draft")
        field = forms.parse(held["form_content"]).fields.get(name)
        if field is None:
            raise PortalError("not_found")
        value = rules.read(field, text, maker.today)
        if name == "medicine" and not value:
            raise NotAnAnswer("missing")
        version = write(connection, maker, application_id, name, value, seen)
        if name == "medicine":
            connection.execute(_RENAME, {"id": held["id"], "medicine": value})
        return version


def paste(engine: Engine, maker: Maker, application_id: str, name: str, text: str) -> int:
    """Keep a pasted table of regions and years and return how many cells it had. All of it or nothing.

    Raises NotAnAnswer (with `cell`, where one of them is wrong), PortalError not_found, not_draft.
    """
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["status"] != "draft":
            raise PortalError("not_draft")
        fields = forms.parse(held["form_content"]).fields
        found = rules.pasted(name, text)
        for cell, typed in found.items():
            if cell not in fields:
                raise PortalError("not_found")
            value = rules.read(fields[cell], typed, maker.today)
            write(connection, maker, application_id, cell, value, None)
        return len(found)


def draft_supplement(
    engine: Engine, maker: Maker, application_id: str, request_seq: int, name: str, text: str, seen: int
) -> int:
    """Keep a part of the answer to a request for a supplement while it is written; as `answer`."""
    if name not in (ANSWER, SECRET_ANSWER):
        raise PortalError("not_found")
    with engine.begin() as connection:
        if hold(connection, maker, application_id)["status"] != "submitted":
            raise PortalError("not_found")
        value = rules.clean(text, rules.MAX_TEXT)
        return write(connection, maker, application_id, supplement_field(request_seq, name), value, seen)


def supplement_field(request_seq: int, name: str) -> str:
    return f"supplement-{request_seq}-{name}"


def write(
    connection: Connection, maker: Maker, application_id: str, name: str, value: str, seen: int | None
) -> int:
    """Store an answer; `seen` None overwrites whatever is there. Raises PortalError changed."""
    key = {"id": uuid.UUID(application_id), "field": name}
    before = connection.execute(_ANSWER, key).mappings().first()
    if before is not None:
        if before["value"] == value:
            return int(before["version"])
        if seen is not None and before["version"] != seen and str(before["person_id"]) != maker.actor.id:
            raise PortalError(
                "changed", field=name, **{k: before[k] for k in ("person", "at", "value", "version")}
            )
    elif not value:
        return 0
    return int(connection.scalar(_WRITE, {**key, "value": value, **who(maker)}))


def discard(engine: Engine, maker: Maker, application_id: str) -> None:
    """Put a draft aside; nothing of it has left the company. Raises PortalError."""
    with engine.begin() as connection:
        held = hold_as_coordinator(connection, maker, application_id)
        if held["status"] != "draft":
            raise PortalError("not_draft")
        connection.execute(_DISCARD, {"id": held["id"]})
