"""Reads of introductions: the boards, one board as of a day, what a region has said, and what it must do.

What is between the regions and the council is read by these alone; the policies of the tables say so once more. Every
function that gives what is on record takes the day it is asked for; `known` (UTC) asks what was on record at an instant.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.introduction.rules import deciding as rules
from nt_process.introduction.rules.deciding import Decided
from nt_process.introduction.rules.units import Unit
from nt_process.kernel.search import like
from nt_process.rights import OWN_SIDE

PAGE_SIZE = 50

# A recommendation `p` that regions decide about on the day :today: one that nothing has replaced and that holds.
CURRENT = """(
    p.kind = 'final' AND p.outcome IN ('should', 'can', 'should_not') AND (p.valid_to IS NULL OR p.valid_to >= :today)
    AND NOT EXISTS (SELECT FROM publication l WHERE l.earlier_id = p.recommendation_id AND l.relation = 'replaces'))"""
# The decision of each region that counts on :day, of those on record at :known (none: all), as `rules.as_of` says it.
COUNTS = """
    SELECT DISTINCT ON (d.recommendation_id, d.county_code) d.* FROM introduction_decision d
    WHERE {which} AND d.holds_from <= :day AND (CAST(:known AS timestamptz) IS NULL OR d.at <= :known)
    ORDER BY d.recommendation_id, d.county_code, d.holds_from DESC, d.at DESC, d.id DESC
"""
_STAND = """
    SELECT DISTINCT ON (s.recommendation_id, s.county_code, s.step) s.recommendation_id, s.county_code, s.step, s.day
    FROM introduction_step s WHERE {which} AND (CAST(:known AS timestamptz) IS NULL OR s.at <= :known)
    ORDER BY s.recommendation_id, s.county_code, s.step, s.at DESC, s.id DESC
"""
_OF_ONE = "{0}.recommendation_id = :id"
_OF_REGION = "{0}.recommendation_id = :id AND {0}.county_code = :region"

_BOARD = f"""
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.outcome, p.medicine, p.substance, p.atc, p.valid_to,
           p.relation, p.published_at, p.content -> 'label' AS label, {CURRENT} AS is_current
    FROM publication p WHERE p.kind = 'final' AND p.outcome IN ('should', 'can', 'should_not')
"""  # noqa: S608 - constants of this program
_ONE = sa.text(_BOARD + " AND p.recommendation_id = :id")
_FOUND = """
    FROM board b WHERE (:standing = '' OR b.is_current = (:standing = 'current'))
      AND (:q = '' OR lower(concat_ws(' ', b.medicine, b.substance, b.atc, b.case_number)) LIKE :pattern)
"""
_LIST = sa.text(f"""
    WITH board AS ({_BOARD}), shown AS (
        SELECT b.* {_FOUND} ORDER BY b.published_at DESC, b.slug LIMIT :most OFFSET :skipped
    )
    SELECT b.*, coalesce(c.decisions, '{{}}'::jsonb) AS decisions
    FROM shown b LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(x.county_code, x.decision) AS decisions
        FROM ({COUNTS.format(which="d.recommendation_id = b.id")}) x
    ) c ON true
    ORDER BY b.published_at DESC, b.slug
""")  # noqa: S608 - constants of this program
_HOW_MANY = sa.text(f"""
    WITH board AS ({_BOARD}) SELECT count(*) AS total {_FOUND}
""")
_ALL_CURRENT = sa.text(f"""
    WITH board AS ({_BOARD}) SELECT b.* FROM board b WHERE b.is_current ORDER BY b.published_at, b.slug
""")  # noqa: S608 - constants of this program
_DECISIONS = sa.text(COUNTS.format(which=_OF_ONE.format("d")))
_HOLDING = sa.text(COUNTS.format(which=_OF_REGION.format("d")))
_STEPS = sa.text(_STAND.format(which=_OF_ONE.format("s")))
_DECISIONS_OF = sa.text(COUNTS.format(which="d.county_code = ANY (CAST(:regions AS text[]))"))
_STEPS_OF = sa.text(_STAND.format(which="s.county_code = ANY (CAST(:regions AS text[]))"))
_STEPS_TOLD = sa.text("""
    SELECT id, step, day, person, at FROM introduction_step WHERE recommendation_id = :id AND county_code = :region
    ORDER BY at, id
""")
_NEWEST = sa.text("""
    SELECT * FROM introduction_decision WHERE recommendation_id = :id AND county_code = :region
    ORDER BY number DESC LIMIT 1
""")
_HISTORY = sa.text("""
    SELECT * FROM introduction_decision WHERE recommendation_id = :id AND county_code = :region ORDER BY number
