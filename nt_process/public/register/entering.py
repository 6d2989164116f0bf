"""The sweep that enters documents in the public register: what has been sent or has come, each once.

The system registers a document when it is filed; this is the copy that anybody may read, half a minute later at most. It is
made of kinds, numbers and days alone, so that nothing typed can come along.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Engine

_HELD = sa.text("SELECT pg_try_advisory_xact_lock(390003)")
# A document that a party may read has been sent or has come in (TF 2:9–10); what is internal is not in the register.
_ENTER = sa.text("""
    WITH found AS (
        SELECT 'document ' || d.id AS source, d.kind, c.number AS place, c.number AS case_number, d.added_at AS at
        FROM document d JOIN cases c ON c.id = d.case_id WHERE d.visibility = 'party'
        UNION ALL
        SELECT 'consultation ' || k.id, 'consultation', k.case_number, k.case_number, k.opened_at
        FROM consultation k WHERE k.opened_at IS NOT NULL
        UNION ALL
        SELECT 'consultation_answer ' || a.id, 'consultation_answer', k.case_number, k.case_number, a.at
        FROM consultation_answer a JOIN consultation k ON k.id = a.consultation_id
        UNION ALL
        SELECT 'agreement ' || b.agreement_id || ' ' || b.version, 'agreement_signed', a.case_number, a.case_number, max(s.at)
        FROM agreement_binding b JOIN agreement a ON a.id = b.agreement_id
        JOIN agreement_signature s ON s.agreement_id = b.agreement_id AND s.version = b.version
        GROUP BY b.agreement_id, b.version, a.case_number
        UNION ALL
        SELECT 'minutes ' || m.id, 'minutes', 'S ' || m.number || '/' || m.year, NULL, g.closed_at
        FROM council_agenda g JOIN council_meeting m ON m.id = g.meeting_id WHERE g.closed_at IS NOT NULL
        UNION ALL
        SELECT 'document_request ' || r.id, 'document_request', 'B ' || r.year || '-' || lpad(r.number::text, 4, '0'), NULL,
               r.made_at
        FROM document_request r
        UNION ALL
        SELECT 'document_answer ' || r.id, 'document_answer', 'B ' || r.year || '-' || lpad(r.number::text, 4, '0'), NULL, w.at
        FROM document_request r JOIN document_request_answer w ON w.request_id = r.id
    )
    INSERT INTO register_entry (source, kind, place, serial, case_number, day, at, entered_at)
    SELECT f.source, f.kind, f.place,
           coalesce((SELECT max(e.serial) FROM register_entry e WHERE e.place = f.place), 0)
               + row_number() OVER (PARTITION BY f.place ORDER BY f.at, f.source),
           f.case_number, (f.at AT TIME ZONE 'Europe/Stockholm')::date, f.at, :at
    FROM found f WHERE NOT EXISTS (SELECT FROM register_entry e WHERE e.source = f.source)
    ORDER BY f.at, f.source
""")

log = structlog.get_logger()


def enter(engine: Engine, at: datetime) -> int:
    """Enter what is not in the register yet; how many. One process does it at a time, so that numbers have no gaps."""
    with engine.begin() as connection:
        if not connection.scalar(_HELD):
            return 0
        entered = connection.execute(_ENTER, {"at": at}).rowcount
    if entered:
        log.info("registered", count=entered)
    return entered
