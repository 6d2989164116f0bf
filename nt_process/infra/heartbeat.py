"""Each long-running process says that it is alive; /metrics tells how long ago that was."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

_BEAT = sa.text("""
    INSERT INTO heartbeat (process, at) VALUES (:process, :at)
    ON CONFLICT (process) DO UPDATE SET at = greatest(heartbeat.at, excluded.at)
""")


def beat(engine: Engine, process: str, at: datetime) -> None:
    """Note that a process of this name ("worker", "scheduler") lives at `at`; several may share a name."""
    with engine.begin() as connection:
        connection.execute(_BEAT, {"process": process, "at": at})
