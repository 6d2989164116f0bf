"""How a command of the price register can fail, and who may give one."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class PriceError(NotDone):
    """A command that was not carried out: not_found (there is no such import), not_allowed (not for this role).

    And not_examined: the file waits to be examined, or was stopped, so that it may not be opened.
    """


def require_editor(actor: SignedIn | None) -> None:
    """Raises PriceError. Nobody signed in is the operator of the command line, who owns the database."""
    if actor is not None and not SECRETARIAT.allows(actor.roles):
        raise PriceError("not_allowed")
