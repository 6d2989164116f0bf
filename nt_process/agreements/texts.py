"""Words for agreements: states, sides, clocks, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.fault_texts import TYPED_FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

STATE_MESSAGES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "withdrawn": N_("Withdrawn"),
    "signing": N_("Sent to be signed"),
    "to_come": N_("Signed, begins later"),
    "in_force": N_("In force"),
    "expired": N_("Expired"),
    "ended": N_("Ended"),
}
STATE_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in STATE_MESSAGES.items()}
STATE_COLOURS: Mapping[str, str] = {
    "draft": "neutral",
    "withdrawn": "neutral",
    "signing": "warning",
    "to_come": "info",
    "in_force": "success",
    "expired": "danger",
    "ended": "danger",
}
SIDE_MESSAGES: Mapping[str, str] = {"company": N_("The company"), "region": N_("Region")}
CLOCK_NAMES: Mapping[str, Any] = {
    "expiry": _l("Expires"),
    "renewal": _l("Renewal is to be said by"),
    "renegotiation": _l("Terms are to be negotiated again"),
}
CAPACITY_MESSAGES: Mapping[str, str] = {
    "contact": N_("Contact of the company"),
    "signatory": N_("Signs for the region"),
    "reader": N_("Reads for the region"),
}
CAPACITY_NAMES: Mapping[str, Any] = {name: _l(message) for name, message in CAPACITY_MESSAGES.items()}

FAULTS: Mapping[str, str] = {
    **TYPED_FAULTS,
    # The room's word for what cannot be stored.
    "unusable": TYPED_FAULTS["bad_characters"],
    "outside_terms": N_("The day is not within those of the settled terms."),
    "outside_period": N_("The day is not within those of the agreement."),
    "in_the_past": N_("Choose today or a later day."),
    "not_an_article_number": N_(
        "“%(value)s” is not an article number. It has six digits, or fourteen in NPL."
    ),
    "number_twice": N_("The article number %(value)s already stands at another package."),
    "too_many": N_("State at most %(most)s."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "no_terms": _l("No terms have been settled yet, so there is nothing to write an agreement of."),
    "open_version": _l("There is a version that is being drafted or signed. Withdraw it first."),
    "same_terms": _l("Neither the terms nor the days differ from those of the version before."),
    "no_regions": _l("No region has joined these terms, so there is nobody to ask."),
    "not_open": _l("This version cannot be changed or signed any more."),
    "signed": _l("You have signed this version."),
    "unread": _l("Open the text and read it before you sign."),
    "changed_text": _l(
        "The text is not the one that was shown to you. Open it again, and sign what you read."
    ),
    "not_joined": _l("The region has not joined the terms that this version rests on."),
    "expired": _l("The last day of this version has passed."),
    "in_force": _l("The version is in force, and cannot be withdrawn. End the agreement instead."),
    "ended": _l("The agreement has been ended."),
}
OVERLAP = _l("A region is bound by another agreement for the same package and days.")
OVERLAP_OF = _l("A region is bound by another agreement for the same package and days: %(others)s.")
