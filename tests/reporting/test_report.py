"""The report: whose figures add up, whose denominators are stated, and which is narrowed by what is asked."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from nt_process.engine.loader import load_published
from nt_process.kernel.faults import BadInput
from nt_process.reporting.history import history_of
from nt_process.reporting.report import Report, Selection, compile_report, share
from nt_process.reporting.selection import read_selection, written
from tests.reporting.world import OWNERS, made_world, recorded_by

WORKFLOWS = load_published()
PROCESSES = {process for process, _ in WORKFLOWS}
AS_OF = date(2026, 6, 30)
WORLD = made_world(60, AS_OF)


def report(selection: Selection) -> Report:
    """In an order of its own, as a database gives no order."""
    histories = [history_of(recorded_by(w.events, selection.as_of), WORKFLOWS, selection.as_of) for w in reversed(WORLD)
                 if w.opened_on <= selection.as_of]  # fmt: skip
    return compile_report(histories, WORKFLOWS, selection)


@pytest.fixture(scope="module")
def whole() -> Report:
    return report(Selection(AS_OF))


def test_every_clock_is_counted_once_and_only_met_and_late_make_the_share(whole: Report) -> None:
    assert whole.total.total == len(whole.clocks) == sum(tally.total for tally in whole.tallies)
    assert whole.total.judged == whole.total.counts["met"] + whole.total.counts["late"]
    assert whole.total.share_met == share(whole.total.counts["met"], whole.total.judged)
    left_out = sum(whole.total.counts[name] for name in ("ran_out", "ceased", "suspended", "running"))
    assert left_out == whole.total.total - whole.total.judged
    assert min(whole.total.counts.values()) > 0, "the world should show every outcome"


def test_overdue_and_upcoming_meet_at_today_without_gap_or_overlap(whole: Report) -> None:
    assert all(one.due and one.due < AS_OF for one in whole.overdue)
    assert all(one.due and AS_OF <= one.due <= AS_OF + timedelta(days=30) for one in whole.upcoming)
    assert [one.days_over for one in whole.overdue] == sorted(
        (o.days_over for o in whole.overdue), reverse=True
    )
    open_and_due = [
        (walk.case.number, clock.key)
        for walk in WORLD
        if walk.case
        for clock in walk.case.open_clocks
        if (last := clock_due(clock)) is not None and last <= AS_OF + timedelta(days=30)
    ]
    listed = [(one.case.number, one.clock.key) for one in (*whole.overdue, *whole.upcoming)]
    assert sorted(listed) == sorted(open_and_due)


def clock_due(clock) -> date | None:
    from nt_process.engine.clock import due

    return due(clock.ledger)


def test_open_cases_are_all_in_one_group_and_wait_for_one_party(whole: Report) -> None:
    numbers = sorted(walk.number for walk in WORLD if walk.case and not walk.case.terminal)
    assert [one.case.number for one in whole.open_cases] == numbers
    assert sum(group.count for group in whole.open_groups) == len(numbers)
    assert all(sum(group.ages) == group.count for group in whole.open_groups)
    assert sum(whole.waiting_for.values()) == len(numbers)


def test_days_by_party_add_up_in_every_stage(whole: Report) -> None:
    for row in whole.durations:
        assert sum(row.by_party.values()) == row.gross_days
    for process in ("", *PROCESSES):
        rows = {row.phase: row for row in whole.durations if row.process == process}
        assert rows["whole"].count + rows["whole"].still_there == sum(
            walk.workflow.process == process or not process for walk in WORLD
        )


def test_the_trend_counts_what_was_decided_in_each_quarter(whole: Report) -> None:
    assert [(row.year, row.quarter) for row in whole.trend] == [
        (2024, 3), (2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4), (2026, 1), (2026, 2)
    ]  # fmt: skip
    opened = Counter((w.opened_on.year, (w.opened_on.month + 2) // 3) for w in WORLD)
    assert all(row.opened == opened[row.year, row.quarter] for row in whole.trend)
    assert sum(row.met for row in whole.trend) <= whole.total.counts["met"]


def test_quarters_that_are_over_look_the_same_in_every_later_report() -> None:
    then, now = report(Selection(date(2025, 12, 31))), report(Selection(AS_OF))
    common = {(row.year, row.quarter): row for row in now.trend}
    for row in then.trend:
        if (row.year, row.quarter) in common:
            assert common[row.year, row.quarter] == row


def test_periods_share_out_what_was_decided_between_them() -> None:
    early = report(Selection(AS_OF, until=date(2025, 3, 31)))
    late = report(Selection(AS_OF, since=date(2025, 4, 1)))
    whole = report(Selection(AS_OF))
    for name in ("met", "late", "ran_out", "ceased"):
        assert early.total.counts[name] + late.total.counts[name] == whole.total.counts[name], name
    assert early.outside_period == sum(
        late.total.counts[name] for name in ("met", "late", "ran_out", "ceased")
    )
    assert early.overdue == late.overdue == whole.overdue
    assert early.opened + late.opened == len(WORLD)
    first = late.trend[0]
    assert (first.year, first.quarter) == (2025, 2)


def test_processes_and_owners_share_out_the_cases() -> None:
    whole = report(Selection(AS_OF))
    by_process = [report(Selection(AS_OF, process=process)) for process in sorted(PROCESSES)]
    by_owner = [report(Selection(AS_OF, owner_id=owner_id)) for owner_id, _ in OWNERS]
    for parts in (by_process, by_owner):
        assert sum(part.cases for part in parts) == whole.cases
        assert sum(part.total.total for part in parts) == whole.total.total
        assert sum(len(part.overdue) for part in parts) == len(whole.overdue)
    assert by_owner[1].owner == "Bo Öberg"
    assert by_owner[1].owners == whole.owners


def test_before_the_first_case_there_is_nothing_to_report() -> None:
    empty = report(Selection(date(2020, 1, 1)))
    assert (empty.cases, empty.total.total, empty.total.share_met, empty.durations) == (0, 0, None, ())


@pytest.mark.parametrize(
    ("given", "code", "column"),
    [
        ({"as_of": "30/6 2026"}, "not_a_date", "as_of"),
        ({"as_of": "2026-02-30"}, "no_such_day", "as_of"),
        ({"as_of": "2026-W27-1"}, "not_a_date", "as_of"),
        ({"as_of": "2026-07-01"}, "day_not_come", "as_of"),
        ({"from": "0001-01-01"}, "date_out_of_range", "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "period_reversed", "to"),
        ({"process": "klinik'"}, "unknown_process", "process"),
        ({"owner": "Bo Öberg"}, "unknown_owner", "owner"),
        ({"owner": "{00000000-0000-4000-8000-000000000001}"}, "unknown_owner", "owner"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(given: dict[str, str], code: str, column: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_selection(given, AS_OF, PROCESSES)
    assert [(fault.code, fault.column) for fault in refusal.value.faults] == [(code, column)]


def test_every_fault_is_told_at_once_and_blank_means_everything_until_today() -> None:
    with pytest.raises(BadInput) as refusal:
        read_selection({"as_of": "x", "to": "y", "process": "z"}, AS_OF, PROCESSES)
    assert [fault.column for fault in refusal.value.faults] == ["as_of", "to", "process"]
    assert read_selection({}, AS_OF, PROCESSES) == Selection(AS_OF)


def test_a_selection_is_read_back_as_it_was_written() -> None:
    asked = Selection(AS_OF, "klinik", date(2025, 1, 1), date(2025, 12, 31), OWNERS[0][0])
    assert read_selection(written(asked), AS_OF, PROCESSES) == asked
