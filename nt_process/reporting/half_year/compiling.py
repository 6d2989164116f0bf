"""The figures of a half-yearly report, counted from facts: a pure function, so that the same facts always give the same."""

from __future__ import annotations

from datetime import date

from nt_process.reporting.half_year import cases, limits, regions, workload
from nt_process.reporting.half_year.facts import Facts
from nt_process.reporting.half_year.figures import Figures
from nt_process.reporting.half_year.period import Period
from nt_process.reporting.half_year.seen import see
from nt_process.reporting.history import Workflows

PARTS = ("cases", "decisions", "time", "workload", "budget", "agreements", "introductions", "access")


def compile_figures(facts: Facts, workflows: Workflows, period: Period, population_on: date) -> Figures:
    """Everything that the report counts, of `period` and the two of the same length before it.

    `facts` are as known at the end of one day; whatever their order, the figures are the same.
    """
    periods = see(facts.cases, workflows, period.compared(), facts.known_on)
    tables = [
        *cases.tables(periods, facts.published),
        *limits.tables(periods),
        *workload.tables(periods, facts.meetings, facts.rounds),
        *regions.budget(periods, facts.entries),
        *regions.agreements(periods, facts.agreements, facts.releases, facts.populations),
        *regions.introductions(periods, facts.published, facts.introductions),
        *regions.access(periods, facts.access),
    ]
    return Figures(period, facts.known_on, population_on, tuple(tables))
