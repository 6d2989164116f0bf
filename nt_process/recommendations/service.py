"""A recommendation begun, written in versions, compared with the sealed terms, and approved. Each command is one
transaction that holds the case.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.engine.loader import load_published
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import read_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation.accession import TERMS_PLACE
from nt_process.recommendations.errors import RecommendationError
from nt_process.recommendations.rules import document, figures, judging
from nt_process.rights import RECOMMENDERS
from nt_process.sealed import room
from nt_process.sealed.room import NotForYou, Place

MOST_SUMMARY, MOST_TEXT = 3000, 12_000
# As it is written in the log of readings, whatever the language of who does it.
COMPARING = "Comparing the recommendation with the terms"

_FIND = sa.text("""
    SELECT r.*, c.medicine, c.substance, c.atc, c.process, c.workflow_version,
           m.year AS meeting_year, m.number AS meeting_number, m.day AS meeting_day, e.number AS earlier_number,
           EXISTS (SELECT FROM publication p WHERE p.recommendation_id = r.id) AS is_published,
           EXISTS (SELECT FROM recommendation_signature s WHERE s.recommendation_id = r.id AND s.recalled_at IS NULL)
               AS is_signed
    FROM recommendation r JOIN cases c ON c.id = r.case_id
    LEFT JOIN council_meeting m ON m.id = r.meeting_id
    LEFT JOIN recommendation e ON e.id = r.earlier_id
    WHERE r.id = :id
""")
_MAKE = sa.text("""
    INSERT INTO recommendation (id, case_id, case_number, number, kind, earlier_id, relation, meeting_id, made_by, made_at)
    SELECT :id, :case, :case_number, coalesce(max(number), 0) + 1, :kind, :earlier, :relation, :meeting, :by, :at
    FROM recommendation WHERE case_id = :case
""")
# What can be replaced or amended: what is public in the same case.
_EARLIER = sa.text("""
    SELECT p.recommendation_id FROM publication p WHERE p.case_number = :number AND p.recommendation_id = :id
""")
_MEETING = sa.text("SELECT id FROM council_meeting WHERE id = :id AND cancelled_at IS NULL")
_VERSIONS = sa.text("SELECT * FROM recommendation_text WHERE recommendation_id = :id ORDER BY version")
_LATEST = sa.text("""
    SELECT * FROM recommendation_text WHERE recommendation_id = :id ORDER BY version DESC LIMIT 1
""")
_WRITE = sa.text(f"""
    INSERT INTO recommendation_text (recommendation_id, version, {", ".join(document.FIELDS)}, person_id, person, at)
    VALUES (:id, :version, {", ".join(f":{name}" for name in document.FIELDS)}, :person, :name, :at)
""")  # noqa: S608 - constants of this program
_DROP = sa.text("UPDATE recommendation SET dropped_by = :by, dropped_at = :at WHERE id = :id")
_TERMS = sa.text("""
    SELECT t.negotiation_id, t.version FROM negotiation_terms t JOIN negotiation n ON n.id = t.negotiation_id
    WHERE n.case_id = :case ORDER BY t.negotiation_id, t.version
""")
_CHECK = sa.text("""
    INSERT INTO recommendation_check (recommendation_id, version, text_hash, reason, person_id, person, at)
    VALUES (:id, :version, :hash, :reason, :person, :name, :at) ON CONFLICT DO NOTHING
""")
_CHECKED = sa.text("""
    SELECT EXISTS (SELECT FROM recommendation_check
        WHERE recommendation_id = :id AND version = :version AND text_hash = :hash AND at >= :since)
""")
_SETTLED_AT = sa.text("""
    SELECT max(t.at) FROM negotiation_terms t JOIN negotiation n ON n.id = t.negotiation_id WHERE n.case_id = :case
""")
_APPROVE = sa.text("""
    INSERT INTO recommendation_approval (recommendation_id, version, text_hash, written_by, person_id, person, at)
    VALUES (:id, :version, :hash, :writer, :person, :name, :at) ON CONFLICT DO NOTHING RETURNING version
