"""The tables and charts of the deadline report, one function each, in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nt_process.engine.definition import PARTIES, PHASES, Text
from nt_process.infra.charts import Category, Chart, Series
from nt_process.infra.spreadsheet import Cell
from nt_process.kernel.messages import Translate
from nt_process.reporting import texts
from nt_process.reporting.history import Workflows
from nt_process.reporting.report import Duration, Report, Tally, share
from nt_process.reporting.rules import ClockOutcome


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what its cells are (text, case, number, percent or day), its relative width."""

    heading: str
    kind: str = "text"
    width: int = 10

    @property
    def is_number(self) -> bool:
        return self.kind in ("number", "percent")


@dataclass(frozen=True, slots=True)
class Table:
    """A table. When `grouped`, rows with the same first cell belong together under it.

    A page shows the first group of a table that `folds` and lets the reader open the others.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    grouped: bool = False
    folds: bool = False

    def groups(self) -> list[tuple[str, list[tuple[Cell, ...]]]]:
        """Rows without their first cell, by it, in order; all of them under "" when not grouped."""
        if not self.grouped:
            return [("", list(self.rows))] if self.rows else []
        found: dict[str, list[tuple[Cell, ...]]] = {}
        for row in self.rows:
            found.setdefault(str(row[0]), []).append(row[1:])
        return list(found.items())

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns under a group's heading: all but the first when grouped."""
        return self.columns[1:] if self.grouped else self.columns


@dataclass(frozen=True, slots=True)
class Words:
    """What names things in the reader's language."""

    translate: Translate
    language: str
    workflows: Workflows

    def text(self, text: Text | None) -> str:
        return "" if text is None else text.in_language(self.language)

    def process(self, name: str) -> str:
        """The process as its newest published version calls itself; empty for none."""
        versions = [version for process, version in self.workflows if process == name]
        return self.text(self.workflows[name, max(versions)].label) if versions else name

    def clock(self, outcome: ClockOutcome) -> str:
        case = outcome.case
        return self.text(self.workflows[case.process, case.workflow_version].clocks[outcome.clock.kind].label)

    def phase(self, name: str) -> str:
        return self.translate(texts.PHASE_NAMES[name])

    def party(self, name: str) -> str:
        return self.translate(texts.PARTY_NAMES[name])

    def outcome(self, name: str) -> str:
        return self.translate(texts.OUTCOME_NAMES[name])

    def shown(self, value: Cell, kind: str = "text") -> str:
        return texts.shown(value, kind, self.language)


def overdue(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "overdue",
        _("Overdue"),
        (
            *_case_columns(words),
            Column(_("Time limit"), width=28),
            Column(_("Last day"), "day", 11),
            Column(_("Days over"), "number", 8),
            Column(_("Waiting for"), width=12),
            Column(_("Case officer"), width=13),
        ),
        tuple(
            (
                *_case_cells(one),
                words.clock(one),
                one.due,
                one.days_over,
                words.party(one.case.waits_for),
                _owner(one),
            )
            for one in report.overdue
        ),
        _("Nothing is overdue."),
    )


def upcoming(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "upcoming",
        _("Falls due within 30 days"),
        (
            *_case_columns(words),
            Column(_("Time limit"), width=28),
            Column(_("Last day"), "day", 11),
            Column(_("Days left"), "number", 8),
            Column(_("Waiting for"), width=12),
            Column(_("Case officer"), width=13),
        ),
        tuple(
            (
                *_case_cells(one),
                words.clock(one),
                one.due,
                one.days_left,
                words.party(one.case.waits_for),
                _owner(one),
            )
            for one in report.upcoming
        ),
        _("Nothing falls due within 30 days."),
    )


def _case_columns(words: Words) -> tuple[Column, ...]:
    _ = words.translate
    return Column(_("Number"), "case", 13), Column(_("Medicine"), width=14)


def _case_cells(outcome: ClockOutcome) -> tuple[Cell, ...]:
    return outcome.case.number, str(outcome.case.field("medicine") or "")


def _owner(outcome: ClockOutcome) -> str:
    return str(outcome.case.field("owner") or "")


