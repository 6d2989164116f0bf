"""The negotiation's outer limit and what the reader can do about it and about its end: all of it steps of the case."""

from __future__ import annotations

from dataclasses import dataclass

from nt_process import web
from nt_process.cases import queries as cases
from nt_process.cases.page import ClockView, actor_towards, case_page
from nt_process.engine.decide import Refusal, available
from nt_process.engine.definition import Action
from nt_process.negotiation.queries import NegotiationFile
from nt_process.negotiation.service import STATE


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit while it runs, or None before it is activated; and the steps that the reader can take now."""

    clock: ClockView | None
    steps: tuple[Action, ...]


def limit_of(file: NegotiationFile) -> Limit | None:
    """None when the case is not being negotiated any more."""
    found = cases.case_file(web.connection(), web.actor(), file.row["case_number"])
    if found is None or not file.is_under_way:
        return None
    page = case_page(found, web.actor(), web.today())
    me = actor_towards(web.actor(), found.case)
    decisions = available(page.workflow, found.case, me, page.facts, web.now())
    steps = tuple(
        action
        for action, decision in decisions
        if not isinstance(decision, Refusal) and any(one.clock == STATE for one in action.clocks)
    )
    clock = next((one for one in page.open_clocks if one.key.partition(".")[0] == STATE), None)
    return Limit(clock, steps)
