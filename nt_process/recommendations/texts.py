"""Words for recommendations: fields, levels, states, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_


def _lazy(messages: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: _l(message) for name, message in messages.items()}


KIND_MESSAGES: Mapping[str, str] = {"final": N_("Recommendation"), "interim": N_("Interim recommendation")}
KIND_NAMES = _lazy(KIND_MESSAGES)
FIELD_MESSAGES: Mapping[str, str] = {
    "outcome": N_("Position"),
    "valid_to": N_("Holds to and including"),
    "summary": N_("In short"),
    "patient_group": N_("Patient group"),
    "start_criteria": N_("Criteria to start treatment"),
    "stop_criteria": N_("Criteria to stop treatment"),
    "conditions": N_("Conditions"),
    "human_dignity": N_("The principle of human dignity"),
    "need_solidarity": N_("The principle of need and solidarity"),
    "cost_effectiveness": N_("The principle of cost effectiveness"),
    "severity_level": N_("How severe the condition is"),
    "severity": N_("Severity of the condition"),
    "effect": N_("Effect and its size"),
    "certainty_level": N_("How certain the evidence is"),
    "certainty": N_("Certainty of the evidence"),
    "rarity": N_("Rarity of the condition"),
    "cost_per_qaly": N_("Cost per quality-adjusted life year"),
    "willingness": N_("Willingness to pay"),
}
FIELD_NAMES = _lazy(FIELD_MESSAGES)
LEVEL_MESSAGES: Mapping[str, str] = {
    "very_low": N_("Very low"),
    "low": N_("Low"),
    "moderate": N_("Moderate"),
    "high": N_("High"),
    "very_high": N_("Very high"),
}
LEVEL_NAMES = _lazy(LEVEL_MESSAGES)
RELATION_MESSAGES: Mapping[str, str] = {"replaces": N_("Replaces"), "amends": N_("Amends")}
RELATION_NAMES = _lazy(RELATION_MESSAGES)
STATE_NAMES = _lazy(
    {
        "draft": N_("Draft"),
        "approved": N_("Approved"),
        "signed": N_("Signed, not public yet"),
        "published": N_("Public"),
        "dropped": N_("Put aside"),
    }
)
STATE_COLOURS: Mapping[str, str] = {
    "draft": "neutral",
    "approved": "info",
    "signed": "warning",
    "published": "success",
    "dropped": "neutral",
}
OUTCOME_COLOURS: Mapping[str, str] = {
    "should": "success",
    "can": "info",
    "should_not": "danger",
    "wait": "warning",
}
MATCHES_NAMES = _lazy({"yes": N_("Yes"), "no": N_("No")})
FOLLOWS_NAMES = _lazy({"yes": N_("Yes"), "partly": N_("Partly"), "no": N_("No")})
ANSWER_COLOURS: Mapping[str, str] = {"yes": "success", "partly": "warning", "no": "danger"}
SIGNER = N_("member of the council")

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "empty": N_("The recommendation cannot be approved before this is stated."),
    "no_position": N_("Choose a position."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "unusable": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "not_a_time": N_("“%(value)s” is not a time. Write it as HH:MM."),
    "no_such_time": N_("There is no such time that day, because the clocks are put forward."),
    "has_passed": N_(
        "The time has passed. Choose a later one, or leave both fields empty to publish at once."
    ),
    "in_the_past": N_("Choose today or a later day."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l(
        "Somebody has saved a newer version meanwhile. Compare with it, and save what is to stand in the end."
    ),
    "same_text": _l("Nothing differs from the version before, so nothing was saved."),
    "signed": _l("It is signed, and cannot be changed. Recall the signature first."),
    "published": _l("It is public, and cannot be changed. Write one that replaces or amends it."),
    "dropped": _l("It has been put aside."),
    "not_signed": _l("There is no signature to recall."),
    "not_checked": _l(
        "The case has settled terms. Somebody of the delegation compares the version with them before it is approved."
    ),
    "no_terms": _l("No terms have been settled in the case, so there is nothing to compare with."),
    "not_in_circle": _l("You may not read the terms of the negotiation. Ask somebody of its delegation."),
    "own_text": _l("You wrote this version. Somebody else approves it."),
    "approved": _l("This version has been approved."),
    "not_approved": _l("This version has not been approved."),
    "changed_text": _l("The text is not the one that was shown to you. Read it once more."),
}
FIGURES = _l(
    "The text has figures that also stand in the secret terms: %(figures)s. Change the text, or state why they may be public."
)
