"""A workflow drawn as an accessible SVG, with the way a case has taken.

No script and no style sheet of its own: everything is drawn in `currentColor`, so it follows the
page into dark mode, and carries classes for the page's own colours. The main course runs from top
to bottom through the phases. What would cover it with lines (pauses, withdrawals, early ends)
stands below, each with the steps it can come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import wrap

from nt_process.engine.definition import PHASES, PREVIOUS, Action, Workflow
from nt_process.engine.layout import Box, Drawing, Line, place
from nt_process.kernel.messages import N_, Translate, translator

BOX_WIDTH = 224
LINE_HEIGHT = 18
LETTERS_PER_LINE = 26
MARGIN = 16
LANE_LABEL = 132

# A state that can be entered from more steps than this is drawn beside the main course.
_MANY = 4

# A case that ends before this phase leaves the main course; after it, the end is part of the course.
_LAST_STRETCH = PHASES.index("follow_up")

_HEADING = 'class="phase" font-size="13" font-weight="600" fill-opacity="0.75"'

PHASE_NAMES = {
    "horizon": N_("Horizon scanning"),
    "decision": N_("Decision on collaboration"),
    "assessment": N_("Assessment"),
    "negotiation": N_("Negotiation"),
    "recommendation": N_("Recommendation"),
    "introduction": N_("Introduction"),
    "follow_up": N_("Follow-up"),
    "closed": N_("Ended"),
}


@dataclass(frozen=True, slots=True)
class _View:
    """What the drawing is made of: the workflow, its reader, and what this case has been through."""

    workflow: Workflow
    language: str
    audience: str
    visited: tuple[str, ...]
    current: str | None

    def label(self, state: str) -> str:
        return self.workflow.states[state].labels[self.audience].in_language(self.language)

    def lines(self, state: str) -> list[str]:
        letters = LETTERS_PER_LINE - 2 if state == self.current else LETTERS_PER_LINE
        return _wrapped(self.label(state), letters)

    def height(self, state: str) -> int:
        return LINE_HEIGHT * len(self.lines(state)) + 20

    def classes(self, state: str) -> str:
        found = self.workflow.states[state]
        marks = ["state"]
        marks += [mark for mark in ("initial", "terminal", "interlude") if getattr(found, mark)]
        if state in self.visited:
            marks.append("visited")
        if state == self.current:
            marks.append("current")
        return " ".join(marks)


def draw(
    workflow: Workflow,
    language: str,
    audience: str,
    visited: Sequence[str] = (),
    current: str | None = None,
) -> str:
    """The SVG, with labels for `audience` in `language` ("sv" or "en").

    `visited` are the states a case has been in, in order and with repetitions; `current` is where it
    is. States that the workflow does not know are left out. Lengths are CSS pixels; the drawing does
    not shrink, so a narrow page scrolls it sideways.
    """
    known = tuple(state for state in visited if state in workflow.states)
    view = _View(workflow, language, audience, known, current)
    _ = translator(language)
    beside = _beside_the_course(workflow)
    course = [state for state in workflow.states.values() if state.name not in beside]
    drawing = place(
        [Box(s.name, PHASES.index(s.phase), BOX_WIDTH, view.height(s.name)) for s in course],
        _edges(workflow, beside),
    )
    width = MARGIN * 2 + LANE_LABEL + max(drawing.width, 3 * BOX_WIDTH + 60)
    parts = [*_lanes(drawing, width, _), *_lines(drawing, view, beside)]
    parts += [_box(view, box, LANE_LABEL + MARGIN) for box in drawing.boxes.values()]
    height = drawing.height + MARGIN
    strip, height = _strip(view, beside, width, height, _)
    legend, height = _legend(height, _) if known else ([], height)
    return _svg(view, width, height, [*parts, *strip, *legend], _)


def _steps_into(workflow: Workflow, state: str) -> list[Action]:
    return [a for a in workflow.actions.values() if a.target == state and set(a.sources) - {state}]


def _beside_the_course(workflow: Workflow) -> dict[str, list[str]]:
    """States drawn below the main course, with the states that lead to each."""
    beside: dict[str, list[str]] = {}
    for state in workflow.states.values():
        into = _steps_into(workflow, state.name)
        origins = list(dict.fromkeys(origin for action in into for origin in action.sources))
        by_few = [a for a in into if len(a.sources) <= _MANY and not set(a.sources) <= set(beside)]
        last = [PHASES.index(workflow.states[origin].phase) for action in by_few for origin in action.sources]
        ends_early = state.terminal and max(last, default=0) < _LAST_STRETCH
        if not state.initial and (state.interlude or ends_early or (into and not by_few)):
            beside[state.name] = origins
    return beside


def _edges(workflow: Workflow, beside: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The lines of the main course: between its states, and not of actions that many states share."""
    return [
        (origin, action.target)
        for action in workflow.actions.values()
        if action.target not in {None, PREVIOUS, *beside} and len(action.sources) <= _MANY
        for origin in action.sources
        if origin not in beside and origin != action.target and action.target is not None
    ]


