"""Reasons in words: one sentence for each code, in the reader's language, saying what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from nt_process import web
from nt_process.engine.definition import DOCUMENT_KINDS, Text, Workflow
from nt_process.engine.loader import load_published
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.calendar import why_no_day
from nt_process.kernel.reasons import Reason

ROLE_NAMES: Mapping[str, Any] = {
    "secretariat": _l("the secretariat"),
    "council_member": _l("a member of the council"),
    "region_representative": _l("a regional representative"),
    "company_contact": _l("the company"),
    "company_administrator": _l("the company's administrator"),
    "tlv_assessor": _l("TLV"),
    "expert": _l("an expert"),
    "patient_representative": _l("a patient representative"),
    "management": _l("the management"),
    "auditor": _l("an auditor"),
    "administrator": _l("an administrator"),
    "system": _l("the system"),
}

PARTY_NAMES: Mapping[str, Any] = {
    "council": _l("The council"),
    "company": _l("The company"),
    "tlv": _l("TLV"),
    "region": _l("The regions"),
    "meeting": _l("The council's meeting"),
    "both": _l("Both parties"),
    "court": _l("The court"),
    "none": _l("Nobody"),
}

PHASE_NAMES: Mapping[str, Any] = {
    "horizon": _l("Horizon scanning"),
    "decision": _l("Decision on collaboration"),
    "assessment": _l("Assessment"),
    "negotiation": _l("Negotiation"),
    "recommendation": _l("Recommendation"),
    "introduction": _l("Introduction"),
    "follow_up": _l("Follow-up"),
    "closed": _l("Ended"),
}

FIELD_NAMES: Mapping[str, Any] = {
    "medicine": _l("Medicine"),
    "substance": _l("Active substance"),
    "atc": _l("ATC code"),
    "indication": _l("Indication"),
    "company": _l("Company"),
    "company_id": _l("Company"),
    "orphan": _l("Orphan medicine"),
    "oncology": _l("Cancer medicine"),
    "approval_type": _l("Type of approval"),
    "authorised_on": _l("Approved in the EU"),
    "exclusivity_ends": _l("Market exclusivity ends"),
    "owner_id": _l("Case officer"),
    "owner": _l("Case officer"),
    "assignees": _l("Also working on it"),
    "outcome": _l("Outcome"),
    "horizon_item_id": _l("Item in horizon scanning"),
}

APPROVAL_NAMES: Mapping[str, Any] = {
    "": _l("Not stated"),
    "full": _l("Full approval"),
    "conditional": _l("Conditional approval"),
    "exceptional": _l("Approval under exceptional circumstances"),
}

READER_NAMES: Mapping[str, Any] = {
    "internal": _l("The council"),
    "regions": _l("The council and the regions"),
    "party": _l("The council and the parties"),
}

OUTCOME_NAMES: Mapping[str, Any] = {
    "should": _l("Should be used"),
    "can": _l("Can be used"),
    "should_not": _l("Should not be used"),
}

_TEXTS: Mapping[str, Any] = {
    "unknown_action": _l("There is no action called “%(action)s” in this process."),
    "wrong_state": _l("It cannot be done while the case is in “%(state)s”."),
    "wrong_role": _l("It is done by %(roles)s."),
    "day_in_future": _l("%(day)s is in the future. State today or an earlier day."),
    "day_before_last_event": _l("%(day)s is before the latest event, which took effect on %(last_day)s."),
    "only_secretariat_backdates": _l("Only the secretariat may state an earlier day than today."),
    "needs_owner": _l("The case has no case officer. Assign one first."),
    "needs_company": _l("The case has no company with an account. State the company first."),
    "needs_document": _l("The document “%(kind)s” is missing. Add it to the case first."),
    "needs_authorisation": _l("The day of approval in the EU is missing. State it among the facts first."),
    "outside_orphan_scope": _l("The process is for orphan medicines outside cancer care. Check the facts."),
    "needs_field": _l("“%(field)s” is missing. State it among the facts first."),
    "clock_not_expired": _l("The limit “%(clock)s” has not passed yet."),
    "clock_not_open": _l("The limit “%(clock)s” is not running."),
    "clock_already_open": _l("The limit “%(clock)s” is already running."),
    "clock_suspended": _l("The limit “%(clock)s” stands still. It must run again first."),
    "clock_expired": _l("The limit “%(clock)s” has passed and can no longer be extended."),
    "new_due_not_later": _l("The new last day must be later than the present one, %(due)s."),
    "new_due_not_working_day": _l("%(new_due)s is not a working day. State a working day."),
    "new_due_too_far": _l("%(new_due)s is too far away. Check the year."),
    "extension_used_up": _l(
        "The limit “%(clock)s” has already been extended to %(at_most)s days, which is the most."
    ),
    "extension_too_long": _l("That is %(days)s more days, and only %(left)s remain."),
    "no_offer": _l("There is no proposal of a new last day to answer."),
    "own_offer": _l("The proposal is your own side's. The other party answers it."),
    "offer_lapsed": _l("The proposal lapsed when the last day passed."),
    "already_extended": _l("The limit “%(clock)s” has already been extended once, which is the most."),
    "outcome_not_favourable": _l("The decided position is not that the medicine should or can be used."),
    "outcome_not_unfavourable": _l("The decided position is not that the medicine should not be used."),
    "offer_overtaken": _l("The last day is already later than the proposed %(new_due)s."),
    "input_unknown": _l("“%(input)s” is not asked for here."),
    "input_missing": _l("“%(label)s” must be stated."),
    "input_not_text": _l("“%(label)s” must be text."),
    "input_not_a_date": _l("“%(label)s” must be a day written as 2026-11-22."),
    "input_no_such_day": _l("“%(label)s” is a day that does not exist. Check the month and the day."),
    "input_not_a_choice": _l("“%(label)s” must be one of the alternatives."),
    "input_bad_characters": _l("“%(label)s” contains characters that cannot be stored. Remove them."),
    "input_too_long": _l("“%(label)s” is too long. Shorten it, or add it as a document."),
    "field_missing": _l("“%(field)s” must be stated."),
    "field_not_atc": _l("“%(field)s” must be an ATC code such as L01XC02, or a beginning of one."),
    "field_not_a_choice": _l("“%(field)s” must be one of the alternatives."),
    "field_not_a_date": _l("“%(field)s” must be a day written as 2026-11-22."),
    "field_no_such_day": _l("“%(field)s” is a day that does not exist. Check the month and the day."),
    "approved_in_future": _l(
        "The day of approval has not come yet. State it when the medicine has been approved."
    ),
    "exclusivity_before_approval": _l("The exclusivity cannot end before the medicine was approved."),
    "company_twice": _l("State the company once: choose it in the register, or write its name."),
    "company_missing": _l("State the company: choose it in the register, or write its name."),
    "field_bad_characters": _l("“%(field)s” contains characters that cannot be stored. Remove them."),
    "field_too_long": _l("“%(field)s” is too long."),
    "field_unusable": _l("“%(field)s” cannot be used as it is."),
    "field_unknown": _l("A case has no field called “%(field)s”."),
    "unknown_company": _l("The company is not in the register."),
    "document_kind_not_yours": _l("Documents of this kind are added by others. Choose another kind."),
    "too_many_documents": _l(
        "The application has %(limit)s documents, which is the most there may be. Put several into one file."
    ),
    "too_many_bytes": _l(
        "The application's documents may take %(limit)s MB together. Make the files smaller, or put fewer into them."
    ),
    "company_has_things": _l(
        "The case has messages, applications, documents or steps of its company, which another company must not get. Open "
        "a new case for the other company, and end this one."
    ),
    "unknown_person": _l("The person cannot hold cases. Choose someone of the secretariat or the council."),
    "unknown_process": _l("There is no process called “%(process)s”."),
    "document_kind_unknown": _l("Choose what kind of document it is."),
    "document_title_missing": _l("State a title of at most 300 characters."),
    "document_title_characters": _l("The title contains characters that cannot be stored. Remove them."),
    "document_not_yours": _l("A document is withdrawn by whoever added it, or by the secretariat."),
    "document_withdrawn": _l("The document has been withdrawn already."),
    "document_reason_missing": _l("State a reason of at most %(limit)s characters."),
    "document_readers_unknown": _l("Choose who may read the document."),
    "file_empty": _l("The file is empty. Choose another file."),
    "file_too_large": _l("The file is larger than %(limit_mb)s MB."),
    "file_type_not_allowed": _l("Only PDF, Word, Excel, PowerPoint, PNG, JPEG and plain text can be added."),
    "file_not_what_it_says": _l("The content of the file is not %(extension)s, although its name says so."),
    "file_type_differs": _l(
        "The content is %(content)s but the name ends with “%(extension)s”. Rename the file."
    ),
    "conflict_of_interest": _l(
        "You have a conflict of interest in this case and may not take part in it (sections 16–18 of the "
        "Administrative Procedure Act). Decided by %(who)s on %(day)s."
    ),
    "possible_conflict": _l(
        "What you have declared touches this case. Until the secretariat has decided whether it is a conflict of "
        "interest, you may not take part in the case (sections 16–18 of the Administrative Procedure Act)."
    ),
    "assignee_conflicted": _l("A conflict of interest keeps these people from handling the case: %(names)s."),
    "file_damaged": _l("The file is damaged and cannot be read. Save it again, and try once more."),
    "file_encrypted": _l("The file is protected by a password. Save it without one."),
    "file_with_macros": _l("The file contains macros or other programs. Save it without them."),
    "file_with_links": _l(
        "The file fetches content from elsewhere. Break its links to other files, and save it again."
    ),
    "file_with_files": _l(
        "Another file lies inside the file. Take it out, and add it as a document of its own."
    ),
    "file_with_actions": _l(
        "The PDF contains scripts, forms or sound. Print it to a new PDF, and add that one instead."
    ),
    "file_with_declarations": _l("The file declares content that no ordinary document has. Save it again."),
    "file_with_hidden_parts": _l(
        "The file has parts that hide each other. Save it again with its own program."
    ),
    "file_of_two_kinds": _l("The file is of two kinds at once. Save it again with its own program."),
    "file_unpacks_too_large": _l(
        "The file becomes too large when it is unpacked. Divide it, or save it again."
    ),
    "file_too_many_parts": _l("The file has more than %(limit)s parts. Divide it."),
    "file_too_many_pages": _l("The PDF has more than %(limit)s pages. Divide it."),
    "file_too_demanding": _l(
        "The file takes too long to examine. Divide it, or save it again in a simpler form."
    ),
    "file_with_virus": _l("The virus scanner found something in the file. Ask whoever made it."),
    "file_not_examined": _l("The file cannot be examined right now. Try again in some minutes."),
    "note_unusable": _l("Write a note of at most %(limit)s characters."),
}


def day_fault(text: str) -> str:
    """What is wrong with what was written where a day was asked for."""
    if why_no_day(text) == "no_such_day":
        return _("There is no such day. Check the month and the day.")
    return _("Write the day as 2026-11-22.")


def describe(reason: Reason, workflow: Workflow | None = None) -> str:
    """The reason as a sentence for the reader of this request. `workflow` names states and clocks."""
    words = {name: _word(name, value, reason, workflow) for name, value in reason.params.items()}
    words.setdefault(
        "label", _("New last day") if words.get("input") == "new_due" else words.get("input", "")
    )
    text = _TEXTS.get(reason.code)
    return str(text) % words if text is not None else reason.code


def _word(name: str, value: Any, reason: Reason, workflow: Workflow | None) -> str:
    if isinstance(value, Text):
        return value.in_language(web.language())
    if isinstance(value, date):
        return format_date(value, "d MMMM yyyy")
    translate = _NAMED.get(name)
    return translate(value, workflow, reason) if translate is not None else str(value)


def _state(value: str, workflow: Workflow | None, reason: Reason) -> str:
    actor = web.g.get("actor")
    audience = actor.audience if actor is not None else "public"
    state = workflow.states.get(value) if workflow is not None else None
    return state.labels[audience].in_language(web.language()) if state is not None else value


def _clock(value: str, workflow: Workflow | None, reason: Reason) -> str:
    rule = workflow.clocks.get(value) if workflow is not None else None
    return rule.label.in_language(web.language()) if rule is not None else value


def _roles(value: tuple[str, ...], workflow: Workflow | None, reason: Reason) -> str:
    names = [str(ROLE_NAMES.get(role, role)) for role in value]
    return _(" or ").join(names)


def _document(value: str, workflow: Workflow | None, reason: Reason) -> str:
    kind = DOCUMENT_KINDS.get(value)
    return kind.in_language(web.language()) if kind is not None else value


_NAMED: Mapping[str, Callable[[Any, Workflow | None, Reason], str]] = {
    "state": _state,
    "clock": _clock,
    "roles": _roles,
    "kind": _document,
    "field": lambda value, workflow, reason: str(FIELD_NAMES.get(value, value)),
}


def process_names() -> dict[str, Text]:
    """Every process by its stable name, with its label from the newest version."""
    newest: dict[str, tuple[int, Text]] = {}
    for (process, version), workflow in load_published().items():
        if version > newest.get(process, (0, None))[0]:
            newest[process] = (version, workflow.label)
    return {process: label for process, (_version, label) in newest.items()}
