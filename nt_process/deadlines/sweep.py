"""The sweep: finds the clocks whose next reminder or whose last day has come, and lets each have its effect.

What is due is a question to the database and nothing else. No timer is kept in memory, so after any
downtime the next sweep finds every missed rung and sends it once, in order, marked late. Any number of
sweepers may run at the same time: each takes what no other holds (SKIP LOCKED), and the unique key
`notice_once` stands behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy.engine import Connection, Engine

from nt_process.deadlines.rungs import WEEK
from nt_process.infra.database import single_statements
from nt_process.infra.sweeps import Reminded, remind_until_done
from nt_process.kernel.calendar import STOCKHOLM

# A sweep holds its locks for some hundredths of a second, and round trips still do not count.
BATCH = 1000

# Who is told is the rule of the function recipients(). Here it is read for a whole batch at once, as
# pairs of a group and whom it speaks for, because a call for each clock costs as much as all the rest.
_REMIND = f"""
WITH ripe AS MATERIALIZED (
    SELECT case_id, kind, number, due, ladder, remind_rung, remind_on,
           CASE WHEN remind_rung > 0 THEN notify || escalate ELSE notify END AS groups
    FROM clock WHERE remind_on <= %(today)s
    ORDER BY remind_on, case_id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
),
member AS MATERIALIZED (
    SELECT m.role, m.organisation_id, p.id AS person_id, p.mail
    FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.valid_from <= %(today)s AND (m.valid_to IS NULL OR m.valid_to >= %(today)s)
      AND p.disabled_at IS NULL
),
addressee AS MATERIALIZED (
    SELECT role AS told, '' AS speaks_for, person_id, mail FROM member WHERE role <> 'company_contact'
    UNION
    SELECT role, organisation_id::text, person_id, mail FROM member WHERE role = 'company_contact'
    UNION
    SELECT 'owner', person_id::text, person_id, mail FROM member
),
about AS (
    SELECT r.*, c.company_id,
           CASE WHEN c.owner_id IN (SELECT person_id FROM member) THEN c.owner_id END AS owner_id
    FROM ripe r JOIN cases c ON c.id = r.case_id
),
concerned AS (
    SELECT DISTINCT b.case_id, b.kind, b.number, b.due, b.remind_rung, b.remind_on, a.person_id, a.mail
    FROM about b CROSS JOIN unnest(b.groups) AS named(told) JOIN addressee a
      ON a.told = CASE WHEN named.told = 'owner' AND b.owner_id IS NULL THEN 'secretariat' ELSE named.told END
     AND a.speaks_for = CASE named.told WHEN 'company_contact' THEN b.company_id::text
                                        WHEN 'owner' THEN coalesce(b.owner_id::text, '') ELSE '' END
),
told AS (
    INSERT INTO notice (person_id, case_id, kind, clock, rung, due, late, created_at, mail, mail_after)
    SELECT person_id, case_id, 'reminder', kind || '.' || number, remind_rung, due, remind_on < %(today)s,
           %(at)s, CASE mail WHEN 'each' THEN 'pending' ELSE mail END, %(at)s
    FROM concerned ORDER BY remind_on, case_id
    ON CONFLICT (case_id, clock, rung, due, person_id) WHERE kind = 'reminder' DO NOTHING
),
moved AS (
    UPDATE clock k SET remind_rung = following.rung, remind_on = k.due + following.rung
    FROM ripe r CROSS JOIN LATERAL (
        SELECT coalesce(min(step), r.remind_rung + {WEEK}) AS rung FROM unnest(r.ladder) AS step
        WHERE step > r.remind_rung
    ) AS following
    WHERE k.case_id = r.case_id AND k.kind = r.kind AND k.number = r.number
    RETURNING 1
)
SELECT (SELECT count(*) FROM ripe) AS due, (SELECT count(*) FROM moved) AS sent
"""  # noqa: S608 - the only value put in is a constant of this program

_EXPIRED = """
SELECT due, case_id, kind, number FROM clock
WHERE due < %(today)s AND NOT expired
  AND (due, case_id, kind, number) > (%(due)s, %(case_id)s, %(kind)s, %(number)s)
ORDER BY due, case_id, kind, number LIMIT %(batch)s
"""
_BEFORE_ALL = {"due": date.min, "case_id": "00000000-0000-0000-0000-000000000000", "kind": "", "number": 0}

# (case id, clock key, instant) -> whether the expiry was recorded now.
ExpireClock = Callable[[str, str, datetime], bool]

log = structlog.get_logger()


def remind(engine: Engine, at: datetime, *, batch: int = BATCH) -> Reminded:
    """Tell whoever is to be told of every clock whose next rung has come by the day of `at` (UTC).

    Each statement takes one rung of each clock, oldest first, and is its own transaction; it goes on
    until nothing is due, so a clock that missed three rungs takes three turns.
    """
    parameters = {"today": at.astimezone(STOCKHOLM).date(), "at": at, "batch": batch}
    return remind_until_done(engine, _REMIND, parameters)


def expire(engine: Engine, at: datetime, expire_clock: ExpireClock) -> int:
    """Let `expire_clock` record each limit that has passed by `at`; returns how many were recorded now.

    A case that cannot be handled is logged and left for the next sweep; it does not hold up the others.
    """
    today = at.astimezone(STOCKHOLM).date()
    recorded = 0
    with single_statements(engine).connect() as connection:
        for clock in _passed(connection, today):
            key = f"{clock.kind}.{clock.number}"
            try:
                recorded += expire_clock(str(clock.case_id), key, at)
            except Exception as error:
                log.exception(
                    "expiry_failed", case_id=str(clock.case_id), clock=key, error=type(error).__name__
                )
    return recorded


def _passed(connection: Connection, today: date) -> Iterator[Any]:
    """The clocks whose last day lies before `today` and is not yet recorded as passed, each once."""
    after: dict[str, Any] = _BEFORE_ALL
    while page := connection.exec_driver_sql(_EXPIRED, {**after, "today": today, "batch": BATCH}).all():
        yield from page
        after = page[-1]._asdict()
