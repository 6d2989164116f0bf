"""Words for precedents: decisions, grades, parts, what cases have in common, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

DECISION_NAMES: Mapping[str, Any] = {
    "agreement": _l("Agreement concluded"),
    "no_agreement": _l("Negotiation ended without agreement"),
    "should": _l("Should be used"),
    "can": _l("Can be used"),
    "should_not": _l("Should not be used"),
}
DECISION_COLOURS: Mapping[str, str] = {
    "agreement": "info",
    "no_agreement": "warning",
    "should": "success",
    "can": "brand1",
    "should_not": "danger",
}
SEVERITY_NAMES: Mapping[str, Any] = {
    "low": _l("Low"),
    "moderate": _l("Moderate"),
    "high": _l("High"),
    "very_high": _l("Very high"),
}
RARITY_NAMES: Mapping[str, Any] = {
    "ultra_rare": _l("Ultra-rare, at most 1 in 50 000"),
    "rare": _l("Rare, at most 5 in 10 000"),
    "common": _l("More common than 5 in 10 000"),
}
SHORT_RARITY_NAMES: Mapping[str, Any] = {
    "ultra_rare": _l("Ultra-rare"),
    "rare": _l("Rare"),
    "common": _l("More common"),
}
CERTAINTY_NAMES: Mapping[str, Any] = {
    "very_low": _l("Very low"),
    "low": _l("Low"),
    "moderate": _l("Moderate"),
    "high": _l("High"),
}
CONTRACT_NAMES: Mapping[str, Any] = {
    "financial": _l("Financial"),
    "outcome_based": _l("By outcome"),
}
PART_NAMES: Mapping[str, Any] = {
    "grounds": _l("Severity, rarity and certainty"),
    "economy": _l("Cost and willingness to pay"),
    "contract": _l("Type of contract"),
    "reasons": _l("Reasons"),
}
SHARED_NAMES: Mapping[str, Any] = {
    "substance": _l("same substance"),
    "atc_5": _l("same ATC code, fourth level"),
    "atc_4": _l("same ATC code, third level"),
    "atc_3": _l("same ATC code, second level"),
    "severity": _l("same severity"),
    "rarity": _l("same rarity"),
    "certainty": _l("same certainty"),
    "contract": _l("same type of contract"),
}
FIELD_NAMES: Mapping[str, Any] = {
    "decided_on": _l("Decided"),
    "decision": _l("Decision"),
    "number": _l("Case"),
    "medicine": _l("Medicine"),
    "substance": _l("Active substance"),
    "atc": _l("ATC code"),
    "company": _l("Company"),
    "indication": _l("Indication and patient group"),
    "severity": _l("Severity"),
    "rarity": _l("Rarity"),
    "patients": _l("Patients a year in Sweden"),
    "certainty": _l("Certainty of the evidence"),
    "qaly_from": _l("Cost per QALY, from (SEK)"),
    "qaly_to": _l("Cost per QALY, to (SEK)"),
    "willing_from": _l("Willingness to pay per QALY, from (SEK)"),
    "willing_to": _l("Willingness to pay per QALY, to (SEK)"),
    "contract": _l("Type of contract"),
    "clauses": _l("Kinds of clauses"),
    "clauses_told_by": _l("By whose leave the kinds of clauses are told"),
    "reasons": _l("Reasons that may be published"),
    "is_public": _l("The decision may be told to the public"),
    "public_parts": _l("What else may be told to the public"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_a_number": N_("“%(value)s” is not a whole number above zero."),
    "not_within": N_("Write at most %(most)s."),
    "not_in_steps": N_("Write a whole number of steps of %(step)s kr, so that no negotiated figure is told."),
    "not_an_interval": N_("The upper bound is above the lower one. Leave it empty where there is none."),
    "no_contract": N_("The negotiation ended without agreement, so there is no contract."),
    "missing_contract": N_("Say of which type the agreement is."),
    "missing_permission": N_(
        "The kinds of clauses are told only where the parties have agreed to it. Say where."
    ),
    "not_public": N_("A part can be told to the public only when the decision is."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "no_decision": _l("Nothing has been decided in the case yet, so there is nothing to write of."),
    "written": _l("The decision has its precedent already. Somebody was faster."),
    "changed": _l("Another version has been written since the page was shown. Read it first."),
    "judged": _l("The version has been approved or declined already."),
    "own": _l("Somebody else than the writer approves it."),
    "not_in_delegation": _l(
        "The case has been negotiated. Somebody of the delegation approves it, because the text is held against what is sealed."
    ),
    "not_told": _l("There is nothing to withdraw."),
}
HOLDS_SEALED = N_(
    "The text holds figures that also stand in the sealed terms: %(figures)s. Decline the version, without naming them, "
    "and ask for another wording."
)
