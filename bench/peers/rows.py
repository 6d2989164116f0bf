"""The rows of the action as an application beside such a library writes them: statement by statement.

They are the rows that the floor writes in one statement, after the same checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_CASE = "SELECT id, version, state FROM cases WHERE number = %(number)s FOR UPDATE"
_MEMBER = """
SELECT 1 FROM membership m JOIN person p ON p.id = m.person_id
WHERE m.person_id = %(person)s AND p.disabled_at IS NULL AND m.role = 'secretariat'
  AND m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to >= %(day)s)
"""
_WRITTEN = (
    """
UPDATE cases SET version = version + 1, state = 'assessment', phase = 'assessment', waits_for = 'tlv',
    terminal = false, state_since = %(day)s, last_day = %(day)s, returns_to = '{}', next_due = %(due)s,
    next_target = %(target)s, head_hash = %(hash)s
WHERE id = %(id)s AND version = %(version)s
""",
    """
INSERT INTO event (case_id, seq, kind, at, day, actor_id, actor, organisation, role, action, state, body,
    prev_hash, hash)
VALUES (%(id)s, %(version)s + 1, 'action', %(at)s, %(day)s, %(person)s, 'Secretary', 'Kansliet', 'secretariat',
    'order_assessment', 'assessment', %(body)s, %(hash)s, %(hash)s)
""",
    """
UPDATE clock SET stopped_on = %(day)s, due = NULL, target_due = NULL, remind_rung = NULL, remind_on = NULL
WHERE case_id = %(id)s AND kind = 'registration' AND number = 1
""",
    """
INSERT INTO clock (case_id, position, kind, number, basis, started_on, limit_days, target_days, rolls,
    suspensions, extensions, expired, due, target_due, ladder, notify, escalate, remind_rung, remind_on)
VALUES (%(id)s, 3, 'tlv_assessment', 1, 'policy', %(day)s, 150, 120, true, '[]', '[]', false, %(due)s, %(target)s,
    '{-30,-14,-7,-1,0,1}', '{owner,tlv_assessor}', '{management}', -30, %(remind)s)
""",
    """
INSERT INTO command (person_id, key, fingerprint, case_id, seq, at)
VALUES (%(person)s, %(key)s, %(hash)s, %(id)s, %(version)s + 1, %(at)s)
""",
    """
INSERT INTO notice (person_id, case_id, kind, subject, params, created_at, mail, mail_after)
SELECT person, %(id)s, 'action', 'order_assessment', '{"seq": 9, "state": "assessment"}', %(at)s, 'pending', %(at)s
FROM unnest(%(people)s::uuid[]) AS person
""",
)

# Runs one statement and returns what can be asked for its first row.
Execute = Callable[[str, Mapping[str, Any]], Any]


def write(execute: Execute, row: Mapping[str, Any], move: Callable[[], None]) -> None:
    """Check, `move` the case in the library's own record, and write. Raises RuntimeError when a check fails."""
    case_id, version, state = execute(_CASE, row).fetchone()
    member = execute(_MEMBER, row).fetchone()
    if (version, state) != (row["version"], "registration") or member is None:
        raise RuntimeError(row["number"])
    move()
    for statement in _WRITTEN:
        execute(statement, {**row, "id": case_id})
