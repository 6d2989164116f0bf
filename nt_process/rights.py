"""The one registry of who may: an entry for every (endpoint, method), and nothing without one.

`before_request` refuses whatever has no entry, and a test compares the registry with the routes in
both directions. What a person may see within a page they may open is decided in the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nt_process.engine.definition import ROLES
from nt_process.identity.actor import FILES_DECLARATIONS


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a route: everyone (`public`), or anyone signed in with one of `roles`.

    `anonymous`: everyone as nobody. Who calls is not asked, and the answer is the same for all.
    """

    roles: frozenset[str] = frozenset()
    public: bool = False
    anonymous: bool = False

    def allows(self, held: frozenset[str]) -> bool:
        return self.public or bool(self.roles & held)


PUBLIC = Policy(public=True)
ANONYMOUS = Policy(public=True, anonymous=True)
EVERYONE = Policy(frozenset(ROLES))
SECRETARIAT = Policy(frozenset({"secretariat"}))
INTERNAL = Policy(frozenset({"secretariat", "council_member", "management", "auditor", "administrator"}))
# Who sees cases at all; which of them is decided in each statement (`cases.sight`).
CASE_READERS = Policy(frozenset(ROLES) - {"company_administrator", "expert", "patient_representative"})
READERS = Policy(CASE_READERS.roles - {"company_contact"})
REGIONS = Policy(frozenset({"region_representative"}))
# The council's own side and the regions, who share the costs; not the companies or TLV.
OWN_SIDE = Policy(INTERNAL.roles | {"region_representative"})
# Who acts for a company, and who keeps its people: its administrators and the secretariat.
COMPANIES = Policy(frozenset({"company_contact", "company_administrator"}))
# List prices are public; they are read by everyone who works with a case's money, on whichever side.
PRICE_READERS = Policy(OWN_SIDE.roles | COMPANIES.roles | {"tlv_assessor"})
COMPANY_KEEPERS = Policy(frozenset({"company_administrator", "secretariat"}))
# The council's side and the company of the case; neither the regions nor TLV.
CORRESPONDENTS = Policy(INTERNAL.roles | {"company_contact"})
WRITERS = Policy(frozenset({"secretariat", "company_contact"}))
MEETING_READERS = Policy(OWN_SIDE.roles | {"company_contact"})
# Those who may be asked in a consultation, and those who follow it. Which rounds is decided in the query.
ANSWERERS = Policy(frozenset({"region_representative", "expert", "patient_representative", "tlv_assessor"}))
CONSULTED = Policy(INTERNAL.roles | ANSWERERS.roles)
DECLARERS = Policy(FILES_DECLARATIONS)
ADMINISTRATOR = Policy(frozenset({"administrator"}))
# The secretariat reads who there is and takes up new companies; it changes nobody.
REGISTER_READERS = Policy(frozenset({"administrator", "secretariat", "auditor"}))
# Companies write and file; whoever handles what was filed reads it.
APPLICANTS = Policy(frozenset({"company_contact"}))
APPLICATION_READERS = Policy(INTERNAL.roles | {"company_contact", "tlv_assessor"})
# Who can be of the delegation, who offers, and who can stand in the circle; who does is asked in each command.
DELEGATES = Policy(frozenset({"secretariat", "council_member", "region_representative"}))
NEGOTIATORS = Policy(DELEGATES.roles | {"company_contact"})
SECRET_READERS = Policy(NEGOTIATORS.roles | {"tlv_assessor"})
MANDATORS = Policy(frozenset({"secretariat", "region_representative"}))
# An agreement's own sides: the council's, the regions and the company. Either party and the secretariat can end it.
AGREEMENT_READERS = Policy(OWN_SIDE.roles | {"company_contact"})
SIGNATORIES = Policy(frozenset({"region_representative", "company_contact"}))
ENDERS = Policy(SIGNATORIES.roles | {"secretariat"})
# Who writes and approves the council's recommendations, and who of them signs.
RECOMMENDERS = Policy(frozenset({"secretariat", "council_member"}))
# A meeting of the council: who reads what the council reads, and who is told of its agenda as far as it is theirs.
COUNCIL_READERS = Policy(frozenset({"secretariat", "council_member", "management", "auditor"}))
COUNCIL_AGENDA = Policy(COUNCIL_READERS.roles | {"region_representative", "company_contact", "tlv_assessor"})
COUNCIL_MEMBERS = Policy(frozenset({"council_member"}))
PRESENTERS = Policy(frozenset({"company_contact", "tlv_assessor"}))
AUDIT = Policy(frozenset({"auditor", "administrator", "secretariat"}))
# Totals over agreements: who follows what is released, who decides on it, and who keeps the rules' numbers.
RELEASE_READERS = Policy(frozenset({"secretariat", "management", "auditor"}))
RELEASE_DECIDERS = Policy(frozenset({"secretariat", "management"}))
PARAMETER_KEEPERS = Policy(frozenset({"secretariat", "administrator"}))
PARAMETER_READERS = Policy(RELEASE_READERS.roles | PARAMETER_KEEPERS.roles)

