"""Who gives a command, and when: what every command is handed, so that none asks the clock or the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import STOCKHOLM


@dataclass(frozen=True)
class Maker:
    """A person, and the instant (UTC) at which they give the command."""

    actor: SignedIn
    at: datetime

    @property
    def today(self) -> date:
        """The day in Sweden."""
        return self.at.astimezone(STOCKHOLM).date()
