"""How a command on a re-assessment can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class ReassessmentError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; changed (somebody was faster), same_text (nothing differs
    from the version before); there (the happening has been entered already), reopened (it has reopened the case, which is
    not undone); not_due (the case is not being re-assessed, or has no recommendation to re-assess).
    """
