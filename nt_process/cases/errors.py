"""How a command on a case can fail. Each carries what its reader needs; none carries a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from nt_process.engine.snapshot import Case, Event
from nt_process.kernel.reasons import Reason


class CaseNotFound(Exception):
    """There is no such case for this person; absent and invisible are the same answer."""


@dataclass
class Refused(Exception):
    """The action is not allowed; every reason is here."""

    reasons: tuple[Reason, ...]


@dataclass
class Stale(Exception):
    """Someone changed the case first: its version now, the event that gave it that, and the case as it was read.

    Without an event when the database does not tell the actor of it. What else the reader may be told is decided
    where it is shown (`page.told_of`).
    """

    version: int
    event: Event | None
    case: Case


class KeyReused(Exception):
    """An idempotency key came back with another command; a key stands for one command only."""
