"""How a command on a precedent can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class PrecedentError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; no_decision (nothing has been decided in the case), written
    (the decision has its precedent), changed (another version has come since the page was shown), judged (the version has
    been approved or declined), own (whoever wrote it cannot judge it), not_in_delegation (the case has been negotiated, and
    they do not stand in the circle that may compare), holds_sealed (the text holds `figures` that stand in the sealed
    terms), not_told (there is nothing to withdraw).
    """
