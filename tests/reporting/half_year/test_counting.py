"""What a half-yearly report counts: figures that add up, whatever order facts come in, and known values by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median as plain_median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import Event
from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.faults import BadInput
from nt_process.kernel.regions import REGIONS
from nt_process.reporting.half_year import comparing, regions
from nt_process.reporting.half_year.cases import FLOW
from nt_process.reporting.half_year.compiling import compile_figures
from nt_process.reporting.half_year.facts import (
    Access,
    Agreement,
    Entry,
    Facts,
    Introduction,
    Meeting,
    Published,
    Release,
    Round,
    Span,
)
from nt_process.reporting.half_year.figures import COMPARISON, Figures, from_json, to_bytes, to_json
from nt_process.reporting.half_year.limits import quartile
from nt_process.reporting.half_year.period import Period, ended_before, read_known_on, read_period
from tests.reporting.world import Walk, made_world, recorded_by

WORKFLOWS = load_published()
LAST = date(2026, 6, 30)
WORLD = made_world(24, LAST)
PEOPLE = {region.code: 1000 for region in REGIONS}
PERIOD = read_period("2026-1")
# Each of these counts a whole world.
SOME = settings(max_examples=20, deadline=None)


def figures(facts: Facts, period: Period = PERIOD) -> Figures:
    return compile_figures(replace(facts, populations=PEOPLE), WORKFLOWS, period, date(2024, 12, 31))


def logs(walks: list[Walk], known_on: date) -> list[list[Event]]:
    found = [list(recorded_by(walk.events, known_on)) for walk in walks]
    return [log for log in found if log]


def cells(found: Figures, table: str, row: str, group: str = "") -> tuple[Any, ...]:
    row_there = found.table(table).row(row, group)
    return () if row_there is None else row_there.cells


def of(facts: Facts, table: str, row: str, group: str = "") -> tuple[Any, ...]:
    return cells(figures(facts), table, row, group)


def rows(found: Figures, table: str) -> list[tuple[str, list[Any]]]:
    """Each row's code with its cells."""
    return [(row.code, list(row.cells)) for row in found.table(table).rows]


days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
periods = st.builds(
    lambda year, month, months: Period(date(year, month, 1), months),
    st.integers(2024, 2026),
    st.integers(1, 12),
    st.integers(1, 24),
)


