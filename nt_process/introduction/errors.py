"""How a command on an introduction can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class IntroductionError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed (another's region); may_not_speak (a member who may not speak
    for the region); ended (the recommendation has been replaced or holds no longer); changed (somebody has saved since the
    page was shown); same (nothing differs); not_used (steps of what the region does not take into use).
    """
