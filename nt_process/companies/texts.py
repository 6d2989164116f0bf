"""Words for companies: faults, refusals, what was changed, how far something has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.messages import N_

ROLE_NAMES: Mapping[str, Any] = {
    "company_administrator": _l("Administrator"),
    "company_contact": _l("Contact"),
}
STATE_NAMES: Mapping[str, Any] = {
    "waiting": _l("Waits for the secretariat"),
    "approved": _l("Approved"),
    "refused": _l("Not approved"),
}
SOURCE_NAMES: Mapping[str, Any] = {
    "registration": _l("A company's registration"),
    "request": _l("A colleague at another domain"),
}
STATE_COLOURS: Mapping[str, str] = {"waiting": "warning", "approved": "success", "refused": "neutral"}

CHANGE_NAMES: Mapping[str, Any] = {
    "registered": _l("The company was registered by"),
    "joined": _l("Registered for the company:"),
    "invited": _l("Invited:"),
    "asked": _l("The secretariat was asked about:"),
    "approved": _l("The secretariat said yes to:"),
    "refused": _l("The secretariat said no to:"),
    "ended": _l("No longer acts for the company:"),
    "made_administrator": _l("Became administrator:"),
    "no_administrator": _l("No longer administrator:"),
    "contact": _l("Contact person in case"),
    "domain_added": _l("Mail domain added:"),
    "domain_removed": _l("Mail domain removed:"),
}

FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_within": N_("Write a whole number from %(least)s to %(most)s."),
    "not_mail": N_("“%(value)s” is not an e-mail address. Write it as name@company.example."),
    "not_domain": N_("“%(value)s” is not a domain. Write it as company.example."),
    "free_mail": N_(
        "Anybody can have an address at %(domain)s, so it does not show that you work for the company. State your "
        "address at the company's own domain."
    ),
    "not_organisation_number": N_(
        "“%(value)s” is not a Swedish organisation number: its check digit does not fit. Look for a digit that is wrong."
    ),
    "domain_there": N_("%(domain)s is among the company's domains already."),
    "not_working_day": N_("The council does not meet then: the day is a Saturday, a Sunday or a holiday."),
    "unknown_case": N_(
        "“%(value)s” is no case that can be heard. Write its register number, such as NT-2026-0001."
    ),
    "choose_company": N_(
        "There is a company that may be the same. Choose whether it is one of them or a new one."
    ),
    "not_a_choice": N_("Choose one of the alternatives."),
    "too_many_files": N_("Add at most %(limit)s files to one message."),
    "day_taken": N_("There is a meeting on that day already."),
    "other_year": N_("The meeting is numbered in %(year)s. Cancel it and plan a new one for another year."),
    "too_few_places": N_("%(booked)s places are taken already, so there cannot be fewer."),
}

ERROR_TEXTS: Mapping[str, Any] = {
    "company_alike": _l(
        "There is a company that may be the same. Open the registration and choose which company it is."
    ),
    "decided": _l("%(person)s decided on this at %(at)s."),
    "name_taken": _l(
        "There is a company with exactly this name already. Choose it, or refuse the registration."
    ),
    "identifier_taken": _l(
        "There is a company with this organisation number already. Choose it, or refuse the registration."
    ),
    "is_member": _l("That address belongs to somebody who acts for the company already."),
    "already_asked": _l("The secretariat has been asked about that address already."),
    "account_disabled": _l(
        "The account with that address is closed, so it cannot be let in. Ask the secretariat."
    ),
    "other_side": _l(
        "The account with that address belongs to the council, a region or an authority, and nobody is on two sides."
    ),
    "last_administrator": _l(
        "%(name)s is the company's only administrator. Make a colleague administrator first."
    ),
    "not_member": _l("That person does not act for the company any more. The page shows who does."),
    "changed": _l(
        "Somebody changed this after you opened the page. What you wrote is still here: check it against what stands "
        "there now, and send it again."
    ),
    "meeting_cancelled": _l("The meeting is cancelled, so no place can be taken."),
    "filing_over": _l("The last day to file for this meeting was %(day)s. Choose a later meeting."),
    "meeting_full": _l("All places at this meeting are taken. Choose another meeting."),
    "meeting_held": _l("The meeting has been held, so nothing can be changed."),
    "case_ended": _l("The case has ended, so it is not heard any more."),
    "past_council": _l(
        "The council's recommendation in the case stands already, so it is not heard at a meeting any more."
    ),
    "not_booked": _l("The case has no place at this meeting."),
}
