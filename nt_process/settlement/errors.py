"""How a command on a settlement can fail."""

from __future__ import annotations

from nt_process.identity.maker import Maker
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class SettlementError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed (the role does not carry it), changed (someone was
    faster, or it is not in that state any more), not_a_quarter (`value`), not_over (the quarter), settled_already (a
    later quarter has been approved), run_open (another run of the agreement is under way), same_person (whoever
    proposed it cannot approve it), outside (who approves is not of the delegation), no_atc (of the medicine, by which
    totals are made), overtaken (another run was approved since it was computed), not_a_party.
    """


def require_secretariat(maker: Maker) -> None:
    """Raises SettlementError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise SettlementError("not_allowed")
