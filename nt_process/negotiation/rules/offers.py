"""Rounds of offers: when one may be opened, by whom; and what has changed from one offer to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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


SAME, NEW, GONE, CHANGED, HIGHER, LOWER, MOVED = "", "new", "gone", "changed", "higher", "lower", "moved"
Key = tuple[str, int]
"""A kind of clause, and which of that kind within its offer."""


@dataclass(frozen=True, slots=True)
class Row:
    """A clause in each of several offers: its number there, or None where it is not in the offer."""

    kind: str
    numbers: tuple[int | None, ...]


def aligned(offers: Sequence[Sequence[str]]) -> list[Row]:
    """The clauses (by kind) of offers beside each other, each once.

    They stand as in the first offer; one that only a later offer has stands after the clause that precedes it there.
    """
    keyed = [_keyed(kinds) for kinds in offers]
    order: list[Key] = []
    for keys in keyed:
        place = 0
        for key in keys:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
    return [
        Row(key[0], tuple(keys.index(key) + 1 if key in keys else None for keys in keyed)) for key in order
    ]


def _keyed(kinds: Sequence[str]) -> list[Key]:
    return [(kind, kinds[:place].count(kind)) for place, kind in enumerate(kinds)]


def clause_changes(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """For each clause and offer what has become of it since the offer before: new, gone, moved among those that both
    offers have, or the same."""
    found: list[list[str]] = [[SAME] for _ in rows]
    for place in range(1, len(rows[0].numbers) if rows else 0):
        both = [row for row in rows if row.numbers[place - 1] and row.numbers[place]]
        before = sorted(both, key=lambda row: row.numbers[place - 1] or 0)
        after = sorted(both, key=lambda row: row.numbers[place] or 0)
        for row, changes in zip(rows, found, strict=True):
            had, has = row.numbers[place - 1], row.numbers[place]
            if had and has:
                changes.append(SAME if before.index(row) == after.index(row) else MOVED)
            else:
                changes.append(NEW if has else GONE if had else SAME)
    return [tuple(changes) for changes in found]


def value_change(before: object, after: object) -> str:
    """What has become of a value: a figure is higher or lower, anything else changed, or the same."""
    if before == after:
        return SAME
    if isinstance(before, Decimal | int) and isinstance(after, Decimal | int) and not isinstance(after, bool):
        return HIGHER if after > before else LOWER
    return CHANGED
