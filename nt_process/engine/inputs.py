"""Reading what an actor states when taking an action: typed, bounded, with every fault named."""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.engine.definition import Action, Input
from nt_process.kernel.calendar import read_day, why_no_day
from nt_process.kernel.reasons import Reason

MAX_TEXT = 20_000


def read(action: Action, given: Mapping[str, str]) -> tuple[dict[str, object], list[Reason]]:
    """The action's inputs as JSON-ready values (dates as ISO text), and every fault in them."""
    stated: dict[str, object] = {}
    faults: list[Reason] = []
    known = {wanted.name: wanted for wanted in action.inputs}
    faults += [Reason("input_unknown", {"input": name}) for name in given if name not in known]
    for name, wanted in known.items():
        text = given.get(name, "")
        fault = _fault(wanted, text)
        if fault is not None:
            faults.append(Reason(fault, {"action": action.name, "input": name, "label": wanted.label}))
        elif text.strip():
            stated[name] = text.strip()
    return stated, faults


def _fault(wanted: Input, text: str) -> str | None:
    if not isinstance(text, str):
        return "input_not_text"
    if not text.strip():
        return "input_missing" if wanted.required else None
    if "\x00" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        return "input_bad_characters"
    if len(text) > MAX_TEXT:
        return "input_too_long"
    if wanted.type == "date" and read_day(text.strip()) is None:
        return "input_no_such_day" if why_no_day(text.strip()) == "no_such_day" else "input_not_a_date"
    if wanted.type == "choice" and text.strip() not in wanted.choices:
        return "input_not_a_choice"
    return None
