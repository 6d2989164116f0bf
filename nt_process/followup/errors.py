"""How a command of follow-up can fail."""

from __future__ import annotations

from nt_process.identity.maker import Maker
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class FollowupError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; changed (somebody was faster, or has saved a newer version),
    same_text (nothing differs from the version before); own_text (whoever wrote a version does not approve it), approved
    (it is already); lacking (what a protocol needs before it is approved is missing: `fields`).
    """


def require_secretariat(maker: Maker) -> None:
    """Raises FollowupError not_allowed."""
    if not SECRETARIAT.allows(maker.actor.roles):
        raise FollowupError("not_allowed")
