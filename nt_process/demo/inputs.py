"""What is stated when an action is taken: words, choices and new last days, by the action's own list of inputs."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta

from nt_process.demo.words import POSITIONS, REGIONAL_DECISIONS, STATEMENTS
from nt_process.engine import clock
from nt_process.engine.definition import Action, Input
from nt_process.engine.snapshot import Case
from nt_process.kernel.calendar import next_working_day

_CHOICES: Mapping[str, Mapping[str, int]] = {
    "outcome": {"should": 2, "can": 5, "should_not": 2},
    "regional_decision": {"introduced": 8, "limited": 2, "not_introduced": 1},
}
_GROUNDS_OF_CHOICE = {**POSITIONS, **REGIONAL_DECISIONS}

# An optional note is written this often.
_NOTED = 0.6

# By how many days a last day is moved. TLV may defer by 90 days in all, and a price case by 60 (2002:687 § 9).
_MOVED = {"extend": 42, "offer": 35}


def stated(
    action: Action, case: Case, chance: random.Random, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """A value for each input of `action` by its name; those of `given` are taken as they are."""
    values = dict(given or {})
    for wanted in action.inputs:
        if wanted.name not in values and (wanted.required or chance.random() < _NOTED):
            value = _value(wanted, action, case, chance, values)
            if value:
                values[wanted.name] = value
    return values


def _value(
    wanted: Input, action: Action, case: Case, chance: random.Random, values: Mapping[str, str]
) -> str:
    if wanted.type == "choice":
        weights = _CHOICES[wanted.name]
        return chance.choices(list(weights), list(weights.values()))[0]
    if wanted.type == "date":
        return _new_last_day(action, case).isoformat()
    if wanted.name == "successor":
        return ""
    chosen = next((value for value in values.values() if value in _GROUNDS_OF_CHOICE), None)
    texts = _GROUNDS_OF_CHOICE[chosen] if chosen else STATEMENTS[action.name]
    return chance.choice(texts).format(medicine=case.field("medicine"), company=case.field("company"))


def _new_last_day(action: Action, case: Case) -> date:
    """A later working day for the clock that the action extends or offers to extend."""
    effect = next(effect for effect in action.clocks if effect.operation in _MOVED)
    moving = case.open_clock(effect.clock)
    last = None if moving is None else clock.due(moving.ledger)
    if last is None:
        raise ValueError(f"{action.name}: no last day to move")
    return next_working_day(last + timedelta(days=_MOVED[effect.operation]))
