"""Where a case has been and for how long, which recommendations hold, and how long things take: rules of values."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from nt_process.engine.loader import load_published
from nt_process.public import rules
from nt_process.public.rules import Published, Step

WORKFLOW = load_published()["sarlakemedel", 1]
FIRST = date(2026, 1, 1)
STATES = sorted(WORKFLOW.states)


@st.composite
def journeys(draw: st.DrawFn) -> list[Step]:
    days, day = [], FIRST
    for _ in range(draw(st.integers(1, 12))):
        days.append(day)
        day += timedelta(days=draw(st.integers(0, 60)))
    states = [draw(st.sampled_from(STATES)) for _ in days]
    return [
        Step(day, state, WORKFLOW.states[state].waits_for) for day, state in zip(days, states, strict=True)
    ]


@given(journeys(), st.integers(0, 400))
def test_every_day_is_counted_once_and_net_never_exceeds_gross(steps: list[Step], later: int) -> None:
    today = steps[-1].day + timedelta(days=later)
    found = rules.timeline(WORKFLOW, steps, today)
    # What happens in a case that has ended does not end it later.
    last = list(takewhile(lambda step: step.state == steps[-1].state, reversed(steps)))
    end = last[-1].day if WORKFLOW.states[steps[-1].state].terminal else today
    assert found.gross == (end - FIRST).days == sum(found.parties.values())
    assert 0 <= found.net <= found.gross
    paused = sum(stay.days for stay in found.stays if stay.pause)
    assert found.parties.get("pause", 0) == paused
    assert found.net <= found.gross - paused
    for one, following in zip(found.stays, found.stays[1:], strict=False):
        assert one.last == following.first
        assert one.state != following.state


@given(journeys())
def test_a_day_more_is_a_day_more_where_the_case_is(steps: list[Step]) -> None:
    today = steps[-1].day
    before, after = (rules.timeline(WORKFLOW, steps, today + timedelta(days=n)) for n in (0, 1))
    assert after.gross - before.gross == (0 if WORKFLOW.states[steps[-1].state].terminal else 1)
    assert before.stays[:-1] == after.stays[:-1]


@given(st.lists(st.integers(0, 3000), max_size=40))
def test_a_spread_is_in_order_and_of_days_that_there_are(days: list[int]) -> None:
    found = rules.spread(days)
    if found is None:
        assert days == []
        return
    order = (found.least, found.lower, found.median, found.upper, found.most)
    assert list(order) == sorted(order)
    assert set(order) <= set(days)
    assert sum(1 for day in days if day <= found.median) * 2 >= len(days)


PUBLISHED = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(("final", "interim")), st.integers(-50, 50) | st.none(), st.booleans()),
    max_size=8,
)  # fmt: skip


@given(PUBLISHED)
def test_what_is_replaced_does_not_hold_and_something_does_until_it_ends(
    made: list[tuple[str, str, int | None, bool]],
) -> None:
    published: list[Published] = []
    for place, (case, kind, days, replacing) in enumerate(made):
        earlier = next((one.slug for one in reversed(published) if one.case_number == case), None)
        valid_to = None if days is None else FIRST + timedelta(days=days)
        published.append(Published(f"{place}", case, kind, valid_to, place, earlier if replacing else None))
    found = rules.standings(published, FIRST)
    assert found.keys() == {one.slug for one in published}
    for one in published:
        replaced = any(other.replaces == one.slug for other in published) or (
            one.kind == "interim"
            and any(
                other.kind == "final" and other.case_number == one.case_number and other.place > one.place
                for other in published
            )
        )
        ended = one.valid_to is not None and one.valid_to < FIRST
        assert found[one.slug] == ("replaced" if replaced else "ended" if ended else "in_force")
