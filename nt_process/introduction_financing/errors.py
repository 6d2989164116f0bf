"""How a command of introduction financing can fail, and who may give one."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class FinancingError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it, or the region is not one's own), changed (someone was faster;
    `person`, `at`, and the `version` that stands now), registered (there is one for the same medicine), removed (the rule
    has been taken back already), no_sales (no file of sales says anything of the medicine in the region).
    """


def require_office(actor: SignedIn) -> None:
    """Raises FinancingError not_allowed."""
    if not SECRETARIAT.allows(actor.roles):
        raise FinancingError("not_allowed")
