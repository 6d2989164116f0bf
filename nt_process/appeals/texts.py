"""What appeals, their steps and their refusals are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_


def _lazy(messages: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: _l(message) for name, message in messages.items()}


TRACK_NAMES = _lazy(
    {
        "legality": N_("Legality review"),
        "merits": N_("Appeal on the merits"),
        "procurement": N_("Review of a procurement"),
    }
)
TRACK_STATES = _lazy(
    {
        "not_begun": N_("The time has not begun"),
        "running": N_("The time is running"),
        "run_out": N_("The time has run out"),
        "broken": N_("The notice came down too early; the time does not run out"),
    }
)
TRACK_COLOURS: Mapping[str, str] = {
    "not_begun": "neutral",
    "running": "info",
    "run_out": "success",
    "broken": "danger",
}
PARTY_NAMES = _lazy(
    {
        "member": N_("A member of a region"),
        "company": N_("The company"),
        "supplier": N_("A supplier"),
        "region": N_("A region"),
        "other": N_("Somebody else"),
    }
)
RECEIVER_NAMES = _lazy({"body": N_("The federation"), "court": N_("The court")})
SENT_NAMES = _lazy({"decision": N_("The decision"), "award": N_("Notification of award")})
WAY_NAMES = _lazy({"system": N_("Through this system"), "mail": N_("By mail"), "post": N_("By post")})
BECAUSE_NAMES = _lazy(
    {
        "not_begun": N_("It came before its time had begun."),
        "in_time": N_("It came in by the last day."),
        "with_the_other": N_("It was handed in where it does not belong, but by the last day."),
        "misinformed": N_("It is late, but the federation had told wrongly how to appeal."),
        "late": N_("It came in after the last day."),
    }
)
STEP_NAMES = _lazy(
    {
        "reconsidered": N_("Reconsidered, and the decision stands"),
        "changed": N_("Reconsidered, and the decision is changed"),
        "rejected_late": N_("Rejected because it came too late"),
        "handed_over": N_("Handed over to the court"),
        "statement_asked": N_("The court asks for a statement"),
        "statement_given": N_("The statement is given"),
        "ruled": N_("The court has answered"),
        "withdrawn": N_("Withdrawn by who appealed"),
    }
)
RULING_NAMES = _lazy(
    {
        "dismissed": N_("Dismissed without examination"),
        "rejected": N_("Rejected, the decision stands"),
        "granted": N_("Granted, the court changes the decision"),
        "annulled": N_("The decision is annulled"),
        "remitted": N_("The case is remitted"),
    }
)
STATUS_NAMES = _lazy(
    {
        "announced": N_("Announced"),
        "appealed": N_("Appealed"),
        "stands": N_("An appeal has ended, the decision stands"),
        "changed": N_("Changed"),
        "annulled": N_("Annulled"),
        "remitted": N_("Remitted"),
        "legal_force": N_("Has legal force"),
    }
)
STATUS_COLOURS: Mapping[str, str] = {
    "announced": "info",
    "appealed": "warning",
    "stands": "info",
    "changed": "danger",
    "annulled": "danger",
    "remitted": "danger",
    "legal_force": "success",
}
YES_NO = _lazy({"yes": N_("The case is decided"), "no": N_("The request is rejected")})

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "in_the_future": N_("The day has not come yet."),
    "too_early": N_("It can be %(first)s at the earliest."),
    "not_a_company": N_("Only a company or a supplier can be the company of the case."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "not_approved": _l("The minutes have not been approved by two yet."),
    "still_up": _l("The notice is on the board already."),
    "not_up": _l("There is no notice on the board."),
    "no_party": _l("The case has no company."),
    "received": _l("The receipt is on record already."),
    "changed": _l(
        "Something has happened to the appeal meanwhile. See what, and record yours if it still holds."
    ),
    "ended": _l("The appeal has ended."),
    "court_judges_time": _l("The court, and not the federation, judges whether it came in time."),
    "in_time": _l("The appeal came in time, so it cannot be rejected as late."),
    "late": _l("The appeal came too late. It is rejected by a decision in writing."),
    "handed_over": _l("The court has the appeal; only the court can do this now."),
    "not_handed_over": _l("The court has not got the appeal yet."),
    "not_asked": _l("The court has not asked for a statement."),
    "decided": _l("The case has been decided."),
    "asked": _l("Your company has asked once, and may do so once for each case."),
    "too_early": _l("You may ask from %(first)s, when the case is six months old."),
    "answered": _l("The request has been answered."),
}
