"""Who may come across what, written by hand and judged apart from the program's own rights.

A place is a column; the answer is the names of those who may see what stands there, in this very row. A
place of a party that is not named here fails the test: whoever adds one says whom it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.filled import Filled
from tests.leaks.canaries import Canary

COUNCIL = frozenset({"secretary", "colleague", "member", "manager", "auditor", "administrator"})
SECRETARIAT = frozenset({"secretary", "colleague"})
# Who administers the system reads nothing of the council's meetings.
COUNCIL_READERS = COUNCIL - {"administrator"}
REGIONS = frozenset({"region"})
# The other one is no reader here.
IN_SKANE = frozenset({"region", "neighbour"})
COMPANIES = frozenset({"company", "rival", "uninvolved"})
TLV = frozenset({"tlv"})
NOBODY: frozenset[str] = frozenset()
SECRETARIAT = frozenset({"secretary", "colleague"})
# The company that things are asked and written for in the filled world, and its two people.
OF_COMPANY = frozenset({"company", "company_head", "portalmate"})

Names = frozenset[str]
Judge = Callable[[Canary, "Facts"], Names]


class Facts:
    """What is known of the world: whose each case is, and in which of them TLV has been asked."""

    def __init__(self, filled: Filled) -> None:
        self.people = {person: name for name, person in filled.office.people.items()}
        self.company_of = {filled.own: "company", filled.rivals: "rival"}
        self.company_of |= {number: "company" for key, number in filled.others.items() if key != "unowned"}
        portal = filled.rooms["filed"]["number"]
        self.company_of[portal] = "company"
        settled = filled.rooms["settlement"]["number"]
        self.company_of[settled] = "company"
        decided = filled.rooms["precedents"]["numbers"]
        recommended = filled.rooms["recommended"]["cases"]
        appealed = filled.rooms["appeals"]["cases"]
        self.company_of |= dict.fromkeys((*decided, *recommended, *appealed), "company")
        self.company_of[filled.rooms["reassessment"]["number"]] = "company"
        # An assessment has been ordered in these; in the others the application is at most being examined.
        self.with_tlv = {filled.own, filled.others["introduced"], portal, settled, *decided, *recommended}
        self.with_tlv |= {appealed[0]}

    def readers(self, number: str) -> Names:
        company = {self.company_of[number]} if number in self.company_of else set()
        return COUNCIL | REGIONS | company | (TLV if number in self.with_tlv else NOBODY)


def of_the_case(canary: Canary, facts: Facts) -> Names:
    number = canary.row["number"] if canary.table == "cases" else canary.row["of_case"]
    return facts.readers(number)


def of_the_document(canary: Canary, facts: Facts) -> Names:
    by_visibility = {
        "internal": COUNCIL,
        "regions": COUNCIL | REGIONS,
        "party": of_the_case(canary, facts),
    }
    return by_visibility[canary.row["visibility"]]


def of_the_item(canary: Canary, facts: Facts) -> Names:
    """The council reads all of an agenda; what is on it still also who it is for."""
    row = canary.row
    if row["removed_at"] is not None:
        return COUNCIL_READERS
    regions = REGIONS if row["is_public"] else NOBODY
    company = frozenset({facts.company_of.get(row["of_case"], "")}) if row["case_id"] else NOBODY
    return COUNCIL_READERS | regions | company


def of_the_actors_side(canary: Canary, facts: Facts) -> Names:
    """Who did something is known to the council and to the person's own organisation."""
    name = facts.people.get(str(canary.row["actor_id"]))
    return COUNCIL | (frozenset({name}) if name is not None else NOBODY)


def of_the_person(canary: Canary, facts: Facts) -> Names:
    return frozenset({facts.people[str(canary.row["person_id"])]})


def of_the_person_and_the_administrator(canary: Canary, facts: Facts) -> Names:
    return of_the_person(canary, facts) | {"administrator"}


def of_the_council_and_the_person(canary: Canary, facts: Facts) -> Names:
    person = str(canary.row["id"] if canary.table == "person" else canary.row["person_id"])
    return COUNCIL | frozenset({facts.people.get(person, "")})


