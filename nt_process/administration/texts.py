"""Words for administration: roles, kinds, states, what has been changed, faults and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

# Also read in files, in both languages.
ROLE_MESSAGES: Mapping[str, str] = {
    "secretariat": N_("Secretariat"),
    "council_member": N_("Member of the council"),
    "region_representative": N_("Regional representative"),
    "company_contact": N_("Company contact"),
    "company_administrator": N_("Company administrator"),
    "tlv_assessor": N_("TLV assessor"),
    "expert": N_("Expert"),
    "patient_representative": N_("Patient representative"),
    "management": N_("Management"),
    "auditor": N_("Auditor"),
    "administrator": N_("Administrator"),
}
ROLE_TITLES: Mapping[str, Any] = {role: _l(message) for role, message in ROLE_MESSAGES.items()}
KIND_NAMES: Mapping[str, Any] = {
    "council": _l("The council and its secretariat"),
    "region": _l("Region"),
    "company": _l("Company"),
    "tlv": _l("TLV"),
    "expert_group": _l("Expert group"),
    "patient_organisation": _l("Patient organisation"),
}
STATE_NAMES: Mapping[str, Any] = {
    "active": _l("May sign in"),
    "invited": _l("Has not chosen a password"),
    "no_second_factor": _l("Without a second factor"),
    "without_mandate": _l("Without a mandate today"),
    "disabled": _l("Disabled"),
}
MANDATE_STATES: Mapping[str, Any] = {
    "ending": _l("Ends soon"),
    "holds": _l("Holds today"),
    "ended": _l("No longer holds"),
    "later": _l("Begins later"),
    "all": _l("All"),
}
FIELD_NAMES: Mapping[str, Any] = {
    "email": _l("E-mail address"),
    "name": _l("Name"),
    "language": _l("Language"),
    "role": _l("Role"),
    "organisation": _l("Organisation"),
    "valid_from": _l("First day"),
    "valid_to": _l("Last day"),
    "speaks": _l("May speak for the organisation in a consultation"),
    "kind": _l("Kind of organisation"),
    "identifier": _l("Identifier"),
}
CHANGE_NAMES: Mapping[str, Any] = {
    "person_added": _l("Added"),
    "email": _l("E-mail address"),
    "name": _l("Name"),
    "language": _l("Language"),
    "disabled": _l("Disabled"),
    "enabled": _l("May sign in again"),
    "invited": _l("Invited"),
    "sessions_ended": _l("Sessions ended"),
    "second_factor_reset": _l("Second factor reset"),
    "membership_added": _l("Mandate given"),
    "membership_days": _l("Mandate changed"),
    "organisation_added": _l("Organisation added"),
    "organisation_name": _l("Name of the organisation"),
    "identifier": _l("Identifier"),
    "linked": _l("Linked to a sign-in provider"),
    "mail_retried": _l("A mail tried again"),
    "job_retried": _l("A job done again"),
    # What a company's own administrators and the secretariat change of who acts for a company.
    "company_registered": _l("Company registered"),
    "company_joined": _l("Registered for a company"),
    "registration_refused": _l("Registration refused"),
    "company_invited": _l("Invited to act for the company"),
    "company_asked": _l("Asked to act for the company"),
    "company_approved": _l("Approved to act for the company"),
    "company_refused": _l("Not approved to act for the company"),
    "company_ended": _l("No longer acts for the company"),
    "company_made_administrator": _l("Became the company's administrator"),
    "company_no_administrator": _l("No longer the company's administrator"),
    "company_contact": _l("Contact person in a case"),
    "company_domain_added": _l("Mail domain added"),
    "company_domain_removed": _l("Mail domain removed"),
}
MAIL_STATES: Mapping[str, Any] = {
    "pending": _l("Waits"),
    "sent": _l("Sent"),
    "failed": _l("Not sent"),
    "ended": _l("No longer needed"),
}
MAIL_COLOURS: Mapping[str, str] = {
    "pending": "info",
    "sent": "success",
    "failed": "danger",
    "ended": "neutral",
}
MAIL_KINDS: Mapping[str, Any] = {
    "reminder": _l("Reminder of a limit"),
    "action": _l("A step in a case"),
    "clock_expired": _l("A limit has passed"),
    "assigned": _l("Case officer changed"),
    "market_reminder": _l("Date in the register"),
    "monthly_report": _l("Deadline report"),
    "digest": _l("Daily summary"),
    "declaration_missing": _l("Declaration missing"),
    "invitation": _l("Invitation"),
    "password": _l("Forgotten password"),
}
JOB_STATES: Mapping[str, Any] = {"waiting": _l("Waits"), "done": _l("Done"), "failed": _l("Failed")}
JOB_COLOURS: Mapping[str, str] = {"waiting": "info", "done": "success", "failed": "danger"}

FAULTS: Mapping[str, str] = {
    "missing": N_("It must be stated."),
    "bad_characters": N_("The text contains characters that cannot be stored. Remove them."),
    "too_long": N_("The text is longer than %(limit)s characters."),
    "bad_email": N_("Write an e-mail address, such as name@example.org."),
    "email_taken": N_("There is already a person with that address."),
    "role_missing": N_("Choose a role."),
    "bad_role": N_("Choose a role."),
    "organisation_missing": N_("Choose an organisation."),
    "role_not_there": N_("The role cannot be held in that kind of organisation."),
    "not_a_day": N_("Write the day as 2026-11-22."),
    "no_such_day": N_("There is no such day. Check the month and the day."),
    "ends_before": N_("The last day is before the first."),
    "overlaps": N_("The person holds that role in the organisation already during those days."),
    "kind_missing": N_("Choose what kind of organisation it is."),
    "name_taken": N_("There is already an organisation of that kind and name."),
    "identifier_taken": N_("Another organisation has that identifier."),
    # Of a row in a file of people.
    "unknown_role": N_("There is no role “%(value)s”."),
    "unknown_organisation": N_("There is no organisation “%(value)s” in which the role can be held."),
    "two_names": N_("The address stands earlier in the file with another name."),
    "person_disabled": N_("The person is disabled. Let them in again first."),
    "own_role": N_("Nobody gives themselves a role."),
    "not_yes_or_no": N_("Write yes or no."),
}
ERROR_TEXTS: Mapping[str, Any] = {
    "own_role": _l("Nobody gives themselves a role. Another administrator does."),
    "own_last_administration": _l(
        "This is your own last right to administer. Another administrator can end it."
    ),
    "last_administrator": _l(
        "Then nobody would be left who administers without a last day. Give somebody such a mandate first."
    ),
    "own_account": _l("Nobody disables themselves. Another administrator does."),
    "own_second_factor": _l(
        "Change your own second factor under Settings, where you prove who you are first."
    ),
    "not_sent": _l("Nothing was sent: the person is disabled."),
    "overlaps": _l("The person holds that role in the organisation already during those days."),
    "nothing_to_do": _l("Nothing was changed: it is so already."),
    "begins_later": _l("The mandate begins after that day."),
    "ends_sooner": _l("The mandate ends before that day already."),
    "ends_later": _l("The mandate holds longer than to that day."),
    "no_last_day": _l("The mandate holds until further notice."),
    "does_not_answer": _l("The role does not answer consultations, so there is nothing to speak in."),
    "changed": _l(
        "%(actor)s changed this at %(at)s, after you opened the page. Nothing of yours was saved; check, and send again."
    ),
    "raced": _l(
        "Somebody changed the same people at that moment. Nothing was taken in; look at the rows and import again."
    ),
    "not_found": _l("There is no such person."),
}