""")


def begin(engine: Engine, maker: Maker, case_number: str, typed: Mapping[str, str]) -> str:
    """Begin a recommendation of a case, and give its id.

    `kind` is final or interim; `earlier` (an id) and `relation` say which published one of the case it replaces or amends;
    `meeting` (an id) which meeting took the position. Raises BadInput, RecommendationError (not_found, not_allowed).
    """
    require_writer(maker)
    with engine.begin() as connection:
        held = hold(connection, maker, case_number)
        found = fields.read(typed, {"kind": fields.one_of(document.KINDS)})
        earlier, relation = _earlier(connection, case_number, typed)
        meeting = _meeting(connection, typed.get("meeting", ""))
        made = {
            "id": uuid.uuid4(),
            "case": uuid.UUID(held.id),
            "case_number": case_number,
            "kind": found["kind"],
        }
        made |= {"earlier": earlier, "relation": relation, "meeting": meeting}
        connection.execute(_MAKE, {**made, "by": maker.actor.name, "at": maker.at})
        held.record("recommendation_begun", role_of(maker), {"kind": found["kind"]})
    return str(made["id"])


def _earlier(
    connection: Connection, case_number: str, typed: Mapping[str, str]
) -> tuple[uuid.UUID | None, str | None]:
    wanted, relation = typed.get("earlier", ""), typed.get("relation", "")
    if not wanted:
        return None, None
    try:
        found = connection.scalar(_EARLIER, {"number": case_number, "id": uuid.UUID(wanted)})
    except ValueError:
        found = None
    if found is None:
        raise BadInput(Fault("not_a_choice", column="earlier"))
    if relation not in document.RELATIONS:
        raise BadInput(Fault("not_a_choice", column="relation"))
    return found, relation


def _meeting(connection: Connection, wanted: str) -> uuid.UUID | None:
    if not wanted:
        return None
    try:
        found = connection.scalar(_MEETING, {"id": uuid.UUID(wanted)})
    except ValueError:
        found = None
    if found is None:
        raise BadInput(Fault("not_a_choice", column="meeting"))
    meeting: uuid.UUID = found
    return meeting


def write(engine: Engine, maker: Maker, recommendation_id: str, base: int, typed: Mapping[str, str]) -> int:
    """Save what was written as a new version, and give its number. `base` is the version that it was written from (0: none).

    Empty fields are no fault here: they are when it is to be approved. Raises BadInput, RecommendationError (changed,
    same_text, signed, published, dropped).
    """
    require_writer(maker)
    found = fields.read(typed, _READERS)
    with held_recommendation(engine, maker, recommendation_id) as (connection, row, held):
        require_open(row)
        before = connection.execute(_LATEST, {"id": row["id"]}).mappings().first()
        if base != (0 if before is None else before["version"]):
            raise RecommendationError("changed")
        if before is not None and all(before[name] == value for name, value in found.items()):
            raise RecommendationError("same_text")
        version = base + 1
        written = {**found, "id": row["id"], "version": version, "person": maker.actor.id}
        connection.execute(_WRITE, {**written, "name": maker.actor.name, "at": maker.at})
        held.record("recommendation_written", role_of(maker), {"version": version})
    return version


def _last_day(text: str) -> date:
    found = read_day(text.strip())
    if found is None or not 2000 <= found.year < 2200:
        raise fields.Unusable("not_a_day")
    return found


_READERS: Mapping[str, fields.Reader] = {
    "outcome": fields.one_of(("", *(one for outcomes in document.OUTCOMES.values() for one in outcomes))),
    "valid_to": fields.optional(_last_day),
    **{
        name: lambda text, most=MOST_SUMMARY if name == "summary" else MOST_TEXT: fields.paragraph(text, most)  # type: ignore[misc]
        for name in document.TEXTS
    },
    **{name: fields.one_of(("", *levels)) for name, levels in document.LEVELS.items()},
}


def drop(engine: Engine, maker: Maker, recommendation_id: str) -> None:
    """Put a draft aside. Raises RecommendationError (signed, published, dropped)."""
    require_writer(maker)
    with held_recommendation(engine, maker, recommendation_id) as (connection, row, held):
        require_open(row)
        connection.execute(_DROP, {"id": row["id"], "by": maker.actor.name, "at": maker.at})
        held.record("recommendation_dropped", role_of(maker), {})


def compare_with_terms(
    engine: Engine, maker: Maker, recommendation_id: str, version: int, typed: Mapping[str, str]
) -> None:
    """Compare the newest version with all settled terms of its case, by somebody who may read them; that they were opened
    is on record. Figures that are the same stop it, unless `reason` says why they may be public.

    Raises BadInput, ProofNeeded, RecommendationError (changed, no_terms, not_in_circle, figures).
    """
    require_writer(maker)
    reason = fields.read(typed, {"reason": lambda text: fields.line(text, 500)})["reason"]
    with engine.begin() as connection:
        row = found_recommendation(connection, recommendation_id)
        require_open(row)
        content = content_of(row, newest(connection, row, version), maker.today)
        found = figures.shared(_texts(content), _secrets(connection, maker, row["case_id"]))
        if not found or reason:
            held = hold(connection, maker, row["case_number"])
            # Held now; nothing may have come between.
            require_open(found_recommendation(connection, recommendation_id))
            newest(connection, row, version)
            checked = {"id": row["id"], "version": version, "hash": document.text_hash(content)}
            checked |= {"reason": reason, "person": maker.actor.id, "name": maker.actor.name}
            connection.execute(_CHECK, {**checked, "at": maker.at})
            held.record("recommendation_checked", role_of(maker), {"version": version})
    # The readings stay on record also when the version is not accepted.
    if found and not reason:
        raise RecommendationError("figures", figures=found)


def _secrets(connection: Connection, maker: Maker, case_id: uuid.UUID) -> frozenset[Any]:
    terms = connection.execute(_TERMS, {"case": case_id}).all()
    if not terms:
        raise RecommendationError("no_terms")
    found: frozenset[Any] = frozenset()
    for row in terms:
        place = [Place(TERMS_PLACE, str(row.negotiation_id), row.version)]
        try:
            opened = room.reveal_all(
                connection, maker.actor, str(row.negotiation_id), place, COMPARING, at=maker.at
            )
        except NotForYou:
            raise RecommendationError("not_in_circle") from None
        found |= figures.secret_figures(json.loads(opened[0].decode())["terms"])
    return found


def _texts(content: Mapping[str, object]) -> Iterator[str]:
    """Every text of the document, its title's parts among them: nothing else goes into the page or the printed file."""
    named = ("medicine", "substance", "atc", *document.TEXTS)
    return (str(content[name]) for name in named)


