"""Words of the portal: faults, refusals, roles, and what the case's own actions mean for a company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

ROLE_NAMES: Mapping[str, Any] = {"coordinator": _l("Coordinator"), "contributor": _l("Contributor")}
KIND_NAMES: Mapping[str, Any] = {"application": _l("Application"), "supplement": _l("Supplement")}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_atc": N_("Write an ATC code such as L01XC02, or the beginning of one."),
    "negative": N_("The number cannot be below zero."),
    "too_many_decimals": N_("Write at most %(limit)s decimals."),
    "not_a_link": N_("Write the whole address, beginning with https://."),
    "day_ahead": N_("The day has not come yet. State the day on which it was approved."),
    "day_passed": N_("The day has passed. State a day to come."),
    "not_positive": N_("State at least one."),
    "secrecy_over": N_("The day has passed. State until when it is secret."),
    "secrecy_too_long": N_("Secrecy can last at most 20 years."),
    "paste_empty": N_(
        "No region was found. Paste a line for each region, with three amounts after its name."
    ),
    "paste_region": N_("Line %(row)s does not begin with the name of a region."),
    "paste_columns": N_("Line %(row)s is to hold a region and three amounts."),
    "paste_twice": N_("Line %(row)s is the second one for %(region)s. Keep one line for each region."),
    "file_missing": N_("Choose a file."),
    "public_missing": N_("Choose the version that everyone may read, without what is secret."),
    "same_file": N_(
        "The two versions are the same file. Remove what is secret from the one that everyone may read."
    ),
}

ERRORS: Mapping[str, Any] = {
    "not_draft": _l("The application has been filed or discarded, so nothing in it can be changed."),
    "begun": _l("A colleague of yours has begun an application in this case. Ask them to add you to it."),
    "not_coordinator": _l("Only a coordinator of the application can do this."),
    "last_coordinator": _l("An application needs a coordinator. Make someone else coordinator first."),
    "is_contact": _l("The contact person cannot be removed. Choose another contact person first."),
    "unknown_colleague": _l("Choose one of your company's people."),
    "incomplete": _l("Something is missing. Each thing below leads to where it is answered."),
    "claim_over": _l(
        "Something is claimed secret until a day that has passed. State a later day; a document is removed and added anew."
    ),
    "no_request": _l("The case does not await a supplement any more."),
    "no_answer": _l("Write the answer that everyone with part in the case may read."),
}

# What an action of the case means for a company that considers it.
ACTION_HELP: Mapping[str, Any] = {
    "activate_limit": _l(
        "The outer limit of the negotiation begins to count. Either party can do it, and it is not undone."
    ),
    "offer_extension": _l("You propose a later last day. It holds only when the other party accepts it."),
    "accept_extension": _l("The last day becomes the one that the other party has proposed."),
    "decline_extension": _l("The last day stays as it is."),
    "request_deferment": _l("You ask TLV for more time. TLV decides."),
    "withdraw": _l("Every limit is ended. The council may go on of its own motion."),
    "end_without_agreement": _l("The negotiation ends. The reasons are published."),
    "decline_invitation": _l("TLV then makes a limited assessment without your material."),
}
