"""The main menu, and with it where each reader begins: at the first entry that is open to them."""

from __future__ import annotations

from collections.abc import Iterator

from nt_process import rights
from nt_process.kernel.messages import N_

# (endpoint, text, which the page translates), what is used most first. What the reader may not open is not in it.
MENU = (
    ("portal.home", N_("Portal")),
    ("cases.worklist", N_("Worklist")),
    ("consultation.index", N_("Consultations")),
    ("meetings.index", N_("Meetings")),
    ("horizon.index", N_("Horizon scanning")),
    ("reporting.deadlines", N_("Deadline report")),
    ("people.own", N_("Our people")),
    ("negotiation.index", N_("Negotiations")),
    ("agreements.index", N_("Agreements")),
    ("recommendations.index", N_("Recommendations")),
    ("followup.index", N_("Follow-up")),
    ("reassessment.index", N_("Re-assessment")),
    ("appeals.index", N_("Decisions and appeals")),
    ("introduction.index", N_("Introduction")),
    ("settlement.index", N_("Settlement")),
    ("introduction_financing.index", N_("Introduction financing")),
    ("filed.index", N_("Applications")),
    ("companies.index", N_("Companies")),
    ("requests.index", N_("Requests")),
    ("precedents.index", N_("Precedents")),
    ("market.index", N_("Market")),
    ("prices.index", N_("Price register")),
    ("financing.index", N_("Financing")),
    ("disclosure.index", N_("Released totals")),
    ("half_year.index", N_("Half-yearly reports")),
    ("administration.people", N_("Administration")),
)
# So many stand in one line of a common screen; whoever has more finds the last ones under “More”.
IN_LINE = 5


def entries(held: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The entries for whoever holds these roles."""
    for endpoint, label in MENU:
        policy = rights.policy(endpoint, "GET")
        if policy is not None and policy.allows(held):
            yield endpoint, label


def home(held: frozenset[str]) -> str:
    """The endpoint where whoever holds these roles begins."""
    return next((endpoint for endpoint, _label in entries(held)), "account.settings")


# What else stands under an entry of the menu, where its pages have another blueprint.
_BELOW = {"companies": {"companies", "registration", "people"}, "meetings": {"meetings", "council"}}


def is_current(endpoint: str, blueprint: str | None) -> bool:
    """Whether a page of that blueprint stands under the entry."""
    own = endpoint.partition(".")[0]
    return blueprint in _BELOW.get(own, {own})