def _lanes(drawing: Drawing, width: float, _: Translate) -> list[str]:
    parts = []
    for i, (band, (top, bottom)) in enumerate(sorted(drawing.bands.items())):
        y, height = top - 16 + MARGIN, bottom - top + 32
        shade = 0.045 if i % 2 == 0 else 0.0
        parts.append(
            f'<rect class="lane" x="0" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="8" '
            f'fill="currentColor" fill-opacity="{shade}"/>'
        )
        words = _wrapped(_(PHASE_NAMES[PHASES[band]]), 15)
        parts += [_text(MARGIN, y + 30 + n * 17, line, _HEADING) for n, line in enumerate(words)]
    return parts


def _lines(drawing: Drawing, view: _View, beside: dict[str, list[str]]) -> list[str]:
    """Lines not taken first, so that the way taken lies on top."""
    in_course = [state for state in view.visited if state not in beside]
    taken = set(pairwise(in_course))
    ordered = sorted(drawing.lines, key=lambda line: (line.source, line.target) in taken)
    pairs = {(line.source, line.target) for line in ordered}
    return [
        _line(line, (line.source, line.target) in taken, (line.target, line.source) in pairs, view)
        for line in ordered
    ]


def _line(line: Line, is_taken: bool, goes_both_ways: bool, view: _View) -> str:
    shift = LANE_LABEL + MARGIN
    points = [(x + shift, y + MARGIN) for x, y in line.points]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for i, (start, end) in enumerate(pairwise(points)):
        if i % 2:
            path += f"L{end[0]:.1f} {end[1]:.1f}"
        else:
            middle = (start[1] + end[1]) / 2
            path += f"C{start[0]:.1f} {middle:.1f} {end[0]:.1f} {middle:.1f} {end[0]:.1f} {end[1]:.1f}"
    names = [
        action.label.in_language(view.language)
        for action in view.workflow.actions.values()
        if line.source in action.sources and action.target == line.target
    ]
    kind = f"line{' back' if line.goes_back else ''}{' taken' if is_taken else ''}"
    dash = ' stroke-dasharray="5 4"' if line.goes_back and not goes_both_ways else ""
    weight, shade, head = (2.5, 1, "taken") if is_taken else (1.25, 0.45, "possible")
    return (
        f'<path class="{kind}" d="{path}" fill="none" stroke="currentColor" stroke-width="{weight}" '
        f'stroke-opacity="{shade}"{dash} marker-end="url(#workflow-{head})"><title>'
        f"{escape(' / '.join(names))}</title></path>"
    )


def _box(view: _View, box: Box, shift: float, notes: Sequence[str] = ()) -> str:
    state = view.workflow.states[box.name]
    x, y = box.x - box.width / 2 + shift, box.y + MARGIN
    is_current, is_visited = box.name == view.current, box.name in view.visited
    weight, shade = (3, 1) if is_current else (1.75, 0.95) if is_visited else (1, 0.5)
    fill = 0.16 if is_current else 0.07 if is_visited else 0
    corner = min(box.height / 2, 24) if state.terminal else 6
    dash = ' stroke-dasharray="4 3"' if state.interlude else ""
    tip = "" if state.guidance is None else state.guidance.in_language(view.language)
    frame = f'x="{x:.1f}" y="{y:.1f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="{corner:.0f}"'
    stroke = f'stroke="currentColor" stroke-width="{weight}" stroke-opacity="{shade}"{dash}'
    look = f'font-weight="{600 if is_current else 400}"'
    words = [(line, look) for line in view.lines(box.name)]
    words += [(note, 'font-size="12" fill-opacity="0.7"') for note in notes]
    first = y + box.height / 2 - (len(words) - 1) * LINE_HEIGHT / 2 + 5
    texts = [
        _text(x + box.width / 2, first + i * LINE_HEIGHT, line, f'text-anchor="middle" {look}')
        for i, (line, look) in enumerate(words)
    ]
    return (
        f'<g class="{view.classes(box.name)}"><title>{escape(tip)}</title>'
        f'<rect class="ground" {frame} fill="Canvas"/>'
        f'<rect class="frame" {frame} fill="currentColor" fill-opacity="{fill}" {stroke}/>'
        f"{''.join(texts)}</g>"
    )


