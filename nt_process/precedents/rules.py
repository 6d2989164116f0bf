"""What a precedent says and what may be told of it, as functions of values; and how alike two cases are.

Sources: the council weighs severity, effect, certainty and rarity against the cost of a quality-adjusted life year
(NT-rådets rekommendationer: grunder till beslut). Severity has the four grades that TLV states it in; certainty those of
GRADE. Rare is at most 5 in 10 000 (Regulation (EC) 141/2000, article 3), ultra-rare at most 1 in 50 000.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.typed import Unusable
from nt_process.terms.kinds import KINDS

AGREEMENT, NO_AGREEMENT = "agreement", "no_agreement"
DECISIONS = (AGREEMENT, NO_AGREEMENT, "should", "can", "should_not")
# The steps of the processes that decide something, and what they decide; None: the position that the case has.
DECIDING: Mapping[str, str | None] = {
    "conclude_agreement": AGREEMENT,
    "end_without_agreement": NO_AGREEMENT,
    "negotiation_expires": NO_AGREEMENT,
    "decide_recommendation": None,
    "confirm_recommendation": None,
}
SEVERITIES = ("low", "moderate", "high", "very_high")
RARITIES = ("ultra_rare", "rare", "common")
CERTAINTIES = ("very_low", "low", "moderate", "high")
FINANCIAL, OUTCOME_BASED = "financial", "outcome_based"
CONTRACTS = (FINANCIAL, OUTCOME_BASED)
_BY_OUTCOME = frozenset({"individual_outcome", "population_outcome", "coverage_with_evidence", "instalments"})
# What beside the decision itself may be told to the public, each part by itself.
PARTS: Mapping[str, tuple[str, ...]] = {
    "grounds": ("severity", "rarity", "patients", "certainty"),
    "economy": ("qaly_from", "qaly_to", "willing_from", "willing_to"),
    "contract": ("contract", "clauses"),
    "reasons": ("reasons",),
}
# SEK. A bound is told in whole steps, so that no figure of a negotiation stands in it.
STEP = 50_000
MOST_KRONOR, MOST_PATIENTS = 100_000_000, 10_000_000
MOST_REASONS, MOST_INDICATION, MOST_LINE = 8_000, 2_000, 300


def decided(action: str, outcome: str | None) -> str | None:
    """What a step of a process decided; None where it decided nothing that there is a word for."""
    found = DECIDING.get(action) or outcome
    return found if action in DECIDING and found in DECISIONS else None


def contract_of(clauses: Collection[str]) -> tuple[str, ...]:
    """What kind of contract clauses make, coarsely: by money, by outcome, or both."""
    found = {OUTCOME_BASED if kind in _BY_OUTCOME else FINANCIAL for kind in clauses}
    return tuple(one for one in CONTRACTS if one in found)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a version of a precedent says beside which medicine and which decision. Bounds are SEK per QALY; an upper
    bound of None has none above. What is None or empty has not been assessed, or is not told."""

    indication: str
    severity: str | None
    rarity: str | None
    patients: int | None
    certainty: str | None
    qaly_from: int | None
    qaly_to: int | None
    willing_from: int | None
    willing_to: int | None
    contract: tuple[str, ...]
    clauses: tuple[str, ...]
    clauses_told_by: str
    reasons: str
    is_public: bool
    public_parts: tuple[str, ...]


LISTS = ("contract", "clauses", "public_parts")


def read(texts: Mapping[str, str], chosen: Mapping[str, Sequence[str]], decision: str) -> Grounds:
    """The grounds as a form says them; `chosen` holds what is ticked in each of LISTS. Raises BadInput with every fault:

    missing, too_long, bad_characters, not_a_choice, not_a_number, not_within, not_in_steps, not_an_interval; no_contract
    (there was no agreement), missing_contract (there was one), missing_permission (the kinds of clauses are told without
    saying by whose leave), not_public (a part is public and the decision is not).
    """
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    try:
        found = typed.read(texts, _READERS)
    except BadInput as refused:
        faults += refused.faults
    ticked = {name: _ticked(name, chosen.get(name, ()), faults) for name in LISTS}
    faults += _together(found, ticked, decision)
    if faults:
        raise BadInput(*faults)
    clauses = ticked["clauses"]
    found |= ticked
    if clauses:
        found["contract"] = contract_of(clauses)
    else:
        found["clauses_told_by"] = ""
    return Grounds(**found)


def _number(most: int) -> typed.Reader:
    """A whole number from 0, with the spaces that thousands are written with."""

    def read_number(text: str) -> int:
        digits = "".join(text.split())
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
            raise Unusable("not_a_number")
        if int(digits) > most:
            raise Unusable("not_within", most=most)
        return int(digits)

    return read_number


