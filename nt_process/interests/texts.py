"""Words for declarations of interest: kinds, fields, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

KIND_NAMES: Mapping[str, Any] = {
    "employment": _l("Employment"),
    "ownership": _l("Ownership or shares"),
    "assignment": _l("Assignment or fee"),
    "research": _l("Research"),
    "relation": _l("Close relation"),
    "other": _l("Other tie"),
}
FIELD_NAMES: Mapping[str, Any] = {
    "kind": _l("Kind of tie"),
    "company": _l("Company"),
    "substance": _l("Active substance"),
    "since": _l("From"),
    "until": _l("To"),
    "description": _l("What it is"),
}
FAULTS: Mapping[str, str] = {
    "answer_missing": N_("Say whether you have anything to declare."),
    "nothing_with_rows": N_(
        "You have filled in ties below. Choose that you have something to declare, or empty them."
    ),
    "something_without_rows": N_("Fill in at least one tie below."),
    "kind_missing": N_("Choose what kind of tie it is."),
    "nothing_named": N_("Name a company or a substance."),
    "description_missing": N_("Say briefly what it is."),
    "ends_before": N_("The last day is before the first."),
    "not_a_day": N_("Write the day as 2026-11-22."),
    "no_such_day": N_("There is no such day. Check the month and the day."),
    "too_long": N_("The text is longer than %(limit)s characters."),
    "bad_characters": N_("The text contains characters that cannot be stored. Remove them."),
    "reason_missing": N_("Give the reason."),
    "person_missing": N_("Choose a person."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "own_conflict": _l("Nobody decides about their own conflict of interest. A colleague does."),
    "declared_meanwhile": _l(
        "The person has declared more since you opened the page. Read it below, and decide again."
    ),
}