def limits(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "limits",
        _("Time limits by process and kind"),
        (
            Column(_("Process")),
            Column(_("Time limit"), width=32),
            Column(_("Basis"), width=17),
            Column(words.outcome("met"), "number", 8),
            Column(words.outcome("late"), "number", 12),
            Column(_("Share met"), "percent", 8),
            Column(_("Within aim"), "number", 8),
            Column(words.outcome("ran_out"), "number", 9),
            Column(words.outcome("ceased"), "number", 9),
            Column(words.outcome("suspended"), "number", 10),
            Column(words.outcome("running"), "number", 8),
        ),
        (
            _tally_cells(_("All processes"), _("All time limits"), report.total, words),
            *(_kind_cells(tally, words) for tally in report.tallies),
        ),
        grouped=True,
        folds=True,
    )


def _kind_cells(tally: Tally, words: Words) -> tuple[Cell, ...]:
    return _tally_cells(words.process(tally.process), words.text(tally.label), tally, words)


def _tally_cells(process: str, label: str, tally: Tally, words: Words) -> tuple[Cell, ...]:
    counts = tally.counts
    return (
        process,
        label,
        words.translate(texts.BASIS_NAMES[tally.basis]) if tally.basis else "",
        counts["met"],
        counts["late"],
        tally.share_met,
        tally.met_target if tally.with_target else None,
        *(counts[name] for name in ("ran_out", "ceased", "suspended", "running")),
    )


def limits_chart(report: Report, words: Words) -> Chart:
    """Met and late by process, as shares of those that were either."""
    _ = words.translate
    met, late = report.total.counts["met"], report.total.counts["late"]
    rows = [(_("All processes"), met, late)]
    processes = list(dict.fromkeys(tally.process for tally in report.tallies))
    for process in processes if len(processes) > 1 else ():
        own = [tally.counts for tally in report.tallies if tally.process == process]
        rows.append((words.process(process), sum(c["met"] for c in own), sum(c["late"] for c in own)))
    return Chart(
        _("Share of time limits met, by process"),
        (Series(words.outcome("met"), "met"), Series(words.outcome("late"), "late")),
        tuple(
            Category(label, (met, late), end=_("%(met)s of %(judged)s met", met=met, judged=met + late))
            for label, met, late in rows
        ),
        shares=True,
    )


def left_out(report: Report, words: Words) -> Table:
    _ = words.translate
    rows = [(words.outcome(name), report.total.counts[name], _(why)) for name, why in texts.LEFT_OUT.items()]
    if report.outside_period:
        rows.append(
            (_("Outside the period"), report.outside_period, _("Met, late or ended before or after it."))
        )
    return Table(
        "left_out",
        _("What is left out of the share, and why"),
        (
            Column(_("How it stands"), width=16),
            Column(_("Time limits"), "number", 10),
            Column(_("Why"), width=60),
        ),
        tuple(rows),
    )


def trend(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "trend",
        _("Development by quarter"),
        (
            Column(_("Quarter"), width=16),
            Column(words.outcome("met"), "number"),
            Column(words.outcome("late"), "number"),
            Column(_("Share met"), "percent"),
            Column(_("Cases opened"), "number"),
            Column(_("Cases ended"), "number"),
        ),
        tuple(
            (
                _("%(year)s quarter %(quarter)s", year=row.year, quarter=row.quarter),
                row.met,
                row.late,
                row.share_met,
                row.opened,
                row.ended,
            )
            for row in report.trend
        ),
    )


def trend_chart(report: Report, words: Words) -> Chart:
    _ = words.translate
    first = report.trend[0] if report.trend else None
    return Chart(
        _("Time limits met and late, by quarter"),
        (Series(words.outcome("met"), "met"), Series(words.outcome("late"), "late")),
        tuple(
            Category(
                _("Q%(quarter)s", quarter=row.quarter),
                (row.met, row.late),
                end=words.shown(row.share_met, "percent") if row.share_met is not None else "",
                group=str(row.year) if row.quarter == 1 or row is first else "",
            )
            for row in report.trend
        ),
        columns=True,
    )


def open_groups(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "open_groups",
        _("Open cases by stage and state"),
        (
            Column(_("Stage")),
            Column(_("State"), width=34),
            Column(_("Cases"), "number", 8),
            *(Column(_(name), "number", 10) for name in texts.AGE_NAMES),
            Column(_("Median age"), "number", 10),
            Column(_("Oldest"), "number", 9),
            Column(_("With overdue"), "number", 10),
        ),
        tuple(
            (
                words.phase(row.phase),
                words.text(row.label),
                row.count,
                *row.ages,
                row.median_age,
                row.oldest,
                row.overdue,
            )
            for row in report.open_groups
        ),
        _("There are no open cases."),
        grouped=True,
    )


