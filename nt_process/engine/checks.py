"""What a readable workflow file may still get wrong: names, rules for clocks, and where cases end up.

`check` reports all of it at once. Names are judged first; where one is misspelt, the rest goes on
with the name that was probably meant, so that one slip does not hide or cause other faults.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from nt_process.engine.conditions import NAMES as CONDITIONS
from nt_process.engine.definition import (
    PARTY_OF_ROLE,
    PREVIOUS,
    SYSTEM_ROLE,
    Action,
    ClockRule,
    Condition,
    State,
    Workflow,
)
from nt_process.engine.findings import Findings
from nt_process.engine.outlook import check_outlook
from nt_process.engine.section import closest
from nt_process.engine.walk import is_swept

# Operations that may name several clocks at once, and with which words.
_WIDE = {"suspend": ("running", "all"), "resume": ("running", "all"), "stop": ("all",)}


class Places:
    """The line of anything in the file by its dotted path; of its nearest part when it is absent."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places

    def line(self, path: str) -> int:
        while path:
            if path in self._places:
                return self._places[path]
            path = path.rpartition(".")[0]
        return 1


def check(workflow: Workflow, places: Mapping[str, int], findings: Findings) -> None:
    """Report every fault of meaning; `places` gives the line of everything by its dotted path."""
    at = Places(places)
    repaired = _check_names(workflow, at, findings)
    _check_states(workflow, at, findings)
    for action in workflow.actions.values():
        _check_action(workflow, action, at, findings)
    for clock in workflow.clocks.values():
        _check_clock(workflow, clock, at, findings)
    initial = [state for state in workflow.states.values() if state.initial]
    if repaired is not None and len(initial) == 1 and not initial[0].terminal:
        check_outlook(repaired, at.line, findings)


def _check_names(workflow: Workflow, at: Places, findings: Findings) -> Workflow | None:
    """Report names that do not exist; the workflow with its slips mended, None when one cannot be."""
    mended = _Mended(findings)
    actions = {}
    for name, action in workflow.actions.items():
        path = f"actions.{name}"
        meant = [s if s in workflow.states else closest(s, workflow.states) for s in action.sources]
        sources = [state for state in meant if state]
        target = action.target
        if target is not None:
            target = mended.name(target, (*workflow.states, PREVIOUS), "state", at.line(f"{path}.to"))
        actions[name] = replace(
            action,
            sources=tuple(sources),
            target=target,
            requires=tuple(_mended_condition(c, workflow, mended, at, path) for c in action.requires),
            clocks=tuple(
                replace(
                    effect,
                    clock=mended.name(
                        effect.clock,
                        (*workflow.clocks, *_WIDE.get(effect.operation, ())),
                        "clock",
                        at.line(f"{path}.clocks.{effect.operation}.{effect.clock}"),
                    ),
                )
                for effect in action.clocks
            ),
        )
    clocks = {}
    for name, clock in workflow.clocks.items():
        taken = clock.on_expiry.action
        if taken is not None:
            taken = mended.name(taken, workflow.actions, "action", at.line(f"clocks.{name}.on_expiry.action"))
        clocks[name] = replace(clock, on_expiry=replace(clock.on_expiry, action=taken))
    return replace(workflow, actions=actions, clocks=clocks) if mended.whole else None


class _Mended:
    """Reports unknown names and answers with the one that was probably meant."""

    def __init__(self, findings: Findings) -> None:
        self.findings, self.whole = findings, True

    def name(self, name: str, known: Collection[str], kind: str, line: int) -> str:
        if name in known:
            return name
        meant = closest(name, known)
        self.findings.add(line, "unknown_name", kind=kind, name=name, meant=meant, known=tuple(known))
        self.whole = self.whole and bool(meant)
        return meant


def _mended_condition(
    condition: Condition, workflow: Workflow, mended: _Mended, at: Places, path: str
) -> Condition:
    if CONDITIONS[condition.name] != "clock" or not condition.argument:
        return condition
    line = at.line(f"{path}.requires.{condition.name}.{condition.argument}")
    return replace(condition, argument=mended.name(condition.argument, workflow.clocks, "clock", line))


def _check_states(workflow: Workflow, at: Places, findings: Findings) -> None:
    initial = [state.name for state in workflow.states.values() if state.initial]
    if workflow.states and not initial:
        findings.add(at.line("states"), "no_initial")
    for name in initial[1:]:
        findings.add(at.line(f"states.{name}.initial"), "several_initial", state=name, first=initial[0])
    if workflow.states and not any(state.terminal for state in workflow.states.values()):
        findings.add(at.line("states"), "no_terminal")
    for state in workflow.states.values():
        _check_state(workflow, state, at.line(f"states.{state.name}"), findings)


