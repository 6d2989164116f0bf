"""The rows that every figure of the deadline report is counted from: one for each clock and each stage.

This is the CSV format of the report, a sheet of the workbook, and the data attached to the PDF.
"""

from __future__ import annotations

from datetime import date

from nt_process.engine import clock as ledgers
from nt_process.engine.definition import PARTIES
from nt_process.infra.spreadsheet import Cell, rows_to_csv
from nt_process.reporting import texts
from nt_process.reporting.report import Report
from nt_process.reporting.rules import ClockOutcome, StageTime
from nt_process.reporting.tables import Words

Row = tuple[Cell, ...]


def csv_bytes(report: Report, words: Words) -> bytes:
    return rows_to_csv(header(words), rows(report, words), swedish=words.language == "sv")


def header(words: Words) -> tuple[str, ...]:
    _ = words.translate
    return (
        _("Kind of row"),
        _("Number"),
        _("Process"),
        _("Version"),
        _("Medicine"),
        _("Active substance"),
        _("Company"),
        _("Case officer"),
        _("Time limit or stage"),
        _("Basis"),
        _("Began on"),
        _("Last day"),
        _("Ended on"),
        _("How it stands"),
        _("Days over"),
        _("Days left"),
        _("All days, gross"),
        _("Suspended days"),
        _("Net days"),
        *(_(texts.PARTY_HEADINGS[party]) for party in PARTIES),
    )


def rows(report: Report, words: Words) -> list[Row]:
    """In the order of the cases' numbers; a case's time limits before its stages."""
    by_case: dict[str, tuple[list[Row], list[Row]]] = {}
    for outcome in report.clocks:
        by_case.setdefault(outcome.case.number, ([], []))[0].append(
            _clock_row(outcome, report.selection.as_of, words)
        )
    for stage in report.stages:
        by_case.setdefault(stage.case.number, ([], []))[1].append(_stage_row(stage, words))
    return [row for number in sorted(by_case) for part in by_case[number] for row in part]


def _case_cells(one: ClockOutcome | StageTime, words: Words) -> Row:
    case = one.case
    stated = (str(case.field(name) or "") for name in ("medicine", "substance", "company", "owner"))
    return case.number, words.process(case.process), case.workflow_version, *stated


def _clock_row(outcome: ClockOutcome, as_of: date, words: Words) -> Row:
    _ = words.translate
    ledger = outcome.clock.ledger
    gross = ((ledger.stopped_on or as_of) - ledger.started_on).days
    suspended = ledgers.days_suspended(ledger, as_of)
    return (
        _("Time limit"),
        *_case_cells(outcome, words),
        words.clock(outcome),
        _(texts.BASIS_NAMES[outcome.clock.basis]),
        ledger.started_on,
        outcome.due,
        ledger.stopped_on,
        words.outcome(outcome.outcome),
        outcome.days_over,
        outcome.days_left,
        gross,
        suspended,
        gross - suspended,
        *(None for _party in PARTIES),
    )


def _stage_row(stage: StageTime, words: Words) -> Row:
    _ = words.translate
    return (
        _("Stage"),
        *_case_cells(stage, words),
        words.phase(stage.phase),
        "",
        stage.entered_on,
        None,
        stage.left_on,
        _("Is there") if stage.left_on is None else _("Has left"),
        None,
        None,
        stage.gross,
        stage.suspended,
        stage.net,
        *(stage.days_of(party) for party in PARTIES),
    )
