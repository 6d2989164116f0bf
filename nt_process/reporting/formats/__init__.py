"""The deadline report in each of its formats."""

from __future__ import annotations

import json
from collections.abc import Callable

from nt_process.infra import pdf, spreadsheet
from nt_process.kernel.messages import translator
from nt_process.reporting.formats import data_rows, printed, workbook
from nt_process.reporting.formats.json_document import report_json
from nt_process.reporting.history import Workflows
from nt_process.reporting.presentation import present
from nt_process.reporting.report import Report
from nt_process.reporting.tables import Words

MEDIA_TYPES = {
    "pdf": pdf.PDF_TYPE,
    "xlsx": spreadsheet.XLSX_TYPE,
    "csv": spreadsheet.CSV_TYPE,
    "json": "application/json",
}


def render(
    kind: str,
    report: Report,
    workflows: Workflows,
    language: str,
    *,
    render_pdf: Callable[..., bytes] = pdf.render,
) -> bytes:
    """The report as a file of a kind of MEDIA_TYPES. The same report always gives the same bytes.

    Raises PdfUnavailableError where no PDF can be made. A web request never asks for "pdf".
    """
    words = Words(translator(language), language, workflows)
    match kind:
        case "json":
            return (json.dumps(report_json(report), ensure_ascii=False, indent=2) + "\n").encode()
        case "csv":
            return data_rows.csv_bytes(report, words)
        case "xlsx":
            return workbook.xlsx_bytes(report, present(report, workflows, language), words)
        case "pdf":
            return printed.pdf_bytes(report, present(report, workflows, language), words, render_pdf)
        case _:
            raise ValueError(f"no such format: {kind!r}")
