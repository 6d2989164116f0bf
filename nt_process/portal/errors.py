"""How a command in the portal can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class PortalError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found (also what one has no part in), changed (a colleague was faster; `field`, `person`, `at`, `value` and the
    `version` that stands now), not_draft (it has been filed or withdrawn), begun (a colleague has begun an application
    in the case), not_coordinator, last_coordinator, is_contact, unknown_colleague, incomplete, claim_over
    (something is claimed secret until a day that has passed), no_request (the case awaits no supplement), no_answer.
    """
