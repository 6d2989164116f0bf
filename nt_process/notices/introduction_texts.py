"""What notices about introductions say."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_INTRODUCTIONS: Mapping[str, Wording] = {
    "introduction_undecided": Wording(
        N_("%(number)s: your region has not decided on the introduction"),
        (
            N_(
                "The recommendation in case %(number)s was published on %(due)s. Say whether your region follows it, and from "
                "when."
            ),
        ),
        "/introduction/%(subject)s",
        N_("Decide for your region"),
    ),
    "introduction_not_ready": Wording(
        N_("%(number)s: your region is not ready for the introduction"),
        (
            N_(
                "Your region's day of start in case %(number)s is %(due)s, and not everything that is to be ready has been "
                "stated."
            ),
        ),
        "/introduction/%(subject)s",
        N_("State what is ready"),
    ),
}
