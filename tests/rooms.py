"""What later features put into the filled world: each makes a few things and says which routes lead to them.

A new feature adds a function here. It gets the office with its cases, makes what its pages show, and returns
an argument for each name that its routes ask for; a name that another feature uses for something else is
given under the feature's blueprint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nt_process.identity.maker import Maker
from nt_process.market import service as market
from tests.features.administration.world import furnish_administration
from tests.features.agreements import world as agreements
from tests.features.appeals import world as appeals
from tests.features.companies.world import furnish as furnish_companies
from tests.features.consultation import world as consultation
from tests.features.council import world as council
from tests.features.disclosure import world as disclosure
from tests.features.followup import world as followup
from tests.features.interests.world import furnish_interests
from tests.features.introduction import world as introduction
from tests.features.introduction_financing import world as introduction_financing
from tests.features.negotiation import world as negotiation
from tests.features.portal.world import furnish as furnish_portal
from tests.features.precedents import world as precedents
from tests.features.prices import world as prices
from tests.features.public import world as public
from tests.features.reassessment import world as reassessment
from tests.features.recommendations import world as recommendations
from tests.features.settlement.world import furnish as furnish_settlement
from tests.reporting.half_year import world as half_year
from tests.world import START, Office

# The arguments of routes, by the blueprint they are of.
Arguments = dict[str, dict[str, Any]]


def furnish_market(office: Office) -> Arguments:
    """A date in the register and a procurement that regions can sign up for."""
    maker = Maker(office.actor("secretary"), START)
    registered = {
        "kind": "patent",
        "medicine": "Provastin",
        "substance": "provastinum",
        "day": "2027-03-01",
        "certainty": "stated",
    }
    entry = market.register_entry(office.engine, maker, registered)
    market.change_entry(office.engine, maker, entry, 1, registered | {"note": "Kontrollerad i registret."})
    procurement = market.plan_procurement(
        office.engine,
        maker,
        {
            "name": "Provastinum 2027",
            "scope": "joint",
            "status": "planned",
            "unit": "DDD",
            "volume": "1000",
            "sign_up_until": "2026-06-01",
        },
    )
    return {
        "market": {
            "entry_id": entry,
            "procurement_id": procurement,
            "region": "12",
            "kind": "patent",
            "part": "register",
        }
    }


def furnish_consultation(office: Office) -> Arguments:
    """A round that is prepared, one that is open and one that is closed."""
    return {"consultation": consultation.furnish(office)}


def furnish_negotiation(office: Office) -> Arguments:
    """A negotiation with offers, sealed and open, and a region that has joined."""
    return {"negotiation": negotiation.furnish(office)}


def furnish_disclosure(office: Office) -> Arguments:
    """A table that is released, and one that waits for its decision."""
    return {"disclosure": disclosure.furnish(office)}


def furnish_half_year(office: Office) -> Arguments:
    """A half-yearly report that was issued, and one that is a draft; lines and costs of the joint budget."""
    return {"half_year": half_year.furnish(office)}


def furnish_prices(office: Office) -> Arguments:
    """Packages with a corrected price, and a price list that waits to be taken in."""
    made = prices.furnish(office)
    return {"prices": made, "api_prices": made}


def furnish_agreements(office: Office) -> Arguments:
    """An agreement of the negotiation, signed by the company and a region, with a draft of its next version."""
    return {"agreements": agreements.furnish(office)}


def furnish_precedents(office: Office) -> Arguments:
    """Precedents that are told, to all or to the council's side alone, and that wait, were declined or withdrawn."""
    return {"precedents": precedents.furnish(office)}


def furnish_recommendations(office: Office) -> Arguments:
    """A recommendation that is public, one that is signed for later, and a draft; and the public site that shows the first,
    with a region that departs from it."""
    made = recommendations.furnish(office)
    introduced = introduction.furnish(office, made["recommendations"]["recommendation_id"])
    return {**made, "introduction": introduced, "api_introductions": introduced}


def furnish_reassessment(office: Office) -> Arguments:
    """A recommendation to be re-assessed, with what may reopen its case, an evidence plan and an early dialogue."""
    return reassessment.furnish(office)


def furnish_appeals(office: Office) -> Arguments:
    """A decision of the federation that is announced, sent and appealed, and a company's request that its case be decided."""
    made = appeals.furnish(office)
    return {"appeals": made}


def furnish_followup(office: Office) -> Arguments:
    """The public recommendation followed up: four quarters, an alert with an answer, and a file that waits."""
    return {"followup": followup.furnish(office)}


def furnish_introduction_financing(office: Office) -> Arguments:
    """A period that a region finances, with its rule and its amounts; a yearly list; and the pot for orphan drugs."""
    return {"introduction_financing": introduction_financing.furnish(office)}


def furnish_council(office: Office) -> Arguments:
    """A meeting of the council with a decision and minutes that one of two has approved."""
    return {"council": council.furnish(office)}


def furnish_requests(office: Office) -> Arguments:
    """A subscriber who has not confirmed, requests for documents, and the register with what all rooms have made."""
    return {"requests": public.furnish(office)}


ROOMS: tuple[Callable[[Office], Arguments], ...] = (
    furnish_market,
    furnish_interests,
    furnish_administration,
    furnish_companies,
    furnish_consultation,
    furnish_portal,
    furnish_negotiation,
    furnish_agreements,
    furnish_council,
    furnish_disclosure,
    furnish_half_year,
    furnish_prices,
    furnish_recommendations,
    furnish_followup,
    furnish_reassessment,
    furnish_appeals,
    furnish_settlement,
    furnish_precedents,
    furnish_introduction_financing,
    furnish_requests,
)
