"""What the secretariat says of an alert. Again adds to it; the last one holds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.followup.errors import FollowupError, require_secretariat
from nt_process.identity.maker import Maker
from nt_process.kernel import typed as fields

# The region has been asked, there is an explanation, something is done about it, or it was chance or a wrong count.
VERDICTS = ("asked", "explained", "acted", "noise")
# With one of these the alert waits for nothing more.
SETTLED = frozenset({"explained", "acted", "noise"})
MOST_TEXT = 4000

_ALERT = sa.text("""
    SELECT a.id, (SELECT max(x.id) FROM followup_answer x WHERE x.alert_id = a.id) AS last
    FROM followup_alert a WHERE a.id = :id
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 42))")
_ANSWER = sa.text("""
    INSERT INTO followup_answer (alert_id, verdict, text, person_id, person, at)
    VALUES (:id, :verdict, :text, :person, :name, :at)
""")


def answer(engine: Engine, maker: Maker, alert_id: str, typed: Mapping[str, str]) -> None:
    """Keep what is said of an alert. `seen` is the last answer that whoever writes has seen (0: none).

    Raises BadInput, FollowupError (not_found, not_allowed, changed).
    """
    require_secretariat(maker)
    found = fields.read(
        typed,
        {
            "verdict": fields.one_of(VERDICTS),
            "text": fields.required(lambda text: fields.paragraph(text, MOST_TEXT)),
        },
    )
    with engine.begin() as connection:
        connection.execute(_LOCK, {"id": alert_id})
        row = connection.execute(_ALERT, {"id": uuid.UUID(alert_id)}).mappings().first()
        if row is None:
            raise FollowupError("not_found")
        if typed.get("seen", "") != str(row["last"] or 0):
            raise FollowupError("changed")
        given = {"id": row["id"], "person": maker.actor.id, "name": maker.actor.name, "at": maker.at}
        connection.execute(_ANSWER, {**found, **given})
