"""Words for follow-up: measures, places, states, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.followup.messages import (
    DIRECTION_MESSAGES,
    MEASURE_MESSAGES,
    PLACE_MESSAGES,
    VERDICT_MESSAGES,
    WATCHED_MESSAGES,
)
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_


def _lazy(messages: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: _l(message) for name, message in messages.items()}


MEASURE_NAMES = _lazy(MEASURE_MESSAGES)
PLACE_NAMES = _lazy(PLACE_MESSAGES)
PLACE_COLOURS: Mapping[str, str] = {
    "below": "warning",
    "within": "success",
    "above": "danger",
    "hidden": "neutral",
    "untold": "neutral",
    "unexpected": "info",
}
DIRECTION_NAMES = _lazy(DIRECTION_MESSAGES)
DIRECTION_COLOURS: Mapping[str, str] = {"over": "danger", "under": "warning"}
VERDICT_NAMES = _lazy(VERDICT_MESSAGES)
WATCHED = _lazy(WATCHED_MESSAGES)
OUTCOME_COLOURS: Mapping[str, str] = {"should": "success", "can": "info", "should_not": "danger"}

FILE_STATES = _lazy(
    {
        "waiting": N_("Being read"),
        "faulty": N_("Has faults"),
        "read": N_("Ready to be taken in"),
        "taken": N_("Taken in"),
    }
)
FILE_COLOURS: Mapping[str, str] = {
    "waiting": "info",
    "faulty": "danger",
    "read": "warning",
    "taken": "success",
}
FIELD_NAMES = _lazy(
    {
        "questions": N_("Questions"),
        "conditions": N_("How the conditions are followed"),
        "measure": N_("What use is counted by"),
        "per_patient": N_("How much of it a patient uses in a quarter"),
        "expected_patients": N_("Expected patients in the country"),
        "first_quarter": N_("First quarter"),
        "path": N_("Expected use, quarter by quarter"),
        "hidden_below": N_("Numbers of patients below this are not shown"),
        "indicators": N_("Indicators"),
        "milestones": N_("Milestones"),
        "name": N_("Name"),
        "definition": N_("Definition"),
        "numerator": N_("Numerator"),
        "denominator": N_("Denominator"),
        "source": N_("Source"),
        "period": N_("Period"),
        "responsible": N_("Responsible"),
        "day": N_("Day"),
        "what": N_("What is to be known"),
        "legal_basis": N_("Another legal basis"),
        "file": N_("File"),
        "verdict": N_("What became of it"),
        "text": N_("In words"),
    }
)
ERROR_TEXTS = _lazy(
    {
        "changed": N_(
            "Somebody was faster. Look at what has changed, and do it again if it is still needed."
        ),
        "same_text": N_("Nothing differs from the version before."),
        "own_text": N_("You wrote this version. Somebody else has to approve it."),
        "approved": N_("The version is approved already."),
        "lacking": N_("It cannot be approved before these are stated: %(fields)s."),
    }
)
