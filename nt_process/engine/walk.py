"""Every situation that a workflow can bring a case into, found by walking it from the start.

A situation is the state, the interludes to return through and which clocks run or stand still.
Conditions about clocks are judged; those about people, documents and fields are taken to hold, since
they can. The walk mirrors what `decide.py` and `clock_effects.py` do to a real case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nt_process.engine.conditions import EXPIRED
from nt_process.engine.definition import PREVIOUS, SYSTEM_ROLE, Action, State, Workflow

MAX_SITUATIONS = 20_000

# The status of a clock that runs; a suspended one has the name of the state that suspended it.
RUNNING = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a case can be: `clocks` are pairs of an open clock's name and its status."""

    state: str
    returns_to: tuple[str, ...] = ()
    clocks: frozenset[tuple[str, str]] = frozenset()

    def is_running(self, clock: str) -> bool:
        return (clock, RUNNING) in self.clocks

    @property
    def running(self) -> Iterator[str]:
        return (clock for clock, status in sorted(self.clocks) if status == RUNNING)


@dataclass(slots=True)
class Walk:
    """What the walk found. `taken` are actions possible somewhere; the lists hold what went wrong where."""

    reached: dict[Situation, tuple[Situation, str] | None] = field(default_factory=dict)
    follows: dict[Situation, set[Situation]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    started_twice: list[tuple[Situation, str, str]] = field(default_factory=list)
    expiry_refused: list[tuple[Situation, str]] = field(default_factory=list)
    complete: bool = True

    def path_to(self, situation: Situation) -> tuple[str, ...]:
        """The actions of a shortest way from the start to `situation`."""
        path: list[str] = []
        came = self.reached[situation]
        while came is not None:
            situation, action = came
            path.append(action)
            came = self.reached[situation]
        return tuple(reversed(path))

    def leading_to(self, goals: Iterable[Situation]) -> set[Situation]:
        """Every situation from which one of `goals` can be reached."""
        before: dict[Situation, list[Situation]] = {}
        for situation, following in self.follows.items():
            for following_one in following:
                before.setdefault(following_one, []).append(situation)
        found = set(goals)
        queue = deque(found)
        while queue:
            for earlier in before.get(queue.popleft(), ()):
                if earlier not in found:
                    found.add(earlier)
                    queue.append(earlier)
        return found


def walk(workflow: Workflow) -> Walk:
    """Breadth first, so that every path shown is a shortest one. The workflow's names must all exist."""
    result = Walk()
    start = Situation(workflow.initial.name)
    result.reached[start] = None
    queue = deque([start])
    while queue and result.complete:
        situation = queue.popleft()
        for action_name, following in _steps(workflow, situation, result):
            result.taken.add(action_name)
            result.follows.setdefault(situation, set()).add(following)
            if following not in result.reached:
                result.reached[following] = (situation, action_name)
                queue.append(following)
        result.complete = len(result.reached) <= MAX_SITUATIONS
    return result


def _steps(workflow: Workflow, situation: Situation, result: Walk) -> Iterator[tuple[str, Situation]]:
    for action in workflow.actions_from(situation.state):
        judged = action.by != (SYSTEM_ROLE,) or is_swept(action)
        if judged and (after := _after(workflow, situation, action, result)) is not None:
            yield action.name, after
    for clock in situation.running:
        name = workflow.clocks[clock].on_expiry.action
        if name is None:
            continue
        action = workflow.actions[name]
        allowed = situation.state in action.sources and SYSTEM_ROLE in action.by
        after = _after(workflow, situation, action, result) if allowed else None
        if after is None:
            result.expiry_refused.append((situation, clock))
        else:
            yield name, after


def is_swept(action: Action) -> bool:
    """Whether the system takes the action once a limit has passed and what else is waited for has come as well: then a
    sweep does it, and not the clock."""
    return any(condition.name == EXPIRED for condition in action.requires)


def _after(workflow: Workflow, situation: Situation, action: Action, result: Walk) -> Situation | None:
    """The situation after `action`, or None when its conditions on clocks do not hold."""
    if not _clock_conditions_hold(action, situation):
        return None
    if action.target == PREVIOUS and not situation.returns_to:
        return None
    target = _target(workflow, situation, action)
    clocks = _clocks_after(situation, action, target, result)
    if clocks is None:
        return None
    if target.terminal:
        return Situation(target.name)
    return Situation(target.name, _returns_to(situation, target), frozenset(clocks.items()))


def _clock_conditions_hold(action: Action, situation: Situation) -> bool:
    is_open = {clock for clock, _ in situation.clocks}
    for condition in action.requires:
        clock = condition.argument
        if condition.name == "open" and clock not in is_open:
            return False
        if condition.name == "not_open" and clock in is_open:
            return False
        # A clock that runs has passed sooner or later.
        if condition.name in ("running", EXPIRED) and not situation.is_running(clock):
            return False
    return True


def _target(workflow: Workflow, situation: Situation, action: Action) -> State:
    if action.target is None:
        return workflow.states[situation.state]
    return workflow.states[situation.returns_to[-1] if action.target == PREVIOUS else action.target]


def _returns_to(situation: Situation, target: State) -> tuple[str, ...]:
    """As in `decide.py`: interludes nest, and going back to a place on the way forgets what came after."""
    places = (*situation.returns_to, situation.state)
    if target.name in places:
        return places[: places.index(target.name)]
    return places if target.interlude else ()


def _clocks_after(situation: Situation, action: Action, target: State, result: Walk) -> dict[str, str] | None:
    """Each open clock's status after the action's operations, each of which meets what those before
    it left; None when one of them is refused.
    """
    clocks = dict(situation.clocks)
    for effect in action.clocks:
        named = [clock for clock in clocks if effect.clock in {clock, "all", "running"}]
        match effect.operation:
            case "start":
                if effect.clock in clocks:
                    result.started_twice.append((situation, action.name, effect.clock))
                    return None
                clocks[effect.clock] = RUNNING
            case "stop":
                clocks = {clock: status for clock, status in clocks.items() if clock not in named}
            case "suspend":
                clocks.update({clock: target.name for clock in named if clocks[clock] == RUNNING})
            case "resume":
                woken = [clock for clock in named if _resumes(effect.clock, clocks[clock], situation)]
                clocks.update(dict.fromkeys(woken, RUNNING))
            case _:
                if clocks.get(effect.clock) != RUNNING:
                    return None
    return clocks


def _resumes(name: str, status: str, situation: Situation) -> bool:
    """`resume: all` wakes what the present interlude suspended, a clock's own name wakes it always."""
    return status == situation.state or (name != "all" and status != RUNNING)
