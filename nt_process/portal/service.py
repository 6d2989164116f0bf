"""Commands on an application while it is written: begin, answer, share, add documents, discard. One transaction each.

Whoever has no part in an application is told that there is none. Filing is in `filing.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import judge, safe_name
from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.identity.actor import SignedIn
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason
from nt_process.portal import form as forms
from nt_process.portal import rules
from nt_process.portal.errors import PortalError
from nt_process.portal.rules import NotAnAnswer, Passage

_KEEP_FORM = sa.text("""
    INSERT INTO application_form (sha256, name, version, content, stored_at)
    VALUES (:sha256, :name, :version, :content, :at) ON CONFLICT (sha256) DO NOTHING
""")
_BEGIN = sa.text("""
    INSERT INTO application
        (id, company_id, process, case_id, horizon_item_id, medicine, form_sha256, contact_id, begun_at)
    VALUES (:id, :company, :process, :case, :item, :medicine, :form, :person, :at)
""")
_ADD_MEMBER = sa.text("""
    INSERT INTO application_member (application_id, person_id, role, added_at) VALUES (:id, :person, :role, :at)
    ON CONFLICT (application_id, person_id) DO UPDATE SET role = :role, removed_at = NULL,
        added_at = CASE WHEN application_member.removed_at IS NULL THEN application_member.added_at ELSE :at END
""")
# The first member is added where nobody can see the application yet, and so no row of it either.
_ADD_FIRST = sa.text("""
    INSERT INTO application_member (application_id, person_id, role, added_at) VALUES (:id, :person, 'coordinator', :at)
""")
_REMOVE_MEMBER = sa.text("""
    UPDATE application_member SET removed_at = :at WHERE application_id = :id AND person_id = :person
""")
_MEMBERS = sa.text("""
    SELECT person_id, role FROM application_member WHERE application_id = :id AND removed_at IS NULL FOR UPDATE
""")
_SET_CONTACT = sa.text("UPDATE application SET contact_id = :person WHERE id = :id")
_COLLEAGUE = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id
        WHERE p.id = :person AND m.organisation_id = :company AND m.role = 'company_contact'
          AND p.disabled_at IS NULL AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")
_LOCK = sa.text("""
    SELECT a.*, f.content AS form_content, m.role
    FROM application a JOIN application_form f ON f.sha256 = a.form_sha256
    JOIN application_member m ON m.application_id = a.id AND m.person_id = :person AND m.removed_at IS NULL
    WHERE a.id = :id AND a.company_id = ANY (:companies) FOR UPDATE OF a
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
_ADD_DOCUMENT = sa.text("""
    INSERT INTO application_document (id, application_id, request_seq, kind, title, public_sha256, public_name,
        secret_sha256, secret_name, added_by, added_at)
    VALUES (:document, :id, :request_seq, :kind, :title, :public_sha256, :public_name, :secret_sha256, :secret_name,
        :name, :at)
""")
_ADD_PASSAGE = sa.text("""
    INSERT INTO application_passage (id, document_id, place, provision, reason, secret_until)
    VALUES (:passage, :document, :place, :provision, :reason, :until)
""")
_REMOVE_DOCUMENT = sa.text("""
    UPDATE application_document SET removed_at = :at
    WHERE id = :document AND application_id = :id AND filing_id IS NULL AND removed_at IS NULL
""")

SUPPLEMENT_KINDS = ("supplement", "other")
APPLICATION_KINDS = ("application", "other")
# Fields that are no part of the form: the answer to a request for a supplement, by the request's event.
ANSWER, SECRET_ANSWER = "answer", "secret_answer"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who gives a command, and at which instant (UTC)."""

    actor: SignedIn
    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(STOCKHOLM).date()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an application begins with: a company, a case or a process, and what is known of the medicine."""

    company_id: str
    process: str
    case_id: str | None
    item_id: str | None
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    filename: str
    content: bytes


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
                    "case": _id(beginning.case_id),
                    "item": _id(beginning.item_id),
                    "medicine": medicine,
                    "form": form.sha256,
                    **_who(maker),
                },
            )
            connection.execute(_ADD_FIRST, {"id": uuid.UUID(application_id), **_who(maker)})
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
        given = {"id": uuid.UUID(application_id), "field": field.name, "value": value, **_who(maker)}
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
    return int(connection.scalar(_WRITE, {**key, "value": value, **_who(maker)}))


