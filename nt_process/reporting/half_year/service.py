"""Commands: have a report counted, write its preface, issue it, enter something of the joint budget. Each is one
transaction.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.infra.rows import Row
from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault
from nt_process.reporting.half_year import figures, regions
from nt_process.reporting.half_year.errors import HalfYearError
from nt_process.reporting.half_year.period import read_known_on, read_period
from nt_process.rights import RELEASE_DECIDERS, SECRETARIAT, Policy

COUNTING, PRINTING, COMPARING = "half_year_figures", "half_year_pdf", "half_year_comparison"
# The decision's own language: the printed report that is kept is in it.
LANGUAGE = "sv"
MAX_PREFACE = 5_000
MOST_AMOUNT = Decimal(999_999_999)

_MAKE = sa.text("""
    INSERT INTO half_year_report (id, first_month, months, known_on, person_id, person, at)
    VALUES (:id, :first, :months, :known_on, :person_id, :person, :at)
    ON CONFLICT (first_month, months, known_on) DO NOTHING
""")
_SAME = sa.text("""
    SELECT id FROM half_year_report WHERE first_month = :first AND months = :months AND known_on = :known_on
""")
_STATE = sa.text("""
    SELECT r.id, f.content, f.sha256, p.version, p.text, p.person_id AS writer_id, p.person AS writer, p.at AS written_at,
           EXISTS (SELECT FROM half_year_issue i WHERE i.report_id = r.id) AS issued
    FROM half_year_report r
    LEFT JOIN half_year_figures f ON f.report_id = r.id
    LEFT JOIN LATERAL (
        SELECT * FROM half_year_preface x WHERE x.report_id = r.id ORDER BY x.version DESC LIMIT 1) p ON true
    WHERE r.id = :id
""")
# One at a time for each report.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 45))")
_WRITE = sa.text("""
    INSERT INTO half_year_preface (report_id, version, text, person_id, person, at)
    VALUES (:id, :version, :text, :person_id, :person, :at)
""")
_ISSUE = sa.text("""
    INSERT INTO half_year_issue (report_id, version, written_by, person_id, person, at, content, sha256)
    VALUES (:id, :version, :written_by, :person_id, :person, :at, :content, :sha256)
""")
_ENTER = sa.text("""
    INSERT INTO joint_budget_entry (kind, year, line, day, amount, note, person_id, person, at)
    VALUES (:kind, :year, :line, :day, :amount, :note, :person_id, :person, :at)
