"""Everything a half-yearly report is counted from, as it was known at the end of a day: a few statements.

Each reads rows that only grow, by when they were recorded, so that the same day always gives the same; a row that is
changed afterwards is read only for what was set once and stays. All of it is read as the system, in the background or by
a command: a report is the same whoever asks for it. Costs follow the periods: cases that ended before them are not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.audit.log import event_of
from nt_process.engine.snapshot import Event
from nt_process.financing.data.populations import POPULATIONS
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.kernel.regions import find_region
from nt_process.reporting.half_year.compiling import compile_figures
from nt_process.reporting.half_year.facts import (
    Access,
    Agreement,
    Entry,
    Facts,
    Introduction,
    Meeting,
    Published,
    Release,
    Round,
    Span,
)
from nt_process.reporting.half_year.figures import Figures
from nt_process.reporting.half_year.period import Period
from nt_process.reporting.history import Workflows
from nt_process.reporting.queries import end_of

# A case is of concern unless it had ended before the earliest period. What is no longer open today was open in the
# periods, as known then, only if its end was recorded after they began: nothing is recorded before it happens.
_EVENTS = sa.text("""
    SELECT case_id, seq, kind, at, day, actor_id, actor, organisation, role, action, state, body FROM event
    WHERE at < :before AND day <= :last AND case_id IN (
        SELECT id FROM cases WHERE NOT terminal
        UNION SELECT id FROM cases WHERE terminal AND state_since >= :first
        UNION SELECT case_id FROM event WHERE at >= :since AND day < :first)
    ORDER BY case_id, seq
""").execution_options(yield_per=2000)
_MEETINGS = sa.text("""
    SELECT m.day, coalesce(a.closed_at < :before, false) AS closed,
           count(*) FILTER (WHERE d.status = 'decided') AS decided,
           count(*) FILTER (WHERE d.status = 'noted') AS noted,
           count(*) FILTER (WHERE d.status = 'postponed') AS postponed
    FROM council_meeting m JOIN council_agenda a ON a.meeting_id = m.id
    LEFT JOIN council_item i ON i.meeting_id = m.id AND a.closed_at < :before
    LEFT JOIN council_decision d ON d.item_id = i.id
    WHERE m.day BETWEEN :first AND :last
      AND EXISTS (SELECT FROM council_minutes x WHERE x.meeting_id = m.id AND x.at < :before)
    GROUP BY m.id, a.closed_at ORDER BY m.day
""")
_ROUNDS = sa.text("""
    SELECT c.opened_at, CASE WHEN c.closed_at < :before THEN c.closed_at END AS closed_at, n.asked, f.answered, f.late
    FROM consultation c
    CROSS JOIN LATERAL (
        SELECT count(*) AS asked FROM consultation_addressee a
        WHERE a.consultation_id = c.id AND a.invited_at < :before) n
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(x.at ORDER BY x.at), '{}') AS answered, count(*) FILTER (WHERE x.late) AS late
        FROM consultation_answer x WHERE x.consultation_id = c.id AND x.version = 1 AND x.at < :before) f
    WHERE c.opened_at < :before AND (c.closed_at IS NULL OR c.closed_at >= :since)
    ORDER BY c.opened_at, c.id
""")
_PUBLISHED = sa.text("""
    SELECT p.slug, p.published_at, p.kind, p.outcome, btrim(p.content ->> 'conditions') <> '' AS has_conditions,
           a.at, a.follows, o.county_code, o.name AS region
    FROM publication p
    LEFT JOIN recommendation_answer a ON a.recommendation_id = p.recommendation_id AND a.at < :before
    LEFT JOIN organisation o ON o.id = a.organisation_id
    WHERE p.published_at >= :since AND p.published_at < :before ORDER BY p.slug, a.at, a.id
""")
# In the order in which one takes the place of another on a day: see introduction/rules/deciding.py.
_INTRODUCTIONS = sa.text("""
    SELECT p.slug, d.county_code, d.decision, d.holds_from, d.reason_code
    FROM introduction_decision d JOIN publication p USING (recommendation_id)
    WHERE p.published_at >= :since AND p.published_at < :before AND d.at < :before
    ORDER BY d.holds_from, d.at, d.id
""")
# What the follow-up told of each quarter last: after small numbers had been taken away, of the measure itself.
_ACCESS = sa.text("""
    SELECT DISTINCT ON (f.recommendation_id, f.quarter)
           p.medicine, p.slug, (f.quarter + interval '3 months' - interval '1 day')::date AS quarter_ends,
           f.regions_told, f.variation, f.gini, f.ratio
    FROM followup_figure f JOIN publication p USING (recommendation_id)
    JOIN followup_protocol o USING (recommendation_id, version, measure)
    WHERE f.at < :before AND f.quarter BETWEEN :first AND :last
    ORDER BY f.recommendation_id, f.quarter, f.version DESC, f.known_number DESC