def approve(engine: Engine, maker: Maker, recommendation_id: str, version: int, shown: str) -> None:
    """Approve the newest version, whose text (by its hash `shown`) was shown; by somebody who did not write it.

    Raises BadInput with what is missing, RecommendationError (changed, changed_text, own_text, approved, not_checked).
    """
    require_writer(maker)
    with held_recommendation(engine, maker, recommendation_id) as (connection, row, held):
        require_open(row)
        text = newest(connection, row, version)
        if str(text["person_id"]) == maker.actor.id:
            raise RecommendationError("own_text")
        if faults := judging.faults(row["kind"], dict(text), maker.today):
            raise BadInput(*faults)
        content = content_of(row, text, maker.today)
        if document.text_hash(content) != shown:
            raise RecommendationError("changed_text")
        approved = {"id": row["id"], "version": version, "hash": shown}
        if needs_check(connection, row["case_id"], approved):
            raise RecommendationError("not_checked")
        approved |= {"writer": text["person_id"], "person": maker.actor.id, "name": maker.actor.name}
        if connection.scalar(_APPROVE, {**approved, "at": maker.at}) is None:
            raise RecommendationError("approved")
        held.record("recommendation_approved", role_of(maker), {"version": version})


def needs_check(connection: Connection, case_id: uuid.UUID, version: Mapping[str, object]) -> bool:
    """Whether there are settled terms that this text (id, version, hash) has not been compared with since they were."""
    settled = connection.scalar(_SETTLED_AT, {"case": case_id})
    return settled is not None and not connection.scalar(_CHECKED, {**version, "since": settled})


def content_of(row: Row, text: Row, day: date) -> dict[str, object]:
    """The document that a version is, as of a day."""
    meeting = None
    if row["meeting_id"] is not None:
        meeting = (row["meeting_year"], row["meeting_number"], row["meeting_day"])
    earlier = None if row["earlier_id"] is None else document.slug(row["case_number"], row["earlier_number"])
    subject = document.Subject(
        row["case_number"], row["number"], row["kind"], row["medicine"], row["substance"], row["atc"],
        row["relation"], earlier, meeting, load_published()[row["process"], row["workflow_version"]].regime,
    )  # fmt: skip
    return document.document(subject, dict(text), day)


def versions_of(connection: Connection, row: Row) -> Sequence[Row]:
    return connection.execute(_VERSIONS, {"id": row["id"]}).mappings().all()


def newest(connection: Connection, row: Row, version: int) -> Row:
    """The newest version, which has to be this one. Raises RecommendationError changed, not_found."""
    found = connection.execute(_LATEST, {"id": row["id"]}).mappings().first()
    if found is None:
        raise RecommendationError("not_found")
    if found["version"] != version:
        raise RecommendationError("changed")
    return found


def require_writer(maker: Maker) -> None:
    """Raises RecommendationError not_allowed."""
    if not RECOMMENDERS.allows(maker.actor.roles):
        raise RecommendationError("not_allowed")


def require_open(row: Row) -> None:
    """Raises RecommendationError for what is signed, published or put aside."""
    for code, closed in (
        ("published", row["is_published"]),
        ("dropped", row["dropped_at"] is not None),
        ("signed", row["is_signed"]),
    ):
        if closed:
            raise RecommendationError(code)


def role_of(maker: Maker) -> str:
    return "secretariat" if "secretariat" in maker.actor.roles else "council_member"


@contextlib.contextmanager
def held_recommendation(
    engine: Engine, maker: Maker, recommendation_id: str
) -> Iterator[tuple[Connection, Row, Held]]:
    """A recommendation in a transaction that holds its case. Raises RecommendationError not_found."""
    with engine.begin() as connection:
        held = hold(connection, maker, found_recommendation(connection, recommendation_id)["case_number"])
        yield connection, found_recommendation(connection, recommendation_id), held


def found_recommendation(connection: Connection, recommendation_id: str) -> Row:
    """Raises RecommendationError not_found."""
    row = connection.execute(_FIND, {"id": as_id(recommendation_id)}).mappings().first()
    if row is None:
        raise RecommendationError("not_found")
    return row


def hold(connection: Connection, maker: Maker, case_number: str) -> Held:
    """Hold the case in a transaction of the caller's. Raises RecommendationError not_found."""
    try:
        return Held(connection, maker.actor.id, case_number, maker.at)
    except CaseNotFound:
        raise RecommendationError("not_found") from None


def as_id(text: str) -> uuid.UUID:
    """Raises RecommendationError not_found for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise RecommendationError("not_found") from None
