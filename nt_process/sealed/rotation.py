"""A new master key while the system runs: every negotiation's key is wrapped again, and what is sealed stays as it is."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_
from nt_process.sealed import keys
from nt_process.sealed.keys import Wrapped
from nt_process.sealed.room import WRAPPING_LOCK

_OLDER = sa.text("""
    SELECT negotiation_id, wrapped, master_version FROM sealed.data_key WHERE master_version < :newest
    ORDER BY negotiation_id LIMIT 1 FOR UPDATE
""")
_WRAP_AGAIN = sa.text("""
    UPDATE sealed.data_key SET wrapped = :wrapped, master_version = :version, wrapped_at = :at
    WHERE negotiation_id = :negotiation
""")
_ALONE = sa.text("SELECT pg_advisory_xact_lock(:key)")
_COUNTS = sa.text("SELECT master_version, count(*) AS keys FROM sealed.data_key GROUP BY 1 ORDER BY 1")


class StillNeeded(OperationError):
    """Some keys are still wrapped with a version that would be forbidden."""


def rotate(engine: Engine, at: datetime) -> tuple[int, int]:
    """Make a new version of the master key and wrap every key with it: (the version, how many were wrapped).

    Each is a transaction of its own; cut short, it is continued by `rewrap`. Raises KeyAway.
    """
    newest = keys.master_key().rotate()
    return newest, rewrap(engine, at)


def rewrap(engine: Engine, at: datetime) -> int:
    """Wrap with the newest version whatever is wrapped with an older one, and give how many that were."""
    newest, wrapped = keys.master_key().newest(), 0
    while True:
        with engine.begin() as connection:
            if not _wrap_one(connection, newest, at):
                return wrapped
        wrapped += 1


def _wrap_one(connection: Connection, newest: int, at: datetime) -> bool:
    row = connection.execute(_OLDER, {"newest": newest}).first()
    if row is None:
        return False
    master, bound = keys.master_key(), f"negotiation:{row.negotiation_id}".encode()
    again = master.wrap(master.unwrap(Wrapped(row.wrapped, row.master_version), bound), bound)
    given = {"negotiation": row.negotiation_id, "wrapped": again.text, "version": again.version, "at": at}
    connection.execute(_WRAP_AGAIN, given)
    return True


def retire(engine: Engine) -> int:
    """Let nothing be opened with an older version than the newest, and give its number.

    Raises StillNeeded when a key is still wrapped with an older one. Nobody wraps a key meanwhile.
    """
    with engine.begin() as connection:
        connection.execute(_ALONE, {"key": WRAPPING_LOCK})
        master = keys.master_key()
        newest = master.newest()
        older = sum(row.keys for row in connection.execute(_COUNTS) if row.master_version < newest)
        if older:
            raise StillNeeded(
                N_("%(count)s keys are still wrapped with an older version. Run nt sealed rotate."),
                count=older,
            )
        master.retire()
        return newest


def counts(engine: Engine) -> dict[int, int]:
    """How many negotiations' keys are wrapped with each version of the master key."""
    with engine.connect() as connection:
        return {row.master_version: row.keys for row in connection.execute(_COUNTS)}
