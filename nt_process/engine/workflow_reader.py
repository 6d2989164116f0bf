"""From a workflow file's tree to a `Workflow`: every key of the format is read in exactly one place here.

The format is described in `docs/workflow-files.md`. Reading never stops at a fault; what cannot be
read gets an empty stand-in, so that the later checks see as much as possible.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from nt_process.engine.clock import BASES
from nt_process.engine.conditions import NAMES as CONDITIONS
from nt_process.engine.definition import (
    AUDIENCES,
    CLOCK_OPERATIONS,
    DEFAULT_LADDER,
    DOCUMENT_KINDS,
    INPUT_TYPES,
    PARTIES,
    PHASES,
    RECIPIENTS,
    ROLES,
    SYSTEM_ROLE,
    Action,
    ClockEffect,
    ClockRule,
    Condition,
    Expiry,
    Input,
    State,
    Text,
    Workflow,
)
from nt_process.engine.findings import Findings
from nt_process.engine.section import NOWHERE, Section
from nt_process.engine.snapshot import FIELDS
from nt_process.engine.yaml_tree import Entries, Node

REGIMES = ("collaboration", "federation")
UNITS = ("days", "working_days", "months")

# `from: active` means every state that is not terminal; `to: $same` leaves a case where it is.
ACTIVE = "active"
SAME = "$same"

# Days that a unit is at least worth: bounds reminders without knowing when the clock starts.
_DAYS_OF_UNIT = {"days": 1, "working_days": 1, "months": 28}


@dataclass(slots=True)
class Document:
    """A file as read: the workflow, and the line of everything in it by dotted path."""

    workflow: Workflow
    places: dict[str, int]


@dataclass(slots=True)
class _Library:
    """What the file defines once and names elsewhere; `used` finds what is never named."""

    kind: str
    entries: Mapping[str, object]
    used: set[str] = field(default_factory=set)


def read_workflow(root: Node, sha256: str, findings: Findings) -> Document:
    """The workflow that the tree describes; every fault of shape goes to `findings`."""
    places: dict[str, int] = {}
    top = Section(root, root.line, "", places, findings)
    process = top.text("process")
    version = top.whole("version") if top.has("version") else top.missing("version")
    label = top.bilingual("label")
    regime = top.word("regime", REGIMES, "regime")
    sources = _Library("source", {name: _source_text(section) for name, section in top.named("sources")})
    inputs = _Library("input", {name: _input(name, section) for name, section in top.named("inputs")})
    origin = _cited(top, sources)
    clocks = {name: _clock(name, section, sources) for name, section in top.named("clocks")}
    states = {name: _state(name, section, sources) for name, section in top.named("states")}
    actions = {
        name: _action(name, section, sources, inputs, states) for name, section in top.named("actions")
    }
    for key in ("states", "actions"):
        if not top.has(key):
            top.missing(key)
    for library in (sources, inputs):
        _report_unused(library, places, findings)
    top.finish()
    workflow = Workflow(process, version or 0, label, regime, sha256, origin, states, actions, clocks)
    return Document(workflow, places)


def _report_unused(library: _Library, places: Mapping[str, int], findings: Findings) -> None:
    for name in library.entries:
        if name not in library.used:
            findings.add(places[f"{library.kind}s.{name}"], "unused", kind=library.kind, name=name)


def _source_text(section: Section) -> Text:
    text = Text(section.text("sv"), section.text("en"))
    section.finish()
    return text


def _input(name: str, section: Section) -> Input:
    kind = section.word("type", INPUT_TYPES, "input_type")
    choices = {choice: _source_text(inner) for choice, inner in section.named("choices")}
    if (kind == "choice") != bool(choices):
        section.findings.add(section.line, "choices_and_type", name=name)
    read = Input(
        name=name,
        label=section.bilingual("label"),
        type=kind,
        required=bool(section.flag("required")),
        shared=bool(section.flag("shared")),
        choices=choices,
    )
    section.finish()
    return read


def _cited(section: Section, sources: _Library) -> Text:
    """The texts of the sources that `source` names, one or a list, joined; required everywhere."""
    node = section.take("source")
    if node is None:
        section.missing("source")
        return NOWHERE
    line = section.line_of("source")
    is_one = not isinstance(node, Entries) and hasattr(node, "text")
    names = [(line, section.text("source"))] if is_one else list(section.texts("source"))
    found = []
    for at, name in names:
        section.check_word(name, sources.entries, "source", at)
        if isinstance(text := sources.entries.get(name), Text):
            sources.used.add(name)
            found.append(text)
    return Text("; ".join(text.sv for text in found), "; ".join(text.en for text in found))


def _clock(name: str, section: Section, sources: _Library) -> ClockRule:
    unit, limit = _limit(section)
    basis = section.word("basis", BASES, "basis")
    rule = ClockRule(
        name=name,
        label=section.bilingual("label"),
        basis=basis,
        unit=unit,
        limit=limit,
        target=section.whole("target"),
        at_most=section.whole("at_most"),
        rolls=_rolls(section, basis),
        ladder=_ladder(section, unit, limit),
        notify=section.words("notify", RECIPIENTS, "recipient"),
        escalate=section.words("escalate", RECIPIENTS, "recipient"),
        on_expiry=_expiry(section),
        source=_cited(section, sources),
    )
    if not rule.notify:
        section.missing("notify")
    section.finish()
    return rule


def _limit(section: Section) -> tuple[str, int]:
    given = [unit for unit in UNITS if section.has(unit)]
    amounts = {unit: section.whole(unit) for unit in UNITS}
    if len(given) != 1:
        section.findings.add(section.line, "one_limit", where=section.where, units=UNITS)
    unit = given[0] if given else "days"
    limit = amounts[unit]
    if limit is not None and limit <= 0:
        section.findings.add(section.line_of(unit), "limit_not_positive", limit=limit)
    return unit, limit or 0


def _rolls(section: Section, basis: str) -> bool:
    """Statutory time always moves (1930:173 § 2); for other limits the file has to say."""
    said = section.flag("rolls")
    if basis == "statute" and said is False:
        section.findings.add(section.line_of("rolls"), "statute_must_roll")
    if basis != "statute" and not section.has("rolls"):
        section.missing("rolls")
    return said if said is not None else basis == "statute"


def _ladder(section: Section, unit: str, limit: int) -> tuple[int, ...]:
    """The rungs of the file, or those of the usual ladder that fit within the limit."""
    longest = limit * _DAYS_OF_UNIT[unit]
    nodes = section.nodes("reminders")
    if not section.has("reminders"):
        return tuple(rung for rung in DEFAULT_LADDER if -rung < longest)
    rungs = [rung for node in nodes if (rung := section.number(node, "reminders")) is not None]
    line = section.line_of("reminders")
    if any(later <= earlier for earlier, later in pairwise(rungs)):
        section.findings.add(line, "ladder_not_ascending", rungs=tuple(rungs))
    for rung in rungs:
        if limit and -rung >= longest:
            section.findings.add(line, "rung_longer_than_limit", rung=rung, limit=longest)
    return tuple(rungs)


def _expiry(section: Section) -> Expiry:
    if not section.has("on_expiry"):
        section.take("on_expiry")
        section.findings.add(section.line, "no_expiry_rule", clock=section.where.rpartition(".")[2])
        return Expiry()
    node = section.take("on_expiry")
    if isinstance(node, Entries):
        inner = section.section("on_expiry")
        action = inner.text("action")
        inner.finish()
        return Expiry(action or None)
    section.word("on_expiry", ("record",), "expiry_rule")
    return Expiry()


def _state(name: str, section: Section, sources: _Library) -> State:
    labels = section.section("labels")
    if not section.has("labels"):
        section.missing("labels")
    terminal = bool(section.flag("terminal"))
    state = State(
        name=name,
        labels={audience: _label(labels, audience) for audience in AUDIENCES},
        phase=section.word("phase", PHASES, "phase"),
        waits_for=section.word("waits_for", PARTIES, "party"),
        owner=section.word("owner", ROLES, "role", required=False) or None,
        initial=bool(section.flag("initial")),
        terminal=terminal,
        interlude=bool(section.flag("interlude")),
        guidance=section.bilingual("guidance"),
        source=_cited(section, sources),
    )
    labels.finish()
    section.finish()
    return state


def _label(labels: Section, audience: str) -> Text:
    if not labels.has(audience):
        labels.take(audience)
        state = labels.where.split(".")[-2]
        labels.findings.add(labels.line, "missing_label", state=state, audience=audience)
        return NOWHERE
    return labels.bilingual(audience)


def _action(
    name: str, section: Section, sources: _Library, inputs: _Library, states: Mapping[str, State]
) -> Action:
    by = section.words("by", (*ROLES, SYSTEM_ROLE), "role")
    if not by:
        section.findings.add(section.line_of("by"), "no_role", action=name)
    action = Action(
        name=name,
        label=section.bilingual("label"),
        sources=_sources_of(section, states),
        target=_target(section),
        by=by,
        requires=_conditions(section),
        inputs=_named_inputs(section, inputs),
        clocks=_clock_effects(section),
        sets=_sets(section),
        notify=section.words("notify", RECIPIENTS, "recipient"),
        source=_cited(section, sources),
        primary=bool(section.flag("primary")),
        confirm=section.bilingual("confirm") if section.has("confirm") else None,
    )
    section.finish()
    return action


def _sources_of(section: Section, states: Mapping[str, State]) -> tuple[str, ...]:
    """The states that `from` lists, or all that are not terminal for `from: active`, less `except`."""
    node = section.take("from")
    if node is None:
        section.missing("from")
        return ()
    if hasattr(node, "text"):
        section.word("from", (ACTIVE,), "states")
        left_out = section.words("except", states, "state")
        return tuple(name for name, state in states.items() if not state.terminal and name not in left_out)
    if section.has("except"):
        section.take("except")
        section.findings.add(section.line_of("except"), "except_without_active")
    return section.words("from", states, "state")


def _target(section: Section) -> str | None:
    """Where the action leads; `$same` leaves the case where it is."""
    target = section.text("to")
    return None if target in {SAME, ""} else target


def _conditions(section: Section) -> tuple[Condition, ...]:
    """Arguments that name clocks are judged later, when all clocks are known."""
    arguments: Mapping[str, Collection[str]] = {"document": DOCUMENT_KINDS, "field": FIELDS}
    found = []
    for line, name, argument in section.pairs("requires"):
        section.check_word(name, CONDITIONS, "condition", line)
        wanted = CONDITIONS.get(name)
        if name in CONDITIONS and (wanted is None) != (argument == ""):
            section.findings.add(line, "condition_argument", name=name, wanted=wanted or "")
        elif wanted in arguments:
            section.check_word(argument, arguments[wanted], wanted, line)
        section.places[f"{section.where}.requires.{name}.{argument}"] = line
        found.append(Condition(name, argument))
    return tuple(condition for condition in found if condition.name in CONDITIONS)


def _named_inputs(section: Section, inputs: _Library) -> tuple[Input, ...]:
    names = section.words("inputs", inputs.entries, "input")
    inputs.used.update(names)
    return tuple(found for name in names if isinstance(found := inputs.entries.get(name), Input))


def _clock_effects(section: Section) -> tuple[ClockEffect, ...]:
    effects = []
    for line, operation, clock in section.pairs("clocks"):
        section.check_word(operation, CLOCK_OPERATIONS, "clock_operation", line)
        section.places[f"{section.where}.clocks.{operation}.{clock}"] = line
        effects.append(ClockEffect(operation, clock))
    return tuple(effect for effect in effects if effect.operation in CLOCK_OPERATIONS)


def _sets(section: Section) -> Mapping[str, object]:
    """New values of case fields: a text, `$input` for what the actor states, or `none` to empty it."""
    inner = section.section("sets")
    values: dict[str, object] = {}
    for name in FIELDS:
        if inner.has(name):
            value = inner.text(name)
            values[name] = None if value == "none" else value
    inner.finish()
    return values
