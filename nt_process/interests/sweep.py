"""Who has not filed the year's declaration is reminded, once a month from January to March."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.identity.actor import FILES_DECLARATIONS
from nt_process.infra.database import single_statements
from nt_process.kernel.calendar import STOCKHOLM

LAST_MONTH = 3
# In the middle of the month: who came back from leave has had the time to file.
REMIND_FROM_DAY = 15

_REMIND = sa.text("""
    INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)
    SELECT p.id, 'declaration_missing', :month, :at, CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, :at
    FROM recipients(:roles, NULL, NULL, :today) r JOIN person p ON p.id = r.person_id
    WHERE NOT EXISTS (SELECT FROM declaration d WHERE d.person_id = p.id AND d.year = :year)
    ON CONFLICT (person_id, subject) WHERE kind = 'declaration_missing' DO NOTHING
""")


def reminds_on(day: date) -> bool:
    """Whether the month's reminder has come by this day, in the months that have one."""
    return day.month <= LAST_MONTH and day.day >= REMIND_FROM_DAY


def remind_declarations(engine: Engine, at: datetime) -> int:
    """Tell everyone who lacks this year's declaration, once in the month of `at` (UTC); how many were told."""
    today = at.astimezone(STOCKHOLM).date()
    if not reminds_on(today):
        return 0
    values = {
        "roles": sorted(FILES_DECLARATIONS),
        "today": today,
        "year": today.year,
        "month": today.strftime("%Y-%m"),
        "at": at,
    }
    with single_statements(engine).connect() as connection:
        return connection.execute(_REMIND, values).rowcount
