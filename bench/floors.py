"""The floors: the least work in the database that has the same result, as one prepared statement each.

They decide nothing, derive nothing and hash nothing: every value is handed in ready. They write the same
rows to the same tables, with the same indexes, foreign keys and durability, over the same kind of socket.
"""

from __future__ import annotations

# An action: the person's membership, the case's state and version are checked, then the case moves, its clock
# is stopped and the next started, the event and the command are recorded, and `people` are told.
ACTION = """
WITH moved AS (
    UPDATE cases SET version = version + 1, state = 'assessment', phase = 'assessment', waits_for = 'tlv',
        terminal = false, state_since = %(day)s, last_day = %(day)s, returns_to = '{}', next_due = %(due)s,
        next_target = %(target)s, head_hash = %(hash)s
    WHERE number = %(number)s AND version = %(version)s AND state = 'registration' AND EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id
        WHERE m.person_id = %(person)s AND p.disabled_at IS NULL AND m.role = 'secretariat'
          AND m.valid_from <= %(day)s AND (m.valid_to IS NULL OR m.valid_to >= %(day)s))
    RETURNING id, version
),
logged AS (
    INSERT INTO event (case_id, seq, kind, at, day, actor_id, actor, organisation, role, action, state, body,
        prev_hash, hash)
    SELECT id, version, 'action', %(at)s, %(day)s, %(person)s, 'Secretary', 'Kansliet', 'secretariat',
        'order_assessment', 'assessment', %(body)s::jsonb, %(hash)s, %(hash)s FROM moved
),
stopped AS (
    UPDATE clock k SET stopped_on = %(day)s, due = NULL, target_due = NULL, remind_rung = NULL, remind_on = NULL
    FROM moved WHERE k.case_id = moved.id AND k.kind = 'registration' AND k.number = 1
),
started AS (
    INSERT INTO clock (case_id, position, kind, number, basis, started_on, limit_days, target_days, rolls,
        suspensions, extensions, expired, due, target_due, ladder, notify, escalate, remind_rung, remind_on)
    SELECT id, 3, 'tlv_assessment', 1, 'policy', %(day)s, 150, 120, true, '[]', '[]', false, %(due)s, %(target)s,
        '{-30,-14,-7,-1,0,1}', '{owner,tlv_assessor}', '{management}', -30, %(remind)s FROM moved
),
remembered AS (
    INSERT INTO command (person_id, key, fingerprint, case_id, seq, at)
    SELECT %(person)s, %(key)s, %(hash)s, id, version, %(at)s FROM moved
),
told AS (
    INSERT INTO notice (person_id, case_id, kind, subject, params, created_at, mail, mail_after)
    SELECT person, moved.id, 'action', 'order_assessment', '{"seq": 9, "state": "assessment"}', %(at)s, 'pending',
        %(at)s FROM moved, unnest(%(people)s::uuid[]) AS person
)
SELECT id FROM moved
"""

# A sweep: the clocks whose reminder has come are taken, their cases' owners told, the next reminder set.
SWEEP = """
WITH ripe AS MATERIALIZED (
    SELECT case_id, kind, number, due, remind_rung FROM clock WHERE remind_on <= %(today)s
    ORDER BY remind_on, case_id LIMIT 1000 FOR UPDATE SKIP LOCKED
),
told AS (
    INSERT INTO notice (person_id, case_id, kind, clock, rung, due, created_at, mail, mail_after)
    SELECT c.owner_id, r.case_id, 'reminder', r.kind || '.' || r.number, r.remind_rung, r.due, %(at)s, 'pending', %(at)s
    FROM ripe r JOIN cases c ON c.id = r.case_id
    ON CONFLICT (case_id, clock, rung, due, person_id) WHERE kind = 'reminder' DO NOTHING
),
moved AS (
    UPDATE clock k SET remind_rung = -14, remind_on = k.due - 14 FROM ripe r
    WHERE k.case_id = r.case_id AND k.kind = r.kind AND k.number = r.number
)
SELECT count(*) FROM ripe
"""
