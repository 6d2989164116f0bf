"""What becomes of each comment, decided by the secretariat when the round is closed, and told to the commenters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.consultation import rules
from nt_process.consultation.errors import ConsultationError, require_secretariat
from nt_process.consultation.telling import tell
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput

_ROUND = sa.text("SELECT * FROM consultation WHERE id = :id FOR UPDATE")
# A comment is what was written. A mere choice is counted, and asks for no disposition.
_COMMENTS = sa.text("""
    SELECT r.id, d.verdict, d.reason FROM consultation_reply r
    LEFT JOIN LATERAL (
        SELECT verdict, reason FROM consultation_disposition WHERE reply_id = r.id ORDER BY id DESC LIMIT 1
    ) d ON true
    WHERE r.consultation_id = :id AND r.stands AND r.text <> ''
""")
_DECIDE = sa.text("""
    INSERT INTO consultation_disposition (reply_id, verdict, reason, person, at)
    VALUES (:reply, :verdict, :reason, :person, :at)
""")
_UNTOLD = sa.text("""
    SELECT DISTINCT r.organisation_id FROM consultation_disposition d JOIN consultation_reply r ON r.id = d.reply_id
    WHERE r.consultation_id = :id AND r.stands AND (CAST(:told AS timestamptz) IS NULL OR d.at > :told)
""")
_TOLD = sa.text("UPDATE consultation SET told_at = :at, version = version + 1 WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Typed:
    """A disposition as typed: empty in both when nothing was said of the comment."""

    verdict: str
    reason: str


def decide(engine: Engine, maker: Maker, round_id: str, typed: Mapping[str, Typed]) -> int:
    """Record what becomes of comments (by their reply's id); those that say nothing new are left. How many.

    Raises BadInput with a fault for each that is incomplete, and then records none; ConsultationError
    (not_found, not_closed).
    """
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _closed(connection, round_id)
        held = {str(row.id): row for row in connection.execute(_COMMENTS, {"id": round_id})}
        wanted, faults = [], []
        for key, one in typed.items():
            before = held.get(key)
            if before is None or not (one.verdict or one.reason.strip()):
                continue
            try:
                verdict, reason = rules.read_disposition(key, one.verdict, one.reason)
            except BadInput as refused:
                faults += refused.faults
                continue
            if (verdict, reason) != (before.verdict, before.reason):
                wanted.append({"reply": key, "verdict": verdict, "reason": reason})
        if faults:
            raise BadInput(*faults)
        if wanted:
            by = {"person": maker.actor.name, "at": maker.at}
            connection.execute(_DECIDE, [{**one, **by} for one in wanted])
        return len(wanted)


def tell_commenters(engine: Engine, maker: Maker, round_id: str) -> int:
    """Show the dispositions and tell each organisation that has got one since the last time; how many.

    Raises ConsultationError (not_closed, undecided, told).
    """
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        before = _closed(connection, round_id)
        undecided = [row for row in connection.execute(_COMMENTS, {"id": round_id}) if row.verdict is None]
        if undecided:
            raise ConsultationError("undecided", count=len(undecided))
        organisations = list(connection.scalars(_UNTOLD, {"id": round_id, "told": before["told_at"]}))
        if not organisations:
            raise ConsultationError("told")
        connection.execute(_TOLD, {"id": round_id, "at": maker.at})
        tell(
            connection, "consultation_dispositions", before, maker.at, maker.today,
            due=None, organisations=organisations,
        )  # fmt: skip
    return len(organisations)


def _closed(connection: Connection, round_id: str) -> Row:
    found = connection.execute(_ROUND, {"id": round_id}).mappings().first()
    if found is None:
        raise ConsultationError("not_found")
    if found["closed_at"] is None:
        raise ConsultationError("not_closed")
    return found
