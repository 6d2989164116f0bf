"""The deadline report as a Typst document: the same words, tables and charts, in the same sizes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from nt_process.infra.charts import TONES, Chart
from nt_process.reporting.presentation import Part, Presentation
from nt_process.reporting.tables import Table

# The width of the page's text, in the pixels that the charts' own sizes are in.
_CHART_WIDTH = 520

_STYLE = """
#set document(title: {title}, author: "NT process", date: datetime(year: 2026, month: 6, day: 30))
#set page(paper: "a4", margin: (top: 24mm, bottom: 20mm, x: 17mm), header: text(7.5pt, {running} + h(1fr) + "NT process"),
  footer: context align(right, text(7.5pt, [Sida #counter(page).display() av #counter(page).final().first()])))
#set text(8.5pt, font: "Inter", lang: "sv", hyphenate: true)
#set par(leading: 0.65em)
#show heading: set text(13pt, fill: rgb("#0d3b57"))
#show table.cell: set text(7.5pt)
#show table.cell: set block(breakable: false)
#set table(
  inset: (x: 1.4mm, y: 1.3mm),
  stroke: (x, y) => (bottom: if y == 0 {{ 0.9pt + rgb("#0d3b57") }} else {{ 0.5pt + rgb("#e3e8ec") }}),
)
"""


def typst_of(report: Presentation) -> str:
    """The whole document. It reads `data.csv` beside it, which it attaches."""
    return "\n".join(
        [
            _STYLE.format(title=_text(report.title), running=_text(f"{report.title} · {report.as_of}")),
            '#pdf.attach("data.csv", relationship: "data", mime-type: "text/csv", description: "Data")',
            f"#title({_text(report.title)})",
            f"#{_text(report.as_of)}\n",
            *(f"#{_text(f'{label}: {value}')} #h(7mm)" for label, value in report.scope),
            f"#grid(columns: (1fr,) * 4, gutter: 5mm, {', '.join(_figures(report))})",
            *(line for part in report.parts if not part.appendix for line in _part(report, part)),
            *(f"#strong({_text(term)})\n\n#{_text(meaning)}\n" for term, meaning in report.definitions),
            *(line for part in report.parts if part.appendix for line in _part(report, part)),
        ]
    )


def _figures(report: Presentation) -> Iterator[str]:
    for figure in report.figures:
        label, detail = _text(figure.label), _text(figure.detail)
        yield f"[#text(20pt, weight: 600, {_text(figure.value)})\\ #strong({label})\\ #text(7.5pt, {detail})]"


def _part(report: Presentation, part: Part) -> Iterator[str]:
    yield f"#heading(level: 1, {_text(part.title)})\n#{_text(part.intro)}\n"
    for chart in part.charts:
        if not chart.is_empty:
            yield _chart(chart)
    for table in part.tables:
        if len(part.tables) > 1:
            yield f"#heading(level: 2, {_text(table.title)})"
        yield _table(report, table) if table.rows else f"#{_text(table.empty)}\n"


def _chart(chart: Chart) -> str:
    keys = " ".join(
        f'#box(rect(width: 2.6mm, height: 2.6mm, fill: rgb("{TONES[series.tone]}"))) #{_text(series.label)} #h(5mm)'
        for series in chart.series
    )
    drawing = chart.svg().replace('width="100%"', f'width="{_CHART_WIDTH}"', 1)
    return f'{keys}\n\n#image(bytes({_text(drawing)}), format: "svg", width: 100%, alt: {_text(chart.title)})'


def _table(report: Presentation, table: Table) -> str:
    columns = table.shown_columns
    cells = []
    for name, rows in table.groups():
        if name:
            cells.append(f"table.cell(colspan: {len(columns)}, strong({_text(name)}))")
        cells += [
            _text(report.shown(value, column.kind))
            for row in rows
            for value, column in zip(row, columns, strict=True)
        ]
    widths = ", ".join(f"{column.width}fr" for column in columns)
    sides = ", ".join("right" if column.is_number else "left" for column in columns)
    heads = ", ".join(f"strong({_text(column.heading)})" for column in columns)
    return f"#table(columns: ({widths},), align: ({sides},), table.header({heads}), {', '.join(cells)})"


def _text(text: str) -> str:
    """A Typst string: its escapes are those of JSON that are needed here."""
    return json.dumps(text, ensure_ascii=False)