# --- people ---------------------------------------------------------------------------------------


def add_member(engine: Engine, maker: Maker, application_id: str, person_id: str, role: str) -> None:
    """Give a colleague a part in the application, or another role in it.

    Raises PortalError not_found, not_coordinator, unknown_colleague, last_coordinator.
    """
    with engine.begin() as connection:
        held = _hold_as_coordinator(connection, maker, application_id)
        person = _colleague(connection, maker, held, person_id)
        if role not in ("coordinator", "contributor"):
            raise PortalError("unknown_colleague")
        if role != "coordinator":
            _require_another_coordinator(connection, held["id"], person)
        connection.execute(_ADD_MEMBER, {"id": held["id"], "person": person, "role": role, "at": maker.at})


def remove_member(engine: Engine, maker: Maker, application_id: str, person_id: str) -> None:
    """End a colleague's part. Raises as `add_member`, and is_contact."""
    with engine.begin() as connection:
        held = _hold_as_coordinator(connection, maker, application_id)
        person = _id(person_id)
        if person is None:
            raise PortalError("unknown_colleague")
        if person == held["contact_id"]:
            raise PortalError("is_contact")
        _require_another_coordinator(connection, held["id"], person)
        connection.execute(_REMOVE_MEMBER, {"id": held["id"], "person": person, "at": maker.at})


def set_contact(engine: Engine, maker: Maker, application_id: str, person_id: str) -> None:
    """Make a member the one whom the council turns to. Raises as `add_member`."""
    with engine.begin() as connection:
        held = _hold_as_coordinator(connection, maker, application_id)
        person = _colleague(connection, maker, held, person_id)
        members = {row.person_id for row in connection.execute(_MEMBERS, {"id": held["id"]})}
        if person not in members:
            raise PortalError("unknown_colleague")
        connection.execute(_SET_CONTACT, {"id": held["id"], "person": person})


def discard(engine: Engine, maker: Maker, application_id: str) -> None:
    """Put a draft aside; nothing of it has left the company. Raises PortalError."""
    with engine.begin() as connection:
        held = _hold_as_coordinator(connection, maker, application_id)
        if held["status"] != "draft":
            raise PortalError("not_draft")
        connection.execute(_DISCARD, {"id": held["id"]})


def _hold_as_coordinator(connection: Connection, maker: Maker, application_id: str) -> Row:
    held = hold(connection, maker, application_id)
    if held["role"] != "coordinator":
        raise PortalError("not_coordinator")
    return held


def _require_another_coordinator(
    connection: Connection, application_id: uuid.UUID, person: uuid.UUID
) -> None:
    members = connection.execute(_MEMBERS, {"id": application_id}).all()
    if not any(row.role == "coordinator" and row.person_id != person for row in members):
        raise PortalError("last_coordinator")


def _colleague(connection: Connection, maker: Maker, held: Row, person_id: str) -> uuid.UUID:
    person = _id(person_id)
    known = {"person": person, "company": held["company_id"], "today": maker.today}
    if person is None or not connection.scalar(_COLLEAGUE, known):
        raise PortalError("unknown_colleague")
    return person


# --- documents ------------------------------------------------------------------------------------


