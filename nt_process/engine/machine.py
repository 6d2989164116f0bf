"""The workflow as a state machine of the `transitions` library: the only file that imports it.

Cases run by `decide.py`, which looks its actions up in the workflow. This machine is built from the
same file by an independent road and gives the legality that the tests hold `decide` against. No
case is registered in it and no callback hangs on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from transitions import Machine

from nt_process.engine.definition import PREVIOUS, Action, Workflow


def build(workflow: Workflow) -> Machine:
    """The workflow's states and transitions, without any model. Cheap enough to build when asked for."""
    return Machine(
        model=None,
        states=list(workflow.states),
        transitions=[list(step) for step in steps(workflow)],
        initial=workflow.initial.name,
        auto_transitions=False,
    )


def destinations(machine: Machine, state: str, action: str) -> frozenset[str]:
    """Where `action` may lead from `state`; empty when it may not be taken there.

    More than one only where it leads back from an interlude, which several states may have entered.
    """
    return frozenset(str(step.dest) for step in machine.get_transitions(trigger=action, source=state))


def steps(workflow: Workflow) -> Iterator[tuple[str, str, str]]:
    """Every (action, from, to) that the file allows; a step that stays leads to where it began.

    A way back from an interlude leads to each state from which the interlude is entered.
    """
    for action in workflow.actions.values():
        for origin in action.sources:
            for target in _targets(workflow, action, origin):
                yield action.name, origin, target


def _targets(workflow: Workflow, action: Action, origin: str) -> list[str]:
    if action.target != PREVIOUS:
        return [action.target or origin]
    entering = (other.sources for other in workflow.actions.values() if other.target == origin)
    return list(dict.fromkeys(state for sources in entering for state in sources))
