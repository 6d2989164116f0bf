"""The PDF of a report, made in the background: which job it is, and how the worker does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.engine.loader import load_published
from nt_process.infra import jobs
from nt_process.infra.pdf import render_in_child
from nt_process.reporting.formats import render
from nt_process.reporting.queries import deadline_report, recorded_on
from nt_process.reporting.report import Selection
from nt_process.reporting.selection import read_selection, written

KIND = "deadline_report_pdf"


def key_of(connection: Connection, selection: Selection, language: str, today: date) -> str:
    """What makes two PDFs the same: selection, language and, while the day lasts, its events so far."""
    state = f"{recorded_on(connection, today)} events so far" if selection.as_of == today else "complete"
    return "; ".join([language, *(f"{name} {value}" for name, value in written(selection).items()), state])


def params(selection: Selection, language: str) -> dict[str, str]:
    """What the worker is told."""
    return {"language": language, **written(selection)}


def make(engine: Engine, given: Mapping[str, Any]) -> bytes:
    """The worker's part: read the log, count, lay out in a process of its own."""
    workflows = load_published()
    as_of = date.fromisoformat(given["as_of"])
    selection = read_selection(given, as_of, {process for process, _ in workflows})
    report = deadline_report(engine, workflows, selection)
    return render("pdf", report, workflows, given["language"], render_pdf=render_in_child)


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