def _check_state(workflow: Workflow, state: State, line: int, findings: Findings) -> None:
    leaving = [action for action in workflow.actions_from(state.name) if action.target is not None]
    if sum((state.initial, state.terminal, state.interlude)) > 1:
        findings.add(line, "contradictory_state", state=state.name)
    if state.terminal:
        if state.waits_for != "none" or state.owner is not None:
            findings.add(line, "terminal_waits", state=state.name)
        for action in workflow.actions_from(state.name):
            findings.add(line, "terminal_left", state=state.name, action=action.name)
        return
    if state.waits_for == "none":
        findings.add(line, "active_waits_for_none", state=state.name)
    if state.owner is None:
        findings.add(line, "no_owner", state=state.name)
    if all(action.target == state.name for action in leaving):
        findings.add(line, "no_way_out", state=state.name)
    if state.interlude and not any(action.target == PREVIOUS for action in leaving):
        findings.add(line, "interlude_without_return", state=state.name)


def _check_action(workflow: Workflow, action: Action, at: Places, findings: Findings) -> None:
    path = f"actions.{action.name}"
    if action.target == PREVIOUS:
        for name in action.sources:
            if name in workflow.states and not workflow.states[name].interlude:
                findings.add(
                    at.line(f"{path}.to"), "previous_without_interlude", action=action.name, state=name
                )
    taken_by_clocks = {clock.on_expiry.action for clock in workflow.clocks.values()}
    if action.by == (SYSTEM_ROLE,) and action.name not in taken_by_clocks and not is_swept(action):
        findings.add(at.line(path), "system_action_untaken", action=action.name)
    stated = {wanted.name: wanted for wanted in action.inputs}
    for effect in action.clocks:
        new_due = stated.get("new_due")
        dated = new_due is not None and new_due.type == "date" and new_due.required
        if effect.operation in {"extend", "offer"} and not dated:
            findings.add(
                at.line(f"{path}.clocks"), "needs_new_due", action=action.name, operation=effect.operation
            )
    for field_name, value in action.sets.items():
        if isinstance(value, str) and value.startswith("$") and value[1:] not in stated:
            line = at.line(f"{path}.sets.{field_name}")
            findings.add(line, "unknown_name", kind="input", name=value[1:], meant="", known=tuple(stated))


def _check_clock(workflow: Workflow, clock: ClockRule, at: Places, findings: Findings) -> None:
    line = at.line(f"clocks.{clock.name}")
    uses: dict[str, list[Action]] = {}
    for action in workflow.actions.values():
        for effect in action.clocks:
            if effect.clock == clock.name or effect.clock in _WIDE.get(effect.operation, ()):
                uses.setdefault(effect.operation, []).append(action)
    if "start" not in uses:
        findings.add(line, "clock_never_started", clock=clock.name)
    if clock.target is not None and not 0 < clock.target < clock.limit:
        findings.add(at.line(f"clocks.{clock.name}.target"), "target_not_within_limit", clock=clock.name)
    _check_extension(clock, uses, line, findings)
    _check_expiry(workflow, clock, at.line(f"clocks.{clock.name}.on_expiry"), findings)
    named_suspends = [
        action.name
        for action in uses.get("suspend", ())
        if any(e.operation == "suspend" and e.clock == clock.name for e in action.clocks)
    ]
    if named_suspends and "resume" not in uses:
        findings.add(line, "suspended_never_resumed", clock=clock.name, action=named_suspends[0])


def _check_extension(
    clock: ClockRule, uses: Mapping[str, list[Action]], line: int, findings: Findings
) -> None:
    """One party alone extends within a bound that the file states; otherwise both must agree."""
    if clock.at_most is None and "extend" in uses:
        findings.add(line, "extended_without_bound", clock=clock.name, action=uses["extend"][0].name)
    if clock.at_most is not None:
        if clock.unit != "days" or clock.at_most <= clock.limit:
            findings.add(line, "bound_not_above_limit", clock=clock.name)
        if "extend" not in uses:
            findings.add(line, "bound_without_extension", clock=clock.name)
    joint = ("offer", "accept", "decline")
    if any(operation in uses for operation in joint):
        for operation in joint:
            if len(_parties(uses.get(operation, ()))) < 2:
                findings.add(line, "one_sided_agreement", clock=clock.name, operation=operation)


def _parties(actions: Iterable[Action]) -> set[str]:
    return {PARTY_OF_ROLE[role] for action in actions for role in action.by if role in PARTY_OF_ROLE}


def _check_expiry(workflow: Workflow, clock: ClockRule, line: int, findings: Findings) -> None:
    """Nothing may stand in the way of what the file says happens when the time is out."""
    action = workflow.actions.get(clock.on_expiry.action or "")
    if action is None:
        return
    if SYSTEM_ROLE not in action.by:
        findings.add(line, "expiry_not_by_system", clock=clock.name, action=action.name)
    if any(wanted.required for wanted in action.inputs):
        findings.add(line, "expiry_needs_input", clock=clock.name, action=action.name)
    if any(CONDITIONS[condition.name] != "clock" for condition in action.requires):
        findings.add(line, "expiry_may_be_refused", clock=clock.name, action=action.name)
