"""Words for negotiations: kinds, sides, how a region stands, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.fault_texts import TYPED_FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_
from nt_process.terms.texts import TERMS_FAULTS

KIND_NAMES: Mapping[str, Any] = {
    "two_party": _l("Regions and company"),
    "three_party": _l("Regions, TLV and company"),
}
SIDE_NAMES: Mapping[str, Any] = {
    "delegation": _l("The regions' delegation"),
    "region": _l("A region"),
    "company": _l("The company"),
    "tlv": _l("TLV"),
}
CAPACITY_NAMES: Mapping[str, Any] = {
    "lead": _l("Leads the negotiation"),
    "member": _l("Member"),
    "expert": _l("Medical expert"),
    "secretary": _l("Secretary"),
    "signatory": _l("Signs for the region"),
    "reader": _l("Reads for the region"),
    "contact": _l("Whoever is the company's contact"),
}
STANDING_MESSAGES: Mapping[str, str] = {
    "joined": N_("Party"),
    "suspended": N_("Is to confirm changed terms"),
    "invited": N_("Invited"),
    "declined": N_("Has declined"),
    "left": N_("Has left"),
    "not_asked": N_("Not invited"),
}
STANDING_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in STANDING_MESSAGES.items()}
STANDING_COLOURS: Mapping[str, str] = {
    "joined": "success",
    "suspended": "warning",
    "invited": "info",
    "declined": "danger",
    "left": "danger",
    "not_asked": "neutral",
}
# The colours of the map's tiles, which it shares with that of consultations.
STANDING_TONES: Mapping[str, str] = {
    "joined": "answered",
    "suspended": "late",
    "invited": "no_comment",
    "declined": "waiting",
    "left": "waiting",
    "not_asked": "not_asked",
}
ENTRY_MESSAGES: Mapping[str, str] = {
    "invited": N_("Invited to join"),
    "joined": N_("Joined"),
    "confirmed": N_("Confirmed the changed terms"),
    "declined": N_("Declined"),
    "left": N_("Left"),
}
ENTRY_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in ENTRY_MESSAGES.items()}
# What has become of a term since the offer before; the table says it in words.
CHANGE_NAMES: Mapping[str, Any] = {
    "new": _l("added"),
    "gone": _l("not in this one"),
    "changed": _l("differs"),
    "higher": _l("higher"),
    "lower": _l("lower"),
    "moved": _l("moved"),
}
PLACE_NAMES: Mapping[str, Any] = {
    "negotiation_offer": _l("Offer"),
    "negotiation_offer_file": _l("File of an offer"),
    "negotiation_note": _l("The delegation's note"),
    "negotiation_terms": _l("Terms that the regions join"),
    "agreement_text": _l("Text of the agreement"),
    "agreement_pdf": _l("Text of the agreement as PDF"),
}

FAULTS: Mapping[str, str] = {
    **TERMS_FAULTS,
    **TYPED_FAULTS,
    # The room's word for what cannot be stored.
    "unusable": TYPED_FAULTS["bad_characters"],
    "not_in_future": N_("Choose a time that is to come."),
    "not_an_amount": N_("“%(value)s” is not a number from zero upwards. Write it as 1234,50."),
    "no_clauses": N_("Add at least one clause."),
    "not_prices": N_("“%(value)s” is not a package and its price. Write it as “Package: 1234,50”."),
    "not_tiers": N_("“%(value)s” is not two figures. Write them as “100: 20”."),
    "not_instalments": N_("“%(value)s” is not a measure and an amount. Write it as “Response: 100000”."),
    "not_terms": N_("The file does not hold terms. It is to be a JSON document with clauses."),
    "too_many_files": N_("Add at most %(limit)s files to one offer."),
    "no_file": N_("Choose a file."),
    "early_reason": N_("The time for opening has not come. State why the round is to be opened earlier."),
    "no_case": N_("There is no case with this number."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "no_negotiation": _l("The case is not in a state from which a negotiation can begin."),
    "under_way": _l("The case has a negotiation already."),
    "no_company": _l("The case has no company with an account to negotiate with."),
    "ended": _l("The case is no longer being negotiated, so nothing more can be offered."),
    "in_circle": _l("The person is in the circle already."),
    "not_barred": _l("The person can enter the circle already."),
    "out_of_circle": _l("The person is not in the circle any more."),
    "conflicted": _l("%(name)s has a conflict of interest in the case, or one that has not been decided."),
    "last_of_delegation": _l("Somebody has to be left in the delegation. Add another person first."),
    "not_sealed": _l("The round is not sealed: its offers can be read already."),
    "opened": _l("The round has been opened."),
    "past_time": _l("The time for offers in this round has passed: it is to be opened now."),
    "second_person": _l("You have opened the round. It takes one more person of the delegation."),
    "same_terms": _l("These are the terms that hold already."),
    "no_terms": _l("No terms have been settled yet, so there is nothing to join."),
    "no_mandate": _l("The region has no mandate that holds today. Add its power of attorney first."),
    "changed_terms": _l(
        "The terms have been changed since you opened the page. Read the new ones before you join."
    ),
    "barred": _l(
        "The secretariat has taken you out of the circle. It can let you in again, or somebody else can read for the region."
    ),
    "entry_no_mandate": _l(
        "Your region is invited, but has no power of attorney that holds today. Add it below, or ask the secretariat to; "
        "then you can enter the circle and read the terms."
    ),
    "entry_not_invited": _l(
        "The terms are read by regions that are invited or have joined. The secretariat invites the regions."
    ),
    "entry_over": _l(
        "Your region has declined or left, and reads the terms no more. The secretariat can invite it again."
    ),
    "cannot": _l("The region's standing has changed since you opened the page."),
}
