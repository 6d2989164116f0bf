"""A process printed as a page of the documentation, from the file that it runs by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nt_process.engine.definition import AUDIENCES, PREVIOUS, Action, ClockRule, State, Text, Workflow
from nt_process.engine.loader import published_path


def page(workflow: Workflow) -> str:
    """The page in Markdown: English, with the Swedish labels that readers of the system see."""
    source = published_path(workflow.process, workflow.version)
    lines = [
        f"# {workflow.label.en} ({workflow.label.sv})",
        "",
        f"Process `{workflow.process}`, version {workflow.version}, printed from `{source}` by",
        "`nt workflow docs`. Change the file and print again; never change this page.",
        "",
        f"Rests on: {workflow.source.en}.",
        "",
        "## Limits",
        "",
        *_table(
            ("limit", "length", "ground", "when it has passed", "reminders (days)", "told", "source"),
            (_clock_row(workflow, clock) for clock in workflow.clocks.values()),
        ),
        "",
        "## States and what can be done in them",
    ]
    for state in workflow.states.values():
        lines += _state_lines(workflow, state)
    return "\n".join([*lines, ""])


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _both(text: Text) -> str:
    return f"{text.en} ({text.sv})"


def _clock_row(workflow: Workflow, clock: ClockRule) -> tuple[str, ...]:
    unit = clock.unit.replace("_", " ")
    length = f"{clock.limit} {unit}"
    length += f", aim {clock.target}" if clock.target is not None else ""
    length += f", at most {clock.at_most} with extensions" if clock.at_most is not None else ""
    ground = clock.basis + (", last day moves to a working day" if clock.rolls else "")
    action = clock.on_expiry.action
    passed = "recorded" if action is None else f"{workflow.actions[action].label.en} (`{action}`)"
    told = ", ".join(clock.notify) + (f"; when overdue {', '.join(clock.escalate)}" if clock.escalate else "")
    rungs = ", ".join(f"{rung:+d}" if rung else "0" for rung in clock.ladder)
    return (f"{_both(clock.label)} `{clock.name}`", length, ground, passed, rungs, told, clock.source.en)


def _state_lines(workflow: Workflow, state: State) -> Iterator[str]:
    marks = [mark for mark in ("initial", "terminal", "interlude") if getattr(state, mark)]
    yield ""
    yield f"### {_both(state.labels['secretariat'])}"
    yield ""
    yield (
        f"`{state.name}`, phase {state.phase.replace('_', '-')}, waits for {state.waits_for}"
        f"{f', owner {state.owner}' if state.owner else ''}{''.join(f', {mark}' for mark in marks)}. "
        f"{state.guidance.en if state.guidance else ''} Source: {state.source.en}."
    )
    yield ""
    yield from (f"- {audience}: {_both(state.labels[audience])}" for audience in AUDIENCES[1:])
    actions = workflow.actions_from(state.name)
    if actions:
        yield ""
        yield from _table(
            ("action", "by", "leads to", "requires", "states", "limits", "source"),
            (_action_row(action) for action in actions),
        )


def _action_row(action: Action) -> tuple[str, ...]:
    target = {None: "stays", PREVIOUS: "back to where it was"}.get(action.target, f"`{action.target}`")
    requires = ", ".join(
        f"{condition.name} {condition.argument}".strip().replace("_", " ") for condition in action.requires
    )
    states = ", ".join(wanted.name + ("" if wanted.required else "?") for wanted in action.inputs)
    clocks = ", ".join(f"{effect.operation} {effect.clock}" for effect in action.clocks)
    return (
        f"{_both(action.label)} `{action.name}`",
        ", ".join(action.by),
        target,
        requires or "–",
        states or "–",
        clocks or "–",
        action.source.en,
    )
