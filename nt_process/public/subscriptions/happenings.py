"""The sweep that finds what has become public, and puts a mail to each who subscribes to it in the outbox.

A happening and its mails are written in one transaction, each once by its key: any number of schedulers may look, and
after an outage what was missed is found. What happened before somebody subscribed they are not told of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine

from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import REGIONS
from nt_process.public.rules import Step, is_public
from nt_process.public.subscriptions.rules import Choices, Happening, concerns, moves

# An event is stored a little after the instant that it is of; whatever the looks find twice is told once.
OVERLAP = timedelta(hours=1)

_SINCE = sa.text("SELECT at FROM happening_sweep")
_LOOKED = sa.text("""
    INSERT INTO happening_sweep (one, at) VALUES (true, :at)
    ON CONFLICT (one) DO UPDATE SET at = greatest(happening_sweep.at, excluded.at)
""")
_PUBLISHED = sa.text("""
    SELECT p.slug, p.case_number, p.medicine, p.substance, p.atc, p.published_at FROM publication p
    WHERE NOT EXISTS (SELECT FROM happening h WHERE h.key = 'recommendation ' || p.slug) ORDER BY p.published_at, p.slug
""")
# What a region does with a recommendation, as the introduction board tells anybody; said anew, it is told anew.
_SAID = sa.text("""
    SELECT said.key, i.slug, i.case_number, i.county_code, p.medicine, p.substance, p.atc
    FROM public_introduction i JOIN publication p ON p.slug = i.slug CROSS JOIN LATERAL (
        SELECT concat_ws(' ', 'region', i.slug, i.county_code, i.decision, i.reason_code, i.start_on) AS key
    ) said
    WHERE NOT EXISTS (SELECT FROM happening h WHERE h.key = said.key) ORDER BY i.slug, i.county_code
""")
_MEETINGS = sa.text("""
    SELECT m.year, m.number, m.day, m.cancelled FROM public_meeting m
    WHERE NOT EXISTS (SELECT FROM happening h WHERE h.key = 'meeting ' || m.year || '/' || m.number)
       OR (m.cancelled AND NOT EXISTS (
           SELECT FROM happening h WHERE h.key = 'meeting ' || m.year || '/' || m.number || ' cancelled'))
    ORDER BY m.day
""")
# Every move of the cases in whose logs something has been written lately, as `public_step` numbers them.
_MOVED = sa.text("""
    WITH changed AS (SELECT DISTINCT e.case_id FROM event e WHERE e.at > :since)
    SELECT c.number, c.process, c.workflow_version, c.medicine, c.substance, c.atc, m.day, m.state, m.waits_for
    FROM changed x JOIN cases c ON c.id = x.case_id CROSS JOIN LATERAL (
        SELECT e.seq, e.day, e.state, e.body ->> 'waits_for' AS waits_for, lag(e.state) OVER (ORDER BY e.seq) AS before
        FROM event e WHERE e.case_id = x.case_id
    ) m
    WHERE m.before IS DISTINCT FROM m.state ORDER BY c.number, m.seq
""")
_KNOWN = sa.text("SELECT key FROM happening WHERE kind = 'stage' AND case_number = ANY (:numbers)")
_NOTICE = sa.text("""
    INSERT INTO happening (kind, key, day, case_number, state, slug, county_code, meeting_year, meeting_number, noticed_at)
    VALUES (:kind, :key, :day, :case_number, :state, :slug, :county_code, :year, :number, :at)
    ON CONFLICT (key) DO NOTHING RETURNING id
""")
_SPOKEN = sa.text("""
    SELECT DISTINCT organisation, NULL AS county_code FROM public_comment WHERE number = :number
    UNION SELECT NULL, county_code FROM public_introduction WHERE case_number = :number
""")
_SUBSCRIBERS = sa.text("""
    SELECT id, language, topics, words, atc, region, phase FROM subscription WHERE confirmed_at < :day_after
""")
_TELL = sa.text("""
    INSERT INTO subscription_mail (subscription_id, happening_id, mail_after) VALUES (:subscription, :happening, :at)
    ON CONFLICT (subscription_id, happening_id) DO NOTHING