""")


def make(engine: Engine, maker: Maker, typed_period: str, typed_day: str = "") -> str:
    """Have a period's figures counted as known at the end of a day (nothing typed: yesterday); the report's id.

    The same period as known on the same day is the same report. Raises BadInput, HalfYearError not_allowed.
    """
    _require(maker, RELEASE_DECIDERS)
    period = read_period(typed_period)
    known_on = read_known_on(typed_day, period, maker.today)
    given = {"first": period.first, "months": period.months, "known_on": known_on}
    with engine.begin() as connection:
        connection.execute(_MAKE, {**given, **_by(maker), "id": uuid.uuid4()})
        report_id = str(connection.scalar(_SAME, given))
        ask_counting(connection, report_id, maker.at)
    return report_id


def ask_counting(connection: Connection, report_id: str, at: datetime) -> jobs.Job:
    """Have a report's figures counted, in a transaction of the caller's; how far that has come."""
    return jobs.ask(connection, COUNTING, report_id, {"report": report_id}, at)


def write_preface(engine: Engine, maker: Maker, report_id: str, text: str, seen: int) -> None:
    """Save the preface as a new version, written from version `seen` (0: there was none).

    Raises BadInput, HalfYearError (not_allowed, not_found, issued, changed).
    """
    _require(maker, RELEASE_DECIDERS)
    read = typed.required(lambda given: typed.paragraph(given, MAX_PREFACE))
    stated = typed.read({"text": text}, {"text": read})["text"]
    with engine.begin() as connection:
        row = _held(connection, report_id)
        _require_version(row, seen)
        connection.execute(_WRITE, {**_by(maker), "id": row["id"], "version": seen + 1, "text": stated})


def issue(engine: Engine, maker: Maker, report_id: str, seen: int) -> str:
    """Issue a report with the version of its preface that was shown, as a second person; the hash of what is kept.

    Raises HalfYearError (not_allowed, not_found, issued, changed, not_counted, no_preface, own_preface).
    """
    _require(maker, RELEASE_DECIDERS)
    with engine.begin() as connection:
        row = _held(connection, report_id)
        if row["content"] is None:
            raise HalfYearError("not_counted")
        if row["version"] is None:
            raise HalfYearError("no_preface")
        _require_version(row, seen)
        if str(row["writer_id"]) == maker.actor.id:
            raise HalfYearError("own_preface")
        content = issued_content(row, maker)
        sha256 = figures.fingerprint(content)
        given = {"id": row["id"], "version": seen, "written_by": row["writer_id"], "sha256": sha256}
        connection.execute(_ISSUE, {**given, **_by(maker), "content": content.decode()})
        ask_printing(connection, report_id, LANGUAGE, "issued", maker.at)
    return sha256


def issued_content(row: Row, maker: Maker) -> bytes:
    """Everything that an issued report says, as the bytes that are kept and hashed."""
    return figures.canonical(
        {
            "preface": row["text"],
            "written_by": row["writer"],
            "written_at": _written(row["written_at"]),
            "issued_by": maker.actor.name,
            "issued_at": _written(maker.at),
            "figures_sha256": row["sha256"],
            "figures": json.loads(row["content"]),
        }
    )


def ask_printing(connection: Connection, report_id: str, language: str, state: str, at: datetime) -> jobs.Job:
    """Have a report printed. `state` is "issued", or which version of the preface a draft has."""
    return jobs.ask(
        connection,
        PRINTING,
        printing_key(report_id, language, state),
        printing_params(report_id, language),
        at,
    )


def printing_key(report_id: str, language: str, state: str) -> str:
    """What makes two printed reports the same."""
    return f"{report_id}; {language}; {state}"


def printing_params(report_id: str, language: str) -> dict[str, str]:
    """What the worker is told."""
    return {"report": report_id, "language": language}


def enter(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> int:
    """Enter a line of the joint budget for a year, or a cost (`kind`, `line`, `year` or `day`, `amount`, `note`); its year.

    A cost with a minus takes an earlier one back. Raises BadInput, HalfYearError not_allowed.
    """
    _require(maker, SECRETARIAT)
    kind = "cost" if texts.get("kind") == "cost" else "budget"
    readers: dict[str, typed.Reader] = {"line": typed.one_of(regions.LINES), "note": typed.line}
    readers["amount"] = _amount if kind == "cost" else typed.number(MOST_AMOUNT)
    readers |= {"day": typed.day} if kind == "cost" else {"year": typed.whole(2000, 2199)}
    values = typed.read(texts, readers)
    if kind == "cost" and not 2000 <= values["day"].year <= maker.today.year:
        raise BadInput(Fault("not_this_day", column="day", params={"value": values["day"].isoformat()}))
    year = int(values["day"].year if kind == "cost" else values["year"])
    given = {"day": None, "kind": kind, **values, "year": year}
    with engine.begin() as connection:
        connection.execute(_ENTER, {**given, **_by(maker)})
    return year


def _amount(text: str) -> Decimal:
    """As an amount, with a minus before what takes an earlier cost back; never nothing. Raises Unusable."""
    written = text.strip().replace("\N{MINUS SIGN}", "-")
    found = typed.number(MOST_AMOUNT)(written.removeprefix("-"))
    if not found:
        raise typed.Unusable("no_amount")
    return -found if written.startswith("-") else found


def _require(maker: Maker, policy: Policy) -> None:
    if not policy.allows(maker.actor.roles):
        raise HalfYearError("not_allowed")


def _held(connection: Connection, report_id: str) -> Row:
    """The report, which nobody else changes meanwhile. Raises HalfYearError not_found, issued."""
    connection.execute(_LOCK, {"id": report_id})
    row = None
    with contextlib.suppress(ValueError):
        row = connection.execute(_STATE, {"id": uuid.UUID(report_id)}).mappings().first()
    if row is None:
        raise HalfYearError("not_found")
    if row["issued"]:
        raise HalfYearError("issued")
    return row


def _require_version(row: Row, seen: int) -> None:
    if (row["version"] or 0) != seen:
        raise HalfYearError("changed")


def _by(maker: Maker) -> dict[str, object]:
    return {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
