"""The rules of introduction: what holds on a day, what a board counts, what a region must do."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.financing.data.populations import POPULATIONS
from nt_process.introduction.rules import board, deciding, reasons, units
from nt_process.introduction.rules.deciding import (
    DECISIONS,
    STEPS,
    Decided,
    Spell,
    as_of,
    is_used,
    spells,
    task,
)
from nt_process.kernel import typed
from nt_process.kernel.regions import REGIONS

CODES = [region.code for region in REGIONS]
FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days=days))
PEOPLE = POPULATIONS[max(POPULATIONS)]


@st.composite
def histories(draw: st.DrawFn, codes: list[str] = CODES[:3]) -> list[Decided]:
    """Decisions as the commands record them: none holds from after the day of its recording, and the order of recording
    is the order of the ids."""
    entries = []
    at = datetime(2026, 1, 1, 9, tzinfo=UTC)
    for number in range(draw(st.integers(0, 9))):
        at += timedelta(hours=draw(st.integers(1, 60)))
        back = draw(st.integers(0, (at.date() - FIRST).days))
        decision = draw(st.sampled_from(DECISIONS))
        reason = "" if decision == "follow" else draw(st.sampled_from(["cost", "other"]))
        entries.append(
            Decided(
                number + 1,
                draw(st.sampled_from(codes)),
                decision,
                reason,
                reason,
                None,
                at.date() - timedelta(days=back),
                at,
            )
        )
    return entries


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([None, *DECISIONS]), min_size=22, max_size=22))
def test_the_counts_of_a_board_make_21_and_its_inhabitants_everybody(stated: list[str | None]) -> None:
    # The last is no region.
    decisions = {code: one for code, one in zip([*CODES, "99"], stated, strict=True) if one is not None}
    found = board.summary(decisions, PEOPLE)
    assert sum(found.counts.values()) == 21
    assert found.everybody == sum(PEOPLE.values())
    assert found.counts["none"] == len(found.waiting)
    assert found.answered == found.counts["follow"] + found.deviating
    assert found.covered == sum(PEOPLE[code] for code in CODES if decisions.get(code) in ("follow", "limits"))


@given(histories(), st.randoms(use_true_random=False), DAYS)
def test_what_holds_on_a_day_is_the_same_in_whichever_order_it_is_handed_in(
    entries: list[Decided], chance: object, day: date
) -> None:
    shuffled = [*entries]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert as_of(shuffled, day) == as_of(entries, day)
    for code in CODES[:3]:
        own = [one for one in entries if one.region == code]
        assert spells([one for one in shuffled if one.region == code]) == spells(own)


@given(histories(), DAYS)
def test_what_holds_is_of_the_latest_day_and_of_that_day_what_was_recorded_last(
    entries: list[Decided], day: date
) -> None:
    for code, found in as_of(entries, day).items():
        reached = [one for one in entries if one.region == code and one.holds_from <= day]
        latest = max(one.holds_from for one in reached)
        assert found.holds_from == latest
        assert found.id == max(one.id for one in reached if one.holds_from == latest)


@given(histories(), DAYS, st.integers(0, 600))
def test_what_was_known_then_does_not_change_by_what_comes_after(
    entries: list[Decided], day: date, hours: int
) -> None:
    known = datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(hours=hours)
    before = [one for one in entries if one.at <= known]
    assert as_of(entries, day, known) == as_of(before, day)


@given(histories(CODES[:1]), DAYS)
def test_spells_follow_each_other_and_say_what_holds_on_each_day(entries: list[Decided], day: date) -> None:
    found = spells(entries)
    for earlier, later in itertools.pairwise(found):
        assert earlier.first < later.first
        assert earlier.end == later.first
        assert (earlier.decided.decision, earlier.decided.reason_code) != (
            later.decided.decision,
            later.decided.reason_code,
        )
    assert [one.end for one in found[-1:]] == [None] * bool(entries)
    on_the_day = [one for one in found if one.touches(day, day)]
    holds = as_of(entries, day).get(CODES[0])
    assert len(on_the_day) == (0 if holds is None else 1)
    if holds is not None:
        assert on_the_day[0].decided.decision == holds.decision
        assert on_the_day[0].decided.reason_code == holds.reason_code


def test_a_period_reaches_a_spell_on_its_last_day_and_not_on_the_next() -> None:
    one = Decided(1, "01", "not", "cost", "Dyrt", None, FIRST, datetime(2026, 1, 1, 9, tzinfo=UTC))
    spell = Spell(one, date(2026, 1, 10), date(2026, 1, 20))
    assert spell.touches(date(2026, 1, 19), date(2026, 3, 1))
    assert not spell.touches(date(2026, 1, 20), date(2026, 3, 1))
    assert spell.touches(None, date(2026, 1, 10))
    assert not spell.touches(None, date(2026, 1, 9))


@pytest.mark.parametrize(
    ("outcome", "used"),
    [
        ("should", ("follow", "limits")),
        ("can", ("follow", "limits")),
        # Whoever follows advice against does not use it; whoever departs from it does.
        ("should_not", ("limits", "not")),
    ],
)
def test_a_medicine_is_used_where_the_decision_means_so(outcome: str, used: tuple[str, ...]) -> None:
    assert tuple(one for one in DECISIONS if is_used(outcome, one)) == used
    assert not is_used(outcome, None)


def decided(decision: str = "follow", start: date | None = None) -> Decided:
    return Decided(
        1,
        "12",
        decision,
        "" if decision == "follow" else "cost",
        "",
        start,
        FIRST,
        datetime(2026, 1, 1, 9, tzinfo=UTC),
    )


def kind(one: deciding.Task | None) -> str | None:
    return None if one is None else one.kind


def test_a_region_is_told_one_thing_at_a_time() -> None:
    published, start = FIRST, date(2026, 3, 1)
    ready = dict.fromkeys(("funded", "trained", "ordering"), date(2026, 2, 1))

    def at(
        day: date, one: Decided | None, steps: dict[str, date] | None = None, outcome: str = "can"
    ) -> str | None:
        return kind(task(outcome, published, one, steps or {}, day, 30))

    assert at(date(2026, 1, 5), None) == "decide"
    assert at(date(2026, 1, 5), decided()) == "state_start"
    assert at(date(2026, 1, 29), decided(start=start)) is None
    assert at(date(2026, 1, 30), decided(start=start)) == "make_ready"
    assert at(date(2026, 2, 10), decided(start=start), ready) is None
    assert at(start, decided(start=start), ready) == "take_in_use"
    assert at(start, decided(start=start), ready | {"in_use": start}) is None
    assert at(date(2027, 1, 1), decided("not")) is None
    assert at(date(2027, 1, 1), decided("follow"), outcome="should_not") is None
    assert at(start, decided("not", start), outcome="should_not") == "make_ready"
    late = task("can", published, None, {}, date(2026, 1, 31), 30)
    assert late is not None
    assert late.urgent
    early = task("can", published, None, {}, date(2026, 1, 30), 30)
    assert early is not None
    assert not early.urgent


@given(
    st.sampled_from(deciding.OUTCOMES),
    st.sampled_from([None, *DECISIONS]),
    st.dictionaries(st.sampled_from(STEPS), DAYS),
    st.one_of(st.none(), DAYS),
    DAYS,
)
def test_nothing_is_left_to_do_only_where_the_medicine_is_not_used_or_all_is_stated(
    outcome: str, decision: str | None, steps: dict[str, date], start: date | None, day: date
) -> None:
    one = None if decision is None else decided(decision, start)
    left = task(outcome, FIRST, one, steps, day, 30)
    if decision is None:
        assert kind(left) == "decide"
    elif not is_used(outcome, decision):
        assert left is None
    elif start is not None and start <= day:
        assert (left is None) == all(steps.get(step, date.max) <= day for step in STEPS)


NAMES = st.text(
    st.characters(whitelist_categories=("L", "N"), whitelist_characters=" ;-"), min_size=1, max_size=40
)


@given(
    st.lists(
        st.tuples(NAMES, st.text(st.characters(whitelist_categories=("L", "N")), max_size=10)), max_size=6
    )
)
def test_units_are_read_as_they_are_written(pairs: list[tuple[str, str]]) -> None:
    named = tuple(units.Unit(" ".join(name.split()), code) for name, code in pairs if name.strip(" ;"))
    named = tuple(one for one in named if typed.line(one.name) == one.name and not one.name.startswith(";"))
    named = tuple(one for one in named if typed.line(one.code) == one.code)
    once = units.read(units.written(named))
    assert units.read(units.written(once)) == once
    assert [one.code for one in once] == [one.code for one in named]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("; SE-1", "unit_without_name"),
        ("a\x00b", "bad_characters"),
        ("x\n" * 61, "too_many_units"),
        ("x" * 201, "too_long"),
    ],
)
def test_units_that_cannot_be_read_say_why(text: str, code: str) -> None:
    with pytest.raises(typed.Unusable) as refused:
        units.read(text)
    assert str(refused.value) == code


def test_a_reason_that_is_no_longer_offered_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = reasons.ReasonCode("old", "An old reason", FIRST, date(2026, 6, 30))
    monkeypatch.setattr(reasons, "CODES", (*reasons.CODES, ended))
    assert "old" in reasons.offered(date(2026, 6, 30))
    assert "old" not in reasons.offered(date(2026, 7, 1))
    assert len({one.code for one in reasons.CODES}) == len(reasons.CODES)


def test_figures_are_those_of_the_latest_day_that_there_are_figures_for() -> None:
    days = {date(2022, 8, 31): {}, date(2024, 12, 31): {}}
    assert board.population_day(days, date(2024, 12, 30)) == date(2022, 8, 31)
    assert board.population_day(days, date(2024, 12, 31)) == date(2024, 12, 31)
    assert board.population_day(days, date(2000, 1, 1)) == date(2022, 8, 31)
