"""How a command here can fail, who may give one, and who gives it."""

from __future__ import annotations

from nt_process.identity import maker
from nt_process.identity.actor import SignedIn
from nt_process.kernel.reasons import NotDone
from nt_process.rights import SECRETARIAT


class CompanyError(NotDone):
    """A command that was not carried out. The codes of `reason`:

    not_found, not_allowed; of registrations: decided (by whom, when), name_taken, identifier_taken,
    company_alike (of several at once: somebody has to choose the company);
    of people: is_member, already_asked, not_member, and as in `rules.people`: last_administrator, other_side,
    account_disabled; of domains: domain_there; of meetings: changed (the `version` that stands now), day_taken,
    other_year, too_few_places (`booked`), case_ended, past_council, not_booked, and as in `rules.meetings`: meeting_cancelled,
    filing_over, meeting_full, meeting_held.
    """


class Maker(maker.Maker):
    """Who gives a command, and when; it may be either side."""

    @property
    def side(self) -> str:
        """On whose side a change is made: "council" or "company"."""
        return "council" if self.actor.is_internal else "company"


def require_secretariat(actor: SignedIn) -> None:
    """Raises CompanyError not_allowed."""
    if not SECRETARIAT.allows(actor.roles):
        raise CompanyError("not_allowed")
