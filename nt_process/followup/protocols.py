"""The protocol of a recommendation's follow-up: written in versions, and approved by a second person before it holds."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.filing import Held
from nt_process.followup import figuring
from nt_process.followup.errors import FollowupError, require_secretariat
from nt_process.followup.rules import quarters
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.cells import CellError
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.typed import Unusable

MEASURES = ("packages", "ddd", "patients")
MOST_TEXT, MOST_LINE = 6000, 300
MOST_INDICATORS, MOST_MILESTONES, MOST_STEPS = 20, 20, 20
MOST_PER_PATIENT, MOST_RATE = Decimal(100_000), Decimal(100_000)
HIDDEN_BELOW = 5
INDICATOR_FIELDS = ("name", "definition", "numerator", "denominator", "source", "period", "responsible")
MILESTONE_FIELDS = ("day", "what", "responsible")
# What has to be there before a version is approved.
_NEEDED = ("questions", "path", "indicators")

_PUBLISHED = sa.text(
    "SELECT recommendation_id AS id, case_number FROM publication WHERE recommendation_id = :id"
)
_LATEST = sa.text("""
    SELECT * FROM followup_protocol WHERE recommendation_id = :id ORDER BY version DESC LIMIT 1
""")
_WRITE = sa.text("""
    INSERT INTO followup_protocol (recommendation_id, version, questions, conditions, measure, per_patient,
        expected_patients, first_quarter, path, hidden_below, indicators, milestones, person_id, person, at)
    VALUES (:id, :version, :questions, :conditions, :measure, :per_patient, :expected_patients, :first_quarter,
        CAST(:path AS numeric[]), :hidden_below, CAST(:indicators AS jsonb), CAST(:milestones AS jsonb), :person, :name,
        :at)
""")
_APPROVED = sa.text(
    "SELECT EXISTS (SELECT FROM followup_approval WHERE recommendation_id = :id AND version = :version)"
)
_APPROVE = sa.text("""
    INSERT INTO followup_approval (recommendation_id, version, written_by, person_id, person, at)
    VALUES (:id, :version, :writer, :person, :name, :at)
""")
# The number of patients a year that the company has stated in its application.
_PATIENTS = sa.text("""
    SELECT f.content::jsonb -> 'answers' ->> 'patients' FROM application_filing f JOIN cases c ON c.id = f.case_id
    WHERE c.number = :number AND f.kind = 'application' ORDER BY f.at DESC LIMIT 1
