"""How a command on a case can fail. Each carries what its reader needs; none carries a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nt_process.kernel.reasons import Reason


class CaseNotFound(Exception):
    """There is no such case for this person; absent and invisible are the same answer."""


@dataclass
class Refused(Exception):
    """The action is not allowed; every reason is here."""

    reasons: tuple[Reason, ...]


@dataclass
class Stale(Exception):
    """Someone changed the case first: who, when and what, so that the reader can decide what to do."""

    version: int
    actor: str = ""
    at: datetime | None = None
    kind: str = ""
    action: str | None = None
    state: str = ""
    fields: tuple[str, ...] = ()


class KeyReused(Exception):
    """An idempotency key came back with another command; a key stands for one command only."""