# What was decided on which grounds: those who prepare and decide, and of what is public also the companies.
PRECEDENT_INSIDERS = Policy(
    frozenset(
        {"secretariat", "council_member", "management", "auditor", "region_representative", "tlv_assessor"}
    )
)
PRECEDENT_READERS = Policy(PRECEDENT_INSIDERS.roles | {"company_contact"})
# Who also sees what has not been approved yet, or was declined or withdrawn.
PRECEDENT_KEEPERS = Policy(frozenset({"secretariat", "auditor"}))

# Those between whom rebates are settled, and the council's side. Which agreements is decided in the query.
SETTLING_PARTIES = Policy(frozenset({"region_representative", "company_contact"}))
SETTLERS = Policy(INTERNAL.roles | SETTLING_PARTIES.roles)
# What is owed is opened by those it concerns and by who settles; the rest of the council sees that it has been settled.
STATEMENT_READERS = Policy(frozenset({"secretariat", "region_representative", "company_contact"}))

POLICIES: Mapping[tuple[str, str], Policy] = {
    ("assets.serve", "GET"): PUBLIC,
    ("operations.healthz", "GET"): PUBLIC,
    ("operations.metrics", "GET"): PUBLIC,
    ("entry.sign_in", "GET"): PUBLIC,
    ("entry.sign_in", "POST"): PUBLIC,
    ("entry.sign_out", "POST"): EVERYONE,
    ("provider.out", "GET"): PUBLIC,
    ("provider.back", "GET"): PUBLIC,
    ("saml.out", "GET"): PUBLIC,
    ("saml.back", "POST"): PUBLIC,
    ("saml.metadata", "GET"): PUBLIC,
    ("password.forgotten", "GET"): PUBLIC,
    ("password.forgotten", "POST"): PUBLIC,
    # Whoever holds a mailed link that works.
    ("password.choose", "GET"): PUBLIC,
    ("password.choose", "POST"): PUBLIC,
    ("password.change", "GET"): EVERYONE,
    ("password.change", "POST"): EVERYONE,
    ("entry.language", "POST"): PUBLIC,
    ("cases.worklist", "GET"): CASE_READERS,
    ("cases.export", "GET"): CASE_READERS,
    ("cases.save_view", "POST"): CASE_READERS,
    ("cases.delete_view", "POST"): CASE_READERS,
    ("cases.bulk_assign", "POST"): SECRETARIAT,
    ("cases.new", "GET"): SECRETARIAT,
    ("cases.new", "POST"): SECRETARIAT,
    ("cases.show", "GET"): CASE_READERS,
    ("cases.history", "GET"): CASE_READERS,
    ("cases.diagram", "GET"): CASE_READERS,
    ("cases.documents", "GET"): CASE_READERS,
    ("cases.add_document", "POST"): CASE_READERS,
    ("cases.withdraw_document", "POST"): CASE_READERS,
    ("cases.change_document_readers", "POST"): SECRETARIAT,
    ("cases.download", "GET"): CASE_READERS,
    ("cases.clock", "GET"): CASE_READERS,
    ("cases.action", "GET"): CASE_READERS,
    ("cases.action", "POST"): CASE_READERS,
    ("cases.edit", "GET"): SECRETARIAT,
    ("cases.edit", "POST"): SECRETARIAT,
    ("cases.assign", "POST"): SECRETARIAT,
    ("cases.note", "POST"): Policy(frozenset({"secretariat", "council_member"})),
    ("horizon.index", "GET"): READERS,
    ("horizon.item", "GET"): READERS,
    ("horizon.import_list", "GET"): READERS,
    ("horizon.import_list", "POST"): SECRETARIAT,
    ("horizon.import_page", "GET"): READERS,
    ("horizon.import_page", "POST"): SECRETARIAT,
    ("horizon.import_source", "GET"): READERS,
    ("horizon.dismiss", "GET"): SECRETARIAT,
    ("horizon.dismiss", "POST"): SECRETARIAT,
    ("horizon.reopen", "POST"): SECRETARIAT,
    ("horizon.merge", "GET"): SECRETARIAT,
    ("horizon.merge", "POST"): SECRETARIAT,
    ("horizon.open_case", "GET"): SECRETARIAT,
    ("horizon.open_case", "POST"): SECRETARIAT,
    ("deadlines.calculator", "GET"): EVERYONE,
    ("financing.index", "GET"): OWN_SIDE,
    ("financing.grant", "GET"): OWN_SIDE,
    ("financing.payments", "GET"): OWN_SIDE,
    ("financing.payments", "POST"): OWN_SIDE,
    ("financing.solidarity", "GET"): OWN_SIDE,
    ("financing.solidarity", "POST"): OWN_SIDE,
    ("financing.gainloss", "GET"): OWN_SIDE,
    ("financing.rebate_split", "GET"): OWN_SIDE,
    ("financing.rebate_split", "POST"): OWN_SIDE,
    ("financing.budget", "GET"): OWN_SIDE,
    ("financing.budget", "POST"): OWN_SIDE,
    ("financing.orphan_grant", "GET"): OWN_SIDE,
    ("financing.orphan_grant", "POST"): OWN_SIDE,
    ("financing.regional", "GET"): OWN_SIDE,
    ("financing.regional", "POST"): OWN_SIDE,
    ("financing.download", "GET"): OWN_SIDE,
    ("financing.verification", "GET"): OWN_SIDE,
    ("financing.verification", "POST"): OWN_SIDE,
    ("financing.verification_file", "GET"): OWN_SIDE,
    ("market.index", "GET"): OWN_SIDE,
    ("market.workbook", "GET"): OWN_SIDE,
    ("market.table", "GET"): OWN_SIDE,
    ("market.entry", "GET"): OWN_SIDE,
    ("market.new_entry", "GET"): SECRETARIAT,
    ("market.new_entry", "POST"): SECRETARIAT,
    ("market.edit_entry", "GET"): SECRETARIAT,
    ("market.edit_entry", "POST"): SECRETARIAT,
    ("market.remove_entry", "POST"): SECRETARIAT,
    ("market.procurement", "GET"): OWN_SIDE,
    ("market.new_procurement", "GET"): SECRETARIAT,
    ("market.new_procurement", "POST"): SECRETARIAT,
    ("market.edit_procurement", "GET"): SECRETARIAT,
    ("market.edit_procurement", "POST"): SECRETARIAT,
    ("market.commit", "POST"): REGIONS,
    ("market.withdraw", "POST"): REGIONS,
    ("market.reminders", "GET"): OWN_SIDE,
    ("market.change_reminders", "POST"): SECRETARIAT,
    ("notices.index", "GET"): EVERYONE,
    ("notices.read", "POST"): EVERYONE,
    ("notices.read_all", "POST"): EVERYONE,
    # Whoever holds the secret address; a calendar program cannot sign in.
    ("notices.calendar", "GET"): PUBLIC,
    ("account.settings", "GET"): EVERYONE,
    ("account.save", "POST"): EVERYONE,
    ("account.make_calendar", "POST"): EVERYONE,
    ("account.revoke_calendar", "POST"): EVERYONE,
    ("account.make_token", "POST"): EVERYONE,
    ("account.revoke_token", "POST"): EVERYONE,
    ("security.index", "GET"): EVERYONE,
    ("security.end_session", "POST"): EVERYONE,
    ("security.end_others", "POST"): EVERYONE,
    ("security.confirm", "GET"): EVERYONE,
    ("security.confirm", "POST"): EVERYONE,
    ("security.authenticator", "POST"): EVERYONE,
    ("security.remove_authenticator", "POST"): EVERYONE,
    ("security.passkey", "POST"): EVERYONE,
    ("security.remove_passkey", "POST"): EVERYONE,
    ("security.recovery_codes", "POST"): EVERYONE,
    ("workflows.index", "GET"): EVERYONE,
    ("workflows.show", "GET"): EVERYONE,
    ("reporting.deadlines", "GET"): INTERNAL,
    ("reporting.download", "GET"): INTERNAL,
    ("reporting.pdf", "GET"): INTERNAL,
    ("registration.register", "GET"): PUBLIC,
    ("registration.register", "POST"): PUBLIC,
    # Whoever holds a mailed link.
    ("registration.confirm", "GET"): PUBLIC,
    ("registration.confirm", "POST"): PUBLIC,
    ("registration.show", "GET"): SECRETARIAT,
    ("registration.approve", "POST"): SECRETARIAT,
    ("registration.refuse", "POST"): SECRETARIAT,
    ("companies.index", "GET"): SECRETARIAT,
    ("companies.approvals", "GET"): SECRETARIAT,
    ("companies.bulk", "POST"): SECRETARIAT,
    ("people.own", "GET"): COMPANIES,
    ("people.show", "GET"): Policy(INTERNAL.roles | COMPANIES.roles),
    ("people.invite", "POST"): COMPANY_KEEPERS,
    ("people.end", "POST"): COMPANY_KEEPERS,
    ("people.administrator", "POST"): COMPANY_KEEPERS,
    ("people.contact", "POST"): COMPANY_KEEPERS,
    ("people.add_domain", "POST"): SECRETARIAT,
    ("people.remove_domain", "POST"): SECRETARIAT,
    ("people.approve_request", "POST"): SECRETARIAT,
    ("people.refuse_request", "POST"): SECRETARIAT,
    ("messages.index", "GET"): CORRESPONDENTS,
    ("messages.send", "POST"): WRITERS,
    ("messages.read", "POST"): WRITERS,
    ("messages.download", "GET"): CORRESPONDENTS,
    ("meetings.index", "GET"): MEETING_READERS,
    ("meetings.show", "GET"): MEETING_READERS,
    ("meetings.new", "GET"): SECRETARIAT,
    ("meetings.new", "POST"): SECRETARIAT,
    ("meetings.edit", "GET"): SECRETARIAT,
    ("meetings.edit", "POST"): SECRETARIAT,
    ("meetings.cancel", "POST"): SECRETARIAT,
    ("meetings.book", "POST"): WRITERS,
    ("meetings.give_up", "POST"): WRITERS,
    ("council.show", "GET"): COUNCIL_AGENDA,
    ("council.start", "POST"): SECRETARIAT,
    ("council.publish", "POST"): SECRETARIAT,
    ("council.move", "POST"): SECRETARIAT,
    ("council.remove", "POST"): SECRETARIAT,
    ("council.item", "GET"): SECRETARIAT,
    ("council.item", "POST"): SECRETARIAT,
    ("council.build", "GET"): SECRETARIAT,
    ("council.add_case", "POST"): SECRETARIAT,
    ("council.add_other", "POST"): SECRETARIAT,
    ("council.conflicts", "GET"): SECRETARIAT,
    ("council.material", "GET"): COUNCIL_READERS,
    ("council.order", "GET"): SECRETARIAT,
    ("council.order", "POST"): SECRETARIAT,
    ("council.sitting_page", "GET"): COUNCIL_READERS,
    ("council.attend", "POST"): SECRETARIAT,
    ("council.deal", "GET"): SECRETARIAT,
    ("council.decide", "POST"): SECRETARIAT,
    ("council.postpone", "POST"): SECRETARIAT,
    ("council.take", "POST"): SECRETARIAT,
    ("council.show_minutes", "GET"): COUNCIL_READERS,
    ("council.draft", "POST"): SECRETARIAT,
    ("council.send", "POST"): SECRETARIAT,
    ("council.approve", "POST"): COUNCIL_MEMBERS,
    ("council.notice", "POST"): SECRETARIAT,
    ("council.edit", "GET"): SECRETARIAT,
    ("council.edit", "POST"): SECRETARIAT,
    ("council.minutes_pdf", "GET"): COUNCIL_READERS,
    ("settlement.index", "GET"): SETTLERS,
    ("settlement.agreement", "GET"): SETTLERS,
    ("settlement.propose", "POST"): SECRETARIAT,
    ("settlement.file_list", "GET"): SECRETARIAT,
    ("settlement.file_list", "POST"): SECRETARIAT,
    ("settlement.file_page", "GET"): SECRETARIAT,
    ("settlement.file_page", "POST"): SECRETARIAT,
    ("settlement.run", "GET"): SETTLERS,
    ("settlement.approve", "POST"): SECRETARIAT,
    ("settlement.decline", "POST"): SECRETARIAT,
    # Opened by whoever stands in the circle of the negotiation; the sealed room asks.
    ("settlement.open_statement", "POST"): STATEMENT_READERS,
    ("settlement.print_statement", "POST"): STATEMENT_READERS,
    ("settlement.dispute", "POST"): SETTLING_PARTIES,
    ("settlement.resolve", "POST"): SECRETARIAT,
    ("settlement.share", "GET"): SETTLERS,
    ("settlement.open_share", "POST"): STATEMENT_READERS,
    ("consultation.index", "GET"): CONSULTED,
    ("consultation.new", "GET"): SECRETARIAT,
    ("consultation.new", "POST"): SECRETARIAT,
    ("consultation.edit", "GET"): SECRETARIAT,
    ("consultation.edit", "POST"): SECRETARIAT,
    ("consultation.discard", "POST"): SECRETARIAT,
    ("consultation.add_documents", "POST"): SECRETARIAT,
    ("consultation.show", "GET"): CONSULTED,
    ("consultation.extend", "POST"): SECRETARIAT,
    ("consultation.close", "POST"): SECRETARIAT,
    ("consultation.remind", "POST"): SECRETARIAT,
    ("consultation.answer", "GET"): ANSWERERS,
    ("consultation.answer", "POST"): ANSWERERS,
    ("consultation.keep", "POST"): ANSWERERS,
    ("consultation.document", "GET"): CONSULTED,
    ("consultation.attachment", "GET"): CONSULTED,
    ("consultation.compiled", "GET"): CONSULTED,
    ("consultation.table", "GET"): CONSULTED,
    ("consultation.pdf", "GET"): CONSULTED,
    ("consultation.regions", "GET"): CONSULTED,
    ("consultation.decide", "GET"): SECRETARIAT,
    ("consultation.decide", "POST"): SECRETARIAT,
    ("consultation.tell", "POST"): SECRETARIAT,
    ("consultation.public", "GET"): EVERYONE,
    ("interests.mine", "GET"): DECLARERS,
    ("interests.mine", "POST"): DECLARERS,
    ("interests.overview", "GET"): SECRETARIAT,
    ("interests.on_case", "GET"): Policy(INTERNAL.roles | FILES_DECLARATIONS),
    ("interests.on_case", "POST"): DECLARERS,
    ("interests.decide", "POST"): SECRETARIAT,
    ("administration.people", "GET"): REGISTER_READERS,
    ("administration.bulk", "POST"): ADMINISTRATOR,
    ("administration.new_person", "GET"): ADMINISTRATOR,
    ("administration.new_person", "POST"): ADMINISTRATOR,
    ("administration.person", "GET"): REGISTER_READERS,
    ("administration.edit_person", "GET"): ADMINISTRATOR,
    ("administration.edit_person", "POST"): ADMINISTRATOR,
    ("administration.add_mandate", "POST"): ADMINISTRATOR,
    ("administration.mandate", "GET"): ADMINISTRATOR,
    ("administration.mandate", "POST"): ADMINISTRATOR,
    ("administration.disable", "POST"): ADMINISTRATOR,
    ("administration.enable", "POST"): ADMINISTRATOR,
    ("administration.invite", "POST"): ADMINISTRATOR,
    ("administration.end_sessions", "POST"): ADMINISTRATOR,
    ("administration.reset_second_factor", "POST"): ADMINISTRATOR,
    ("administration.mandates", "GET"): REGISTER_READERS,
    ("administration.bulk_mandates", "POST"): ADMINISTRATOR,
    ("administration.organisations", "GET"): REGISTER_READERS,
    ("administration.bulk_organisations", "POST"): ADMINISTRATOR,
    ("administration.export_organisations", "GET"): REGISTER_READERS,
    ("administration.export_organisations", "POST"): REGISTER_READERS,
    ("administration.organisation", "GET"): REGISTER_READERS,
    ("administration.new_organisation", "GET"): ADMINISTRATOR,
    ("administration.new_organisation", "POST"): ADMINISTRATOR,
    ("administration.edit_organisation", "GET"): ADMINISTRATOR,
    ("administration.edit_organisation", "POST"): ADMINISTRATOR,
    ("administration.import_list", "GET"): ADMINISTRATOR,
    ("administration.import_list", "POST"): ADMINISTRATOR,
    ("administration.import_page", "GET"): ADMINISTRATOR,
    ("administration.import_page", "POST"): ADMINISTRATOR,
    ("administration.sessions", "GET"): ADMINISTRATOR,
    ("administration.end_session", "POST"): ADMINISTRATOR,
    ("administration.bulk_sessions", "POST"): ADMINISTRATOR,
    ("administration.mail", "GET"): ADMINISTRATOR,
    ("administration.bulk_mail", "POST"): ADMINISTRATOR,
    ("administration.retry_mail", "POST"): ADMINISTRATOR,
    ("administration.jobs", "GET"): ADMINISTRATOR,
    ("administration.retry_job", "POST"): ADMINISTRATOR,
    ("administration.bulk_jobs", "POST"): ADMINISTRATOR,
    ("administration.denials", "GET"): AUDIT,
    ("administration.history", "GET"): REGISTER_READERS,
    ("portal.home", "GET"): APPLICANTS,
    ("portal.new", "GET"): APPLICANTS,
    ("portal.new", "POST"): APPLICANTS,
    ("portal.show", "GET"): APPLICANTS,
    ("portal.step", "GET"): APPLICANTS,
    ("portal.save", "POST"): APPLICANTS,
    ("portal.answer", "POST"): APPLICANTS,
    ("portal.paste", "POST"): APPLICANTS,
    ("portal.documents", "GET"): APPLICANTS,
    ("portal.add_document", "POST"): APPLICANTS,
    ("portal.remove_document", "POST"): APPLICANTS,
    ("portal.people", "GET"): APPLICANTS,
    ("portal.change_people", "POST"): APPLICANTS,
    ("portal.discard", "POST"): APPLICANTS,
    ("portal.check", "GET"): APPLICANTS,
    ("portal.send", "POST"): APPLICANTS,
    ("filed.index", "GET"): Policy(INTERNAL.roles | {"tlv_assessor"}),
    ("filed.show", "GET"): APPLICATION_READERS,
    ("filed.supplement", "GET"): APPLICANTS,
    ("filed.send_supplement", "POST"): APPLICANTS,
    ("filed.answer_supplement", "POST"): APPLICANTS,
    ("filed.add_supplement_document", "POST"): APPLICANTS,
    ("filed.download", "GET"): APPLICATION_READERS,
    ("filed.as_filed", "GET"): APPLICATION_READERS,
    ("filed.receipt", "GET"): APPLICATION_READERS,
    ("filed.receipt_pdf", "GET"): APPLICATION_READERS,
    # Which negotiations, and what of them, is decided in each statement and by the sealed room.
    ("negotiation.index", "GET"): CASE_READERS,
    ("negotiation.new", "GET"): SECRETARIAT,
    ("negotiation.new", "POST"): SECRETARIAT,
    ("negotiation.show", "GET"): CASE_READERS,
    ("negotiation.add_meeting", "POST"): DELEGATES,
    ("negotiation.add_note", "POST"): DELEGATES,
    ("negotiation.read_notes", "POST"): DELEGATES,
    ("negotiation.circle", "GET"): CASE_READERS,
    ("negotiation.admit", "POST"): SECRETARIAT,
    ("negotiation.end", "POST"): SECRETARIAT,
    ("negotiation.let_in", "POST"): SECRETARIAT,
    ("negotiation.openings", "GET"): CASE_READERS,
    ("negotiation.rounds", "GET"): CASE_READERS,
    ("negotiation.make_round", "POST"): DELEGATES,
    ("negotiation.offer", "GET"): NEGOTIATORS,
    ("negotiation.offer", "POST"): NEGOTIATORS,
    ("negotiation.open_round", "POST"): DELEGATES,
    ("negotiation.read", "POST"): SECRET_READERS,
    ("negotiation.download", "POST"): SECRET_READERS,
    ("negotiation.settle", "POST"): SECRETARIAT,
    ("negotiation.regions", "GET"): CASE_READERS,
    ("negotiation.evidence", "GET"): INTERNAL,
    ("negotiation.invite", "POST"): SECRETARIAT,
    ("negotiation.answer", "POST"): REGIONS,
    ("negotiation.enter", "POST"): REGIONS,
    ("negotiation.give_mandate", "POST"): MANDATORS,
    ("negotiation.withdraw_mandate", "POST"): MANDATORS,
    ("negotiation.mandate_file", "GET"): OWN_SIDE,
    ("negotiation.set_threshold", "POST"): SECRETARIAT,
    ("negotiation.read_terms", "POST"): SECRET_READERS,
    # Which agreements is decided in each statement; what is agreed by the sealed room, and who signs by both.
    ("agreements.index", "GET"): AGREEMENT_READERS,
    ("agreements.draft", "GET"): SECRETARIAT,
    ("agreements.draft", "POST"): SECRETARIAT,
    ("agreements.show", "GET"): AGREEMENT_READERS,
    ("agreements.send", "POST"): SECRETARIAT,
    ("agreements.withdraw", "POST"): SECRETARIAT,
    ("agreements.end", "POST"): ENDERS,
    ("agreements.text", "GET"): NEGOTIATORS,
    ("agreements.read", "POST"): NEGOTIATORS,
    ("agreements.sign", "POST"): SIGNATORIES,
    ("agreements.print_text", "POST"): NEGOTIATORS,
    ("agreements.evidence", "GET"): AGREEMENT_READERS,
    ("agreements.net_price", "GET"): NEGOTIATORS,
    ("agreements.open_net_price", "POST"): NEGOTIATORS,
    # Of each what may be told to the reader; see `precedents.queries`.
    ("precedents.index", "GET"): PRECEDENT_READERS,
    ("precedents.export", "GET"): PRECEDENT_READERS,
    ("precedents.show", "GET"): PRECEDENT_READERS,
    ("precedents.of_case", "GET"): PRECEDENT_READERS,
    ("precedents.pending", "GET"): SECRETARIAT,
    ("precedents.new", "GET"): SECRETARIAT,
    ("precedents.new", "POST"): SECRETARIAT,
    ("precedents.edit", "GET"): SECRETARIAT,
    ("precedents.edit", "POST"): SECRETARIAT,
    ("precedents.approve", "POST"): SECRETARIAT,
    ("precedents.decline", "POST"): SECRETARIAT,
    ("precedents.withdraw", "POST"): SECRETARIAT,
    ("disclosure.index", "GET"): RELEASE_READERS,
    ("disclosure.new", "GET"): SECRETARIAT,
    ("disclosure.new", "POST"): SECRETARIAT,
    ("disclosure.show", "GET"): RELEASE_READERS,
    ("disclosure.decide", "POST"): RELEASE_DECIDERS,
    ("disclosure.audit_again", "POST"): SECRETARIAT,
    ("disclosure.table", "GET"): RELEASE_READERS,
    ("disclosure.pdf", "GET"): RELEASE_READERS,
    ("disclosure.parameters", "GET"): PARAMETER_READERS,
    ("disclosure.parameters", "POST"): PARAMETER_KEEPERS,
    ("disclosure.take_in", "GET"): RELEASE_READERS,
    ("disclosure.take_in", "POST"): SECRETARIAT,
    # The council's drafts; the regions read what is published, and answer it.
    ("recommendations.index", "GET"): OWN_SIDE,
    ("recommendations.begin", "GET"): RECOMMENDERS,
    ("recommendations.begin", "POST"): RECOMMENDERS,
    ("recommendations.show", "GET"): INTERNAL,
    ("recommendations.write", "GET"): RECOMMENDERS,
    ("recommendations.write", "POST"): RECOMMENDERS,
    ("recommendations.compare", "GET"): INTERNAL,
    ("recommendations.check", "POST"): RECOMMENDERS,
    ("recommendations.approve", "POST"): RECOMMENDERS,
    ("recommendations.sign", "POST"): COUNCIL_MEMBERS,
    ("recommendations.recall", "POST"): RECOMMENDERS,
    ("recommendations.drop", "POST"): RECOMMENDERS,
    ("recommendations.printed", "GET"): INTERNAL,
    ("recommendations.regions", "GET"): OWN_SIDE,
    ("recommendations.answer", "POST"): REGIONS,
    # Who pays for what is followed by the council's side and the regions; a region's amounts are its own, see the queries.
    ("introduction_financing.index", "GET"): OWN_SIDE,
    ("introduction_financing.table", "GET"): OWN_SIDE,
    ("introduction_financing.begin", "GET"): MANDATORS,
    ("introduction_financing.begin", "POST"): MANDATORS,
    ("introduction_financing.show", "GET"): OWN_SIDE,
    ("introduction_financing.move_start", "POST"): MANDATORS,
    ("introduction_financing.state_budget", "POST"): REGIONS,
    ("introduction_financing.state_actual", "POST"): REGIONS,
    ("introduction_financing.hand_sales_on", "POST"): SECRETARIAT,
    ("introduction_financing.medicine", "GET"): OWN_SIDE,
    ("introduction_financing.who_pays", "GET"): OWN_SIDE,
    ("introduction_financing.rules", "GET"): OWN_SIDE,
    ("introduction_financing.new_rule", "GET"): MANDATORS,
    ("introduction_financing.new_rule", "POST"): MANDATORS,
    ("introduction_financing.end_rule", "GET"): OWN_SIDE,
    ("introduction_financing.end_rule", "POST"): MANDATORS,
    ("introduction_financing.solidarity", "GET"): OWN_SIDE,
    ("introduction_financing.solidarity", "POST"): MANDATORS,
    ("introduction_financing.unlist", "POST"): MANDATORS,
    ("introduction_financing.pot", "GET"): OWN_SIDE,
    ("introduction_financing.pot_table", "GET"): OWN_SIDE,
    ("introduction_financing.pot_pdf", "GET"): OWN_SIDE,
    ("introduction_financing.state_cost", "POST"): REGIONS,
    ("introduction_financing.terms", "GET"): SECRETARIAT,
    ("introduction_financing.terms", "POST"): SECRETARIAT,
    ("introduction_financing.new_orphan", "GET"): SECRETARIAT,
    ("introduction_financing.new_orphan", "POST"): SECRETARIAT,
    ("introduction_financing.orphan", "GET"): OWN_SIDE,
    ("introduction_financing.change_orphan", "POST"): SECRETARIAT,
    ("public_front.start", "GET"): ANONYMOUS,
    ("public.index", "GET"): ANONYMOUS,
    ("public.recommendation", "GET"): ANONYMOUS,
    ("public.printed", "GET"): ANONYMOUS,
    ("public.atom", "GET"): ANONYMOUS,
    ("public.json_feed", "GET"): ANONYMOUS,
    ("public.recommendations_json", "GET"): ANONYMOUS,
    ("public.recommendations_csv", "GET"): ANONYMOUS,
    ("public.cases", "GET"): ANONYMOUS,
    ("public.case", "GET"): ANONYMOUS,
    ("public.cases_json", "GET"): ANONYMOUS,
    ("public.cases_csv", "GET"): ANONYMOUS,
    ("public.times", "GET"): ANONYMOUS,
    ("public.meetings", "GET"): ANONYMOUS,
    ("public.about", "GET"): ANONYMOUS,
    ("public.accessibility", "GET"): ANONYMOUS,
    ("public.catalogue", "GET"): ANONYMOUS,
    ("public.sitemap", "GET"): ANONYMOUS,
    ("disclosure.put_together", "POST"): SECRETARIAT,
    ("prices.index", "GET"): PRICE_READERS,
    ("prices.export", "GET"): PRICE_READERS,
    ("prices.package", "GET"): PRICE_READERS,
    ("prices.import_list", "GET"): SECRETARIAT,
    ("prices.import_list", "POST"): SECRETARIAT,
    ("prices.import_page", "GET"): SECRETARIAT,
    ("prices.import_page", "POST"): SECRETARIAT,
    ("prices.import_source", "GET"): SECRETARIAT,
    ("api_prices.list_packages", "GET"): PRICE_READERS,
    ("api_prices.show_package", "GET"): PRICE_READERS,
    ("api_prices.price_on_day", "GET"): PRICE_READERS,
    ("api.list_cases", "GET"): CASE_READERS,
    ("api.show_case", "GET"): CASE_READERS,
    ("api.list_actions", "GET"): CASE_READERS,
    ("api.take_action", "POST"): CASE_READERS,
    ("api.list_clocks", "GET"): CASE_READERS,
    ("api.list_events", "GET"): CASE_READERS,
    ("api_horizon.list_items", "GET"): READERS,
    ("api_horizon.show_item", "GET"): READERS,
    ("api.openapi", "GET"): EVERYONE,
    ("api_reports.deadlines", "GET"): INTERNAL,
}


