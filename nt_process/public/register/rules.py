"""What the register tells of a document by its kind alone, and how its pages are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from nt_process.engine.definition import Workflow
from nt_process.public.rules import is_public

CAME, MADE, EITHER = "came", "made", "either"

# Kinds of documents (`engine.definition.DOCUMENT_KINDS`), and what has tables of its own: whether it came in or was drawn
# up here, and from or to whom. Who in particular is not told: who applies is nobody's to know (0037), nor who asks.
KINDS: Mapping[str, tuple[str, str]] = {
    "early_report": (MADE, "parties"),
    "nomination": (CAME, "regions"),
    "application": (CAME, "company"),
    "supplement": (CAME, "company"),
    "assessment_report": (CAME, "tlv"),
    "jca_report": (CAME, "company"),
    "agreement": (MADE, "parties"),
    "recommendation": (MADE, "regions"),
    "follow_up_protocol": (MADE, "regions"),
    "follow_up_report": (MADE, "regions"),
    "withdrawal": (CAME, "company"),
    "other": (EITHER, "parties"),
    "consultation": (MADE, "consulted"),
    "consultation_answer": (CAME, "consulted"),
    "agreement_signed": (MADE, "parties"),
    "minutes": (MADE, "council"),
    "document_request": (CAME, "person"),
    "document_answer": (MADE, "person"),
}

FIRST_YEAR, LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class After:
    """Where a page goes on: after the entry of this day and id, the newest first."""

    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.id}"


def read_after(text: str) -> After | None:
    """Where the address says that a page goes on; None from the beginning, also for what cannot be read."""
    written, dot, number = text.partition(".")
    if not dot or not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    try:
        return After(date.fromisoformat(written), int(number))
    except ValueError:
        return None


def read_year(text: str) -> int | None:
    """A year that there can be documents of; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        return None
    return int(text) if FIRST_YEAR <= int(text) <= LAST_YEAR else None


def untold(workflows: Iterable[Workflow]) -> list[str]:
    """The states that are not told to the public, as the query names them: a case in one of them is in no list."""
    return [
        f"{workflow.process} {workflow.version} {name}"
        for workflow in workflows
        for name in workflow.states
        if not is_public(workflow, name)
    ]
