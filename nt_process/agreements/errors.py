"""How a command on an agreement can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class AgreementError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; no_terms (none are settled), open_version (one is still to
    be signed or withdrawn), same_terms (nothing differs from the version before), outside_terms (the days are not within
    those of the terms: `first`, `last`); not_draft, no_regions (none has joined these terms); not_open (the version cannot
    be signed any more), signed (they have signed already), unread (the text has not been opened by whoever signs),
    changed_text (another text than the one shown), not_joined (the region does not stand by these terms), expired;
    overlap (`others`: what the reader may know of that stands in the way); in_force (it cannot be withdrawn), ended.
    """
