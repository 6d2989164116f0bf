"""What notices about introduction financing say: that something ends, on which day, and where; never an amount."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_FINANCING: Mapping[str, Wording] = {
    "introduction_financing_ends": Wording(
        N_("Introduction financing ends on %(due)s"),
        (
            N_(
                "From %(long_due)s the cost of a medicine whose introduction a region has financed is borne by others."
            ),
            N_("The page says which medicine, who pays then, and what moves a year."),
        ),
        "/introduction-financing/%(subject)s",
        N_("See what moves to whom"),
    ),
    "joint_liability_ends": Wording(
        N_("Joint liability for an orphan drug ends on %(due)s"),
        (
            N_(
                "On %(long_due)s market exclusivity ends for an orphan drug, and with it the regions' joint liability and "
                "the state grant. From then each region bears the cost of its own patients."
            ),
        ),
        "/introduction-financing/pot/medicines/%(subject)s",
        N_("See the medicine"),
    ),
}