@given(periods)
def test_a_period_is_read_as_it_is_written_and_the_three_follow_each_other(period: Period) -> None:
    assert read_period(period.name) == period
    now, before, earlier = period.compared()
    assert before.last + ONE_DAY == now.first
    assert earlier.last + ONE_DAY == before.first
    assert now.months == before.months == earlier.months


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_period"),
        ("2026", "not_a_period"),
        ("2026-3", "not_a_period"),
        ("2026-13..2026-14", "no_such_month"),
        ("2026-05..2026-04", "period_reversed"),
        ("2024-01..2026-01", "period_too_long"),
        ("0001-1", "date_out_of_range"),
        ("\x00" * 10, "not_a_period"),
        ("٢٠٢٦-١", "not_a_period"),
    ],
)
def test_what_is_no_period_says_why(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_period(text)
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "no_such_day"),
        ("i går", "not_a_day"),
        ("2026-07-15", "day_not_over"),
        ("2025-12-31", "known_too_early"),
    ],
)
def test_a_report_is_as_known_on_a_day_that_is_over(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_known_on(text, PERIOD, date(2026, 7, 15))
    assert [fault.code for fault in refused.value.faults] == [code]
    assert read_known_on("", PERIOD, date(2026, 7, 15)) == date(2026, 7, 14)


def test_what_is_asked_for_first_is_the_half_year_that_ended_last() -> None:
    assert ended_before(date(2026, 7, 1)).name == "2026-1"
    assert ended_before(date(2026, 6, 30)).name == "2025-2"


@SOME
@given(periods, days)
def test_what_came_in_less_what_ended_is_what_is_open(period: Period, known_on: date) -> None:
    known_on = max(known_on, period.first)
    found = figures(Facts(known_on, logs(WORLD, known_on)), period)
    flow = found.table("flow")
    by_process = [dict(zip(FLOW, row, strict=True)) for _code, row in rows(found, "by_process")]
    for number, _name in enumerate(COMPARISON):
        counts = {code: row[number] for code, row in rows(found, "flow")}
        assert counts["open_before"] + counts["opened"] - counts["ended"] == counts["open_after"]
        assert counts["open_before"] >= 0
    # The end of a period is the beginning of the next.
    assert flow.cell("open_before", "now") == flow.cell("open_after", "before")
    assert flow.cell("open_before", "before") == flow.cell("open_after", "earlier")
    for code in ("open_before", "opened", "ended", "open_after"):
        assert sum(row[code] for row in by_process) == flow.cell(code, "now")
    assert sum(row[0] for _code, row in rows(found, "waiting")) == flow.cell("open_after", "now")


@SOME
@given(periods, days)
def test_days_of_the_parties_add_up_and_net_is_never_more_than_gross(period: Period, known_on: date) -> None:
    known_on = max(known_on, period.first)
    found = figures(Facts(known_on, logs(WORLD, known_on)), period)
    for _code, (*parties, gross, suspended) in rows(found, "parties"):
        assert sum(parties) == gross
        assert 0 <= suspended <= gross
    for _code, (_count, *quartiles, _still) in rows(found, "stages"):
        if quartiles[0] is not None:
            assert quartiles[0] <= quartiles[1] <= quartiles[2]
            assert quartiles[3] <= quartiles[4] <= quartiles[5]
            assert all(net <= gross for gross, net in zip(quartiles[:3], quartiles[3:], strict=True))
    met = dict(rows(found, "met"))
    for number, _name in enumerate(COMPARISON):
        assert met["judged"][number] == met["met"][number] + met["late"][number]


@SOME
@given(st.randoms(use_true_random=False), periods, days)
def test_the_same_facts_in_any_order_give_the_same_bytes(
    chance: random.Random, period: Period, known_on: date
) -> None:
    known_on = max(known_on, period.first)
    there = logs(WORLD[:12], known_on)
    mixed = chance.sample(there, len(there))
    first, second = (to_bytes(figures(Facts(known_on, one), period)) for one in (there, mixed))
    assert first == second
    assert from_json(to_json(figures(Facts(known_on, there), period))) == figures(
        Facts(known_on, there), period
    )


@SOME
@given(periods, days, days)
def test_what_is_recorded_later_changes_nothing_that_was_known(
    period: Period, known_on: date, later: date
) -> None:
    """The logs hold steps that were recorded long after their day; as known then, they are not there."""
    known_on = max(known_on, period.first)
    chance = random.Random(f"{period.name} {known_on}")  # noqa: S311 - which days are recorded late
    late = [
        [replace(event, at=event.at + timedelta(days=shift)) for event in walk.events]
        for walk in WORLD[:12]
        for shift in [chance.choice((0, 0, 20, 200))]
    ]

    def known(day: date) -> list[list[Event]]:
        return [log for walk in late if (log := list(recorded_by(walk, day)))]

    then = to_bytes(figures(Facts(known_on, known(known_on)), period))
    again = [log for walk in known(max(later, known_on)) if (log := list(recorded_by(walk, known_on)))]
    assert to_bytes(figures(Facts(known_on, again), period)) == then


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_quartiles_are_times_of_real_cases(values: list[int]) -> None:
    lower, upper = quartile(values, 1), quartile(values, 3)
    assert lower is not None
    assert upper is not None
    assert lower in values
    assert upper in values
    assert 4 * sum(one <= lower for one in values) >= len(values)
    assert 4 * sum(one <= upper for one in values) >= 3 * len(values)
    assert 4 * sum(one < lower for one in values) < len(values)
    assert lower <= Decimal(str(plain_median(values))) <= upper


def test_a_case_by_hand() -> None:
    """Opened in the autumn, declined on 10 February: one case that ended after 102 days, with one decision."""
    walk = Walk(WORKFLOWS["sarlakemedel", 1], "NT-2025-0001", date(2025, 10, 31)).open()
    walk.act("await_application", date(2025, 11, 30))
    walk.act("submit_application", date(2025, 12, 31))
    walk.act("decline_application", date(2026, 2, 10))
    facts = Facts(LAST, [walk.events])
    assert of(facts, "flow", "opened") == (0, 1, 0)
    assert of(facts, "flow", "ended") == (1, 0, 0)
    assert of(facts, "flow", "open_after") == (0, 1, 0)
    assert of(facts, "kinds", "decision:not_selected") == (1, 0, 0)
    assert of(facts, "durations", "count", "phase:whole") == (1, 0, 0)
    assert of(facts, "durations", "median_gross", "phase:whole") == (Decimal(102), None, None)
    assert of(facts, "stages", "phase:horizon", "process:sarlakemedel") == ()
    assert of(facts, "roles", "role:system") == ()
    # At the end of 2025 it lay with the council, and so nobody else was waited for.
    assert of(facts, "flow", "elsewhere") == (0, 0, 0)
    # As known on 31 January it was still open then.
    early = Facts(date(2026, 1, 31), logs([walk], date(2026, 1, 31)))
    assert of(early, "flow", "open_after") == (1, 1, 0)
    assert of(early, "flow", "decided") == (0, 0, 0)


def test_meetings_count_their_items_when_the_minutes_are_closed() -> None:
    meetings = [
        Meeting(date(2026, 2, 1), closed=True, decided=3, noted=1, postponed=1),
        Meeting(date(2026, 3, 1), closed=True, decided=2),
        Meeting(date(2026, 6, 1), closed=False),
        Meeting(date(2025, 12, 1), closed=True, noted=4),
    ]
    facts = Facts(LAST, meetings=meetings)
    assert of(facts, "meetings", "held") == (3, 1, 0)
    assert of(facts, "meetings", "closed") == (2, 1, 0)
    assert of(facts, "meetings", "items") == (7, 4, 0)
    assert of(facts, "meetings", "items_decided") == (5, 0, 0)
    assert of(facts, "meetings", "items_each") == (Decimal("3.5"), Decimal("4.0"), None)


def test_answers_count_in_the_rounds_that_were_closed() -> None:
    rounds = [
        Round(date(2026, 1, 7), date(2026, 2, 7), 10, (date(2026, 1, 9), date(2026, 2, 9)), 1),
        Round(date(2026, 5, 7), None, 21, (date(2026, 5, 9),), 0),
        Round(date(2025, 12, 7), date(2026, 1, 15), 6, (date(2025, 12, 9), date(2026, 1, 2)), 0),
    ]
    facts = Facts(LAST, rounds=rounds)
    assert of(facts, "consultations", "rounds_opened") == (2, 1, 0)
    assert of(facts, "consultations", "rounds_closed") == (2, 0, 0)
    assert of(facts, "consultations", "asked") == (16, 0, 0)
    assert of(facts, "consultations", "answered") == (4, 0, 0)
    assert of(facts, "consultations", "share_answered") == (Decimal("0.25"), None, None)
    assert of(facts, "consultations", "answered_late") == (1, 0, 0)


def test_the_budget_by_line_with_what_was_taken_back() -> None:
    entries = [
        Entry(2026, "council", Decimal("300000.00")),
        Entry(2026, "market", Decimal("1500000.00")),
        Entry(2025, "market", Decimal("999.00")),
        Entry(2026, "council", Decimal("100000.50"), date(2026, 3, 1)),
        Entry(2026, "council", Decimal("-0.50"), date(2026, 3, 2)),
        Entry(2026, "council", Decimal("777.00"), date(2026, 9, 1)),
        Entry(2025, "council", Decimal("55.00"), date(2025, 11, 1)),
    ]
    found = figures(Facts(LAST, entries=entries))
    assert cells(found, "lines", "line:council") == (
        Decimal("300000.00"), Decimal("100000.00"), Decimal("100000.00"), Decimal("200000.00"), Decimal("0.33"),
    )  # fmt: skip
    assert cells(found, "lines", "total")[0] == Decimal("1800000.00")
    assert cells(found, "lines", "line:delegation") == ()
    assert cells(found, "spent", "spent_in_period") == (
        Decimal("100000.00"),
        Decimal("55.00"),
        Decimal("0.00"),
    )


@given(
    st.lists(
        st.builds(
            Entry,
            st.sampled_from((2025, 2026)),
            st.sampled_from(regions.LINES),
            st.decimals(0, 10**6, places=2),
            st.none() | st.dates(date(2026, 1, 1), LAST),
        )
    )
)
def test_the_lines_of_the_budget_add_up(entries: list[Entry]) -> None:
    found = dict(rows(figures(Facts(LAST, entries=entries)), "lines"))
    total = found.pop("total", [Decimal(0)] * 5)
    # Budget, booked in the period and in the year, and what is left of the year.
    for column in range(4):
        assert sum((row[column] for row in found.values()), Decimal(0)) == total[column]


def test_agreements_reach_so_much_of_the_population_and_no_sum_is_told() -> None:
    everyone = tuple(Span(region.code, date(2026, 2, 1), None) for region in REGIONS)
    few = tuple(Span(code, date(2025, 2, 1), date(2026, 3, 31)) for code in ("01", "12"))
    facts = Facts(LAST, agreements=[Agreement(everyone), Agreement(few)])
    assert of(facts, "agreements", "in_force") == (1, 1, 1)
    assert of(facts, "agreements", "entered") == (1, 0, 1)
    assert of(facts, "agreements", "agreements_ended") == (1, 0, 0)
    assert of(facts, "agreements", "joined:21") == (1, 0, 0)
    assert of(facts, "agreements", "joined:1") == (0, 1, 1)
    assert of(facts, "agreements", "population") == (Decimal("1.000"), Decimal("0.095"), Decimal("0.095"))
    released = [
        Release(1, "Till budgeten", date(2026, 2, 2), Decimal(320)),
        Release(2, "Äldre", date(2025, 2, 2), None),
    ]
    table = figures(Facts(LAST, releases=released)).table("releases")
    assert [row.cells for row in table.rows] == [("Till budgeten", Decimal(320))]


def test_regions_answers_and_decisions_are_shares_of_twenty_one() -> None:
    answers = (
        ("01", date(2026, 3, 1), "no"),
        ("01", date(2026, 4, 1), "yes"),
        ("12", date(2026, 4, 1), "partly"),
        ("14", date(2026, 8, 1), "yes"),
    )
    published = [
        Published("nt-2025-0001-1", date(2026, 2, 1), "final", "can", has_conditions=True, answers=answers),
        Published("nt-2025-0002-1", date(2026, 2, 1), "interim", "wait", has_conditions=False),
    ]
    decided = [
        Introduction("nt-2025-0001-1", "01", "not", date(2026, 3, 1), "cost"),
        Introduction("nt-2025-0001-1", "01", "follow", date(2026, 4, 1)),
        Introduction("nt-2025-0001-1", "12", "limits", date(2026, 4, 1), "capacity"),
        Introduction("nt-2025-0001-1", "14", "not", date(2026, 8, 1), "cost"),
    ]
    facts = Facts(date(2026, 9, 1), published=published, introductions=decided)
    assert of(facts, "outcomes", "total") == (1, 1, 2, 0, 0)
    assert of(facts, "outcomes", "outcome:can") == (1, 0, 1, 0, 0)
    assert of(facts, "answers", "wanted") == (21, 0, 0)
    assert of(facts, "answers", "answered") == (2, 0, 0)
    assert [of(facts, "answers", f"follows:{one}")[0] for one in regions.FOLLOWS] == [1, 1, 0]
    assert of(facts, "decisions", "introduction:follow") == (1, 0, 0)
    assert of(facts, "decisions", "introduction:limits") == (1, 0, 0)
    assert of(facts, "decisions", "undecided") == (19, 0, 0)
    assert of(facts, "decisions", "share_following") == (Decimal("0.10"), None, None)
    assert of(facts, "reasons", "reason:cost") == (1, 0, 0)
    assert of(facts, "reasons", "reason:capacity") == (1, 0, 0)


def test_of_each_medicine_the_last_quarter_of_the_period_is_told() -> None:
    measured = [
        Access("Provastin", date(2026, 3, 31), 21, Decimal("0.30"), Decimal("0.16"), Decimal("2.4")),
        Access("Provastin", date(2026, 6, 30), 20, None, None, None),
        Access("Annanstin", date(2025, 12, 31), 21, Decimal("0.10"), Decimal("0.10"), Decimal("1.1")),
    ]
    table = figures(Facts(LAST, access=measured)).table("spread")
    assert [row.cells for row in table.rows] == [("2026-06-30", 20, None, None, None)]
    told = Access("Provastin", date(2026, 6, 30), 21, Decimal("0.305"), Decimal("0.1649"), Decimal(2))
    table = figures(Facts(LAST, access=[*measured, told])).table("spread")
    shown = ("2026-06-30", 21, Decimal("0.31"), Decimal("0.16"), Decimal("2.00"))
    assert [row.cells for row in table.rows] == [shown]
    assert not figures(Facts(LAST)).has("spread")


def test_a_difference_is_every_figure_that_is_not_the_same() -> None:
    before = figures(Facts(LAST, meetings=[Meeting(date(2026, 2, 1), closed=True, decided=3)]))
    now = figures(Facts(LAST, meetings=[Meeting(date(2026, 2, 1), closed=True, decided=4)]))
    found = comparing.differences(before, now)
    told = {(one.place.row, one.place.column): (one.before, one.now) for one in found}
    assert told == {
        ("items", "now"): (3, 4),
        ("items_decided", "now"): (3, 4),
        ("items_each", "now"): (Decimal("3.0"), Decimal("4.0")),
    }
    assert comparing.from_json(comparing.to_json(found)) == found
    assert comparing.differences(now, now) == []