""")
# As the triggers of 0030 bind: from the first day, or from when both have signed, up to the last day of the version.
_SIGNED = sa.text("""
    SELECT s.agreement_id, s.organisation_id, v.first_day, v.last_day, c.at AS company_at, s.at, o.county_code, o.name AS region,
           (SELECT min(e.last_day) FROM agreement_end e
            WHERE e.agreement_id = s.agreement_id AND e.at < :before
              AND (e.organisation_id IS NULL OR e.organisation_id = s.organisation_id)) AS ended
    FROM agreement_signature s
    JOIN agreement_party p USING (agreement_id, version, organisation_id)
    JOIN agreement_version v USING (agreement_id, version)
    JOIN agreement_party cp ON cp.agreement_id = s.agreement_id AND cp.version = s.version AND cp.side = 'company'
    JOIN agreement_signature c ON c.agreement_id = cp.agreement_id AND c.version = cp.version
        AND c.organisation_id = cp.organisation_id
    JOIN organisation o ON o.id = s.organisation_id
    WHERE p.side = 'region' AND s.at < :before AND c.at < :before
    ORDER BY s.agreement_id, s.organisation_id, greatest(s.at, c.at), s.version
""")
_BUDGET = sa.text("""
    SELECT DISTINCT ON (year, line) year, line, amount, NULL::date AS day FROM joint_budget_entry
    WHERE kind = 'budget' AND at < :before AND year BETWEEN :first_year AND :last_year
    ORDER BY year, line, id DESC
""")
_COSTS = sa.text("""
    SELECT year, line, amount, day FROM joint_budget_entry
    WHERE kind = 'cost' AND at < :before AND year BETWEEN :first_year AND :last_year ORDER BY day, id
""")
_RELEASES = sa.text("""
    SELECT r.number, r.title, r.decided_at, c.amount FROM disclosure_release r
    LEFT JOIN disclosure_cell c ON c.release_id = r.id AND c.round = r.round AND c.product = r.scope AND c.region = ''
    WHERE r.state = 'published' AND r.decided_at >= :since AND r.decided_at < :before ORDER BY r.number
""")
# What was recorded after a day about the days up to another; for the words that explain a difference.
_LATER = sa.text("""
    SELECT c.number, e.kind, e.action, e.day, e.at FROM event e JOIN cases c ON c.id = e.case_id
    WHERE e.at >= :since AND e.at < :before AND e.day <= :last AND e.action IS NOT NULL
    ORDER BY c.number, e.seq LIMIT :most
""")
_LATER_ENTRIES = sa.text("""
    SELECT kind, year, line, day, at FROM joint_budget_entry
    WHERE at >= :since AND at < :before AND (day IS NULL OR day <= :last) AND year BETWEEN :first_year AND :last_year
    ORDER BY id LIMIT :most
""")
_LATER_MINUTES = sa.text("""
    SELECT m.day, a.closed_at AS at FROM council_meeting m JOIN council_agenda a ON a.meeting_id = m.id
    WHERE a.closed_at >= :since AND a.closed_at < :before AND m.day <= :last ORDER BY m.day LIMIT :most
