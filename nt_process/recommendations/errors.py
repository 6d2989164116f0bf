"""How a command on a recommendation can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class RecommendationError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what the person may not see), not_allowed; changed (somebody has saved a newer version), same_text
    (nothing differs from the version before); signed, published, dropped (it is not to be changed any more), not_signed;
    not_checked (the case has settled terms, and the version has not been compared with them), no_terms (there are none to
    compare with), not_in_circle (they may not read the terms); figures (`figures`: what the text shares with them);
    own_text (whoever wrote a version does not approve it), approved, not_approved; changed_text (another text than the
    one that was shown).
    """