""")
_UNITS = sa.text("SELECT name, code FROM introduction_unit WHERE decision_id = :id ORDER BY position")
_UNITS_OF = sa.text("""
    SELECT u.decision_id, u.name, u.code FROM introduction_unit u WHERE u.decision_id = ANY (CAST(:ids AS bigint[]))
    ORDER BY u.decision_id, u.position
""")
_FILES = """
    SELECT d.id, d.county_code, d.filename, d.sha256, d.person, d.at, f.size, f.media_type,
           coalesce(x.state, 'clean') AS examined,
           coalesce(x.state, 'clean') = 'clean' OR (x.state = 'waiting' AND EXISTS (
               SELECT FROM handed_in h WHERE h.sha256 = d.sha256 AND h.person_id = :person)) AS given
    FROM introduction_document d LEFT JOIN file_content f ON f.sha256 = d.sha256
    LEFT JOIN examination x ON x.sha256 = d.sha256
    WHERE d.recommendation_id = :id AND d.removed_at IS NULL
"""
_DOCUMENTS = sa.text(_FILES + " ORDER BY d.county_code, d.at, d.id")
_DOCUMENT = sa.text(_FILES + " AND d.county_code = :region AND d.id = :document")
# Every decision of a region that has departed from the recommendation at some time.
_DEPARTED = sa.text("""
    SELECT d.*, p.medicine, p.case_number, p.outcome, p.slug, p.content -> 'label' AS label
    FROM introduction_decision d JOIN publication p ON p.recommendation_id = d.recommendation_id
    WHERE (d.recommendation_id, d.county_code) IN (
        SELECT x.recommendation_id, x.county_code FROM introduction_decision x
        WHERE x.decision <> 'follow' AND (CAST(:last AS date) IS NULL OR x.holds_from <= :last)
          AND (:region = '' OR x.county_code = :region) AND (:reason = '' OR x.reason_code = :reason))
    ORDER BY p.published_at DESC, p.slug, d.county_code, d.number
""")


@dataclass(frozen=True, slots=True)
class Boards:
    """A page of boards, each with its decisions by county code, and how many there are in all."""

    rows: Sequence[Row]
    total: int


def boards(
    connection: Connection, actor: SignedIn, today: date, q: str = "", standing: str = "", page: int = 1
) -> Boards:
    """The boards, the newest first, as they stand on a day. `standing` is current, ended or empty for all."""
    if not OWN_SIDE.allows(actor.roles):
        return Boards((), 0)
    given = {
        "today": today, "day": today, "known": None, "q": q, "pattern": f"%{like(q.lower())}%", "standing": standing,
        "most": PAGE_SIZE, "skipped": (page - 1) * PAGE_SIZE,
    }  # fmt: skip
    return Boards(fetch(connection, _LIST, given), fetch(connection, _HOW_MANY, given)[0]["total"])


def board_row(connection: Connection, recommendation_id: str, today: date) -> Row | None:
    """The recommendation that a board is about; None for one that regions do not decide about."""
    given = {"id": uuid.UUID(recommendation_id), "today": today}
    return next(iter(fetch(connection, _ONE, given)), None)


@dataclass(frozen=True, slots=True)
class Board:
    """A board as of a day: by county code the decision that counts, the days of the steps and the documents."""

    row: Row
    decisions: Mapping[str, Row]
    steps: Mapping[str, Mapping[str, date]]
    units: Mapping[str, tuple[Unit, ...]]
    documents: Mapping[str, Sequence[Row]]


def board(
    connection: Connection,
    actor: SignedIn,
    recommendation_id: str,
    day: date,
    today: date,
    known: datetime | None = None,
) -> Board | None:
    """The board of a recommendation as of a day, or None where there is none for this reader. Documents are those of now."""
    row = board_row(connection, recommendation_id, today) if OWN_SIDE.allows(actor.roles) else None
    if row is None:
        return None
    given = {"id": row["id"], "day": day, "known": known, "person": actor.id}
    decisions = {one["county_code"]: one for one in fetch(connection, _DECISIONS, given)}
    steps: dict[str, dict[str, date]] = {}
    for one in fetch(connection, _STEPS, given):
        if one["day"] is not None and one["day"] <= day:
            steps.setdefault(one["county_code"], {})[one["step"]] = one["day"]
    named = _units(connection, [one["id"] for one in decisions.values()])
    units = {code: named.get(one["id"], ()) for code, one in decisions.items()}
    documents: dict[str, list[Row]] = {}
    for one in fetch(connection, _DOCUMENTS, given):
        documents.setdefault(one["county_code"], []).append(one)
    return Board(row, decisions, steps, units, documents)


def _units(connection: Connection, decisions: Sequence[int]) -> dict[int, tuple[Unit, ...]]:
    found: dict[int, tuple[Unit, ...]] = {}
    for one in fetch(connection, _UNITS_OF, {"ids": list(decisions)}):
        found[one["decision_id"]] = (*found.get(one["decision_id"], ()), Unit(one["name"], one["code"]))
    return found


def holding(
    connection: Connection, recommendation_id: str, region: str, day: date, known: datetime | None = None
) -> Row | None:
    """The decision of a region that counts on a day."""
    given = {"id": uuid.UUID(recommendation_id), "region": region, "day": day, "known": known}
    return next(iter(fetch(connection, _HOLDING, given)), None)


def newest(connection: Connection, recommendation_id: str, region: str) -> Row | None:
    """What the region recorded last, whether or not it is what counts today."""
    return next(iter(fetch(connection, _NEWEST, _given(recommendation_id, region))), None)


def history(connection: Connection, recommendation_id: str, region: str) -> list[Row]:
    """Every decision that the region has recorded, in that order."""
    return fetch(connection, _HISTORY, _given(recommendation_id, region))


def units_of(connection: Connection, decision: int) -> tuple[Unit, ...]:
    return tuple(Unit(row["name"], row["code"]) for row in fetch(connection, _UNITS, {"id": decision}))


def steps_of(connection: Connection, recommendation_id: str, region: str) -> tuple[int, dict[str, date]]:
    """The number of the newest entry (0: none), and the steps with the days that stand."""
    rows = steps_told(connection, recommendation_id, region)
    stand = {row["step"]: row["day"] for row in rows}
    return max((row["id"] for row in rows), default=0), {step: day for step, day in stand.items() if day}


def steps_told(connection: Connection, recommendation_id: str, region: str) -> list[Row]:
    """Every entry about a step, in the order of recording."""
    return fetch(connection, _STEPS_TOLD, _given(recommendation_id, region))


def document(
    connection: Connection, actor: SignedIn, recommendation_id: str, region: str, document_id: str
) -> Row | None:
    """A file of a region's protocol; None where there is none for this reader."""
    if not OWN_SIDE.allows(actor.roles):
        return None
    given = {**_given(recommendation_id, region), "document": uuid.UUID(document_id), "person": actor.id}
    return next(iter(fetch(connection, _DOCUMENT, given)), None)