""")


def write(engine: Engine, maker: Maker, recommendation_id: str, base: int, typed: Mapping[str, str]) -> int:
    """Save a new version and give its number; `base` is the version that it was written from (0: none).

    Raises BadInput, FollowupError (not_found, not_allowed, changed, same_text).
    """
    require_secretariat(maker)
    found = read(typed)
    with engine.begin() as connection:
        held, row = _hold(connection, maker, recommendation_id)
        latest = connection.execute(_LATEST, {"id": row["id"]}).mappings().first()
        if base != (0 if latest is None else latest["version"]):
            raise FollowupError("changed")
        if latest is not None and all(_same(latest[name], value) for name, value in found.items()):
            raise FollowupError("same_text")
        given = {
            **found,
            "indicators": json.dumps(found["indicators"]),
            "milestones": json.dumps(found["milestones"]),
        }
        person = {"person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        connection.execute(_WRITE, {**given, "id": row["id"], "version": base + 1, **person})
        held.record("followup_written", "secretariat", {"version": base + 1})
    return base + 1


def _same(stored: object, found: object) -> bool:
    return (
        list(stored) == list(found)
        if isinstance(stored, list) and isinstance(found, list)
        else stored == found
    )


def approve(engine: Engine, maker: Maker, recommendation_id: str, version: int) -> None:
    """Approve the newest version, by somebody who has not written it; from then on it holds.

    Raises FollowupError (not_found, not_allowed, changed, own_text, approved, lacking with `fields`).
    """
    require_secretariat(maker)
    with engine.begin() as connection:
        held, row = _hold(connection, maker, recommendation_id)
        latest = connection.execute(_LATEST, {"id": row["id"]}).mappings().first()
        if latest is None or latest["version"] != version:
            raise FollowupError("changed")
        if str(latest["person_id"]) == maker.actor.id:
            raise FollowupError("own_text")
        if connection.scalar(_APPROVED, {"id": row["id"], "version": version}):
            raise FollowupError("approved")
        if lacking := [name for name in _NEEDED if not latest[name]]:
            raise FollowupError("lacking", fields=lacking)
        given = {"id": row["id"], "version": version, "writer": latest["person_id"]}
        connection.execute(
            _APPROVE, {**given, "person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        )
        held.record("followup_approved", "secretariat", {"version": version})
        figuring.ask_for_protocol(connection, recommendation_id, version, maker.at)


def _hold(connection: Connection, maker: Maker, recommendation_id: str) -> tuple[Held, Row]:
    row = connection.execute(_PUBLISHED, {"id": uuid.UUID(recommendation_id)}).mappings().first()
    if row is None:
        raise FollowupError("not_found")
    return Held(connection, maker.actor.id, row["case_number"], maker.at), row


def stated_patients(connection: Connection, case_number: str) -> int | None:
    """How many patients a year the application of a case states; None where there is none to read."""
    found = connection.scalar(_PATIENTS, {"number": case_number})
    return int(found) if found and found.isascii() and found.isdigit() and len(found) < 9 else None


# --- what is typed ----------------------------------------------------------------------------------


def read(typed: Mapping[str, str]) -> dict[str, Any]:
    """A protocol as it is typed; lines of indicators and milestones stand as indicator-1-name, milestone-1-day and so on.

    A line of which nothing is filled in is left out. Raises BadInput with every fault.
    """
    faults: list[Fault] = []
    values: dict[str, Any] = {}

    def collect(read_part: Callable[[], Mapping[str, Any]]) -> None:
        try:
            values.update(read_part())
        except BadInput as refused:
            faults.extend(refused.faults)

    collect(lambda: fields.read(typed, _READERS))
    lines = {
        "indicators": _lines(typed, "indicator", INDICATOR_FIELDS, MOST_INDICATORS),
        "milestones": _lines(typed, "milestone", MILESTONE_FIELDS, MOST_MILESTONES),
    }
    for kind, found in lines.items():
        values[kind] = []
        for prefix in found:
            readers = _INDICATOR if kind == "indicators" else _MILESTONE
            own = {f"{prefix}-{name}": reader for name, reader in readers.items()}
            try:
                one = fields.read(typed, own)
            except BadInput as refused:
                faults += refused.faults
            else:
                values[kind].append({name.removeprefix(f"{prefix}-"): value for name, value in one.items()})
    if faults:
        raise BadInput(*faults)
    return values


def _lines(typed: Mapping[str, str], kind: str, names: Sequence[str], most: int) -> list[str]:
    """The lines in which something is filled in, by their prefix."""
    prefixes = [f"{kind}-{number}" for number in range(1, most + 1)]
    return [one for one in prefixes if any(typed.get(f"{one}-{name}", "").strip() for name in names)]


def _quarter(text: str) -> date:
    try:
        return quarters.read(fields.line(text))
    except CellError:
        raise Unusable("not_a_quarter") from None


def _positive(text: str) -> Decimal:
    found = fields.number(MOST_PER_PATIENT, 4)(text)
    if not found:
        raise Unusable("not_positive")
    return found


def _path(text: str) -> list[Decimal]:
    """Rates by quarter, with semicolons, spaces or breaks between them; a comma is a decimal sign."""
    steps = [step for step in re.split(r"[;\s]+", fields.paragraph(text, 1000)) if step]
    if len(steps) > MOST_STEPS:
        raise Unusable("too_many_steps", limit=MOST_STEPS)
    return [fields.number(MOST_RATE, 4)(step) for step in steps]


def _day(text: str) -> str:
    return fields.day(text).isoformat()


def _line(text: str) -> str:
    return fields.line(text, MOST_LINE)


_READERS: Mapping[str, fields.Reader] = {
    "questions": lambda text: fields.paragraph(text, MOST_TEXT),
    "conditions": lambda text: fields.paragraph(text, MOST_TEXT),
    "measure": fields.one_of(MEASURES),
    "per_patient": _positive,
    "expected_patients": fields.optional(fields.whole(1, 999_999)),
    "first_quarter": _quarter,
    "path": _path,
    "hidden_below": fields.whole(2, 50),
}
_INDICATOR: Mapping[str, fields.Reader] = {
    **{name: fields.required(_line) for name in INDICATOR_FIELDS if name != "denominator"},
    "denominator": fields.required(_line),
}
_MILESTONE: Mapping[str, fields.Reader] = {
    "day": _day,
    "what": fields.required(_line),
    "responsible": fields.required(_line),
}


def typed_of(protocol: Row | Mapping[str, Any]) -> dict[str, str]:
    """A stored version as it would be typed."""
    found = {
        "questions": protocol["questions"],
        "conditions": protocol["conditions"],
        "measure": protocol["measure"],
        "per_patient": shown(protocol["per_patient"]),
        "expected_patients": str(protocol["expected_patients"] or ""),
        "first_quarter": quarters.named(protocol["first_quarter"]),
        "path": "; ".join(shown(step) for step in protocol["path"]),
        "hidden_below": str(protocol["hidden_below"]),
    }
    for kind, names in (("indicator", INDICATOR_FIELDS), ("milestone", MILESTONE_FIELDS)):
        for number, one in enumerate(protocol[f"{kind}s"], start=1):
            found |= {f"{kind}-{number}-{name}": one[name] for name in names}
    return found


def shown(number: Decimal) -> str:
    """A number as it is typed in Sweden, without zeros at its end."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
