"""What notices about recommendations say."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_RECOMMENDATIONS: Mapping[str, Wording] = {
    "recommendation_published": Wording(
        N_("%(number)s: a recommendation is public"),
        (
            N_(
                "The council's recommendation in case %(number)s is public. Say whether it matches your region's "
                "willingness to pay and can be followed."
            ),
        ),
        "/recommendations/%(subject)s/regions",
        N_("See the recommendation and answer"),
    ),
}
