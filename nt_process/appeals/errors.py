"""How a command on an appeal can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class AppealError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; not_approved (the minutes have not been approved by two),
    still_up (there is a notice on the board), not_up (there is none to take down); no_party (the case has no company),
    received (the receipt is recorded); changed (something has happened to the appeal meanwhile); those of
    `rules.why_not`; asked (the company has asked once), too_early (`first`: the day from which it may), decided (the case
    is decided already), answered.
    """
