"""How a command of the market function can fail, and who may give one."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class MarketError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it, or the region is not one's own), changed
    (someone was faster; `person`, `at`, and the `version` that stands now), removed (the entry is no longer in the register),
    unit_in_use (regions have committed volumes in the unit), not_committed (there is nothing to
    withdraw), reason_needed (withdrawing after the last day to sign up), and as
    `rules.SignUp.refuses_commitment`: not_joint, not_open, ended, sign_up_over.
    """


def require_editor(actor: SignedIn) -> None:
    """Raises MarketError not_allowed."""
    if not SECRETARIAT.allows(actor.roles):
        raise MarketError("not_allowed")
