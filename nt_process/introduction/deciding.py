"""The commands of a region: decide, state how far it has come, add its protocol or take it away.

Each is one transaction that holds the recommendation's case. Nothing is changed that was said before: what is said anew
stands beside it.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.errors import CaseNotFound
from nt_process.cases.filing import Held
from nt_process.identity.maker import Maker
from nt_process.infra import uploads
from nt_process.infra.rows import Row
from nt_process.infra.uploads import quarantine
from nt_process.introduction import queries, regions, watching
from nt_process.introduction.errors import IntroductionError
from nt_process.introduction.regions import Place
from nt_process.introduction.rules import deciding as rules
from nt_process.introduction.rules import reasons, units
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import STOCKHOLM, read_day, why_no_day
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason

ROLE = "region_representative"
MOST_REASON, MOST_LINK, MOST_DOCUMENTS = 4000, 500, 10

_DECIDE = sa.text("""
    INSERT INTO introduction_decision (recommendation_id, county_code, organisation_id, number, decision, reason_code,
        reason, reason_public, start_on, responsible_id, responsible, responsible_role, protocol_link, holds_from,
        person_id, person, at)
    VALUES (:id, :region, :organisation, :number, :decision, :reason_code, :reason, :reason_public, :start_on,
        :responsible_id, :responsible, :responsible_role, :protocol_link, :holds_from, :person, :name, :at)
    ON CONFLICT (recommendation_id, county_code, number) DO NOTHING RETURNING id
""")
_UNIT = sa.text("""
    INSERT INTO introduction_unit (decision_id, position, name, code) VALUES (:decision, :position, :name, :code)
""")
_STEP = sa.text("""
    INSERT INTO introduction_step (recommendation_id, county_code, organisation_id, step, day, person_id, person, at)
    VALUES (:id, :region, :organisation, :step, :day, :person, :name, :at)
""")
_COUNT = sa.text("""
    SELECT count(*) FROM introduction_document
    WHERE recommendation_id = :id AND county_code = :region AND removed_at IS NULL
""")
_ADD = sa.text("""
    INSERT INTO introduction_document (id, recommendation_id, county_code, organisation_id, filename, sha256, person_id,
        person, at)
    VALUES (gen_random_uuid(), :id, :region, :organisation, :filename, :sha256, :person, :name, :at)
""")
_REMOVE = sa.text("""
    UPDATE introduction_document SET removed_by = :name, removed_at = :at
    WHERE id = :document AND recommendation_id = :id AND county_code = :region AND removed_at IS NULL RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Where:
    """A region (county code) in the introduction of a recommendation (id)."""

    recommendation_id: str
    region: str


def decide(engine: Engine, maker: Maker, where: Where, base: int, typed: Mapping[str, str]) -> None:
    """Record what the region decides. `base` is the number of the decision that the page showed (0: none).

    Fields: decision, reason_code and reason (needed where the region does not follow in full), reason_public, start_on,
    units, responsible_id (a colleague) or responsible, responsible_role, protocol_link, holds_from.
    Raises BadInput, IntroductionError (not_found, not_allowed, may_not_speak, ended, changed, same).
    """
    with _held(engine, maker, where) as (connection, board, place, held):
        colleagues = regions.colleagues(connection, place, maker.today)
        found = _read(typed, board, colleagues, maker.today)
        before = queries.newest(connection, where.recommendation_id, where.region)
        if base != (0 if before is None else before["number"]):
            raise IntroductionError("changed")
        if before is not None and _same(connection, before, found):
            raise IntroductionError("same")
        named, given = found.pop("units"), _given(maker, where, place)
        made = connection.scalar(_DECIDE, {**given, **found, "number": base + 1})
        if made is None:
            raise IntroductionError("changed")
        for position, unit in enumerate(named, start=1):
            written = {"position": position, "name": unit.name, "code": unit.code}
            connection.execute(_UNIT, {"decision": made, **written})
        stands = queries.holding(connection, where.recommendation_id, where.region, maker.today)
        start = None if stands is None else stands["start_on"]
        watching.follow_start(connection, where.recommendation_id, where.region, start)
        stated = {name: found[name] for name in ("decision", "reason_code")}
        held.record("introduction_decided", ROLE, {"region": place.region.name, **stated})


def _day(text: str) -> date:
    written = text.strip()
    found = read_day(written)
    if found is None or not 2000 <= found.year < 2200:
        raise fields.Unusable(
            why_no_day(written) if written and found is None else "not_a_day" if written else "missing"
        )
    return found


def _link(text: str) -> str:
    found = fields.line(text, MOST_LINK)
    if found and not (
        found.lower().startswith(("https://", "http://")) and " " not in found and "." in found
    ):
        raise fields.Unusable("not_a_link")
    return found


