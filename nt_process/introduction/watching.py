"""Reminders: the settings that say when, and the sweep that tells regions which have not decided or are not ready.

It works as the other sweeps do (`infra/sweeps.py`): the next reminder of each region stands on a row of its own, any number
of sweepers may run at once, and after any downtime each missed rung is sent once, in order, marked late.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.maker import Maker
from nt_process.infra.rows import fetch
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.introduction import regions
from nt_process.introduction.queries import CURRENT
from nt_process.introduction.rules import deciding as rules
from nt_process.kernel import typed as fields
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import REGIONS

UNDECIDED, NOT_READY = "undecided", "not_ready"
KINDS = (UNDECIDED, NOT_READY)
# Days after what is counted from; before it only for a start that has not come yet.
_BOUNDS = {UNDECIDED: (0, 730), NOT_READY: (-180, 730)}
MOST_DAYS = 10
BATCH = 200

_LADDERS = sa.text("SELECT DISTINCT ON (kind) kind, days FROM introduction_ladder ORDER BY kind, id DESC")
_SET = sa.text("INSERT INTO introduction_ladder (kind, days, person, at) VALUES (:kind, :days, :person, :at)")
# What has been sent is sent no more: a key of the notices stands behind.
_MOVE = sa.text("""
    UPDATE introduction_watch w SET rung = following.rung, remind_on = w.due + following.rung
    FROM introduction_watch x CROSS JOIN LATERAL (
        SELECT min(step) AS rung FROM unnest(CAST(:days AS smallint[])) AS step WHERE x.due + step >= :today
    ) AS following
    WHERE w.kind = :kind AND x.recommendation_id = w.recommendation_id AND x.county_code = w.county_code
      AND x.kind = w.kind
""")
# The day that is counted from has moved, or there is one again: its reminders begin anew, and what has been sent for that
# day is not sent once more, by a key of the notices.
_FOLLOW_START = sa.text("""
    INSERT INTO introduction_watch (recommendation_id, county_code, kind, due, rung, remind_on)
    SELECT :id, :region, 'not_ready', CAST(:start AS date), min(step), CAST(:start AS date) + min(step)
    FROM unnest(CAST(:days AS smallint[])) AS step
    ON CONFLICT (recommendation_id, county_code, kind) DO UPDATE
    SET due = excluded.due, rung = excluded.rung, remind_on = excluded.remind_on
    WHERE introduction_watch.due <> excluded.due OR introduction_watch.rung IS NULL
""")
_STOP_START = sa.text("""
    UPDATE introduction_watch SET rung = NULL, remind_on = NULL
    WHERE recommendation_id = :id AND county_code = :region AND kind = 'not_ready'
""")
# Every region is watched from the publication on.
_WATCH = sa.text(f"""
    INSERT INTO introduction_watch (recommendation_id, county_code, kind, due, rung, remind_on)
    SELECT p.recommendation_id, region.code, 'undecided', published.day, first.rung, published.day + first.rung
    FROM publication p
    CROSS JOIN LATERAL (SELECT (p.published_at AT TIME ZONE 'Europe/Stockholm')::date AS day) published
    CROSS JOIN unnest(CAST(:regions AS text[])) AS region (code)
    CROSS JOIN (SELECT min(step) AS rung FROM unnest(CAST(:days AS smallint[])) AS step) AS first
    WHERE {CURRENT} AND NOT EXISTS (
        SELECT FROM introduction_watch w WHERE w.recommendation_id = p.recommendation_id AND w.kind = 'undecided')
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - constants of this program
_REMIND = sa.text(f"""
    WITH ripe AS MATERIALIZED (
        SELECT w.*, p.case_number, {CURRENT} AS is_current
        FROM introduction_watch w JOIN publication p ON p.recommendation_id = w.recommendation_id
        WHERE w.remind_on <= :today ORDER BY w.remind_on, w.recommendation_id, w.county_code, w.kind
        LIMIT :batch FOR UPDATE OF w SKIP LOCKED
    ),
    lacking AS (
        SELECT r.*, r.recommendation_id::text || '/' || r.county_code AS subject FROM ripe r
        WHERE r.is_current AND CASE r.kind
            WHEN 'undecided' THEN NOT EXISTS (
                SELECT FROM introduction_decision d
                WHERE d.recommendation_id = r.recommendation_id AND d.county_code = r.county_code)
            ELSE EXISTS (
                SELECT FROM unnest(CAST(:ready AS text[])) AS wanted (step)
                WHERE coalesce((
                    SELECT s.day FROM introduction_step s
                    WHERE s.recommendation_id = r.recommendation_id AND s.county_code = r.county_code
                      AND s.step = wanted.step ORDER BY s.at DESC, s.id DESC LIMIT 1) > :today, true))
            END
    ),
    told AS (
        INSERT INTO notice (person_id, case_id, kind, subject, rung, due, late, created_at, mail, mail_after)
        SELECT DISTINCT p.id, c.id, 'introduction_' || l.kind, l.subject, l.rung, l.due, l.remind_on < :today,
               CAST(:at AS timestamptz), CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
        FROM lacking l
        JOIN cases c ON c.number = l.case_number
        JOIN unnest(CAST(:organisations AS uuid[]), CAST(:codes AS text[])) AS o (id, code) ON o.code = l.county_code
        JOIN membership m ON m.organisation_id = o.id AND m.role = 'region_representative'
            AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
        JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        ON CONFLICT (kind, subject, rung, due, person_id)
            WHERE kind IN ('introduction_undecided', 'introduction_not_ready') DO NOTHING
    ),
    moved AS (
        UPDATE introduction_watch w
        SET rung = following.rung, remind_on = w.due + following.rung
        FROM ripe r CROSS JOIN LATERAL (
            SELECT min(step) AS rung
            FROM unnest(CASE r.kind WHEN 'undecided' THEN CAST(:undecided AS smallint[])
                ELSE CAST(:not_ready AS smallint[]) END) AS step WHERE step > r.rung
        ) AS following
        WHERE w.recommendation_id = r.recommendation_id AND w.county_code = r.county_code AND w.kind = r.kind
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
""")  # noqa: S608 - constants of this program


