"""Words for horizon scanning: fields and statuses of the agency's export, faults of its rows, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import N_, Translate

FIELD_NAMES: Mapping[str, Any] = {
    "category": _l("Category"),
    "name": _l("Trade name"),
    "product_number": _l("Product number"),
    "status": _l("Status at EMA"),
    "opinion_status": _l("Opinion"),
    "latest_procedure": _l("Latest procedure"),
    "inn": _l("Common name (INN)"),
    "active_substance": _l("Active substance"),
    "therapeutic_area": _l("Therapeutic area"),
    "patient_safety": _l("Patient safety measures"),
    "atc": _l("ATC code"),
    "group": _l("Pharmacotherapeutic group"),
    "indication": _l("Indication"),
    "accelerated": _l("Accelerated assessment"),
    "additional_monitoring": _l("Additional monitoring"),
    "advanced_therapy": _l("Advanced therapy (ATMP)"),
    "biosimilar": _l("Biosimilar"),
    "conditional": _l("Conditional approval"),
    "exceptional": _l("Approval under exceptional circumstances"),
    "generic": _l("Generic or hybrid"),
    "orphan": _l("Orphan medicine"),
    "prime": _l("PRIME (priority medicine)"),
    "company": _l("Company"),
    "decided_on": _l("Latest decision of the Commission"),
    "rolling_review_on": _l("Rolling review started"),
    "evaluation_on": _l("Evaluation started"),
    "opinion_on": _l("Opinion adopted"),
    "application_withdrawn_on": _l("Application withdrawn"),
    "authorised_on": _l("Approved in the EU"),
    "refused_on": _l("Approval refused"),
    "ended_on": _l("Approval ended"),
    "suspended_on": _l("Approval suspended"),
    "revision": _l("Revision number"),
    "first_published_on": _l("First published"),
    "last_updated_on": _l("Last updated"),
    "url": _l("Page at the agency"),
}

STATUS_NAMES: Mapping[str, Any] = {
    "watched": _l("Watched"),
    "opened": _l("Case opened"),
    "dismissed": _l("Dismissed"),
    "merged": _l("Merged"),
}
STATUS_COLOURS: Mapping[str, str] = {
    "watched": "info",
    "opened": "success",
    "dismissed": "neutral",
    "merged": "neutral",
}

# What the agency writes today; a status that it adds later is shown as it is.
AGENCY_STATUS_NAMES: Mapping[str, Any] = {
    "Authorised": _l("Approved"),
    "Opinion": _l("Opinion given"),
    "Opinion under re-examination": _l("Opinion under re-examination"),
    "Refused": _l("Refused"),
    "Application withdrawn": _l("Application withdrawn"),
    "Withdrawn": _l("Approval withdrawn"),
    "Withdrawn from rolling review": _l("Withdrawn from rolling review"),
    "Lapsed": _l("Approval lapsed"),
    "Expired": _l("Approval expired"),
    "Revoked": _l("Approval revoked"),
    "Suspended": _l("Approval suspended"),
}

DECISION_NAMES: Mapping[str, Any] = {
    "merged": _l("Merged into"),
    "received": _l("Also stands for"),
    "dismissed": _l("Dismissed"),
    "reopened": _l("Watched again"),
    "opened": _l("Case opened"),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "not_now": _l("That cannot be done while the item is in its present status. The page shows what can."),
    "changed": _l(
        "%(person)s changed the item at %(at)s, after you opened this page. What you wrote is still here: "
        "check it against the item, and send it again."
    ),
    "changed_by_import": _l(
        "An import changed the item at %(at)s, after you opened this page. What you wrote is still here: "
        "check it against the item, and send it again."
    ),
    "no_target": _l("Choose another item that is watched, or that has a case."),
    "no_reason": _l("State a reason of at most %(limit)s characters, without control characters."),
}

ROW_FAULTS: Mapping[str, str] = {
    "veterinary": N_("A veterinary medicine, which the council does not deal with."),
    "unknown_category": N_("“%(value)s” is neither Human nor Veterinary."),
    "name_missing": N_("The medicine has no name."),
    "not_yes_no": N_("“%(value)s” is neither Yes nor No."),
    "same_as_row": N_("The same medicine as in row %(first)s, which is the one taken."),
}


def row_reason(faults: Iterable[Fault], translate: Translate) -> str:
    """Why a row was left out, without the row's number, which stands beside it."""
    sentences = (
        fault_sentence(Fault(fault.code, None, fault.column, fault.params), translate, ROW_FAULTS)
        for fault in faults
    )
    return " ".join(sentences)
