"""Requests for documents: what is asked, how they may be answered, and when the secretariat is reminded that one waits.

The law: TF 2:15–20 (at once or as soon as possible, without having to say who one is or why; "skyndsamt" for copies), OSL 6:3
(who decides, and that a refusal is in writing with reasons), OSL 6:7–8 (appeal to the administrative court of appeal).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault

WHOLE, MASKED, REFUSED, NOT_HELD = "whole", "masked", "refused", "not_held"
OUTCOMES = (WHOLE, MASKED, REFUSED, NOT_HELD)
# Answers that refuse something, which is reasoned and can be appealed.
APPEALABLE = frozenset({MASKED, REFUSED})
GROUNDS = ("business", "negotiation", "health", "security", "other")
MOST_WANTED, MOST_REASONS, MOST_FILES = 5_000, 20_000, 20

# Days of waiting at which the secretariat is told that a request is there, and that it still waits; then every week.
LADDER = (0, 1, 2, 4, 7)
WEEK = 7
# From when a wait is shown as long, and as too long.
LONG, TOO_LONG = 2, 4

_ASKED = {
    "wanted": typed.required(partial(typed.paragraph, limit=MOST_WANTED)),
    "designation": partial(typed.line, limit=40),
    "address": typed.optional(typed.mail_address),
}
_MASK = {
    "passage": typed.required(typed.line),
    "ground": typed.one_of(GROUNDS),
    "provision": typed.required(typed.line),
}
_ANSWER = {
    "outcome": typed.one_of(OUTCOMES),
    "reasons": partial(typed.paragraph, limit=MOST_REASONS),
}


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A file of an answer that is prepared: whether something was taken out of it, and how many passages are noted."""

    masked: bool
    passages: int


def read_request(texts: Mapping[str, str]) -> dict[str, Any]:
    """What is asked for: wanted, designation and address, None without one. Raises BadInput."""
    return typed.read(texts, _ASKED)


def read_mask(texts: Mapping[str, str]) -> dict[str, Any]:
    """A passage that was taken out: where it stands, why, and by which provision. Raises BadInput."""
    return typed.read(texts, _MASK)


def read_answer(texts: Mapping[str, str], files: Sequence[HandedOut], *, gone: bool) -> dict[str, Any]:
    """The outcome and its reasons. Raises BadInput for what does not fit the files that were added.

    `gone`: it was said that what is taken out is gone from the files and not only covered.
    """
    found = typed.read(texts, _ANSWER)
    outcome = found["outcome"]
    faults = [Fault(code, column="outcome") for code in _unfit(outcome, files)]
    if outcome in APPEALABLE and not found["reasons"]:
        faults.append(Fault("missing", column="reasons"))
    if outcome == MASKED and not gone:
        faults.append(Fault("not_confirmed", column="gone"))
    if faults:
        raise BadInput(*faults)
    return found


def _unfit(outcome: str, files: Sequence[HandedOut]) -> list[str]:
    if outcome in (REFUSED, NOT_HELD):
        return ["files_left"] if files else []
    if not files:
        return ["no_files"]
    masked = [one for one in files if one.masked]
    if outcome == WHOLE:
        return ["has_masked"] if masked else []
    if not masked:
        return ["no_masked"]
    return [] if all(one.passages for one in masked) else ["no_passages"]


def waited(came: date, today: date) -> int:
    """Days that a request has waited: none on the day it came."""
    return max((today - came).days, 0)


def next_rung(rung: int) -> int:
    """After which day of waiting the secretariat is reminded next."""
    return next((step for step in LADDER if step > rung), rung + WEEK)
