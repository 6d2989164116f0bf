"""Words for introductions: decisions, reasons, steps, tasks, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.fault_texts import TYPED_FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.introduction.rules import reasons
from nt_process.kernel.messages import N_


def _lazy(messages: Mapping[str, str]) -> dict[str, Any]:
    return {name: _l(message) for name, message in messages.items()}


# Also worded in printed documents, outside a request.
DECISION_MESSAGES: Mapping[str, str] = {
    "follow": N_("Follows"),
    "limits": N_("Follows with limits"),
    "not": N_("Does not follow"),
    "none": N_("Has not decided"),
}
DECISION_NAMES = _lazy(DECISION_MESSAGES)
DECISION_CHOICES = _lazy(
    {
        "follow": N_("We follow the recommendation"),
        "limits": N_("We follow it with limits"),
        "not": N_("We do not follow it"),
    }
)
DECISION_COLOURS: Mapping[str, str] = {
    "follow": "success",
    "limits": "warning",
    "not": "danger",
    "none": "neutral",
}
# The pattern of a tile tells the same as its colour (consultation.css).
TONES: Mapping[str, str] = {"follow": "choice-3", "limits": "choice-2", "not": "choice-4", "none": "none"}
REASON_NAMES = _lazy(reasons.MESSAGES)
STEP_NAMES = _lazy(
    {
        "decided": N_("Decided"),
        "funded": N_("Funded"),
        "trained": N_("Staff trained"),
        "ordering": N_("Ordering ready"),
        "in_use": N_("In use"),
    }
)
STANDING_NAMES = _lazy({"current": N_("Holds today"), "ended": N_("Replaced or ended")})
TASK_NAMES = _lazy(
    {
        "decide": N_("Decide whether the region follows"),
        "state_start": N_("State the day of start"),
        "make_ready": N_("State what is ready"),
        "take_in_use": N_("State that it is in use"),
    }
)
FIELD_NAMES = _lazy(
    {
        "decision": N_("What the region does"),
        "reason_code": N_("Reason, from the list"),
        "reason": N_("Reason, in words"),
        "reason_public": N_("Show the reason in words to everybody, on the public site"),
        "start_on": N_("Day of start"),
        "units": N_("Units"),
        "responsible_id": N_("Responsible"),
        "responsible": N_("Somebody else, by name"),
        "responsible_role": N_("Role of the responsible"),
        "protocol_link": N_("Link to the introduction protocol"),
        "holds_from": N_("Holds from"),
    }
)
LADDER_NAMES = _lazy(
    {
        "undecided": N_("Days after publication, for a region that has not decided"),
        "not_ready": N_("Days after the day of start, for a region that is not ready"),
    }
)

FAULTS: Mapping[str, str] = {
    **TYPED_FAULTS,
    "no_such_day": N_("There is no day “%(value)s”. Check the month and the day."),
    "not_a_link": N_("Write a whole address, such as https://www.example.org/protocol."),
    "in_the_future": N_("Choose today or an earlier day. What is to come is said by the day of start."),
    "before_publication": N_("The recommendation was published on %(day)s. Choose that day or a later one."),
    "unit_without_name": N_("“%(value)s” has no name. Write the name, a semicolon and the code."),
    "too_many_units": N_("Write at most %(limit)s units."),
    "too_many_files": N_("There may be at most %(limit)s files. Take one away first."),
    "no_file": N_("Choose a file."),
    "not_days": N_("Write whole numbers with commas between, such as 30, 60."),
    "too_many_days": N_("Write at most %(limit)s numbers."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "may_not_speak": _l("You may read this. Somebody who may speak for your region decides."),
    "ended": _l(
        "The recommendation has been replaced or holds no longer, so nothing is decided about it any more."
    ),
    "changed": _l(
        "Somebody of your region has saved since you opened the page. What you wrote is still here: compare it with what is "
        "saved, and send it again if it is to stand."
    ),
    "same": _l("Nothing differs from what is saved, so nothing was saved."),
    "not_used": _l("The region does not take the medicine into use, so there is nothing to make ready."),
}