def of_the_council_the_person_and_colleagues(canary: Canary, facts: Facts) -> Names:
    """Those who act for one company know each other."""
    own = of_the_council_and_the_person(canary, facts)
    return own | (OF_COMPANY if own & OF_COMPANY else NOBODY)


def of_the_companys_change(canary: Canary, _facts: Facts) -> Names:
    """Who did something is known to the council, and to the company when it was one of its own."""
    names_the_council = canary.column == "person" and canary.row["side"] == "council"
    return COUNCIL if names_the_council else COUNCIL | OF_COMPANY


def of_the_message(canary: Canary, facts: Facts) -> Names:
    """The council and the company of the case; the secretariat's people by name to the council alone."""
    if canary.column == "person" and canary.row["side"] == "council":
        return COUNCIL
    return COUNCIL | frozenset({facts.company_of[canary.row["of_case"]]})


def of_the_declarer(canary: Canary, facts: Facts) -> Names:
    """What is declared, and why a conflict was found, is for the secretariat and the person alone."""
    person = canary.row.get("person_id") or canary.row.get("of_person")
    return SECRETARIAT | frozenset({facts.people.get(str(person), "")})


def only(names: Names) -> Judge:
    return lambda _canary, _facts: names


def of_the_person_at_work(canary: Canary, facts: Facts) -> Names:
    """A name is known to the council and the person; who writes an application, to their colleagues and TLV too; and a
    region chooses whom of its own is responsible for an introduction."""
    name = facts.people.get(str(canary.row["id"]), "")
    colleagues = of_the_council_the_person_and_colleagues(canary, facts)
    # Who stands in the circle of a negotiation is told to the company by name.
    circle = frozenset({"company"}) if name in DELEGATION | REGIONS else NOBODY
    region = REGIONS if name in IN_SKANE or not name else NOBODY
    return colleagues | circle | region | (APPLICANTS | TLV if name in APPLICANTS else NOBODY)


def of_the_application(canary: Canary, _facts: Facts) -> Names:
    """A draft is its members' alone; what was filed, here in a case in which TLV has part, theirs who handle it."""
    drafted = canary.table == "application" and canary.row["status"] == "draft"
    drafted |= canary.table == "application_document" and canary.row["filing_id"] is None
    return APPLICANTS if drafted else APPLICANTS | COUNCIL | TLV


def of_the_county(canary: Canary, _facts: Facts) -> Names:
    """The council's side, and the region itself: the only one here is Skåne."""
    return COUNCIL | (REGIONS if canary.row["county_code"] == "12" else NOBODY)


# The company's contact, and the colleague who has part in a draft.
APPLICANTS = frozenset({"company", "portalmate"})
OWN_SIDE = only(COUNCIL | REGIONS)
SETTLING = COUNCIL | REGIONS | {"company"}
READERS = only(COUNCIL | REGIONS | TLV)
_COUNCIL = only(COUNCIL)

# Of the negotiation that is furnished in `filled.own`; Skåne has joined it.
DELEGATION = SECRETARIAT | {"member"}

# Who follows what is released of totals.
RELEASE_READERS = SECRETARIAT | {"manager", "auditor"}

# Of the rounds that are furnished (tests/features/consultation/world.py) one is prepared, one open and one closed;
# region and TLV are asked in all of them. Of the closed one everything is public.
ASKED = COUNCIL | REGIONS | TLV
SIGNED_IN = ASKED | COMPANIES | {"company_head", "expert", "patient"}
# The public site is everybody's.
EVERYBODY = SIGNED_IN | {"anonymous", "disabled", "left"}


def of_the_round(canary: Canary, facts: Facts) -> Names:
    return COUNCIL if canary.row["opened_at"] is None else ASKED


def title_of_the_round(canary: Canary, facts: Facts) -> Names:
    return EVERYBODY if canary.row["closed_at"] is not None else of_the_round(canary, facts)


def of_the_question(canary: Canary, facts: Facts) -> Names:
    """Asked in the round; and in the closed one everybody reads the questions that have public answers."""
    row = canary.row
    if row["of_round"] == "prepared":
        return COUNCIL
    return EVERYBODY if row["of_round"] == "closed" and row["position"] <= 3 else ASKED


