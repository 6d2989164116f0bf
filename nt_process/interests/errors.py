"""How a command on declarations and conflicts can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class InterestError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (no such case or person for whoever asks), not_allowed (the role does not carry it), own_conflict (nobody
    decides about themselves), declared_meanwhile (the person has declared more since the page was shown).
    """
