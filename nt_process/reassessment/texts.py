"""Words for re-assessments, what may reopen a case, dialogues and evidence plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_


def _lazy(messages: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: _l(message) for name, message in messages.items()}


STATE_NAMES = _lazy(
    {
        "overdue": N_("The day has passed"),
        "soon": N_("To be re-assessed soon"),
        "later": N_("Later"),
        "reassessing": N_("Being re-assessed"),
        "changing": N_("Being changed"),
        "closed": N_("National process closed"),
    }
)
STATE_COLOURS: Mapping[str, str] = {
    "overdue": "danger",
    "soon": "warning",
    "later": "neutral",
    "reassessing": "info",
    "changing": "info",
    "closed": "neutral",
}
RULES = _lazy(
    {
        "published": N_("The recommendation was published"),
        "stood": N_("It was found to stand"),
        "validity": N_("The recommendation itself holds to and including this day"),
        "condition": N_("A condition says that it is to be assessed by this day"),
        "last_day": N_("Last day for the re-assessment: the first of them"),
    }
)
KIND_MESSAGES: Mapping[str, str] = {
    "new_indication": N_("New indication"),
    "price_change": N_("Changed price"),
    "agreement_ends": N_("An agreement ends or is not renewed"),
    "new_evidence": N_("New evidence"),
    "alert": N_("Alert from the follow-up"),
    "jca_updated": N_("The EU joint clinical assessment was updated"),
}
KIND_NAMES = _lazy(KIND_MESSAGES)
VERDICT_NAMES = _lazy(
    {"reopen": N_("Reopen"), "note": N_("Note for the next assessment"), "not_relevant": N_("Not relevant")}
)
VERDICT_COLOURS: Mapping[str, str] = {"reopen": "info", "note": "neutral", "not_relevant": "neutral"}
OUTCOME_NAMES = _lazy(
    {
        "stands": N_("The recommendation stands"),
        "changed": N_("The recommendation is to be changed"),
        "closed": N_("The national process is closed; the regions and their drug committees take over"),
    }
)
HOW_NAMES = _lazy(
    {
        "ends": N_("The agreement's last day is the day stated."),
        "not_renewed": N_("The agreement was to be renewed by the day stated, and was not."),
    }
)
OWNER_NAMES = _lazy({"company": N_("The company"), "other": N_("Somebody else")})
MILESTONE_NAMES = _lazy(
    {
        "delivered": N_("Delivered"),
        "overdue": N_("Delayed"),
        "soon": N_("Within a month"),
        "later": N_("To come"),
    }
)
MILESTONE_COLOURS: Mapping[str, str] = {
    "delivered": "success",
    "overdue": "danger",
    "soon": "warning",
    "later": "neutral",
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "in_the_past": N_("Choose today or a later day."),
    "in_the_future": N_("The day has not come yet."),
    "not_shorter": N_("The day must lie before %(day)s, when the recommendation is assessed again anyhow."),
    "not_within": N_("Write a number from %(least)s to %(most)s."),
    "not_a_number": N_("“%(value)s” is not a number."),
    "too_large": N_("Write a number of at most %(most)s."),
    "too_many_decimals": N_("Write it with at most %(decimals)s decimals."),
    "unknown_case": N_("There is no case “%(value)s”."),
    "of_another_company": N_("The case is another company's."),
    "no_company": N_("The case has no company."),
    "nothing_delivered": N_("Say what is delivered, or choose a file."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l("Somebody has changed it meanwhile. Look at it once more; what you typed is kept below."),
    "same_text": _l("Nothing differs from what is there, so nothing was saved."),
    "there": _l("It has been entered already, with the same day and source."),
    "reopened": _l("It has reopened the case, which is not undone."),
    "not_due": _l("The recommendation is not waiting for that."),
}
