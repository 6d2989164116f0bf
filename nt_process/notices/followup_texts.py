"""What notices about follow-up say; no region is named."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_FOLLOWUP: Mapping[str, Wording] = {
    "followup_alert": Wording(
        N_("%(number)s: use of a medicine stands out"),
        (
            N_(
                "In the follow-up of case %(number)s the use in a region has been far from what is expected two quarters in "
                "a row. Say what becomes of it."
            ),
        ),
        "/follow-up/alerts/%(subject)s",
        N_("See the alert"),
    ),
}
