"""What notices about negotiations say: that something happened, and where; never what was offered or agreed."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_NEGOTIATIONS: Mapping[str, Wording] = {
    "negotiation_circle": Wording(
        N_("%(number)s: the circle of the negotiation has changed"),
        (
            N_(
                "Those who may open what is sealed in the negotiation of case %(number)s are not the same as before."
            ),
        ),
        "/negotiations/%(subject)s/circle",
        N_("See who may read"),
    ),
    "negotiation_opened_early": Wording(
        N_("%(number)s: a sealed round was opened before its time"),
        (
            N_(
                "A sealed round in the negotiation of case %(number)s was opened before the time that was set."
            ),
        ),
        "/negotiations/%(subject)s/offers",
        N_("See the round"),
    ),
    "negotiation_invited": Wording(
        N_("%(number)s: your region is invited to join"),
        (N_("Your region is invited to join the agreement that is negotiated in case %(number)s."),),
        "/negotiations/%(subject)s/regions",
        N_("See the negotiation"),
    ),
    "negotiation_terms": Wording(
        N_("%(number)s: the terms have changed"),
        (
            N_("The terms that your region has joined in case %(number)s have changed."),
            N_("The region is not party to them until it has confirmed them."),
        ),
        "/negotiations/%(subject)s/regions",
        N_("See the negotiation"),
    ),
}
