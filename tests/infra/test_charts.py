"""Charts as SVG: well-formed whatever their texts hold, and exact in their lengths."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

import nt_process
from nt_process.infra.charts import TONES, Category, Chart, Series

SVG = "{http://www.w3.org/2000/svg}"
SERIES = (Series("I tid", "met"), Series("Sent", "late"), Series("Vilar", "none"))

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
values = st.tuples(*(st.integers(0, 10**6) for _ in SERIES))
categories = st.lists(st.builds(Category, texts, values, texts, texts), max_size=12).map(tuple)


@given(texts, categories, st.booleans(), st.booleans())
def test_every_chart_is_well_formed_and_stays_within_its_width(
    title: str, rows: tuple[Category, ...], columns: bool, shares: bool
) -> None:
    root = ET.fromstring(Chart(title, SERIES, rows, columns, shares).svg())  # noqa: S314 - our own
    assert root.findtext(f"{SVG}title") == title
    for bar in root.iter(f"{SVG}rect"):
        left, width = (float(bar.attrib[name].rstrip("%")) for name in ("x", "width"))
        assert left + width <= 100.01
        assert float(bar.attrib["height"]) > 0


def test_shares_fill_the_whole_width_and_lengths_the_longest() -> None:
    rows = (Category("A", (1, 2, 0)), Category("B", (6, 0, 0)))
    assert widths(Chart("", SERIES, rows, shares=True)) == ["33.33%", "66.67%", "100.00%"]
    assert widths(Chart("", SERIES, rows)) == ["16.67%", "33.33%", "100.00%"]


def widths(chart: Chart) -> list[str]:
    return [bar.attrib["width"] for bar in ET.fromstring(chart.svg()).iter(f"{SVG}rect")]  # noqa: S314


def test_a_chart_without_anything_in_it_says_so() -> None:
    assert Chart("", SERIES, (Category("A", (0, 0, 0)),)).is_empty
    assert not Chart("", SERIES, (Category("A", (0, 1, 0)),)).is_empty


def test_every_tone_has_a_colour_in_the_style_sheet() -> None:
    css = (Path(nt_process.__file__).parent / "static" / "reporting.css").read_text()
    for tone, colour in TONES.items():
        assert f".chart-{tone} {{" in css
        assert f"--chart-{tone}: {colour}" in css