# Background work is asked for, and its result read, through one route; the right is that route's.
JOBS: Mapping[str, tuple[str, str]] = {
    "deadline_report_pdf": ("reporting.pdf", "GET"),
    "consultation_pdf": ("consultation.pdf", "GET"),
    "consultation_own_pdf": ("consultation.pdf", "GET"),
    "application_receipt_pdf": ("filed.receipt_pdf", "GET"),
    "council_material_pdf": ("council.material", "GET"),
    "council_minutes_pdf": ("council.minutes_pdf", "GET"),
    "agreement_pdf": ("agreements.print_text", "POST"),
    "agreement_evidence_pdf": ("agreements.evidence", "GET"),
    "settlement_file": ("settlement.file_list", "POST"),
    "settlement_run": ("settlement.propose", "POST"),
    "settlement_totals": ("settlement.approve", "POST"),
    "settlement_pdf": ("settlement.print_statement", "POST"),
    "negotiation_evidence_pdf": ("negotiation.evidence", "GET"),
    "disclosure_audit": ("disclosure.show", "GET"),
    "disclosure_basis": ("disclosure.put_together", "POST"),
    "release_pdf": ("disclosure.pdf", "GET"),
    "recommendation_pdf": ("recommendations.sign", "POST"),
    "orphan_pot_pdf": ("introduction_financing.pot_pdf", "GET"),
}

