"""The life of an agreement as functions of values: what state it is in, and who is party on a day under which version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NONCE_BYTES = 32
LADDER = (-180, -90, -30, -7)
DRAFT, WITHDRAWN, SIGNING, TO_COME, IN_FORCE, EXPIRED, ENDED = (
    "draft",
    "withdrawn",
    "signing",
    "to_come",
    "in_force",
    "expired",
    "ended",
)
STATES = (DRAFT, WITHDRAWN, SIGNING, TO_COME, IN_FORCE, EXPIRED, ENDED)


def commitment(text: Mapping[str, object], nonce: bytes) -> str:
    """SHA-256 over the nonce and the contract's text, in hex. Raises ValueError for a nonce that has not 32 bytes."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    written = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(nonce + written).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the contract, as far as its state depends on it; `last` None: until further notice."""

    number: int
    first: date
    last: date | None
    sent: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A region and the version that binds it, from one day to another; `last` None: until further notice."""

    region: str
    version: int
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def parties(bound: Iterable[Bound], day: date) -> dict[str, int]:
    """Who is party on a day, each with the version that binds it then."""
    return {one.region: one.version for one in bound if one.holds(day)}


def state(versions: Sequence[Version], bound: Sequence[Bound], ended: date | None, day: date) -> str:
    """What state an agreement is in on a day. `ended` is the last day of one that has been terminated."""
    if ended is not None and ended < day:
        return ENDED
    if parties(bound, day):
        return IN_FORCE
    if any(one.first > day for one in bound):
        return TO_COME
    if bound:
        return EXPIRED if ended is None else ENDED
    if ended is not None:
        return ENDED
    kept = [one for one in versions if not one.withdrawn]
    if not kept:
        return WITHDRAWN
    return SIGNING if kept[-1].sent else DRAFT


def open_version(versions: Sequence[Version], bound: Iterable[Bound]) -> int | None:
    """The version that is being drafted or signed and binds nobody yet; None when there is none."""
    kept = [one for one in versions if not one.withdrawn]
    binding = {one.version for one in bound}
    return kept[-1].number if kept and kept[-1].number not in binding else None


def within(first: date, last: date | None, terms_first: date, terms_last: date | None) -> bool:
    """Whether a version's days are within those of its terms."""
    if first < terms_first:
        return False
    return terms_last is None or (last is not None and last <= terms_last)


def versions_for(bound: Iterable[Bound], day: date, regions: Iterable[str] | None) -> dict[int, list[str]]:
    """The versions that bind somebody on a day, each with the regions (ids) it binds; with `regions` of these alone."""
    own = None if regions is None else set(regions)
    found: dict[int, list[str]] = {}
    for region, version in sorted(parties(bound, day).items()):
        if own is None or region in own:
            found.setdefault(version, []).append(region)
    return found
