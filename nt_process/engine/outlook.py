"""What a workflow leads to: states no case reaches, cases that cannot end, waits without a limit.

Each finding carries the shortest way there, as the actions of a case that gets into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from nt_process.engine.definition import Workflow
from nt_process.engine.findings import Findings
from nt_process.engine.walk import MAX_SITUATIONS, RUNNING, Walk, walk

T = TypeVar("T")

# A wait for one of these needs a limit, or nobody notices that it goes on. The council's own work is
# bounded by its owner, and a negotiation by whoever activates its limit.
_NEEDS_LIMIT = frozenset({"company", "tlv", "region", "meeting", "court"})


def check_outlook(workflow: Workflow, line_of: Callable[[str], int], findings: Findings) -> None:
    """Walk the workflow, whose names all exist, and report what should not be found."""
    found = walk(workflow)
    if not found.complete:
        findings.add(1, "too_many_situations", limit=MAX_SITUATIONS)
        return
    _check_reach(workflow, found, line_of, findings)
    _check_end(workflow, found, line_of, findings)
    _check_clocks(workflow, found, line_of, findings)


def _check_reach(workflow: Workflow, found: Walk, line_of: Callable[[str], int], findings: Findings) -> None:
    reached = {situation.state for situation in found.reached}
    for name in workflow.states:
        if name not in reached:
            findings.add(line_of(f"states.{name}"), "unreachable_state", state=name)
    blocked = {action for _, action, _ in found.started_twice}
    for action in workflow.actions.values():
        possible = any(source in reached for source in action.sources)
        if possible and action.name not in found.taken | blocked:
            findings.add(line_of(f"actions.{action.name}"), "action_never_possible", action=action.name)


def _check_end(workflow: Workflow, found: Walk, line_of: Callable[[str], int], findings: Findings) -> None:
    ends = [situation for situation in found.reached if workflow.states[situation.state].terminal]
    if not any(state.terminal for state in workflow.states.values()):
        return
    can_end = found.leading_to(ends)
    stuck = [situation for situation in found.reached if situation not in can_end]
    for situation in _once(stuck, lambda item: item.state):
        path = found.path_to(situation)
        findings.add(line_of(f"states.{situation.state}"), "cannot_end", state=situation.state, path=path)


def _check_clocks(workflow: Workflow, found: Walk, line_of: Callable[[str], int], findings: Findings) -> None:
    for situation, action, clock in _once(found.started_twice, lambda item: item[1:]):
        line, path = line_of(f"actions.{action}.clocks.start.{clock}"), found.path_to(situation)
        findings.add(line, "clock_started_twice", action=action, clock=clock, path=path)
    for situation, clock in _once(found.expiry_refused, lambda item: (item[0].state, item[1])):
        line, path = line_of(f"clocks.{clock}.on_expiry"), found.path_to(situation)
        action = workflow.clocks[clock].on_expiry.action
        findings.add(line, "expiry_unavailable", clock=clock, action=action, state=situation.state, path=path)
    without_limit = [
        situation
        for situation in found.reached
        if workflow.states[situation.state].waits_for in _NEEDS_LIMIT and not any(situation.running)
    ]
    for situation in _once(without_limit, lambda item: item.state):
        line, path = line_of(f"states.{situation.state}"), found.path_to(situation)
        findings.add(line, "wait_without_clock", state=situation.state, path=path)
    for clock in workflow.clocks:
        _check_suspension(clock, workflow, found, line_of, findings)


def _check_suspension(
    clock: str, workflow: Workflow, found: Walk, line_of: Callable[[str], int], findings: Findings
) -> None:
    """A clock that stands still must be able to run again, or be stopped while the case goes on."""
    still = [s for s in found.reached if any(c == clock and status != RUNNING for c, status in s.clocks)]
    if not still:
        return
    goals = set(found.reached) - set(still)
    awake = found.leading_to(s for s in goals if not workflow.states[s.state].terminal)
    for situation in still:
        if situation not in awake:
            line, path = line_of(f"clocks.{clock}"), found.path_to(situation)
            findings.add(line, "suspended_forever", clock=clock, state=situation.state, path=path)
            return


def _once(items: Iterable[T], key: Callable[[T], object]) -> Iterable[T]:
    """The first item for each key: one example of a fault is enough, and the first is the shortest."""
    first: dict[object, T] = {}
    for item in items:
        first.setdefault(key(item), item)
    return first.values()
