"""What the pages' forms send, as plain texts; and a faulty form as it is shown again.

The forms are made of a round's own questions, so their fields are not known beforehand. Nothing is judged here:
the faults are those of `rules.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from nt_process.consultation.rules import MAX_QUESTIONS
from nt_process.consultation.texts import FAULTS
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts

_ROW_FIELDS = ("text", "kind", "choices", "required")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
# The faults of a file are worded with those of a case's documents.
_OF_FILES = re.compile(r"file_")


@dataclass
class Shown:
    """A form as it is shown: what stands in each field, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, otherwise: object = "") -> str:
        found = self.values.get(name)
        return str(otherwise or "") if found is None else found


def faulty(values: Mapping[str, str], refusal: BadInput, translate: Translate) -> Shown:
    """The form as it was sent, with each fault beside its field."""
    faults: dict[str, str] = {}
    for fault in refusal.faults:
        place = str(fault.column)
        faults[place] = " ".join(filter(None, (faults.get(place), _sentence(fault, translate))))
    return Shown(values, faults)


def _sentence(fault: Fault, translate: Translate) -> str:
    if _OF_FILES.match(fault.code):
        return reason_texts.describe(Reason(fault.code, fault.params))
    params = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in fault.params.items()
    }
    return fault_sentence(Fault(fault.code, params=params), translate, FAULTS)


def typed(sent: MultiDict[str, str]) -> dict[str, str]:
    """Every field's first value."""
    return {name: str(value) for name, value in sent.items()}


def version(sent: Mapping[str, str]) -> int:
    """The version that the page showed; -1, which none has, when it is no number."""
    written = sent.get("version", "")
    return int(written) if _NUMBER.fullmatch(written) else -1


def question_rows(sent: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of questions that were sent, in order: the fields `q1_text`, `q1_kind` and so on."""
    numbers = (number for number in range(1, MAX_QUESTIONS + 4) if f"q{number}_text" in sent)
    return [{name: sent.get(f"q{number}_{name}", "") for name in _ROW_FIELDS} for number in numbers]


def rearranged(rows: list[dict[str, str]], do: str) -> list[dict[str, str]] | None:
    """The rows after a button of the form: "add", "up-3" or "remove-3". None for any other button."""
    what, _dash, written = do.partition("-")
    if what == "add":
        return [*rows, blank_row()]
    number = int(written) if _NUMBER.fullmatch(written) else 0
    if what not in ("up", "remove") or not 1 <= number <= len(rows):
        return None
    kept = [*rows]
    moved = kept.pop(number - 1)
    if what == "up":
        kept.insert(max(0, number - 2), moved)
    return kept


def blank_row() -> dict[str, str]:
    return {"text": "", "kind": "text", "choices": "", "required": ""}
