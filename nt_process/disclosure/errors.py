"""How a command on releases can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class DisclosureError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed (the role does not carry it), no_basis (nothing has been taken in yet), own_request (who asked
    for a release does not decide on it), not_ready (it has been decided, or its audit is not done; `state`), overtaken
    (another release was published after the audit, so it is audited again).
    """