def of_the_organisation(canary: Canary, facts: Facts) -> Names:
    """Who drafts, attaches and sends is known in the organisation."""
    return TLV if canary.row["of_organisation"].startswith("TLV") else REGIONS


def sender_of_the_answer(canary: Canary, facts: Facts) -> Names:
    return COUNCIL | of_the_organisation(canary, facts)


def of_the_attachment(canary: Canary, facts: Facts) -> Names:
    return ASKED if canary.row["stands"] else of_the_organisation(canary, facts)


def of_the_reading(canary: Canary, facts: Facts) -> Names:
    """Who has opened what is for the auditor and the secretariat, and each reader knows of themselves."""
    return SECRETARIAT | {"auditor", facts.people[str(canary.row["person_id"])]}


AGREED = only(COUNCIL | REGIONS | frozenset({"company"}))


def of_the_version(canary: Canary, facts: Facts) -> Names:
    return COUNCIL if canary.row["sent_at"] is None else AGREED(canary, facts)


KEEPERS = SECRETARIAT | {"auditor"}
# Those who prepare and decide; the administrator has no part in it.
DECIDING = KEEPERS | {"member", "manager"} | REGIONS | TLV


def of_the_dialogue(canary: Canary, _facts: Facts) -> Names:
    """The council and the company; the regions what is for them, of one that a case has come of."""
    if canary.column == "person":
        return COUNCIL
    regions = REGIONS if canary.column == "for_regions" and canary.row["case_id"] is not None else NOBODY
    return COUNCIL | regions | {"company"}


def of_the_precedent(canary: Canary, _facts: Facts) -> Names:
    """What has been approved is told to those who prepare and decide, and of what is public its public parts to companies."""
    row = canary.row
    if row["of_precedent"] is None or canary.column in ("written_by", "clauses_told_by"):
        return KEEPERS
    is_public = row["of_precedent"] == "public" and (
        canary.column != "reasons" or "reasons" in row["public_parts"]
    )
    return DECIDING | SIGNED_IN | {"left", "disabled"} if is_public else DECIDING


