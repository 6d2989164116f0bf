"""How a command on a consultation can fail, who gives one and when."""

from __future__ import annotations

from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class ConsultationError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed (the role does not carry it), changed (someone
    was faster; `person`, `at` and the `version` that stands now), opened (it is no longer prepared), closed,
    no_questions, nobody_asked, not_open, amending_over, may_not_speak (somebody else sends the organisation's
    answer), undecided (comments lack their disposition; `count`), told (nothing new to tell), reminded
    (everybody has been reminded today), conflict_of_interest and possible_conflict (who answers may take no part).
    """


def require_secretariat(actor: SignedIn) -> None:
    """Raises ConsultationError not_allowed."""
    if not SECRETARIAT.allows(actor.roles):
        raise ConsultationError("not_allowed")
