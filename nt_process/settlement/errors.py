"""How a command on a settlement can fail, who gives one and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason
from nt_process.rights import SECRETARIAT


class SettlementError(Exception):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed (the role does not carry it), changed (someone was
    faster, or it is not in that state any more), not_a_quarter (`value`), not_over (the quarter), settled_already (a
    later quarter has been approved), run_open (another run of the agreement is under way), same_person (whoever
    proposed it cannot approve it), overtaken (another run was approved since it was computed), not_a_party.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.reason = Reason(code, params)


@dataclass(frozen=True, slots=True)
class Maker:
    """Who gives a command, and at which instant (UTC)."""

    actor: SignedIn
    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(STOCKHOLM).date()


def require_secretariat(maker: Maker) -> None:
    """Raises SettlementError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise SettlementError("not_allowed")
