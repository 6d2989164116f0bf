"""Ledgers of every shape that can be written down, for property tests."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from nt_process.engine.clock import Extension, Ledger, Suspension

starting_days = st.dates(date(2005, 1, 1), date(2060, 12, 31))
# Around the turn of the year and midsummer the calendar has most to say.
busy_days = st.builds(
    lambda year, offset: date(year, 12, 20) + timedelta(days=offset),
    st.integers(2005, 2060),
    st.integers(0, 20),
)
budgets = st.one_of(st.integers(0, 40), st.sampled_from([21, 90, 120, 150, 180]), st.integers(0, 400))


@st.composite
def suspensions(draw: st.DrawFn, start: date) -> Suspension:
    """Before the start, around it, inside the time, at its end or after it; empty, short, long or open."""
    since = start + timedelta(days=draw(st.integers(-30, 260)))
    length = draw(st.one_of(st.integers(0, 10), st.integers(0, 90), st.none()))
    until = None if length is None else since + timedelta(days=length - 1)
    return Suspension(since, until, waits_for="company")


@st.composite
def ledgers(draw: st.DrawFn, *, may_be_open: bool = True) -> Ledger:
    start = draw(st.one_of(starting_days, busy_days))
    pauses = draw(st.lists(suspensions(start), max_size=4))
    if not may_be_open:
        pauses = [pause for pause in pauses if pause.until is not None]
    extensions = draw(st.lists(st.integers(1, 90), max_size=2))
    stopped = draw(st.one_of(st.none(), st.integers(0, 400)))
    return Ledger(
        started_on=start,
        limit_days=draw(budgets),
        rolls=draw(st.booleans()),
        target_days=draw(st.one_of(st.none(), st.integers(0, 150))),
        suspensions=tuple(pauses),
        extensions=tuple(Extension(days, start) for days in extensions),
        stopped_on=None if stopped is None else start + timedelta(days=stopped),
    )
