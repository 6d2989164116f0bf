"""Words for the market function: kinds of dates, statuses, fields, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

# Also worded in mail, outside a request.
KIND_MESSAGES: Mapping[str, str] = {
    "patent": N_("Patent"),
    "spc": N_("Supplementary protection certificate (SPC)"),
    "data_protection": N_("Data protection"),
    "market_protection": N_("Market protection"),
    "orphan_exclusivity": N_("Market exclusivity for orphan medicines"),
    "biosimilar": N_("Biosimilar expected"),
    "generic": N_("Generic expected"),
}
KIND_NAMES: Mapping[str, Any] = {kind: _l(message) for kind, message in KIND_MESSAGES.items()}
CERTAINTY_NAMES: Mapping[str, Any] = {"stated": _l("Stated in the source"), "expected": _l("Expected")}
SCOPE_NAMES: Mapping[str, Any] = {
    "joint": _l("Joint for the regions"),
    "regional": _l("Each region by itself"),
}
STATUS_NAMES: Mapping[str, Any] = {
    "wished": _l("Wished for"),
    "planned": _l("Planned"),
    "decided": _l("Decided"),
    "under_way": _l("Under way"),
    "concluded": _l("Concluded"),
    "cancelled": _l("Cancelled"),
}
STATUS_COLOURS: Mapping[str, str] = {
    "wished": "neutral",
    "planned": "info",
    "decided": "brand1",
    "under_way": "warning",
    "concluded": "success",
    "cancelled": "neutral",
}
TOLD_NAMES: Mapping[str, Any] = {
    "secretariat": _l("The secretariat"),
    "council_member": _l("Members of the council"),
    "region_representative": _l("The regions' representatives"),
    "management": _l("The management"),
}

ENTRY_FIELDS: Mapping[str, Any] = {
    "kind": _l("What happens"),
    "medicine": _l("Medicine"),
    "substance": _l("Active substance"),
    "atc": _l("ATC code"),
    "company": _l("Company"),
    "indication": _l("Indication"),
    "day": _l("Day"),
    "certainty": _l("How certain it is"),
    "source": _l("Source"),
    "note": _l("Note"),
}
PROCUREMENT_FIELDS: Mapping[str, Any] = {
    "name": _l("What is procured"),
    "substance": _l("Active substance"),
    "atc": _l("ATC code"),
    "scope": _l("Joint or regional"),
    "status": _l("Status"),
    "lead": _l("Carried out by"),
    "unit": _l("Unit of the volumes"),
    "volume": _l("Estimated volume a year"),
    "sign_up_until": _l("Last day to sign up"),
    "advertised_on": _l("Advertised"),
    "agreement_from": _l("Agreement from"),
    "agreement_to": _l("Agreement to"),
    "note": _l("Note"),
}
CHANGE_NAMES: Mapping[str, Any] = {
    **ENTRY_FIELDS,
    **PROCUREMENT_FIELDS,
    "registered": _l("Registered"),
    "removed": _l("Removed from the register"),
    "commitment": _l("Commitment"),
    "months": _l("Months before"),
    "told": _l("Who is told"),
}
# What stands in the log as a code, by the field that it is a value of.
VALUE_NAMES: Mapping[str, Mapping[str, Any]] = {
    "kind": KIND_NAMES,
    "certainty": CERTAINTY_NAMES,
    "scope": SCOPE_NAMES,
    "status": STATUS_NAMES,
}
DAY_FIELDS = frozenset({"day", "sign_up_until", "advertised_on", "agreement_from", "agreement_to"})

MARKET_FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_atc": N_("Write an ATC code such as L01XC02, or the beginning of one."),
    "not_positive": N_("“%(value)s” is not above zero."),
    "too_many_decimals": N_("Write at most %(limit)s decimals."),
    "agreement_ends_before_start": N_("The agreement ends before it begins."),
    "advertised_before_sign_up": N_(
        "The procurement is advertised when the regions have signed up: state a later day than the last day to sign up."
    ),
    "volume_beyond_reason": N_(
        "%(volume)s is more than a hundred times the estimate for all regions, %(estimate)s. Check the volume and its unit."
    ),
    "volume_without_unit": N_("State the unit that the volumes are in."),
    "reason_needed": N_("The last day to sign up was %(day)s, so state the reason; everyone can read it."),
    "not_months": N_("“%(value)s” is not months before a date. Write whole numbers, such as 36, 24, 12."),
    "too_many_rungs": N_("State at most %(limit)s reminders."),
    "nobody_told": N_("Choose who is told."),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "changed": _l(
        "%(person)s changed this at %(at)s, after you opened the page. What you wrote is still here: check it "
        "against what stands there now, and send it again."
    ),
    "removed": _l("The date has been removed from the register and can no longer be changed."),
    "unit_in_use": _l("Regions have committed volumes in this unit, so it can no longer be changed."),
    "not_committed": _l("The region has no commitment to withdraw."),
    "not_joint": _l("Each region procures this by itself, so there is nothing to sign up for."),
    "not_open": _l("The procurement is not planned yet, so the regions cannot sign up."),
    "ended": _l("The procurement has ended, so nothing can be changed."),
    "sign_up_over": _l(
        "The last day to sign up was %(day)s. Ask whoever keeps the plan to move it, if it is to be open again."
    ),
}