def _wrapped(words: str, letters: int) -> list[str]:
    return wrap(words, letters, break_on_hyphens=False)


def _text(x: float, y: float, words: str, look: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" {look}>{escape(words)}</text>'


def _strip(
    view: _View, beside: dict[str, list[str]], width: float, top: float, _: Translate
) -> tuple[list[str], float]:
    """The states beside the main course, in rows below it."""
    if not beside:
        return [], top
    parts = [_text(MARGIN, top + 26, _("Beside the main course"), _HEADING)]
    per_row = max(1, int((width - 2 * MARGIN + 20) // (BOX_WIDTH + 20)))
    names = list(beside)
    y = top + 26
    for start in range(0, len(names), per_row):
        row = names[start : start + per_row]
        notes = {name: _origins(view, beside[name], _) for name in row}
        tallest = max(view.height(name) + LINE_HEIGHT * len(notes[name]) for name in row)
        for i, name in enumerate(row):
            centre = MARGIN + BOX_WIDTH / 2 + i * (BOX_WIDTH + 20)
            parts.append(_box(view, Box(name, 0, BOX_WIDTH, tallest, x=centre, y=y), 0, notes[name]))
        y += tallest + 20
    return parts, y + MARGIN


def _origins(view: _View, origins: Sequence[str], _: Translate) -> list[str]:
    """Where a state beside the course comes from: the one step by name, several by their number."""
    if len(origins) == 1:
        return _wrapped(_("from: %(state)s", state=view.label(origins[0])), LETTERS_PER_LINE + 6)
    return [_("from %(count)s steps", count=len(origins))]


def _legend(top: float, _: Translate) -> tuple[list[str], float]:
    """What the marks mean, in words and not by colour alone."""
    samples = [
        (3.0, 0.16, _("The case is here")),
        (1.75, 0.07, _("The case has been here")),
        (1.0, 0.0, _("Possible step")),
    ]
    parts, x = [], float(MARGIN)
    for weight, fill, words in samples:
        parts.append(
            f'<rect x="{x:.0f}" y="{top + 6:.0f}" width="26" height="16" rx="4" fill="currentColor" '
            f'fill-opacity="{fill}" stroke="currentColor" stroke-width="{weight}"/>'
        )
        parts.append(_text(x + 34, top + 19, words, 'font-size="13"'))
        x += 64 + 7.2 * len(words)
    return parts, top + 34


def _svg(view: _View, width: float, height: float, parts: Sequence[str], _: Translate) -> str:
    title = view.workflow.label.in_language(view.language)
    heads = "".join(
        f'<marker id="workflow-{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="{size}" '
        f'markerHeight="{size}" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="currentColor" fill-opacity="{shade}"/></marker>'
        for name, size, shade in (("possible", 8, 0.6), ("taken", 11, 1))
    )
    return (
        f'<svg class="workflow" xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-size="14" '
        f'font-family="Inter, system-ui, sans-serif" aria-labelledby="workflow-title workflow-text">'
        f'<title id="workflow-title">{escape(title)}</title>'
        f'<desc id="workflow-text">{escape(_described(view, _))}</desc>'
        f"<defs>{heads}</defs>{''.join(parts)}</svg>"
    )


def _described(view: _View, _: Translate) -> str:
    """The drawing in words, for who does not see it: the phases with their states, and the way taken."""
    sentences = []
    for phase in PHASES:
        states = [view.label(s.name) for s in view.workflow.states.values() if s.phase == phase]
        if states:
            sentences.append(f"{_(PHASE_NAMES[phase])}: {', '.join(states)}.")
    if view.visited:
        way = [view.label(name) for name in _without_repetition(view.visited)]
        sentences.append(_("The way the case has taken: %(way)s.", way=", ".join(way)))
    if view.current in view.workflow.states:
        sentences.append(_("The case is now here: %(state)s.", state=view.label(view.current)))
    return " ".join(sentences)


def _without_repetition(states: Sequence[str]) -> list[str]:
    return [state for i, state in enumerate(states) if i == 0 or states[i - 1] != state]
