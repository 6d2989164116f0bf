"""A half-yearly report as a file: printed, as a workbook, as one table of all figures, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from nt_process.infra import pdf
from nt_process.infra.charts import ROW_HEIGHT, TONES, Chart
from nt_process.infra.spreadsheet import Cell, Sheet, rows_to_csv, rows_to_xlsx
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.reporting import texts as common
from nt_process.reporting.half_year.figures import Figures, Table, to_bytes
from nt_process.reporting.half_year.presenting import Words, present
from nt_process.reporting.half_year.reports import ReportFile, content_of
from nt_process.reporting.half_year.texts import EMPTY, PART_TITLES, TABLE_TITLES
from nt_process.reporting.history import Workflows
from nt_process.reporting.presentation import Presentation

FORMATS = ("csv", "json", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class Edition:
    """What a file is made of: figures, the preface with its author, and who issued it when; empty and None for a draft
    or for figures alone. `made_at` is the instant that the file states as its own."""

    figures: Figures
    made_at: datetime
    preface: str = ""
    author: str = ""
    issuer: str = ""
    issued_at: datetime | None = None
    sha256: str = ""
    content: bytes = b""

    @property
    def document(self) -> bytes:
        """The edition as JSON."""
        return self.content or to_bytes(self.figures)


def edition_of(file: ReportFile) -> Edition:
    """Of a report whose figures have been counted."""
    if file.figures is None:
        raise ValueError("the figures have not been counted")
    preface, row = file.preface, file.row
    return Edition(
        file.figures,
        file.made_at,
        "" if preface is None else preface["text"],
        "" if preface is None else preface["person"],
        row["issuer"] or "",
        row["issued_at"],
        row["sha256"] or row["figures_sha256"],
        content_of(file) or b"",
    )


def render(
    kind: str,
    edition: Edition,
    workflows: Workflows,
    language: str,
    *,
    render_pdf: Callable[..., bytes] = pdf.render,
) -> bytes:
    """The edition as a file of one of FORMATS; the same edition always gives the same bytes.

    Raises PdfUnavailableError where no PDF can be made. A web request never asks for "pdf".
    """
    match kind:
        case "json":
            return edition.document
        case "csv":
            return _csv(edition.figures, workflows, language)
        case "xlsx":
            return _xlsx(edition, workflows, language)
        case "pdf":
            return _pdf(edition, workflows, language, render_pdf)
        case _:
            raise ValueError(f"no such format: {kind!r}")


def pdf_bytes(
    file: ReportFile, workflows: Workflows, language: str, render_pdf: Callable[..., bytes]
) -> bytes:
    """The report as PDF/UA-1 and PDF/A-3a, with its figures as JSON inside."""
    return render("pdf", edition_of(file), workflows, language, render_pdf=render_pdf)


def file_name(figures: Figures, _: Translate) -> str:
    """The name of a file, without its ending."""
    return _(N_("half-year-report-%(period)s"), period=figures.period.name.replace("..", "-to-"))


def _pdf(edition: Edition, workflows: Workflows, language: str, render_pdf: Callable[..., bytes]) -> bytes:
    _ = translator(language)
    report = present(edition.figures, workflows, language)
    html = pdf.html_of(
        "half_year_report.html",
        language,
        report=report,
        preface=edition.preface.split("\n\n") if edition.preface else [],
        edition=edition,
        issued=_issued(edition, _),
        made_at=edition.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tones=TONES,
        row_height=ROW_HEIGHT,
        svg=_svg,
    )
    name = f"{file_name(edition.figures, _)}.json"
    attached = pdf.AttachedFile(name, _(N_("The figures of the report as JSON")), edition.document)
    return render_pdf(html, made_at=edition.made_at, attachments=[attached])


def _svg(chart: Chart) -> Markup:
    return Markup(chart.svg(labelled=False))  # noqa: S704 - the chart escapes every text it holds


def _issued(edition: Edition, _: Translate) -> str:
    """By whom and when it was issued; of a draft, that it is one."""
    if edition.issued_at is None:
        return _(N_("Draft. The report has not been issued."))
    when = edition.issued_at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")
    return _(N_("Issued %(when)s by %(person)s."), when=when, person=edition.issuer)


def _csv(figures: Figures, workflows: Workflows, language: str) -> bytes:
    """A row for each figure, with its codes, its words and its unit."""
    words = Words(figures, workflows, language)
    _ = words.translate
    header = (
        _(N_("Part")), _(N_("Table")), _(N_("Group")), _(N_("Row")), _(N_("Column")), _(N_("Figure")),
        _(N_("Unit")), _(N_("Code")),
    )  # fmt: skip
    parts = {table.code: table.part for table in figures.tables}
    tables = {table.code: table for table in figures.tables}
    rows: list[tuple[Cell, ...]] = [
        (
            _(PART_TITLES[parts[place.table]][0]),
            _(TABLE_TITLES[place.table]),
            words.name(place.group) if place.group else "",
            words.name(place.row),
            words.heading(tables[place.table], place.column),
            cell,
            unit,
            "/".join(filter(None, (place.table, place.group, place.row, place.column))),
        )
        for place, cell, unit in figures.cells()
    ]
    return rows_to_csv(header, rows, swedish=language == "sv")


def _xlsx(edition: Edition, workflows: Workflows, language: str) -> bytes:
    """A sheet for each part, with all its tables and what it says of them; before them the preface and the key figures."""
    figures = edition.figures
    words, shown = Words(figures, workflows, language), present(figures, workflows, language)
    _ = words.translate
    title = f"{shown.title}. {shown.as_of}"
    sheets = [_overview(edition, shown, title, _)]
    for part in shown.parts:
        found = [_sheet(table, words) for table in figures.tables if table.part == part.key]
        first, *rest = found
        sheets.append(
            Sheet(
                part.title, first.header, first.rows, first.percent, f"{part.title}: {first.title}", first.notes,
                first.percent_rows, (*rest, Sheet("", (), (), notes=(part.intro,))),
            )
        )  # fmt: skip
    sheets.append(Sheet(_(N_("How it counts")), (_(N_("Term")), _(N_("Meaning"))), shown.definitions))
    return rows_to_xlsx(sheets, made_at=edition.made_at, title=title)


def _overview(edition: Edition, shown: Presentation, title: str, _: Translate) -> Sheet:
    rows: list[tuple[Cell, ...]] = [(label, value, "") for label, value in shown.scope]
    rows += [(figure.label, figure.value, figure.detail) for figure in shown.figures]
    preface = (*edition.preface.splitlines(), edition.author) if edition.preface else ()
    notes = (*preface, _issued(edition, _), *((f"SHA-256: {edition.sha256}",) if edition.sha256 else ()))
    header = (_(N_("Figure")), _(N_("Value")), _(N_("Before")))
    return Sheet(_(N_("Overview")), header, rows, title=title, notes=notes)


def _sheet(table: Table, words: Words) -> Sheet:
    _ = words.translate
    grouped = any(row.group for row in table.rows)
    header = [words.heading(table, column.code) for column in table.columns]
    rows: list[tuple[Cell, ...]] = []
    for row in table.rows:
        label = (words.name(row.group), words.name(row.code)) if grouped else (words.name(row.code),)
        why = (_(common.LEFT_OUT[row.code.partition(":")[2]]),) if table.code == "excluded" else ()
        rows.append((*label, *row.cells, *why))
    names = (_(N_("Group")), _(N_("Figure"))) if grouped else (_(N_("Figure")),)
    more = (_(N_("Why")),) if table.code == "excluded" else ()
    return Sheet(
        _(TABLE_TITLES[table.code]),
        (*names, *header, *more),
        rows,
        frozenset(
            position + len(names) for position, column in enumerate(table.columns) if column.unit == "share"
        ),
        _(TABLE_TITLES[table.code]),
        () if rows or table.code not in EMPTY else (_(EMPTY[table.code]),),
        frozenset(number for number, row in enumerate(table.rows) if row.unit == "share"),
    )