def ladders(connection: Connection) -> Mapping[str, Sequence[int]]:
    """By kind the days after which it is reminded, as they are set now."""
    found = {row["kind"]: tuple(row["days"]) for row in fetch(connection, _LADDERS, {})}
    return {kind: found.get(kind, ()) for kind in KINDS}


def patience(connection: Connection) -> int:
    """The days after publication after which a decision is late: those of the first reminder."""
    return min(ladders(connection)[UNDECIDED], default=30)


def set_ladders(engine: Engine, maker: Maker, typed: Mapping[str, str]) -> None:
    """Set the days of the reminders, by kind as whole numbers with commas between; none for no reminder.

    Reminders whose day has passed are not sent. Raises BadInput.
    """
    found = fields.read(typed, {kind: _reader(kind) for kind in KINDS})
    with engine.begin() as connection:
        for kind, days in found.items():
            if days != ladders(connection)[kind]:
                given = {"kind": kind, "days": list(days), "today": maker.today}
                connection.execute(_SET, {**given, "person": maker.actor.name, "at": maker.at})
                connection.execute(_MOVE, given)


def _reader(kind: str) -> fields.Reader:
    least, most = _BOUNDS[kind]

    def read(text: str) -> tuple[int, ...]:
        parts = [one for one in re.split(r"[\s,;]+", fields.line(text)) if one]
        if len(parts) > MOST_DAYS:
            raise fields.Unusable("too_many_days", limit=MOST_DAYS)
        if not all(re.fullmatch(r"[-−]?\d{1,3}", one, re.ASCII) for one in parts):
            raise fields.Unusable("not_days")
        days = sorted({int(one.replace("−", "-")) for one in parts})
        if days and not (least <= days[0] and days[-1] <= most):
            raise fields.Unusable("not_within", least=least, most=most)
        return tuple(days)

    return read


def follow_start(connection: Connection, recommendation_id: str, region: str, start: date | None) -> None:
    """Remind by the day of start that holds, or no more where there is none, in a transaction of the caller's."""
    given = {"id": uuid.UUID(recommendation_id), "region": region, "start": start}
    if start is None:
        connection.execute(_STOP_START, given)
    else:
        connection.execute(_FOLLOW_START, {**given, "days": list(ladders(connection)[NOT_READY])})


def remind_introductions(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Tell every region whose next reminder has come by the day of `at` (UTC) and that still has not done what it is about."""
    today = at.astimezone(STOCKHOLM).date()
    with engine.begin() as connection:
        days = ladders(connection)
        known = regions.organisations(connection)
        codes = [one.code for one in REGIONS]
        connection.execute(_WATCH, {"regions": codes, "days": list(days[UNDECIDED]), "today": today})
    parameters = {
        "today": today,
        "at": at,
        "batch": batch,
        "ready": list(rules.READY),
        "organisations": list(known),
        "codes": list(known.values()),
        **{kind: list(steps) for kind, steps in days.items()},
    }
    return remind_until_done(engine, _REMIND, parameters)