# Who may be told of what by mail. Which case it is about is judged besides, when the mail is written.
MAILS: Mapping[str, Policy] = {
    "reminder": CASE_READERS,
    "action": CASE_READERS,
    "clock_expired": CASE_READERS,
    "assigned": CASE_READERS,
    "digest": EVERYONE,
    "monthly_report": INTERNAL,
    "market_reminder": OWN_SIDE,
    "declaration_missing": DECLARERS,
    "file_stopped": EVERYONE,
    "consultation_opened": ANSWERERS,
    "consultation_moved": ANSWERERS,
    "consultation_reminder": ANSWERERS,
    "consultation_dispositions": ANSWERERS,
    "negotiation_circle": APPLICANTS,
    "negotiation_opened_early": APPLICANTS,
    "negotiation_invited": REGIONS,
    "negotiation_terms": REGIONS,
    "agreement_to_sign": SIGNATORIES,
    "agreement_in_force": SIGNATORIES,
    "agreement_ended": SIGNATORIES,
    "agreement_expiry": NEGOTIATORS,
    "agreement_renewal": NEGOTIATORS,
    "agreement_renegotiation": NEGOTIATORS,
    "recommendation_published": REGIONS,
    "introduction_financing_ends": MANDATORS,
    "joint_liability_ends": MANDATORS,
    "council_agenda": COUNCIL_MEMBERS,
    "council_item": PRESENTERS,
    "council_minutes": COUNCIL_MEMBERS,
    "message": CORRESPONDENTS,
    "slot_reminder": WRITERS,
    "meeting_changed": WRITERS,
    "meeting_cancelled": WRITERS,
    "registration_waiting": SECRETARIAT,
    "request_waiting": SECRETARIAT,
    "request_decided": COMPANIES,
    "company_joined": COMPANIES,
    "settlement_statement": SETTLING_PARTIES,
    "settlement_disputed": SECRETARIAT,
    "settlement_resolved": SETTLING_PARTIES,
    "application_joined": APPLICANTS,
    "application_role": APPLICANTS,
    "application_left": APPLICANTS,
}

# The command is for whoever operates the machine, and acts as the system; over the network nobody reaches it. Each is
# named here, so that a new one is thought of.
COMMANDS = frozenset({
    "audit verify", "clock due", "demo", "financing budget", "financing gainloss", "financing grant",
    "financing orphan-grant", "financing payments", "financing pays", "financing rebate-split", "financing regional",
    "financing rules", "financing solidarity", "financing verify", "import ema", "import prices", "migrate", "report deadlines",
    "scheduler", "sealed retire", "sealed rewrap", "sealed rotate", "sealed status", "stop", "tick", "token create",
    "user add", "user disable", "user invite", "user link", "user list", "worker", "workflow check",
    "workflow diagram", "workflow docs",
})  # fmt: skip


def policy(endpoint: str, method: str) -> Policy | None:
    """The entry for a call; HEAD is read as GET, OPTIONS tells nothing and is answered for everyone."""
    if method == "OPTIONS":
        return PUBLIC
    return POLICIES.get((endpoint, "GET" if method == "HEAD" else method))