def _read(typed: Mapping[str, str], board: Row, colleagues: Mapping[str, str], today: date) -> dict[str, Any]:
    readers: dict[str, fields.Reader] = {
        "decision": fields.one_of(rules.DECISIONS),
        "reason_code": fields.one_of(("", *reasons.offered(today))),
        "reason": lambda text: fields.paragraph(text, MOST_REASON),
        "start_on": fields.optional(_day),
        "units": units.read,
        "responsible_id": fields.one_of(("", *colleagues)),
        "responsible": fields.line,
        "responsible_role": fields.line,
        "protocol_link": _link,
        "holds_from": _day,
    }
    departs = typed.get("decision") in rules.DEVIATIONS
    if departs:
        readers["reason_code"] = fields.required(readers["reason_code"])
        readers["reason"] = fields.required(readers["reason"])
    found = fields.read(typed, readers)
    faults = list(_unfitting(found, board, today))
    if faults:
        raise BadInput(*faults)
    if not departs:
        found |= {"reason_code": "", "reason": ""}
    if not rules.is_used(board["outcome"], found["decision"]):
        found["start_on"] = None
    person = found["responsible_id"]
    found |= {"responsible_id": person or None, "responsible": colleagues.get(person) or found["responsible"]}
    return found | {"reason_public": departs and bool(typed.get("reason_public"))}


def _unfitting(found: Mapping[str, Any], board: Row, today: date) -> Iterator[Fault]:
    published = board["published_at"].astimezone(STOCKHOLM).date()
    if found["holds_from"] > today:
        yield Fault("in_the_future", column="holds_from")
    if found["holds_from"] < published:
        yield Fault("before_publication", column="holds_from", params={"day": published})
    if found["responsible_role"] and not (found["responsible_id"] or found["responsible"]):
        yield Fault("missing", column="responsible")


def _same(connection: Connection, before: Row, found: Mapping[str, Any]) -> bool:
    """Whether nothing that was typed differs from what stands."""
    alike = all(str(before[name]) == str(value) for name, value in found.items() if name != "units")
    return alike and queries.units_of(connection, before["id"]) == found["units"]


def prepare(engine: Engine, maker: Maker, where: Where, base: int, typed: Mapping[str, str]) -> None:
    """Record the days of the steps (`funded`, `trained`, `ordering`, `in_use`); an empty field takes back a day. `base` is
    the newest entry that the page showed. Raises BadInput, IntroductionError (as `decide`, not_used).
    """
    with _held(engine, maker, where) as (connection, board, place, _case):
        decided = queries.holding(connection, where.recommendation_id, where.region, maker.today)
        if not rules.is_used(board["outcome"], None if decided is None else decided["decision"]):
            raise IntroductionError("not_used")
        found = fields.read(typed, dict.fromkeys(rules.STEPS, fields.optional(_day)))
        late = [
            Fault("in_the_future", column=step) for step, day in found.items() if day and day > maker.today
        ]
        if late:
            raise BadInput(*late)
        newest, stand = queries.steps_of(connection, where.recommendation_id, where.region)
        if base != newest:
            raise IntroductionError("changed")
        changed = {step: day for step, day in found.items() if stand.get(step) != day}
        if not changed:
            raise IntroductionError("same")
        for step, day in changed.items():
            connection.execute(_STEP, {**_given(maker, where, place), "step": step, "day": day})


def add_document(engine: Engine, maker: Maker, where: Where, filename: str, content: bytes) -> bool:
    """Add a file of the region's protocol: whether it has been examined, as any file from outside is.

    Raises BadInput (column `file`), IntroductionError (as `decide`).
    """
    if not filename:
        raise BadInput(Fault("no_file", column="file"))
    judged = uploads.judge(filename, content)
    if isinstance(judged, Reason):
        raise BadInput(Fault(judged.code, column="file", params=judged.params))
    with _held(engine, maker, where) as (connection, _board, place, held):
        given = _given(maker, where, place)
        if (connection.scalar(_COUNT, given) or 0) >= MOST_DOCUMENTS:
            raise BadInput(Fault("too_many_files", column="file", params={"limit": MOST_DOCUMENTS}))
        kept = quarantine.keep(
            connection, judged, filename, content, maker.at, person_id=maker.actor.id, case_id=held.id
        )
        name = uploads.safe_name(filename, judged.media_type)
        connection.execute(_ADD, {**given, "filename": name, "sha256": kept})
    return judged.examined


def remove_document(engine: Engine, maker: Maker, where: Where, document_id: str) -> None:
    """Take a file away from the list; it stays in the history. Raises IntroductionError."""
    with _held(engine, maker, where) as (connection, _board, place, _case):
        given = {**_given(maker, where, place), "document": uuid.UUID(document_id)}
        if connection.scalar(_REMOVE, given) is None:
            raise IntroductionError("not_found")


def _given(maker: Maker, where: Where, place: Place) -> dict[str, object]:
    who = {"person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
    return {
        "id": uuid.UUID(where.recommendation_id),
        "region": where.region,
        "organisation": place.organisation,
        **who,
    }


@contextlib.contextmanager
def _held(engine: Engine, maker: Maker, where: Where) -> Iterator[tuple[Connection, Row, Place, Held]]:
    """The board that still takes decisions, the maker's own place on it, and the case that is held meanwhile."""
    with engine.begin() as connection:
        board = queries.board_row(connection, where.recommendation_id, maker.today)
        if board is None:
            raise IntroductionError("not_found")
        mine = regions.places(connection, maker.actor, maker.today)
        place = next((one for one in mine if one.region.code == where.region), None)
        if place is None:
            raise IntroductionError("not_allowed")
        if not place.speaks:
            raise IntroductionError("may_not_speak")
        if not board["is_current"]:
            raise IntroductionError("ended")
        try:
            held = Held(connection, maker.actor.id, board["case_number"], maker.at)
        except CaseNotFound:
            raise IntroductionError("not_found") from None
        yield connection, board, place, held
