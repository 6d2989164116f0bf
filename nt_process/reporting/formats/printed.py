"""The deadline report as a printed document: the HTML that becomes PDF, and the data attached to it."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from nt_process.infra import pdf
from nt_process.infra.charts import ROW_HEIGHT, TONES
from nt_process.reporting.formats import data_rows
from nt_process.reporting.presentation import Presentation
from nt_process.reporting.queries import last_second_of
from nt_process.reporting.report import Report
from nt_process.reporting.tables import Words


def pdf_bytes(
    report: Report, presentation: Presentation, words: Words, render: Callable[..., bytes] = pdf.render
) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a. Raises PdfUnavailableError where none can be made."""
    data = data_rows.csv_bytes(report, words)
    made_at = last_second_of(report.selection.as_of)
    html = pdf.html_of(
        "deadline_report.html",
        presentation.language,
        report=presentation,
        made_at=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tones=TONES,
        row_height=ROW_HEIGHT,
        svg=lambda chart: Markup(chart.svg(labelled=False)),  # noqa: S704 - the chart escapes every text it holds
    )
    _ = words.translate
    name = _("deadline-report-%(day)s", day=report.selection.as_of.isoformat())
    described = _("The time limits and stages that the report is counted from")
    attached = pdf.AttachedFile(f"{name}.csv", described, data)
    return render(html, made_at=made_at, attachments=[attached])