def _bound(text: str) -> int:
    found: int = _number(MOST_KRONOR)(text)
    if found % STEP:
        raise Unusable("not_in_steps", step=f"{STEP:,}".replace(",", "\N{NO-BREAK SPACE}"))
    return found


def _patients(text: str) -> int:
    found: int = _number(MOST_PATIENTS)(text)
    if not found:
        raise Unusable("not_a_number")
    return found


_READERS: Mapping[str, typed.Reader] = {
    "indication": lambda text: typed.paragraph(text, MOST_INDICATION),
    "severity": typed.optional(typed.one_of(SEVERITIES)),
    "rarity": typed.optional(typed.one_of(RARITIES)),
    "patients": typed.optional(_patients),
    "certainty": typed.optional(typed.one_of(CERTAINTIES)),
    "qaly_from": typed.optional(_bound),
    "qaly_to": typed.optional(_bound),
    "willing_from": typed.optional(_bound),
    "willing_to": typed.optional(_bound),
    "clauses_told_by": lambda text: typed.line(text, MOST_LINE),
    "reasons": typed.required(lambda text: typed.paragraph(text, MOST_REASONS)),
    "is_public": bool,
}
_KNOWN: Mapping[str, Collection[str]] = {
    "contract": CONTRACTS,
    "clauses": KINDS,
    "public_parts": PARTS,
}


def _ticked(name: str, chosen: Sequence[str], faults: list[Fault]) -> tuple[str, ...]:
    """What is ticked, in the order in which it is offered."""
    if any(one not in _KNOWN[name] for one in chosen):
        faults.append(Fault("not_a_choice", column=name))
    return tuple(one for one in _KNOWN[name] if one in chosen)


def _together(found: Mapping[str, Any], ticked: Mapping[str, tuple[str, ...]], decision: str) -> list[Fault]:
    """What is wrong between fields that are right each by itself."""
    faults = []
    for first, last in (("qaly_from", "qaly_to"), ("willing_from", "willing_to")):
        low, high = found.get(first), found.get(last)
        if high is not None and (low is None or high <= low):
            faults.append(Fault("not_an_interval", column=last))
    has_contract = bool(ticked["contract"] or ticked["clauses"])
    if decision == NO_AGREEMENT and has_contract:
        faults.append(Fault("no_contract", column="contract"))
    if decision == AGREEMENT and not has_contract:
        faults.append(Fault("missing_contract", column="contract"))
    if found and ticked["clauses"] and not found["clauses_told_by"]:
        faults.append(Fault("missing_permission", column="clauses_told_by"))
    if found and ticked["public_parts"] and not found["is_public"]:
        faults.append(Fault("not_public", column="is_public"))
    return faults


# --- alike ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traits:
    """What cases are compared by. What is empty or None is not known, and makes nothing alike."""

    substance: str = ""
    atc: str = ""
    severity: str | None = None
    rarity: str | None = None
    certainty: str | None = None
    contract: tuple[str, ...] = ()


# How much each thing in common counts. The same substance counts most, and an ATC code the more the longer it is shared.
_WEIGHTS = {
    "substance": 5,
    "atc_5": 4,
    "atc_4": 3,
    "atc_3": 2,
    "severity": 2,
    "rarity": 2,
    "certainty": 1,
    "contract": 1,
}


def alike(one: Traits, other: Traits) -> tuple[str, ...]:
    """What two cases have in common, what counts most first; nothing where they have nothing.

    >>> alike(Traits(atc="L04AC98", severity="high"), Traits(atc="L04BB01", severity="high"))
    ('atc_3', 'severity')
    """
    found = []
    if one.substance and one.substance.casefold() == other.substance.casefold():
        found.append("substance")
    shared = _shared(one.atc, other.atc)
    if shared >= 3:
        found.append(f"atc_{min(shared, 5)}")
    found += [
        name
        for name in ("severity", "rarity", "certainty")
        if getattr(one, name) is not None and getattr(one, name) == getattr(other, name)
    ]
    if set(one.contract) & set(other.contract):
        found.append("contract")
    return tuple(sorted(found, key=lambda name: -_WEIGHTS[name]))


def likeness(shared: Collection[str]) -> int:
    """How alike cases are that have this in common."""
    return sum(_WEIGHTS[name] for name in shared)


def _shared(one: str, other: str) -> int:
    """How many levels' letters two ATC codes begin with alike: 3 (second level), 4 (third) or 5 and more (fourth)."""
    return next(
        (length for length in (7, 5, 4, 3) if len(one) >= length and one[:length] == other[:length]), 0
    )
