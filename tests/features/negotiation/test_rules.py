"""Accession on any day, cover of the population, the opening of a round, and offers side by side."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.financing.data import populations
from nt_process.kernel.faults import BadInput
from nt_process.negotiation import terms_document
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.rules import offers
from nt_process.negotiation.rules.accession import Entry, Settled, Standing
from nt_process.negotiation.rules.offers import Opener
from tests.features.negotiation.world import TERMS, document

DAY = date(2026, 1, 7)
V1, V2 = Settled(1, DAY), Settled(2, DAY + timedelta(days=30))
AT = datetime(2026, 2, 2, 13, tzinfo=UTC)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def ledger(*lines: tuple[str, int, int | None]) -> list[Entry]:
    return [Entry("12", kind, on(days), version) for kind, days, version in lines]


JOINED = ledger(("invited", 0, None), ("joined", 5, 1))


@pytest.mark.parametrize(
    ("day", "state", "version"),
    [(-1, "not_asked", None), (0, "invited", None), (4, "invited", None), (5, "joined", 1), (29, "joined", 1),
     (30, "suspended", 1), (31, "suspended", 1)],
)  # fmt: skip
def test_who_is_party_on_a_day(day: int, state: str, version: int | None) -> None:
    found = rules.standing(JOINED, [V1, V2], on(day))
    assert (found.state, found.version) == (state, version)


def test_changed_terms_suspend_until_they_are_confirmed() -> None:
    confirmed = [*JOINED, *ledger(("confirmed", 40, 2))]
    assert rules.standing(confirmed, [V1, V2], on(35)) == Standing("suspended", on(30), 1, late=True)
    assert rules.standing(confirmed, [V1, V2], on(40)).is_party
    assert rules.standing(confirmed, [V1, V2], on(40)).version == 2
    # As it was known then, the past is what it was.
    assert rules.standing(confirmed, [V1, V2], on(10)).version == 1


def test_who_joins_after_the_first_day_is_late_and_who_left_can_come_back() -> None:
    assert not rules.standing(ledger(("joined", 0, 1)), [V1], on(1)).late
    back = ledger(("invited", 0, None), ("declined", 2, None), ("joined", 9, 1))
    assert rules.standing(back, [V1], on(9)) == Standing("joined", on(9), 1, late=True)
    assert rules.standing(back, [V1], on(3)).state == "declined"


_KINDS = (rules.INVITED, rules.JOINED, rules.CONFIRMED, rules.DECLINED, rules.LEFT)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(_KINDS), st.integers(0, 9))), st.lists(st.integers(1, 60), max_size=4)
)
def test_whatever_may_follow_a_party_is_bound_to_the_version_that_holds(
    wanted: list[tuple[str, int]], changes: list[int]
) -> None:
    """A life of a region, each line one that may follow: on every day it is party only under that day's terms."""
    versions = [Settled(number, on(day)) for number, day in enumerate([0, *sorted(changes)], 1)]
    entries: list[Entry] = []
    day = 0
    for kind, days in wanted:
        day += days
        if rules.may(kind, rules.standing(entries, versions, on(day))):
            binds = kind in (rules.JOINED, rules.CONFIRMED)
            entries.append(Entry("12", kind, on(day), rules.version_on(versions, on(day)) if binds else None))
    for asked in range(day + 70):
        found = rules.standing(entries, versions, on(asked))
        if found.is_party:
            assert found.version == rules.version_on(versions, on(asked))
        last = next((one for one in reversed(entries) if one.day <= on(asked)), None)
        assert (found.state == rules.NOT_ASKED) == (last is None)
        if last is not None and last.kind in (rules.DECLINED, rules.LEFT, rules.INVITED):
            assert not found.is_party


@given(
    st.dictionaries(
        st.sampled_from(sorted(populations.POPULATIONS[populations.LATEST_DAY])),
        st.sampled_from(rules.STANDINGS),
    )
)
def test_cover_counts_each_party_once_and_never_more_than_all(states: dict[str, str]) -> None:
    population = populations.POPULATIONS[populations.LATEST_DAY]
    found = rules.cover({code: Standing(state) for code, state in states.items()}, population)
    assert found.of_all == 10_587_710
    assert found.inhabitants == sum(population[code] for code, state in states.items() if state == "joined")
    assert 0 <= found.percent <= 100
    assert found.percent <= Decimal(found.inhabitants * 100) / found.of_all < found.percent + Decimal("0.01")


@pytest.mark.parametrize(
    ("inhabitants", "threshold", "reached"),
    [
        (50, "50", True),
        (49, "50", False),
        (499_999, "50", False),
        (1, None, None),
        (0, "0", True),
        (100, "100", True),
    ],
)
def test_the_threshold_is_reached_exactly(
    inhabitants: int, threshold: str | None, reached: bool | None
) -> None:
    everybody = 1_000_000 if inhabitants == 499_999 else 100
    cover = rules.cover({"a": Standing("joined")}, {"a": inhabitants, "b": everybody - inhabitants})
    assert cover.reaches(None if threshold is None else Decimal(threshold)) is reached


def test_49_999_per_cent_is_not_shown_as_50() -> None:
    cover = rules.cover({"a": Standing("joined")}, {"a": 49_999, "b": 50_001})
    assert cover.percent == Decimal("49.99")


SECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "reason", "code"),
    [(AT - SECOND, "", "too_early"), (AT - SECOND, " ", "too_early"), (AT - SECOND, "Brådskande", None), (AT, "", None),
     (AT + SECOND, "", None)],
)  # fmt: skip
def test_a_round_is_opened_at_its_time_or_with_a_reason(at: datetime, reason: str, code: str | None) -> None:
    assert offers.refuses_opener(AT, None, [], "a", at, reason) == code


def test_a_round_takes_two_different_people() -> None:
    first = Opener("a", AT, "")
    assert offers.refuses_opener(AT, None, [first], "a", AT, "") == "second_person"
    assert offers.refuses_opener(AT, AT, [first], "b", AT, "") == "opened"
    assert offers.refuses_opener(None, None, [], "b", AT, "") == "not_sealed"
    assert not offers.is_opened_by([first, first], AT)
    assert offers.is_opened_by([first, Opener("b", AT, "")], AT)
    assert not offers.is_opened_by([first, Opener("b", AT - SECOND, "")], AT)
    assert offers.is_early([first, Opener("b", AT - SECOND, "x")], AT)


def test_the_hash_binds_to_the_terms_and_does_not_tell_them() -> None:
    one = document(TERMS)
    nonce, other = terms_document.new_nonce(), terms_document.new_nonce()
    assert terms_document.commitment(one, nonce) == terms_document.commitment(dict(one), nonce)
    assert terms_document.commitment(one, nonce) != terms_document.commitment(one, other)
    changed = document(TERMS | {"discount": "12,6"})
    assert terms_document.commitment(changed, nonce) != terms_document.commitment(one, nonce)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"clauses": []}', b"\xff", b"[" * 10_000, b"{" + b" " * 300_000]
)
def test_a_file_that_holds_no_terms_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput) as refusal:
        terms_document.read_file(content)
    assert {fault.column for fault in refusal.value.faults} == {"terms_file"}
