"""Administrators who change who administers: one at a time, still one themselves, and never the last.

The lock comes before every other that a change of people takes, so that nobody waits for one another in a circle.
Whoever got it reads what those before them have done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.history import By
from nt_process.identity.service import IdentityError
from nt_process.kernel.calendar import STOCKHOLM

_HOLD = sa.text("SELECT pg_advisory_xact_lock(:lock)")
_LOCK = 0x4E54_0028
_ADMINISTERS = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE m.person_id = :person AND m.role = 'administrator'
          AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today))
""")
# The one who makes the change administers today. Somebody has to on every day after.
_SOMEBODY_LASTS = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE m.role = 'administrator' AND m.valid_from <= :today AND m.valid_to IS NULL)
""")


def hold(connection: Connection, by: By | None = None) -> None:
    """Let nobody else change people and mandates until the transaction ends. Raises IdentityError not_allowed when
    whoever makes the change (unless it is the operator's command) does not administer, or no longer."""
    connection.execute(_HOLD, {"lock": _LOCK})
    if by is None or by.actor_id is None:
        return
    if not connection.scalar(
        _ADMINISTERS, {"person": by.actor_id, "today": by.at.astimezone(STOCKHOLM).date()}
    ):
        raise IdentityError("not_allowed")


@contextmanager
def one_remains(connection: Connection, by: By) -> Iterator[None]:
    """A change that may not take away the last who administers without a last day, where there was one. Raises
    IdentityError last_administrator. The operator's command is asked nothing: it can also give a new one."""
    asked = {"today": by.at.astimezone(STOCKHOLM).date()}
    lasted = by.actor_id is not None and connection.scalar(_SOMEBODY_LASTS, asked)
    yield
    if lasted and not connection.scalar(_SOMEBODY_LASTS, asked):
        raise IdentityError("last_administrator")
