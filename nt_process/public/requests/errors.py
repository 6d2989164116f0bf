"""How a command on a request can fail."""

from __future__ import annotations

from nt_process.kernel.reasons import NotDone


class RequestError(NotDone):
    """A command that was not carried out. The codes of `reason`: not_found (also what the person may not see), answered."""