def ages_chart(report: Report, words: Words) -> Chart:
    _ = words.translate
    categories = []
    for phase in PHASES:
        rows = [row for row in report.open_groups if row.phase == phase]
        if rows:
            ages = tuple(sum(row.ages[band] for row in rows) for band in range(len(texts.AGE_NAMES)))
            categories.append(Category(words.phase(phase), ages, end=str(sum(ages))))
    series = tuple(Series(_(name), f"age{band}") for band, name in enumerate(texts.AGE_NAMES, 1))
    return Chart(_("Open cases by stage and age"), series, tuple(categories))


def waiting_for(report: Report, words: Words) -> Table:
    _ = words.translate
    total = len(report.open_cases)
    return Table(
        "waiting_for",
        _("Whose move it is in the open cases"),
        (Column(_("Party"), width=40), Column(_("Cases"), "number"), Column(_("Share"), "percent")),
        tuple(
            (words.party(party), count, share(count, total)) for party, count in report.waiting_for.items()
        ),
        _("There are no open cases."),
    )


def durations(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "durations",
        _("Days in each stage"),
        (
            Column(_("Process")),
            Column(_("Stage"), width=28),
            Column(_("Cases that left"), "number"),
            Column(_("Median, gross"), "number"),
            Column(_("90th percentile, gross"), "number", 12),
            Column(_("Median, net"), "number"),
            Column(_("90th percentile, net"), "number", 12),
            Column(_("Still there"), "number"),
        ),
        tuple(
            (
                _process_of(row, words),
                words.phase(row.phase),
                row.count,
                row.median_gross,
                row.p90_gross,
                row.median_net,
                row.p90_net,
                row.still_there,
            )
            for row in report.durations
        ),
        _("No case has left a stage in the period."),
        grouped=True,
        folds=True,
    )


def _process_of(row: Duration, words: Words) -> str:
    return words.process(row.process) if row.process else words.translate("All processes")


def parties(report: Report, words: Words) -> Table:
    _ = words.translate
    present = _present_parties(row.by_party for row in report.durations)
    return Table(
        "parties",
        _("Days by party"),
        (
            Column(_("Process")),
            Column(_("Stage"), width=26),
            *(Column(_(texts.PARTY_HEADINGS[party]), "number", 9) for party in present),
            Column(_("All days, gross"), "number", 10),
            Column(_("Of them suspended"), "number", 11),
        ),
        tuple(
            (
                _process_of(row, words),
                words.phase(row.phase),
                *(row.by_party.get(party, 0) for party in present),
                row.gross_days,
                row.suspended_days,
            )
            for row in report.durations
            if row.count
        ),
        _("No case has left a stage in the period."),
        grouped=True,
        folds=True,
    )


def parties_chart(report: Report, words: Words) -> Chart:
    """The days of each stage by party, as shares, over all the processes of the report."""
    _ = words.translate
    first = report.durations[0].process if report.durations else ""
    rows = [row for row in report.durations if row.process == first and row.gross_days]
    present = _present_parties(row.by_party for row in rows)
    return Chart(
        _("Days in each stage by the party whose move it was"),
        tuple(Series(words.party(party), party) for party in present),
        tuple(
            Category(
                words.phase(row.phase),
                tuple(row.by_party.get(party, 0) for party in present),
                end=_("%(days)s days", days=words.shown(row.gross_days)),
            )
            for row in rows
        ),
        shares=True,
    )


def _present_parties(counted: Iterable[Mapping[str, int]]) -> list[str]:
    found = {party for by_party in counted for party in by_party}
    return [party for party in PARTIES if party in found]


def open_cases(report: Report, words: Words) -> Table:
    _ = words.translate
    return Table(
        "cases",
        _("All open cases"),
        (
            Column(_("Process")),
            Column(_("Number"), "case", 14),
            Column(_("Medicine"), width=14),
            Column(_("Company"), width=24),
            Column(_("State"), width=30),
            Column(_("Days in state"), "number", 9),
            Column(_("Age in days"), "number", 9),
            Column(_("Next last day"), "day", 14),
            Column(_("Case officer"), width=14),
        ),
        tuple(
            (
                words.process(one.case.process),
                one.case.number,
                str(one.case.field("medicine") or ""),
                str(one.case.field("company") or ""),
                words.text(one.label),
                one.days_in_state,
                one.age,
                one.case.next_due,
                str(one.case.field("owner") or ""),
            )
            for one in sorted(report.open_cases, key=lambda one: one.case.process)
        ),
        _("There are no open cases."),
        grouped=True,
    )
