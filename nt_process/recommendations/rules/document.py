"""A recommendation as a document: what it says, how the council words its position, and the hash that is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nt_process.recommendations.rules import appealing

FORMAT = 1
FINAL, INTERIM = "final", "interim"
KINDS = (FINAL, INTERIM)
SHOULD, CAN, SHOULD_NOT, WAIT = "should", "can", "should_not", "wait"
OUTCOMES: Mapping[str, tuple[str, ...]] = {FINAL: (SHOULD, CAN, SHOULD_NOT), INTERIM: (WAIT,)}
FAVOURABLE = (SHOULD, CAN)
REPLACES, AMENDS = "replaces", "amends"
RELATIONS = (REPLACES, AMENDS)
SEVERITIES = ("low", "moderate", "high", "very_high")
CERTAINTIES = ("very_low", "low", "moderate", "high")

# Whom and when it concerns; then the reasons, by the ethical platform and by the council's criteria (domain W11).
SCOPE = ("summary", "patient_group", "start_criteria", "stop_criteria", "conditions")
PLATFORM = ("human_dignity", "need_solidarity", "cost_effectiveness")
CRITERIA = ("severity", "effect", "certainty", "rarity", "cost_per_qaly", "willingness")
TEXTS = (*SCOPE, *PLATFORM, *CRITERIA)
LEVELS: Mapping[str, tuple[str, ...]] = {"severity_level": SEVERITIES, "certainty_level": CERTAINTIES}
FIELDS = ("outcome", "valid_to", *TEXTS, *LEVELS)


@dataclass(frozen=True, slots=True)
class Wording:
    """How the council words its positions from a day on: by outcome the Swedish and the English."""

    version: int
    since: date
    labels: Mapping[str, tuple[str, str]]


# The first is that of the process as described by the regions; the council's own page words the last position otherwise
# (domain §1, W7). A change of words is a new version, and what has been signed keeps the words that it was signed with.
WORDINGS = (
    Wording(
        1,
        date(2010, 1, 1),
        {
            SHOULD: ("Bör användas", "Should be used"),
            CAN: ("Kan användas", "Can be used"),
            SHOULD_NOT: ("Bör inte användas", "Should not be used"),
            WAIT: ("Avvakta", "Wait"),
        },
    ),
    Wording(
        2,
        date(2020, 1, 1),
        {
            SHOULD: ("Bör användas", "Should be used"),
            CAN: ("Kan användas", "Can be used"),
            SHOULD_NOT: ("Avstå från användning", "Refrain from use"),
            WAIT: ("Avvakta med användning", "Wait before use"),
        },
    ),
)


def wording(day: date) -> Wording:
    """The wording in force on a day; before the first, the first."""
    return max((one for one in WORDINGS if one.since <= day), key=lambda one: one.since, default=WORDINGS[0])


@dataclass(frozen=True, slots=True)
class Subject:
    """What a recommendation is about. `earlier` is the public name of the one it replaces or amends; `meeting` the
    meeting that took the position, as (year, number, day). `regime` is that of the case's process.
    """

    case_number: str
    number: int
    kind: str
    medicine: str
    substance: str
    atc: str
    relation: str | None
    earlier: str | None
    meeting: tuple[int, int, date] | None
    regime: str = ""


def document(subject: Subject, text: Mapping[str, Any], day: date) -> dict[str, object]:
    """Everything that is signed and made public, as JSON values; worded as of `day`.

    A final position of the federation is a decision, and says how it is appealed (`appeal`).
    """
    decides = subject.regime == appealing.FEDERATION and subject.kind == FINAL
    worded = wording(day)
    outcome = str(text["outcome"])
    sv, en = worded.labels.get(outcome, ("", ""))
    valid_to = text["valid_to"]
    meeting = subject.meeting
    return {
        "format": FORMAT,
        "case": subject.case_number,
        "number": subject.number,
        "kind": subject.kind,
        "medicine": subject.medicine,
        "substance": subject.substance,
        "atc": subject.atc,
        "relation": subject.relation,
        "earlier": subject.earlier,
        "meeting": None
        if meeting is None
        else {"year": meeting[0], "number": meeting[1], "day": str(meeting[2])},
        "outcome": outcome,
        "wording": worded.version,
        "label": {"sv": sv, "en": en},
        "valid_to": None if valid_to is None else str(valid_to),
        **{name: str(text[name]) for name in (*TEXTS, *LEVELS)},
        **({"appeal": appealing.information(day)} if decides else {}),
    }


def text_hash(content: Mapping[str, object]) -> str:
    """SHA-256 over the document's canonical JSON (keys in order, no spaces, UTF-8), in hex."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(written.encode()).hexdigest()


def slug(case_number: str, number: int) -> str:
    """The name of a recommendation in public addresses: its case and which of the case's it is."""
    return f"{case_number.lower()}-{number}"
