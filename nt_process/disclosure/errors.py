"""How a command on releases can fail, and who gives one and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from nt_process.identity.actor import SignedIn
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.reasons import Reason


class DisclosureError(Exception):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it), no_basis (nothing has been taken in yet), own_request (who asked
    for a release does not decide on it), not_ready (it has been decided, or its audit is not done; `state`), overtaken
    (another release was published after the audit, so it is audited again).
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
