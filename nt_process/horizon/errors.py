"""How a command of horizon scanning can fail, and who may give one."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class HorizonError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (no such item or import for this person), not_allowed (their role does not carry it),
    not_now (the item's status does not admit it; `status`), changed (someone was faster; `person`,
    empty for an import, and `at`), no_target (the item to merge into is not there to be merged into),
    no_reason (a reason is missing, too long or holds signs that cannot be stored; `limit`).
    """


def require_editor(actor: SignedIn | None) -> None:
    """Raises HorizonError. Nobody signed in is the operator of the command line, who owns the database."""
    if actor is not None and not SECRETARIAT.allows(actor.roles):
        raise HorizonError("not_allowed")
