"""What notices about the federation's decisions and appeals say: that something happened, and where; never who appeals."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.companies.notice_texts import Wording
from nt_process.kernel.messages import N_

_PATH = "/appeals/%(subject)s"
_LINK = N_("See the decision")

ABOUT_APPEALS: Mapping[str, Wording] = {
    "publication_step_refused": Wording(
        N_("%(number)s: the case could not follow its decision"),
        (
            N_(
                "What was published or decided in case %(number)s means a step of its process that could not be taken. "
                "See why in the case's log, and take the step by hand."
            ),
        ),
        "/cases/%(number)s/history",
        N_("Open the log"),
    ),
    "decision_sent": Wording(
        N_("%(number)s: something has been sent to you"),
        (
            N_(
                "The federation has sent you a decision or a notification in case %(number)s. Confirm that you have received it."
            ),
        ),
        _PATH,
        _LINK,
    ),
    "appeal_registered": Wording(
        N_("%(number)s: an appeal has come in"),
        (N_("An appeal of the decision in case %(number)s has been registered."),),
        _PATH,
        _LINK,
    ),
    "appeal_ended": Wording(
        N_("%(number)s: your appeal has ended"),
        (N_("Your appeal in case %(number)s has ended. The page says how."),),
        _PATH,
        _LINK,
    ),
    "appeal_reminder": Wording(
        N_("%(number)s: %(due)s is a last day"),
        (N_("The last day of an appeal track, a statement or a request in case %(number)s is %(due)s."),),
        _PATH,
        N_("See which"),
    ),
    "delay_requested": Wording(
        N_("%(number)s: the company asks for a decision"),
        (N_("The company asks that case %(number)s be decided. It is answered within four weeks."),),
        _PATH,
        N_("See the request"),
    ),
    "delay_answered": Wording(
        N_("%(number)s: your request is answered"),
        (N_("Your request that case %(number)s be decided has been answered."),),
        _PATH,
        N_("See the answer"),
    ),
}