def add_document(
    engine: Engine,
    maker: Maker,
    application_id: str,
    texts: Mapping[str, str],
    public: Upload | None,
    secret: Upload | None,
    request_seq: int | None = None,
) -> dict[str, NotAnAnswer | Reason]:
    """Add a document: the version for everyone, and where it holds secrets also the other, with its passage.

    `texts` are kind, title and, with `secret`, the passage's place, provision, reason and until. Gives back what is
    wrong with each field; when there is nothing, the document is added. Raises PortalError not_found, not_draft.
    """
    faults: dict[str, NotAnAnswer | Reason] = {}
    title = ""
    kinds = APPLICATION_KINDS if request_seq is None else SUPPLEMENT_KINDS
    if texts.get("kind") not in kinds:
        faults["kind"] = NotAnAnswer("not_a_choice")
    try:
        title = rules.line(texts.get("title", ""))
        if not title:
            faults["title"] = NotAnAnswer("missing")
    except NotAnAnswer as fault:
        faults["title"] = fault
    passages: Sequence[Passage] = ()
    if secret is not None or any(texts.get(name, "").strip() for name in ("place", "reason", "until")):
        read = rules.read_passage(texts, maker.today)
        passages = (read,) if isinstance(read, Passage) else ()
        faults |= {} if isinstance(read, Passage) else read
        if secret is None:
            faults["secret_file"] = NotAnAnswer("file_missing")
    faults |= _judge_files(public, secret)
    if faults or public is None:
        return faults
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["status"] != ("draft" if request_seq is None else "submitted"):
            raise PortalError("not_draft")
        document = {
            "document": uuid.uuid4(),
            "id": held["id"],
            "request_seq": request_seq,
            "kind": texts["kind"],
            "title": title,
            **_stored(connection, "public", public, maker.at),
            **_stored(connection, "secret", secret, maker.at),
            **_who(maker),
        }
        connection.execute(_ADD_DOCUMENT, document)
        for one in passages:
            connection.execute(
                _ADD_PASSAGE,
                {
                    "passage": uuid.uuid4(),
                    "document": document["document"],
                    "place": one.place,
                    "provision": one.provision,
                    "reason": one.reason,
                    "until": one.until,
                },
            )
    return {}


def _judge_files(public: Upload | None, secret: Upload | None) -> dict[str, NotAnAnswer | Reason]:
    faults: dict[str, NotAnAnswer | Reason] = {}
    if public is None:
        faults["public_file"] = NotAnAnswer("file_missing" if secret is None else "public_missing")
    for name, upload in (("public_file", public), ("secret_file", secret)):
        media_type = "" if upload is None else judge(upload.filename, upload.content)
        if isinstance(media_type, Reason):
            faults[name] = media_type
    if public and secret and public.content == secret.content and not faults:
        faults["public_file"] = NotAnAnswer("same_file")
    return faults


def _stored(connection: Connection, name: str, upload: Upload | None, at: datetime) -> dict[str, str | None]:
    media_type = None if upload is None else judge(upload.filename, upload.content)
    if upload is None or not isinstance(media_type, str):
        return {f"{name}_sha256": None, f"{name}_name": None}
    sha256 = files.store(connection, upload.content, media_type, at)
    return {f"{name}_sha256": sha256, f"{name}_name": safe_name(upload.filename, media_type)}


def remove_document(engine: Engine, maker: Maker, application_id: str, document_id: str) -> None:
    """Take away a document that has not been filed. Raises PortalError not_found."""
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        place = {"id": held["id"], "document": _id(document_id), "at": maker.at}
        if connection.execute(_REMOVE_DOCUMENT, place).rowcount == 0:
            raise PortalError("not_found")


def kind_names(kinds: Sequence[str], language: str) -> list[tuple[str, str]]:
    return [(kind, DOCUMENT_KINDS[kind].in_language(language)) for kind in kinds]


# --- what all share -------------------------------------------------------------------------------


def hold(connection: Connection, maker: Maker, application_id: str) -> Row:
    """The application with its form and the maker's role in it, held until the transaction ends.

    Raises PortalError not_found when the maker has no part in it.
    """
    known = {
        "id": _id(application_id),
        "person": uuid.UUID(maker.actor.id),
        "companies": [uuid.UUID(one) for one in maker.actor.company_ids],
    }
    row = connection.execute(_LOCK, known).mappings().first()
    if row is None:
        raise PortalError("not_found")
    return row


def _who(maker: Maker) -> dict[str, object]:
    return {"person": uuid.UUID(maker.actor.id), "name": maker.actor.name, "at": maker.at}


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