""")
MOST_LATER = 200


def figures(connection: Connection, workflows: Workflows, period: Period, known_on: date) -> Figures:
    """The figures of a period as known at the end of `known_on`, from what was recorded until then."""
    population_on = population_day(period)
    facts = read_facts(connection, period, known_on)
    inhabitants = POPULATIONS[population_on]
    return compile_figures(replace(facts, populations=inhabitants), workflows, period, population_on)


def population_day(period: Period) -> date:
    """The day whose inhabitants the period's shares are of: the end of the year before the last, which every report of
    the year can know; or the latest before it that there are figures of."""
    wanted = date(period.first.year - 2, 12, 31)
    return max((day for day in POPULATIONS if day <= wanted), default=min(POPULATIONS))


def read_facts(connection: Connection, period: Period, known_on: date) -> Facts:
    """Everything that concerns a period or those it is compared with, as known at the end of `known_on`.

    The cases are read while they are counted, in the transaction of the connection.
    """
    given = _bounds(period, known_on)
    return Facts(
        known_on,
        _cases(connection, given),
        [
            Meeting(row.day, row.closed, row.decided, row.noted, row.postponed)
            for row in connection.execute(_MEETINGS, given)
        ],
        [_round(row) for row in fetch(connection, _ROUNDS, given)],
        _published(connection, given),
        _agreements(connection, given),
        [
            Entry(row.year, row.line, row.amount, row.day)
            for statement in (_BUDGET, _COSTS)
            for row in connection.execute(statement, given)
        ],
        [
            Release(row.number, row.title, _day(row.decided_at), row.amount)
            for row in connection.execute(_RELEASES, given)
        ],
        [
            Introduction(row.slug, row.county_code, row.decision, row.holds_from, row.reason_code)
            for row in connection.execute(_INTRODUCTIONS, given)
        ],
        [
            Access(
                f"{row.medicine}, {row.slug}",
                row.quarter_ends,
                row.regions_told,
                row.variation,
                row.gini,
                row.ratio,
            )
            for row in connection.execute(_ACCESS, given)
        ],
    )


def later(connection: Connection, period: Period, known_on: date, now_on: date) -> dict[str, list[Row]]:
    """What was recorded after `known_on`, and until the end of `now_on`, about the period or the days before it: at most
    MOST_LATER of each kind (steps in cases, entries of the budget, minutes that were closed)."""
    given = _bounds(period, now_on) | {"since": end_of(known_on), "most": MOST_LATER}
    return {
        "steps": fetch(connection, _LATER, given),
        "entries": fetch(connection, _LATER_ENTRIES, given),
        "minutes": fetch(connection, _LATER_MINUTES, given),
    }


def _bounds(period: Period, known_on: date) -> dict[str, object]:
    earliest = period.compared()[-1]
    return {
        "first": earliest.first,
        "last": min(period.last, known_on),
        "since": end_of(earliest.first - ONE_DAY),
        "before": end_of(known_on),
        "first_year": earliest.first.year,
        "last_year": period.last.year,
    }


def _cases(connection: Connection, given: Mapping[str, object]) -> Iterator[list[Event]]:
    """Log after log, as they are read: they never lie in memory all at once."""
    rows = connection.execute(_EVENTS, given).mappings()
    for _, case_rows in groupby(rows, key=lambda row: row["case_id"]):
        yield [event_of(row) for row in case_rows]


def _round(row: Row) -> Round:
    closed = row["closed_at"]
    return Round(
        _day(row["opened_at"]),
        None if closed is None else _day(closed),
        row["asked"],
        tuple(_day(at) for at in row["answered"]),
        row["late"],
    )


def _published(connection: Connection, given: Mapping[str, object]) -> list[Published]:
    found = []
    rows = connection.execute(_PUBLISHED, given).mappings()
    for slug, group in groupby(rows, key=lambda row: row["slug"]):
        answers = list(group)
        one = answers[0]
        told = tuple(
            (_code(row), _day(row["at"]), row["follows"]) for row in answers if row["at"] is not None
        )
        found.append(
            Published(
                slug, _day(one["published_at"]), one["kind"], one["outcome"], one["has_conditions"], told
            )
        )
    return found


def _agreements(connection: Connection, given: Mapping[str, object]) -> list[Agreement]:
    """Who was bound on which days, from signatures and ends alone: the stored spans know only of today."""
    spans: defaultdict[object, list[Span]] = defaultdict(list)
    rows = connection.execute(_SIGNED, given).mappings()
    for (agreement, _region), group in groupby(
        rows, key=lambda row: (row["agreement_id"], row["organisation_id"])
    ):
        spans[agreement] += _spans(list(group))
    return [Agreement(tuple(found)) for found in spans.values() if found]


def _spans(signed: Sequence[Row]) -> list[Span]:
    """One region's days under one agreement, version after version."""
    found: list[Span] = []
    for row in signed:
        first = max(row["first_day"], _day(row["company_at"]), _day(row["at"]))
        last = row["last_day"]
        if last is not None and first > last:
            continue
        found = [replace(one, last=_earlier(one.last, first - ONE_DAY)) for one in found]
        found.append(Span(_code(row), first, last))
    ended = signed[0]["ended"]
    if ended is not None:
        found = [replace(one, last=_earlier(one.last, ended)) for one in found]
    return [one for one in found if one.last is None or one.first <= one.last]


def _earlier(one: date | None, other: date) -> date:
    return other if one is None else min(one, other)


def _code(row: Row) -> str:
    """The county code of a row's region; empty for one that is none of the 21."""
    region = find_region(row["county_code"] or row["region"])
    return "" if region is None else region.code


def _day(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()
