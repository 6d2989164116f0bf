"""What notices about the public site say: that somebody waits, and nothing of what they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_REQUESTS: Mapping[str, Wording] = {
    "document_request": Wording(
        N_("Somebody waits for a document"),
        (
            N_("A request for a document waits for its answer."),
            N_("Requests are to be answered at once, or as soon as they can be."),
        ),
        "/requests/%(subject)s",
        N_("Open the request"),
    ),
}
