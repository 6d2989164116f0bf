"""Rounds of offers: when one may be opened, by whom; and offers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

DELEGATION, COMPANY = "delegation", "company"
OPENERS = 2


@dataclass(frozen=True, slots=True)
class Opener:
    """One of those who open a round: who, when, and why before its time."""

    person_id: str
    at: datetime
    reason: str


def refuses_opener(
    opens_at: datetime | None, opened_at: datetime | None, openers: Sequence[Opener], person_id: str, at: datetime,
    reason: str,
) -> str | None:  # fmt: skip
    """Why this person cannot say now that the round is to be opened; None when they can. A code."""
    if opens_at is None:
        return "not_sealed"
    if opened_at is not None:
        return "opened"
    if any(one.person_id == person_id for one in openers):
        return "second_person"
    if at < opens_at and not reason.strip():
        return "too_early"
    return None


def is_opened_by(openers: Sequence[Opener], opens_at: datetime) -> bool:
    """Whether so many different people have opened it, each in time or with a reason."""
    valid = {one.person_id for one in openers if one.at >= opens_at or one.reason}
    return len(valid) >= OPENERS and all(one.at >= opens_at or one.reason for one in openers)


def is_early(openers: Sequence[Opener], opens_at: datetime) -> bool:
    return any(one.at < opens_at for one in openers)


def side_by_side(documents: Sequence[Mapping[str, object]]) -> list[tuple[str, list[str], bool]]:
    """Offers compared: (the term, its value in each offer, whether they differ), in the order that terms appear.

    A list counts its items from one, as people do: `clauses[2].rate`.
    """
    flat = [_flat(document) for document in documents]
    names = list(dict.fromkeys(name for one in flat for name in one))
    rows = [(name, [one.get(name, "") for one in flat]) for name in names]
    return [(name, values, len(set(values)) > 1) for name, values in rows]


def _flat(value: object, place: str = "") -> dict[str, str]:
    if isinstance(value, Mapping):
        parts = [(f"{place}.{name}" if place else str(name), part) for name, part in value.items()]
    elif isinstance(value, list | tuple) and any(isinstance(part, Mapping | list | tuple) for part in value):
        parts = [(f"{place}[{number}]", part) for number, part in enumerate(value, 1)]
    elif isinstance(value, list | tuple):
        return {place: ", ".join(map(str, value))}
    else:
        return {place: "" if value is None else str(value)}
    found: dict[str, str] = {}
    for name, part in parts:
        found |= _flat(part, name)
    return found
