"""Words for settlement: states, kinds, faults of files and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_
from nt_process.terms.kinds import KINDS

FILE_STATES: Mapping[str, Any] = {
    "waiting": _l("Being read"),
    "faulty": _l("Has faults"),
    "read": _l("Ready to be taken in"),
    "taken": _l("Taken in"),
}
FILE_COLOURS = {
    "waiting": "info",
    "faulty": "danger",
    "read": "warning",
    "taken": "success",
}
FILE_KINDS: Mapping[str, Any] = {"sales": _l("Sales"), "counts": _l("Counts of patients and outcomes")}
COUNT_KINDS: Mapping[str, Any] = {
    "cohort": _l("cohorts"),
    "doses": _l("counts of doses"),
    "outcome": _l("outcomes"),
}
RUN_STATES: Mapping[str, Any] = {
    "computing": _l("Being computed"),
    "failed": _l("Could not be computed"),
    "proposed": _l("Awaits approval"),
    "approved": _l("Approved"),
    "declined": _l("Put aside"),
}
RUN_COLOURS = {
    "computing": "info",
    "failed": "danger",
    "proposed": "warning",
    "approved": "success",
    "declined": "neutral",
}
RUN_KINDS: Mapping[str, Any] = {"ordinary": _l("Quarter"), "correction": _l("Correction")}
DISPUTE_STATES: Mapping[str, Any] = {
    "open": _l("Disputed"),
    "upheld": _l("Dispute upheld"),
    "rejected": _l("Dispute rejected"),
}
DISPUTE_COLOURS = {"open": "warning", "upheld": "info", "rejected": "neutral"}
# Also worded in printed documents, outside a request.
CLAUSE_MESSAGES: Mapping[str, str] = {kind: clause.name for kind, clause in KINDS.items()}
CLAUSE_NAMES: Mapping[str, Any] = {kind: _l(message) for kind, message in CLAUSE_MESSAGES.items()}

FAULTS: Mapping[str, str] = {
    "missing": N_("Fill in this field."),
    "too_long": N_("The text is longer than %(limit)s characters."),
    "bad_characters": N_("The text holds characters that cannot be stored."),
    "unusable": N_("The text holds characters that cannot be stored."),
    "personal_column": N_("The column speaks of persons. Only sums and counts are taken in; remove it."),
    "personal_number": N_("A personal number stands here. Nothing about a person may be handed in."),
    "empty_text": N_("A text is missing."),
    "text_too_long": N_("“%(value)s” is too long."),
    "unknown_word": N_("“%(value)s” is not known here."),
    "unknown_region": N_("“%(value)s” is not one of the 21 regions."),
    "not_a_month": N_("“%(value)s” is not a month. Write it as YYYY-MM."),
    "negative_number": N_("“%(value)s” is negative. Take a return off the month that it belongs to."),
    "not_in_ore": N_("“%(value)s” has fractions of an öre."),
    "cost_without_volume": N_("There is a cost but no volume."),
    "stands_twice": N_("The same package, unit and month already stands in row %(first)s."),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l("Somebody was faster: it is not in that state any more."),
    "not_a_quarter": _l("Choose one of the quarters in the list."),
    "not_over": _l("The quarter is not over yet."),
    "settled_already": _l("A later quarter has been approved. Propose a correction of that one."),
    "run_open": _l("Another run of this agreement is under way."),
    "same_person": _l("You proposed this run. Somebody else has to approve it."),
    "outside": _l(
        "Only those of the negotiation's delegation can approve, because they can read what is due."
    ),
    "no_atc": _l("State the medicine's ATC code on the case first. Released totals are made by it."),
    "overtaken": _l(
        "Another run was approved since this one was computed. Put it aside and propose a new one."
    ),
    "not_a_party": _l("Only those who have a statement of this run can dispute it."),
}