# By column where the columns of a table differ, else by table.
RULES: Mapping[str, Judge] = {
    # Every case is told of on the public site, by medicine and substance; who applies and for what is not.
    "cases.medicine": only(EVERYBODY),
    "cases.substance": only(EVERYBODY),
    "cases": of_the_case,
    "event.body.internal": _COUNCIL,
    "event.body.shared": of_the_case,
    "event.body.facts": of_the_case,
    "event.actor": of_the_actors_side,
    "event.organisation": of_the_case,
    "document": of_the_document,
    "clock": of_the_case,
    "notice": of_the_person,
    "command": only(NOBODY),
    "denial": _COUNCIL,
    "horizon_item": READERS,
    "horizon_change": READERS,
    "horizon_decision": READERS,
    "horizon_import": READERS,
    "market_entry": OWN_SIDE,
    "market_change": OWN_SIDE,
    "market_commitment": OWN_SIDE,
    "market_procurement": OWN_SIDE,
    "price_import": only(SECRETARIAT),
    "consultation": of_the_round,
    "consultation.title": title_of_the_round,
    "consultation.made_by": _COUNCIL,
    "consultation_extension.reason": only(ASKED),
    "consultation_extension.person": _COUNCIL,
    "consultation_question": of_the_question,
    "consultation_document": only(ASKED),
    "consultation_document.added_by": _COUNCIL,
    "consultation_answer": sender_of_the_answer,
    "consultation_draft": of_the_organisation,
    "consultation_reply": only(EVERYBODY),
    "consultation_attachment.filename": of_the_attachment,
    "consultation_attachment.added_by": of_the_organisation,
    "consultation_disposition.reason": only(EVERYBODY),
    "consultation_disposition.person": _COUNCIL,
    "interest": of_the_declarer,
    "conflict_decision": of_the_council_and_the_person,
    "conflict_decision.reason": of_the_declarer,
    "administrative_change": only(SECRETARIAT | {"auditor", "administrator"}),
    "person_import": only(frozenset({"administrator"})),
    "organisation": _COUNCIL,
    "application": of_the_application,
    "application_answer": only(APPLICANTS),
    "application_document": of_the_application,
    # Of the draft's and of the filed document alike; the draft's has a test of its own.
    "application_passage": only(APPLICANTS | COUNCIL | TLV),
    "application_filing": of_the_application,
    "person.name": of_the_person_at_work,
    "person": of_the_council_the_person_and_colleagues,
    "passkey": of_the_person,
    "saved_view": of_the_person,
    "session": of_the_person_and_the_administrator,
    "provider_request": only(NOBODY),
    "registration": only(SECRETARIAT),
    "company_request.decided_by": only(SECRETARIAT),
    "company_request": only(COUNCIL | OF_COMPANY),
    "company_change": of_the_companys_change,
    "case_message": of_the_message,
    "case_message_file": only(COUNCIL | frozenset({"company"})),
    "disclosure_basis": only(RELEASE_READERS),
    "disclosure_cell": only(RELEASE_READERS),
    "disclosure_parameter": only(RELEASE_READERS | {"administrator"}),
    "disclosure_release": only(RELEASE_READERS),
    "council_meeting": OWN_SIDE,
    # Of the meeting that is furnished: nobody of the council has a conflict of interest in it.
    "council_agenda": only(COUNCIL_READERS),
    "council_rule": only(SECRETARIAT),
    "council_item": of_the_item,
    "council_attendance": only(COUNCIL_READERS),
    "council_decision": only(COUNCIL_READERS),
    "council_outside": only(COUNCIL_READERS),
    "council_voice": only(COUNCIL_READERS),
    "council_step": only(COUNCIL_READERS),
    "council_minutes": only(COUNCIL_READERS),
    "council_section": only(COUNCIL_READERS),
    "council_approval": only(COUNCIL_READERS),
    "meeting_slot": _COUNCIL,
    # Of the one agreement that is furnished, region and company are the parties.
    "settlement_run": only(SETTLING),
    "settlement_statement": only(SETTLING),
    "settlement_dispute": only(COUNCIL | REGIONS),
    # Files are handled by the secretariat; what they say is read in statements alone.
    "settlement_file": only(SECRETARIAT),
    "settlement_sale": only(NOBODY),
    "settlement_count": only(NOBODY),
    "negotiation": _COUNCIL,
    "negotiation_mandate": OWN_SIDE,
    "negotiation_meeting": only(COUNCIL | frozenset({"company"})),
    "negotiation_note": only(DELEGATION),
    "negotiation_round": _COUNCIL,
    "negotiation_opening": _COUNCIL,
    # Why a round was opened before its time is told to the company.
    "negotiation_opening.reason": only(COUNCIL | frozenset({"company"})),
    "negotiation_offer": only(COUNCIL | frozenset({"company"})),
    "negotiation_terms": _COUNCIL,
    "negotiation_accession": OWN_SIDE,
    # Of the agreement Skåne and the company are asked; the draft of its next version is the council's own.
    "agreement_version": of_the_version,
    "agreement": AGREED,
    # Who of the council's side did something with it is the council's own matter.
    "agreement.made_by": _COUNCIL,
    "agreement_version.drafted_by": _COUNCIL,
    "agreement_version.sent_by": _COUNCIL,
    "agreement_version.withdrawn_by": _COUNCIL,
    "agreement_party.asked_by": _COUNCIL,
    "agreement_end.person": only(COUNCIL | REGIONS),
    "agreement_party": AGREED,
    "agreement_signature": AGREED,
    "agreement_end": AGREED,
    "agreement_binding": AGREED,
    "precedent_version": of_the_precedent,
    "precedent_verdict": only(KEEPERS),
    "precedent_withdrawal": only(KEEPERS),
    # Drafts are the council's; what the regions answer is between them and the council.
    "recommendation": _COUNCIL,
    "recommendation_text": _COUNCIL,
    "recommendation_check": _COUNCIL,
    "recommendation_approval": _COUNCIL,
    "recommendation_signature": _COUNCIL,
    "recommendation_answer": OWN_SIDE,
    # Of the one that is furnished, Skåne has an alert. What a region has counted is its own; what is shown of it is not.
    "followup_protocol": OWN_SIDE,
    "followup_protocol.person": _COUNCIL,
    "followup_approval": _COUNCIL,
    "followup_file": only(SECRETARIAT),
    "followup_file.source": OWN_SIDE,
    "followup_file.legal_basis": OWN_SIDE,
    "followup_count": of_the_county,
    "followup_region_figure": OWN_SIDE,
    "followup_alert": of_the_county,
    "followup_answer": only(COUNCIL | REGIONS),
    "followup_answer.person": _COUNCIL,
    # A region's amounts are its own. What the medicines of the pot are expected to cost all regions is told to all of them.
    "introduction_budget": only(REGIONS),
    "introduction_actual": only(REGIONS),
    "orphan_cost": only(REGIONS),
    "orphan_exclusivity": OWN_SIDE,
    "introduction_financing": OWN_SIDE,
    "introduction_period": OWN_SIDE,
    "cost_rule": OWN_SIDE,
    "solidarity_listing": OWN_SIDE,
    "orphan_pot": OWN_SIDE,
    "orphan_medicine": OWN_SIDE,
    # What may reopen a case is the council's own. Of a dialogue the company reads everything, and the regions what is for
    # them once a case has come of it; of a plan the regions read neither the letter of intent nor what was delivered.
    "reassessment_rule": _COUNCIL,
    "reassessment_bound": _COUNCIL,
    "reopening_trigger": _COUNCIL,
    "trigger_verdict": _COUNCIL,
    "early_dialogue": _COUNCIL,
    "early_dialogue_version": of_the_dialogue,
    "evidence_plan": _COUNCIL,
    "evidence_plan_version": only(COUNCIL | REGIONS | {"company"}),
    "evidence_plan_version.intent": only(COUNCIL | {"company"}),
    "evidence_plan_version.person": _COUNCIL,
    "evidence_milestone": only(COUNCIL | REGIONS | {"company"}),
    "evidence_milestone.person": _COUNCIL,
    "evidence_milestone_day": only(COUNCIL | REGIONS | {"company"}),
    "evidence_milestone_day.person": _COUNCIL,
    "evidence_delivery": only(COUNCIL | {"company"}),
    "half_year_report": only(RELEASE_READERS),
    "half_year_preface": only(RELEASE_READERS),
    "half_year_issue": only(RELEASE_READERS),
    "joint_budget_entry": only(RELEASE_READERS),
    "decision_notice": _COUNCIL,
    # What passes between the federation and the company of the case, and the company's own appeal.
    "decision_delivery": only(COUNCIL | frozenset({"company"})),
    "decision_receipt": only(COUNCIL | frozenset({"company"})),
    "appeal": only(COUNCIL | frozenset({"company"})),
    "appeal_step": only(COUNCIL | frozenset({"company"})),
    "delay_request": only(COUNCIL | frozenset({"company"})),
    "delay_answer": only(COUNCIL | frozenset({"company"})),
    # Nobody is shown an address or what somebody subscribes to; the holder of the link is no reader here.
    "subscription_request": only(NOBODY),
    "subscription": only(NOBODY),
    # What is asked for is the secretariat's to answer; of each register entry the kind alone is public.
    "register_entry": only(NOBODY),
    "document_request": only(SECRETARIAT | {"auditor"}),
    "document_request_file": only(SECRETARIAT | {"auditor"}),
    "document_request_mask": only(SECRETARIAT | {"auditor"}),
    "document_request_answer": only(SECRETARIAT | {"auditor"}),
    "document_request_log": only(SECRETARIAT | {"auditor"}),
    # So is what they decide on an introduction; what is public of it has no mark.
    "introduction_decision": OWN_SIDE,
    "introduction_unit": OWN_SIDE,
    "introduction_step": OWN_SIDE,
    "introduction_document": OWN_SIDE,
    "introduction_ladder": _COUNCIL,
    "sealed.circle": only(COUNCIL | frozenset({"company"})),
    "sealed.reading": of_the_reading,
}


def judge(canary: Canary) -> Judge:
    """The rule for a place. Raises KeyError for one that nobody has thought of."""
    return RULES[canary.place] if canary.place in RULES else RULES[canary.table]


def may_see(canary: Canary, facts: Facts) -> Names:
    return judge(canary)(canary, facts)
