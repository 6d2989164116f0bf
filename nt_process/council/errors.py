"""How a command on a meeting of the council can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class CouncilError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; changed (somebody was faster: `version`), cancelled,
    closed (the minutes are approved), there (the case is on the agenda), ended (the case has), empty (nothing to
    publish), not_published, not_yet (the day of the meeting has not come), not_begun (nobody is recorded as present),
    dealt_with (the item is), undecided, is_postponed, no_quorum (`have`, `needed`), no_meeting (none to postpone to),
    items_left (`items`), conflicted (who drafts, edits or approves minutes has no conflict in any item), no_minutes,
    not_yours (to approve), approved (already), changed_text (another text than the one shown), not_closed, held (the
    meeting has been).
    """
