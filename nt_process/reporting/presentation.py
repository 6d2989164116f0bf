"""The deadline report in a language: key figures, and parts with charts and tables.

Built once from a Report and drawn by each format in its own way, so that a page, a PDF and a workbook
cannot say different things. Nothing here counts; it names, orders and words what `report.py` counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nt_process.infra.charts import Chart
from nt_process.infra.spreadsheet import Cell
from nt_process.kernel.messages import translator
from nt_process.reporting import tables, texts
from nt_process.reporting.history import Workflows
from nt_process.reporting.report import Report


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: the number as printed, what it is, and what it is out of. `tone` is "" or "bad"."""

    value: str
    label: str
    detail: str = ""
    tone: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report. `key` is its anchor in a page; an appendix is left out of the page."""

    key: str
    title: str
    intro: str
    charts: tuple[Chart, ...]
    tables: tuple[tables.Table, ...]
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Presentation:
    """The whole report in words. `scope` are (label, value) pairs that say what it covers."""

    language: str
    title: str
    as_of: str
    scope: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    definitions: tuple[tuple[str, str], ...]

    def shown(self, value: Cell, kind: str = "text") -> str:
        return texts.shown(value, kind, self.language)


def present(report: Report, workflows: Workflows, language: str) -> Presentation:
    """The report in `language` ("sv" or "en")."""
    _ = translator(language)
    words = tables.Words(_, language, workflows)
    return Presentation(
        language=language,
        title=_("Deadline report"),
        as_of=_("As known at the end of %(day)s", day=texts.long_day(report.selection.as_of, language)),
        scope=_scope(report, words),
        figures=_figures(report, words),
        parts=tuple(part(report, words) for part in _PARTS),
        definitions=tuple((_(term), _(text)) for term, text in texts.DEFINITIONS),
    )


def _scope(report: Report, words: tables.Words) -> tuple[tuple[str, str], ...]:
    _, chosen = words.translate, report.selection
    since = chosen.since.isoformat() if chosen.since else _("the first case")
    until = (chosen.until or chosen.as_of).isoformat()
    return (
        (_("Process"), words.process(chosen.process) if chosen.process else _("All processes")),
        (_("Period"), _("from %(since)s to %(until)s", since=since, until=until)),
        (_("Case officer"), report.owner or _("All")),
        (_("Cases"), str(report.cases)),
    )


def _figures(report: Report, words: tables.Words) -> tuple[Figure, ...]:
    _, total = words.translate, report.total
    overdue_cases = len({outcome.case.number for outcome in report.overdue})
    still = sum(
        any(clock.status == "suspended" for clock in one.case.open_clocks) for one in report.open_cases
    )
    return (
        Figure(
            words.shown(total.share_met, "percent"),
            _("of the time limits met"),
            _("%(met)s of %(judged)s that were met or late", met=total.counts["met"], judged=total.judged),
            part="limits",
        ),
        Figure(
            str(len(report.overdue)),
            _("overdue"),
            _("cases: %(count)s", count=overdue_cases),
            "bad" if report.overdue else "",
            part="overdue",
        ),
        Figure(str(len(report.upcoming)), _("fall due within 30 days"), part="upcoming"),
        Figure(
            str(len(report.open_cases)),
            _("open cases"),
            _("%(count)s of them stand still", count=still),
            part="open",
        ),
    )


def _overdue(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "overdue",
        _("Overdue"),
        _("Time limits whose last day has passed and that have not been ended, the longest overdue first."),
        (),
        (tables.overdue(report, words),),
    )


def _upcoming(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "upcoming",
        _("Falls due within 30 days"),
        _(
            "Running time limits with their last day within 30 days. A limit that falls due "
            "today is not overdue."
        ),
        (),
        (tables.upcoming(report, words),),
    )


def _limits(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "limits",
        _("Time limits met and late"),
        _(
            "Of %(total)s time limits, %(judged)s were either met or late. The share is computed on them.",
            total=report.total.total,
            judged=report.total.judged,
        ),
        (tables.limits_chart(report, words),),
        (tables.limits(report, words), tables.left_out(report, words)),
    )


def _trend(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "trend",
        _("Development by quarter"),
        _("A time limit belongs to the quarter in which it was met, or in which it became late."),
        (tables.trend_chart(report, words),),
        (tables.trend(report, words),),
    )


def _open(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "open",
        _("Open cases by stage and age"),
        _("Age is counted in days from the opening of the case."),
        (tables.ages_chart(report, words),),
        (tables.open_groups(report, words), tables.waiting_for(report, words)),
    )


def _stages(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "stages",
        _("Days in each stage"),
        _(
            "Cases that have left the stage. Cases that are still there are left out and "
            "counted in the last column."
        ),
        (),
        (tables.durations(report, words),),
    )


def _parties(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "parties",
        _("Whose move it was"),
        _(
            "The days of the cases that have left each stage, by the party whose move it was. "
            "They add up exactly."
        ),
        (tables.parties_chart(report, words),),
        (tables.parties(report, words),),
    )


def _appendix(report: Report, words: tables.Words) -> Part:
    _ = words.translate
    return Part(
        "cases",
        _("All open cases"),
        _("By process, in the order of their numbers."),
        (),
        (tables.open_cases(report, words),),
        appendix=True,
    )


_PARTS: Sequence[Callable[[Report, tables.Words], Part]] = (
    _overdue,
    _upcoming,
    _limits,
    _trend,
    _open,
    _stages,
    _parties,
    _appendix,
)
