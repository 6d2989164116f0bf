"""What a workflow file may require before an action, by name.

Each condition is one small pure function that answers with None or with the reason why not.
`NAMES` tells the checker which conditions exist and what kind of argument each takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from nt_process.engine.definition import Condition
from nt_process.engine.snapshot import Case
from nt_process.kernel.reasons import Reason


@dataclass(frozen=True, slots=True)
class Conflict:
    """The actor's conflict of interest in the case: who decided it and when, or nobody has yet."""

    decided_by: str = ""
    decided_on: date | None = None

    @property
    def reason(self) -> Reason:
        """Why nothing may be done in the case. What is undecided blocks as well."""
        if self.decided_on is None:
            return Reason("possible_conflict")
        return Reason("conflict_of_interest", {"who": self.decided_by, "day": self.decided_on})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the shell knows about a case beside its snapshot: the kinds of documents it holds, and whether the
    actor has a conflict of interest in it."""

    document_kinds: frozenset[str] = frozenset()
    conflict: Conflict | None = None


def _owner(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.field("owner_id") else Reason("needs_owner")


def _company(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.field("company_id") else Reason("needs_company")


def _document(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if argument in facts.document_kinds else Reason("needs_document", {"kind": argument})


def _open(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.open_clock(argument) else Reason("clock_not_open", {"clock": argument})


def _not_open(case: Case, facts: Facts, argument: str) -> Reason | None:
    return Reason("clock_already_open", {"clock": argument}) if case.open_clock(argument) else None


def _running(case: Case, facts: Facts, argument: str) -> Reason | None:
    clock = case.open_clock(argument)
    if clock is None:
        return Reason("clock_not_open", {"clock": argument})
    return None if clock.ledger.runs else Reason("clock_suspended", {"clock": argument})


def _expired(case: Case, facts: Facts, argument: str) -> Reason | None:
    clock = case.open_clock(argument)
    return None if clock is not None and clock.expired else Reason("clock_not_expired", {"clock": argument})


def _authorised(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.field("authorised_on") else Reason("needs_authorisation")


def _orphan(case: Case, facts: Facts, argument: str) -> Reason | None:
    """Seed 002, introduction: orphan medicines of a non-oncological kind."""
    return None if case.field("orphan") and not case.field("oncology") else Reason("outside_orphan_scope")


def _field(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.field(argument) not in (None, "") else Reason("needs_field", {"field": argument})


def _favourable(case: Case, facts: Facts, argument: str) -> Reason | None:
    """The council has said that the medicine should or can be used, so there is something to introduce."""
    return None if case.field("outcome") in {"should", "can"} else Reason("outcome_not_favourable")


def _unfavourable(case: Case, facts: Facts, argument: str) -> Reason | None:
    return None if case.field("outcome") == "should_not" else Reason("outcome_not_unfavourable")


def _not_extended(case: Case, facts: Facts, argument: str) -> Reason | None:
    """Some limits may be extended once in a case, whichever of its clocks it was (2002:687 § 9)."""
    extended = any(clock.kind == argument and clock.ledger.extensions for clock in case.clocks)
    return Reason("already_extended", {"clock": argument}) if extended else None


_CONDITIONS: Mapping[str, tuple[str | None, Callable[[Case, Facts, str], Reason | None]]] = {
    "owner": (None, _owner),
    "company": (None, _company),
    "document": ("document", _document),
    "open": ("clock", _open),
    "not_open": ("clock", _not_open),
    "running": ("clock", _running),
    "expired": ("clock", _expired),
    "authorised": (None, _authorised),
    "orphan": (None, _orphan),
    "field": ("field", _field),
    "favourable": (None, _favourable),
    "unfavourable": (None, _unfavourable),
    "not_extended": ("clock", _not_extended),
}

EXPIRED = "expired"

NAMES: Mapping[str, str | None] = {name: argument for name, (argument, _) in _CONDITIONS.items()}


def unmet(condition: Condition, case: Case, facts: Facts) -> Reason | None:
    """Why `condition` does not hold for `case`, or None when it does."""
    return _CONDITIONS[condition.name][1](case, facts, condition.argument)
