"""How a command on a negotiation can fail, and who may give one."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT

__all__ = ["Maker", "NegotiationError", "require_secretariat"]


class NegotiationError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; no_negotiation (the case is not being negotiated),
    under_way (there is one already), no_company; ended (nothing more can be offered); in_circle, out_of_circle, not_barred,
    conflicted (`name`), last_of_delegation; not_sealed, opened, past_time, second_person, too_early (`at`), not_opened; no_terms,
    same_terms; no_mandate, changed_terms, cannot (the region's standing does not allow it);
    barred, entry_no_mandate, entry_not_invited, entry_over (why a region's representative cannot enter the circle).
    """


def require_secretariat(actor: SignedIn) -> None:
    """Raises NegotiationError not_allowed."""
    if not SECRETARIAT.allows(actor.roles):
        raise NegotiationError("not_allowed")
