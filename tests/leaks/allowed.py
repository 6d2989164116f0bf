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
REGIONS = frozenset({"region"})
COMPANIES = frozenset({"company", "rival", "uninvolved"})
TLV = frozenset({"tlv"})
NOBODY: frozenset[str] = frozenset()

Names = frozenset[str]
Judge = Callable[[Canary, "Facts"], Names]


class Facts:
    """What is known of the world: whose each case is, and in which of them TLV has been asked."""

    def __init__(self, filled: Filled) -> None:
        self.people = {person: name for name, person in filled.office.people.items()}
        self.company_of = {filled.own: "company", filled.rivals: "rival"}
        self.company_of |= {number: "company" for key, number in filled.others.items() if key != "unowned"}
        # An assessment has been ordered in these; in the others the application is at most being examined.
        self.with_tlv = {filled.own, filled.others["introduced"]}

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


def of_the_declarer(canary: Canary, facts: Facts) -> Names:
    """What is declared, and why a conflict was found, is for the secretariat and the person alone."""
    person = canary.row.get("person_id") or canary.row.get("of_person")
    return SECRETARIAT | frozenset({facts.people.get(str(person), "")})


def only(names: Names) -> Judge:
    return lambda _canary, _facts: names


OWN_SIDE = only(COUNCIL | REGIONS)
READERS = only(COUNCIL | REGIONS | TLV)
_COUNCIL = only(COUNCIL)

# By column where the columns of a table differ, else by table.
RULES: Mapping[str, Judge] = {
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
    "interest": of_the_declarer,
    "conflict_decision": of_the_council_and_the_person,
    "conflict_decision.reason": of_the_declarer,
    "administrative_change": only(SECRETARIAT | {"auditor", "administrator"}),
    "person_import": only(frozenset({"administrator"})),
    "organisation": _COUNCIL,
    "person": of_the_council_and_the_person,
    "passkey": of_the_person,
    "saved_view": of_the_person,
    "session": of_the_person_and_the_administrator,
    "provider_request": only(NOBODY),
}


def judge(canary: Canary) -> Judge:
    """The rule for a place. Raises KeyError for one that nobody has thought of."""
    return RULES[canary.place] if canary.place in RULES else RULES[canary.table]


def may_see(canary: Canary, facts: Facts) -> Names:
    return judge(canary)(canary, facts)