""")
_CODES = {name: region.code for region in REGIONS for name in (region.name, region.official_name)}

log = structlog.get_logger()


def notice(engine: Engine, at: datetime) -> int:
    """Find everything that has become public by `at` (UTC) and tell of it; how many mails that gave."""
    with engine.begin() as connection:
        told = (
            _recommendations(connection, at)
            + _regions_said(connection, at)
            + _meetings(connection, at)
            + _stages(connection, at)
        )
        connection.execute(_LOOKED, {"at": at})
    if told:
        log.info("subscribers_told", count=told)
    return told


def _recommendations(connection: Connection, at: datetime) -> int:
    told = 0
    for row in fetch(connection, _PUBLISHED, {}):
        day = row["published_at"].astimezone(STOCKHOLM).date()
        named = {"kind": "recommendation", "key": f"recommendation {row['slug']}", "day": day,
                 "slug": row["slug"], "case_number": row["case_number"]}  # fmt: skip
        told += _tell(connection, named, _of_medicine("recommendation", row, day), at)
    return told


def _regions_said(connection: Connection, at: datetime) -> int:
    today, told = at.astimezone(STOCKHOLM).date(), 0
    for row in fetch(connection, _SAID, {}):
        named = {"kind": "region", "day": today, "key": row["key"], "slug": row["slug"],
                 "case_number": row["case_number"], "county_code": row["county_code"]}  # fmt: skip
        told += _tell(connection, named, _of_medicine("region", row, today), at)
    return told


def _meetings(connection: Connection, at: datetime) -> int:
    told = 0
    for row in fetch(connection, _MEETINGS, {}):
        today = at.astimezone(STOCKHOLM).date()
        named = {"kind": "meeting", "key": f"meeting {row['year']}/{row['number']}", "day": today,
                 "year": row["year"], "number": row["number"]}  # fmt: skip
        told += _tell(connection, named, Happening("meeting", today), at)
        if row["cancelled"]:
            ended = {**named, "kind": "meeting_cancelled", "key": f"{named['key']} cancelled"}
            told += _tell(connection, ended, Happening("meeting_cancelled", today), at)
    return told


def _stages(connection: Connection, at: datetime) -> int:
    """The public moves of the cases in whose logs something has been written since the last look."""
    since = connection.scalar(_SINCE) or at
    rows = fetch(connection, _MOVED, {"since": since - OVERLAP})
    numbers = list({row["number"] for row in rows})
    known = {row["key"] for row in fetch(connection, _KNOWN, {"numbers": numbers})} if numbers else set()
    return sum(
        _moved(connection, list(of_case), known, at)
        for _number, of_case in groupby(rows, itemgetter("number"))
    )


def _moved(connection: Connection, rows: Sequence[Row], known: Collection[str], at: datetime) -> int:
    """Tell of the moves of one case that are not known yet, unless its present state is not told to the public."""
    row = rows[0]
    workflow = load_published()[row["process"], row["workflow_version"]]
    if not is_public(workflow, rows[-1]["state"]):
        return 0
    told = 0
    for number, step in moves(workflow, [Step(one["day"], one["state"], one["waits_for"]) for one in rows]):
        key = f"stage {row['number']} {number}"
        if key not in known:
            named = {
                "kind": "stage",
                "key": key,
                "day": step.day,
                "case_number": row["number"],
                "state": step.state,
            }
            phase = workflow.states[step.state].phase
            told += _tell(connection, named, _of_medicine("stage", row, step.day, phase), at)
    return told


def _of_medicine(kind: str, row: Row, day: Any, phase: str = "") -> Happening:
    return Happening(kind, day, row["medicine"], row["substance"], row["atc"], phase)


def _tell(connection: Connection, named: Mapping[str, Any], happening: Happening, at: datetime) -> int:
    """Write down the happening, unless it is known, and a mail to each whom it concerns; how many."""
    blank = dict.fromkeys(("case_number", "state", "slug", "county_code", "year", "number"))
    found = connection.scalar(_NOTICE, {**blank, **named, "at": at})
    if found is None:
        return 0
    # Who confirmed on a later day has not asked for it.
    day_after = datetime.combine(happening.day + timedelta(days=1), datetime.min.time(), STOCKHOLM)
    subscribers = fetch(connection, _SUBSCRIBERS, {"day_after": day_after})
    if not subscribers:
        return 0
    said = named.get("county_code")
    regions = frozenset({said}) if said else _regions(connection, named.get("case_number"))
    about = Happening(happening.kind, happening.day, happening.medicine, happening.substance, happening.atc,
                      happening.phase, regions)  # fmt: skip
    told = [row["id"] for row in subscribers if concerns(_choices(row), about)]
    if told:
        connection.execute(_TELL, [{"subscription": one, "happening": found, "at": at} for one in told])
    return len(told)


def _regions(connection: Connection, number: str | None) -> frozenset[str]:
    """The regions that have said something publicly about a case: in a comment, or of its recommendation."""
    if number is None:
        return frozenset()
    spoken = fetch(connection, _SPOKEN, {"number": number})
    codes = (row["county_code"] or _CODES.get(row["organisation"]) for row in spoken)
    return frozenset(code for code in codes if code)


def _choices(row: Row) -> Choices:
    return Choices(
        row["language"], tuple(row["topics"]), row["words"], row["atc"], row["region"], row["phase"]
    )