def _given(recommendation_id: str, region: str) -> dict[str, Any]:
    return {"id": uuid.UUID(recommendation_id), "region": region}


@dataclass(frozen=True, slots=True)
class Own:
    """A recommendation as one region has it."""

    row: Row
    decided: Row | None
    steps: Mapping[str, date]


def own(connection: Connection, regions: Sequence[str], today: date) -> dict[str, list[Own]]:
    """By region (county code) every recommendation that holds today with what the region has decided, the oldest first."""
    given = {"today": today, "day": today, "known": None, "regions": list(regions)}
    rows = fetch(connection, _ALL_CURRENT, given)
    decided = {
        (one["recommendation_id"], one["county_code"]): one for one in fetch(connection, _DECISIONS_OF, given)
    }
    steps: dict[tuple[uuid.UUID, str], dict[str, date]] = {}
    for one in fetch(connection, _STEPS_OF, given):
        if one["day"] is not None:
            steps.setdefault((one["recommendation_id"], one["county_code"]), {})[one["step"]] = one["day"]
    return {
        code: [Own(row, decided.get((row["id"], code)), steps.get((row["id"], code), {})) for row in rows]
        for code in regions
    }


def decided_of(row: Row) -> Decided:
    """A row as the rules read it."""
    return Decided(
        row["id"], row["county_code"], row["decision"], row["reason_code"], row["reason"], row["start_on"],
        row["holds_from"], row["at"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which deviations are asked for: of one region (county code), with one reason, that held on some day of a period."""

    region: str = ""
    reason: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """A spell in which a region departed from a recommendation; `row` is what it recorded last of it."""

    row: Row
    spell: rules.Spell


def deviations(connection: Connection, actor: SignedIn | None, chosen: Chosen) -> list[Deviation]:
    """The deviations that were asked for, the newest recommendation first. None is the worker, which prints for who may ask."""
    if actor is not None and not OWN_SIDE.allows(actor.roles):
        return []
    given = {"region": chosen.region, "reason": chosen.reason, "last": chosen.last}
    by_region: dict[tuple[uuid.UUID, str], list[Row]] = {}
    for row in fetch(connection, _DEPARTED, given):
        by_region.setdefault((row["recommendation_id"], row["county_code"]), []).append(row)
    found = []
    for rows in by_region.values():
        recorded = {row["id"]: row for row in rows}
        for spell in rules.spells(decided_of(row) for row in rows):
            one = spell.decided
            if (
                one.decision in rules.DEVIATIONS
                and chosen.reason in ("", one.reason_code)
                and spell.touches(chosen.first, chosen.last)
            ):
                found.append(Deviation(recorded[one.id], spell))
    return found
