"""Which region is party to an agreement, on any day, under which version of the terms; and what share that covers.

A ledger is read and never changed. A region that has joined is bound to one version of the terms. When a later version
has been settled, it is suspended until it confirms that version, joins no more than it did, and can leave instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# The side of the circle that the regions stand on.
REGION = "region"
INVITED, JOINED, CONFIRMED, DECLINED, LEFT = "invited", "joined", "confirmed", "declined", "left"
# How a region stands: as its last entry says, or joined to terms that have changed since; or it was never asked.
NOT_ASKED, SUSPENDED = "not_asked", "suspended"
STANDINGS = (JOINED, SUSPENDED, INVITED, DECLINED, LEFT, NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger, in the order that they were written. `version` is of the terms, for who binds themselves."""

    region: str
    kind: str
    day: date
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A version of the terms and the day from which it is the one that holds."""

    version: int
    day: date


@dataclass(frozen=True, slots=True)
class Standing:
    """How a region stands on a day, since when, and by which version it is bound. `late`: joined after others had."""

    state: str
    since: date | None = None
    version: int | None = None
    late: bool = False

    @property
    def is_party(self) -> bool:
        return self.state == JOINED


def version_on(versions: Iterable[Settled], day: date) -> int | None:
    """The version of the terms that holds on a day; None before there is any."""
    return max((one.version for one in versions if one.day <= day), default=None)


def standing(entries: Sequence[Entry], versions: Sequence[Settled], day: date) -> Standing:
    """How one region stands on a day, from its own entries in their order."""
    known = [entry for entry in entries if entry.day <= day]
    if not known:
        return Standing(NOT_ASKED)
    last = known[-1]
    if last.kind not in (JOINED, CONFIRMED):
        return Standing(last.kind, last.day)
    present = version_on(versions, day)
    joined = next(entry.day for entry in reversed(known) if entry.kind == JOINED)
    first = min((one.day for one in versions), default=joined)
    if present is not None and last.version != present:
        changed = min(one.day for one in versions if one.version > (last.version or 0) and one.day <= day)
        return Standing(SUSPENDED, max(changed, last.day), last.version, late=joined > first)
    return Standing(JOINED, joined, last.version, late=joined > first)


def standings(
    entries: Sequence[Entry], versions: Sequence[Settled], regions: Iterable[str], day: date
) -> dict[str, Standing]:
    """How each region stands on a day."""
    return {
        region: standing([one for one in entries if one.region == region], versions, day)
        for region in regions
    }


def may(kind: str, now: Standing) -> bool:
    """Whether a line of this kind can follow on how the region stands."""
    before: Mapping[str, tuple[str, ...]] = {
        INVITED: (NOT_ASKED, DECLINED, LEFT),
        # Who declined or left may come back: a late joiner.
        JOINED: (INVITED, DECLINED, LEFT),
        CONFIRMED: (SUSPENDED,),
        DECLINED: (INVITED,),
        LEFT: (JOINED, SUSPENDED),
    }
    return now.state in before[kind]


def refuses_entry(now: Standing, *, has_mandate: bool) -> str | None:
    """Why a region's representative cannot enter the circle, to read the terms; None when they can. A code.

    A region that is asked to join reads what it is asked to join once it has given a mandate; one that has joined reads
    on, also while it is to confirm changed terms. Policy `entered` on the circle says the same.
    """
    if now.state in (JOINED, SUSPENDED):
        return None
    if now.state == INVITED:
        return None if has_mandate else "entry_no_mandate"
    return "entry_not_invited" if now.state == NOT_ASKED else "entry_over"


@dataclass(frozen=True, slots=True)
class Cover:
    """Inhabitants of the regions that are party, of all; `percent` to two decimals, rounded down."""

    inhabitants: int
    of_all: int
    percent: Decimal
    regions: int

    def reaches(self, threshold: Decimal | None) -> bool | None:
        """Whether the threshold (per cent) is reached, exactly; None when there is none."""
        if threshold is None:
            return None
        return self.inhabitants * Decimal(100) >= threshold * self.of_all


def cover(found: Mapping[str, Standing], population: Mapping[str, int]) -> Cover:
    """What share of the population is covered by the regions that are party. Rounded down: 49.999 % is not 50 %."""
    covered = sum(population[region] for region, one in found.items() if one.is_party)
    everybody = sum(population.values())
    percent = Decimal(covered * 10_000 // everybody) / 100 if everybody else Decimal(0)
    return Cover(covered, everybody, percent, sum(one.is_party for one in found.values()))
