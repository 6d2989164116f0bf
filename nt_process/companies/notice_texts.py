"""What notices about companies, messages and meetings say, where their link leads and what it is called.

They tell that something happened, and nothing that anybody has typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nt_process.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Wording:
    """`path` and the texts are given %(number)s, %(subject)s, %(due)s and %(left)s, as far as the notice has them."""

    title: str
    sentences: tuple[str, ...]
    path: str
    link: str


ABOUT_COMPANIES: Mapping[str, Wording] = {
    "registration_waiting": Wording(
        N_("A company has registered"),
        (N_("A registration is confirmed and waits for the secretariat."),),
        "/companies/registrations/%(subject)s",
        N_("Open the registration"),
    ),
    "request_waiting": Wording(
        N_("A company asks about a colleague"),
        (N_("A company wants to invite somebody at another mail domain than its own."),),
        "/companies/%(subject)s",
        N_("Open the company"),
    ),
    "request_decided": Wording(
        N_("The secretariat has decided about a colleague"),
        (N_("You asked to invite somebody at another mail domain than the company's own."),),
        "/companies/%(subject)s",
        N_("See what was decided"),
    ),
    "company_joined": Wording(
        N_("You act for a company"),
        (N_("Your account has been given access to a company's cases."),),
        "/companies/%(subject)s",
        N_("Open the company"),
    ),
}
ABOUT_CASES: Mapping[str, Wording] = {
    "message": Wording(
        N_("%(number)s: a new message"),
        (N_("There is a new message in case %(number)s."),),
        "/cases/%(number)s/messages",
        N_("Read the message"),
    ),
    "slot_reminder": Wording(
        N_("%(number)s: last day to file %(due)s"),
        (
            N_(
                "Case %(number)s has a place at a meeting of the council. The last day to file is %(long_due)s."
            ),
            N_("Days left: %(left)s."),
        ),
        "/meetings/%(subject)s",
        N_("Open the meeting"),
    ),
    "meeting_changed": Wording(
        N_("%(number)s: the council's meeting is moved"),
        (
            N_(
                "The meeting at which case %(number)s has a place is moved. The last day to file is now %(long_due)s."
            ),
        ),
        "/meetings/%(subject)s",
        N_("Open the meeting"),
    ),
    "meeting_cancelled": Wording(
        N_("%(number)s: the council's meeting is cancelled"),
        (N_("The meeting at which case %(number)s has a place is cancelled. Choose another meeting."),),
        "/meetings",
        N_("See the meetings"),
    ),
}
