"""What notices about meetings of the council say: that something happened, and where; never what is on the agenda."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

ABOUT_MEETINGS: Mapping[str, Wording] = {
    "council_agenda": Wording(
        N_("The council's meeting on %(due)s: the agenda"),
        (
            N_("The agenda for the council's meeting on %(long_due)s is published, or has been changed."),
            N_("Say for each case whether you have a conflict of interest."),
        ),
        "/meetings/%(subject)s/agenda",
        N_("Read the agenda"),
    ),
    "council_meeting_changed": Wording(
        N_("A meeting of the council has another day"),
        (N_("A meeting of the council whose agenda you have been sent now has another day: %(long_due)s."),),
        "/meetings/%(subject)s/agenda",
        N_("Read the agenda"),
    ),
    "council_meeting_cancelled": Wording(
        N_("A meeting of the council is cancelled"),
        (N_("A meeting of the council whose agenda you have been sent is cancelled."),),
        "/meetings",
        N_("See the meetings"),
    ),
    "council_minutes": Wording(
        N_("Minutes to approve"),
        (N_("The minutes of a meeting of the council wait for you to approve them."),),
        "/meetings/%(subject)s/minutes",
        N_("Read the minutes"),
    ),
}
ABOUT_ITEMS: Mapping[str, Wording] = {
    "council_item": Wording(
        N_("%(number)s: on the agenda of the council"),
        (
            N_(
                "Case %(number)s is on the agenda of the council's meeting on %(long_due)s. The page says at what time."
            ),
        ),
        "/meetings/%(subject)s/agenda",
        N_("See the time"),
    ),
}
