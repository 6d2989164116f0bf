"""The drawing of a process: complete, readable, and true to the way a case has taken."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.engine.definition import AUDIENCES, Text, Workflow
from nt_process.engine.diagram import draw
from nt_process.engine.layout import Box, place
from nt_process.engine.loader import newest
from nt_process.engine.mermaid import mermaid

SVG = "{http://www.w3.org/2000/svg}"
PROCESSES = ("forman", "klinik", "sarlakemedel")
WAY = [
    "horizon",
    "awaiting_application",
    "registration",
    "supplement_requested",
    "registration",
    "assessment",
]


def drawn(workflow: Workflow, visited: list[str] | None = None, current: str | None = None) -> ET.Element:
    return ET.fromstring(draw(workflow, "sv", "secretariat", visited or [], current))  # noqa: S314


def boxes(svg: ET.Element) -> list[ET.Element]:
    return [group for group in svg.iter(f"{SVG}g") if "state" in group.get("class", "").split()]


def words(box: ET.Element) -> str:
    return " ".join(text.text or "" for text in box.iter(f"{SVG}text"))


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_state_is_drawn_once_with_the_readers_label(process: str, audience: str, language: str) -> None:
    workflow = newest(process)
    svg = ET.fromstring(draw(workflow, language, audience))  # noqa: S314
    shown = sorted(words(box) for box in boxes(svg))
    labels = sorted(state.labels[audience].in_language(language) for state in workflow.states.values())
    assert len(shown) == len(labels)
    assert all(any(words.startswith(label) for words in shown) for label in labels)


@pytest.mark.parametrize("process", PROCESSES)
def test_it_fits_a_wide_page_and_needs_no_script_or_style_of_its_own(process: str) -> None:
    text = draw(newest(process), "sv", "secretariat")
    svg = ET.fromstring(text)  # noqa: S314
    assert float(svg.get("width", "0")) <= 1280
    assert "<script" not in text
    assert "<style" not in text
    assert " style=" not in text


@pytest.mark.parametrize("process", PROCESSES)
def test_no_box_lies_on_another_and_all_lie_within_the_drawing(process: str) -> None:
    svg = drawn(newest(process))
    width, height = float(svg.get("width", "0")), float(svg.get("height", "0"))
    frames = [next(rect for rect in box.iter(f"{SVG}rect")) for box in boxes(svg)]
    corners = [tuple(float(rect.get(key, "nan")) for key in ("x", "y", "width", "height")) for rect in frames]
    for x, y, w, h in corners:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(corners, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_the_way_taken_and_the_present_state_are_marked() -> None:
    svg = drawn(newest("sarlakemedel"), WAY, "assessment")
    marked = {words(box): box.get("class", "").split() for box in boxes(svg)}
    assert [name for name, marks in marked.items() if "current" in marks] == ["Underlag tas fram hos TLV"]
    assert sum("visited" in marks for marks in marked.values()) == len(set(WAY))
    taken = [line for line in svg.iter(f"{SVG}path") if "taken" in line.get("class", "").split()]
    # horizon → awaiting → registration → assessment; the supplement is a detour beside the course.
    assert len(taken) == 3


def test_the_way_is_told_in_words_for_who_does_not_see_it() -> None:
    svg = drawn(newest("sarlakemedel"), WAY, "assessment")
    told = svg.findtext(f"{SVG}desc") or ""
    named = {name: newest("sarlakemedel").states[name].labels["secretariat"].sv for name in WAY}
    places = [told.rindex(named[name]) for name in ("horizon", "awaiting_application", "registration")]
    assert places == sorted(places)
    assert svg.get("role") == "img"
    assert svg.findtext(f"{SVG}title") == "Särläkemedel"


def test_states_of_another_version_do_not_disturb_it() -> None:
    assert draw(newest("klinik"), "sv", "public", ["horizon", "long_gone"], "horizon") == draw(
        newest("klinik"), "sv", "public", ["horizon"], "horizon"
    )


def test_labels_are_text_and_never_markup() -> None:
    workflow = newest("klinik")
    label = Text('<b>"&amp;', '<b>"&amp;')
    hostile = replace(workflow.states["horizon"], labels=dict.fromkeys(AUDIENCES, label))
    svg = drawn(replace(workflow, states={**workflow.states, "horizon": hostile}))
    assert '<b>"&amp;' in [words(box) for box in boxes(svg)]


NAMES = st.integers(1, 12)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_process_is_laid_out_without_overlap_and_with_every_line_from_box_to_box(
    data: st.DataObject,
) -> None:
    count = data.draw(NAMES)
    bands = data.draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    parts = [Box(f"s{i}", band, 200, data.draw(st.integers(30, 80))) for i, band in enumerate(bands)]
    ends = st.sampled_from([box.name for box in parts])
    edges = data.draw(st.lists(st.tuples(ends, ends), max_size=25))
    drawing = place(parts, edges)
    assert {(line.source, line.target) for line in drawing.lines} == {
        edge for edge in edges if edge[0] != edge[1]
    }
    for a, b in combinations(drawing.boxes.values(), 2):
        apart = abs(a.x - b.x) >= (a.width + b.width) / 2
        assert apart or a.y + a.height <= b.y or b.y + b.height <= a.y
    for line in drawing.lines:
        for (x, y), name in ((line.points[0], line.source), (line.points[-1], line.target)):
            box = drawing.boxes[name]
            assert abs(x - box.x) <= box.width / 2
            assert min(abs(y - box.y), abs(y - box.y - box.height)) < 0.01
    tops = [drawing.bands[band] for band in sorted(drawing.bands)]
    assert all(above[1] <= below[0] for above, below in pairwise(tops))


def test_the_mermaid_text_holds_every_state_and_the_way_back_from_an_interlude() -> None:
    text = mermaid(newest("klinik"), "en")
    for name in newest("klinik").states:
        assert f" as {name}\n" in text
    assert "    supplement_requested --> deliberation : Submit the supplement\n" in text
    assert "    closed --> [*]\n" in text
