"""What a recommendation must say before it can be approved, and how far one has come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from nt_process.kernel.calendar import STOCKHOLM, read_day
from nt_process.kernel.faults import Fault
from nt_process.recommendations.rules.document import CRITERIA, FAVOURABLE, FINAL, LEVELS, OUTCOMES, PLATFORM

DROPPED, DRAFT, APPROVED, SIGNED, PUBLISHED = "dropped", "draft", "approved", "signed", "published"
STATES = (DRAFT, APPROVED, SIGNED, PUBLISHED, DROPPED)
_ALWAYS = ("summary", "patient_group")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)
_TO_TREAT = ("start_criteria", "stop_criteria")


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened to a recommendation, as far as its state depends on it."""

    approved: bool
    signed: bool
    published: bool
    dropped: bool


def state(progress: Progress) -> str:
    """How far it has come: dropped, or the furthest of draft, approved, signed and published."""
    if progress.published:
        return PUBLISHED
    if progress.dropped:
        return DROPPED
    if progress.signed:
        return SIGNED
    return APPROVED if progress.approved else DRAFT


def says_something(text: str) -> bool:
    """Whether a text is more than spaces and strokes."""
    return any(character.isalnum() for character in text)


def faults(kind: str, text: Mapping[str, object], day: date) -> list[Fault]:
    """What keeps the text from being approved on a day: a position that is not of its kind, a reason that is empty, a last
    day that has passed. The reasons of an advice to wait are its summary; what is to be treated has criteria.
    """
    outcome = str(text["outcome"])
    found = [] if outcome in OUTCOMES[kind] else [Fault("no_position", column="outcome")]
    wanted = [*_ALWAYS, *(_TO_TREAT if outcome in FAVOURABLE else ())]
    if kind == FINAL:
        wanted += [*PLATFORM, *LEVELS, *CRITERIA]
    found += [Fault("empty", column=name) for name in wanted if not says_something(str(text[name]))]
    last = text["valid_to"]
    if isinstance(last, date) and last < day:
        found.append(Fault("in_the_past", column="valid_to"))
    return found


def publish_at(day: str, clock: str, now: datetime) -> datetime | Fault:
    """The instant (UTC) that was typed as a Swedish day and a time HH:MM; nothing typed is `now`.

    A fault for what is no day or time, for a time that is left out when clocks are put forward, and for what has passed.
    """
    if not day.strip() and not clock.strip():
        return now
    found = read_day(day.strip())
    if found is None or not 2000 <= found.year < 2200:
        return Fault("not_a_day", column="publish_on", params={"value": day.strip()[:80]})
    written = _CLOCK.fullmatch(clock.strip())
    if written is None:
        return Fault("not_a_time", column="publish_clock", params={"value": clock.strip()[:80]})
    local = datetime.combine(found, time(int(written[1]), int(written[2])), STOCKHOLM)
    at = local.astimezone(UTC)
    if at.astimezone(STOCKHOLM).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Fault("no_such_time", column="publish_clock", params={"value": clock.strip()[:80]})
    if at < now:
        return Fault("has_passed", column="publish_on")
    return at
