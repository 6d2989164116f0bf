"""What a recommendation must say, which figures it may not say, and when it becomes public: rules of values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import Fault
from nt_process.recommendations.rules import document, figures, judging
from tests.features.recommendations.world import INTERIM, TEXT

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
# Nothing with a letter or a digit in it.
EMPTY = st.text(alphabet=" \t\n.,-–—…!?*()", max_size=20)
STATES = st.builds(judging.Progress, st.booleans(), st.booleans(), st.booleans(), st.booleans())
REASONS = (
    "summary",
    "patient_group",
    "start_criteria",
    "stop_criteria",
    *document.PLATFORM,
    *document.CRITERIA,
)


def text(**changed: object) -> dict[str, object]:
    return {**TEXT, "valid_to": None, **changed}


def test_what_is_whole_has_no_fault() -> None:
    assert judging.faults("final", text(), DAY) == []
    assert judging.faults("interim", {**INTERIM, "valid_to": None}, DAY) == []


@given(st.sampled_from(REASONS), EMPTY)
def test_no_reason_is_empty(name: str, empty: str) -> None:
    assert [fault.column for fault in judging.faults("final", text(**{name: empty}), DAY)] == [name]


@given(st.sets(st.sampled_from(REASONS), min_size=1))
def test_every_fault_is_named_at_once(names: set[str]) -> None:
    found = judging.faults("final", text(**dict.fromkeys(names, "")), DAY)
    assert {fault.column for fault in found} == names


@given(st.sampled_from(document.KINDS), st.sampled_from(("", "should", "can", "should_not", "wait")))
def test_a_position_is_of_its_kind(kind: str, outcome: str) -> None:
    found = [fault.code for fault in judging.faults(kind, text(outcome=outcome), DAY)]
    assert ("no_position" in found) == (outcome not in document.OUTCOMES[kind])


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_a_last_day_has_not_passed(last: date) -> None:
    found = [fault.column for fault in judging.faults("final", text(valid_to=last), DAY)]
    assert (found == ["valid_to"]) == (last < DAY)


@given(STATES)
def test_what_is_public_stays_public_and_what_is_put_aside_is_not_signed(progress: judging.Progress) -> None:
    found = judging.state(progress)
    assert found in judging.STATES
    assert (found == judging.PUBLISHED) == progress.published
    if progress.dropped:
        assert found in (judging.DROPPED, judging.PUBLISHED)


# --- figures ---------------------------------------------------------------------------------------

MONEY = st.decimals(Decimal(100), Decimal(99999999), places=2, allow_nan=False, allow_infinity=False)


def _grouped(value: Decimal, space: str, point: str) -> str:
    whole, _dot, part = f"{value:.2f}".partition(".")
    groups = []
    while whole:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return space.join(groups) + point + part


@given(MONEY, st.sampled_from(("", " ", "\u00a0", "\u202f", ".")), st.text("abcåäö ", max_size=10))
def test_a_secret_amount_is_found_however_it_is_written(amount: Decimal, space: str, around: str) -> None:
    written = _grouped(amount, space, ",")
    assert figures.shared([f"{around} {written} kr {around}"], [amount])
    assert figures.shared([f"{around} {int(amount)} kronor"], [amount]), "in whole kronor"
    assert figures.shared([f"{amount * 100:.0f} öre"], [amount])


@given(MONEY.filter(lambda one: one > 10**6))
def test_a_rounded_amount_with_a_unit_is_found(amount: Decimal) -> None:
    millions = (amount / 10**6).quantize(Decimal("0.1"))
    assert figures.shared([f"{millions} mkr".replace(".", ",")], [amount]) or millions in (0, 1)
    thousands = (amount / 1000).quantize(Decimal(1))
    assert figures.shared([f"{thousands} tkr"], [amount])


@given(MONEY, MONEY)
def test_another_amount_is_not_the_secret(amount: Decimal, other: Decimal) -> None:
    told = {amount, amount.quantize(Decimal(1)), Decimal(int(amount)), amount * 100}
    if (
        other not in told
        and other * 100 not in told
        and not {Decimal(int(other)), other.quantize(Decimal(1))} & told
    ):
        assert figures.shared([f"{_grouped(other, '', ',')} kr"], [amount]) == []


@given(st.text(max_size=300))
def test_any_text_can_be_searched(anything: str) -> None:
    figures.shared([anything], [Decimal("7312345.67"), Decimal("12.5")])


@pytest.mark.parametrize(
    "hidden", ["７３１２３４５", "7\u200b312\u200b345", "7\u2009312\u2009345", "٧٣١٢٣٤٥"]
)
def test_other_digits_and_invisible_signs_hide_nothing(hidden: str) -> None:
    assert figures.shared([hidden], [Decimal("7312345.67")])


def test_the_figures_of_terms_are_those_of_their_clauses() -> None:
    clause = {"kind": "discount", "percent": "12.5", "tiers": [["100", "7"]], "prices": {"P": "7312345.67"}}
    terms: dict[str, object] = {
        "format": 1,
        "starts": "2026-03-01",
        "packages": ["Provastin 10 mg"],
        "rounding": "half_up",
    }
    terms["clauses"] = [clause]
    wanted = {Decimal("12.5"), Decimal(100), Decimal(7), Decimal("7312345.67")}
    assert figures.secret_figures(terms) == wanted
    assert figures.shared(["Från 2026-03-01 ges 10 mg en gång om dagen."], wanted) == []


# --- words, hash and time --------------------------------------------------------------------------


@given(st.dates(date(2011, 1, 1), date(2040, 1, 1)))
def test_a_wording_names_every_position_in_both_languages(day: date) -> None:
    labels = document.wording(day).labels
    assert labels.keys() == {"should", "can", "should_not", "wait"}
    assert all(sv and en for sv, en in labels.values())


def test_the_councils_words_are_of_the_day() -> None:
    assert document.wording(date(2015, 1, 1)).labels["should_not"][0] == "Bör inte användas"
    assert document.wording(DAY).labels["should_not"][0] == "Avstå från användning"


SUBJECT = document.Subject("NT-2026-0001", 1, "final", "Provastin", "provastinum", "A16", None, None, None)


@given(st.sampled_from(document.TEXTS), st.text(max_size=30))
def test_the_hash_is_of_everything_that_is_said(name: str, other: str) -> None:
    ours = document.document(SUBJECT, text(), DAY)
    theirs = document.document(SUBJECT, text(**{name: other}), DAY)
    assert (document.text_hash(ours) == document.text_hash(theirs)) == (TEXT[name] == other)


@given(st.datetimes(datetime(2026, 3, 3), datetime(2030, 1, 1)))  # noqa: DTZ001 - as it is typed, a Swedish time
def test_a_typed_time_is_the_swedish_one(local: datetime) -> None:
    local = local.replace(second=0, microsecond=0)
    found = judging.publish_at(local.date().isoformat(), local.strftime("%H:%M"), NOW)
    if isinstance(found, Fault):
        # Left out when the clocks are put forward.
        assert (found.code, local.month, local.hour) == ("no_such_time", 3, 2)
    else:
        assert found.astimezone(STOCKHOLM).replace(tzinfo=None) == local


@pytest.mark.parametrize(
    ("day", "clock", "fault"),
    [("2026-03-02", "09:59", "has_passed"), ("2026-3-9", "10:00", "not_a_day"), ("2026-03-09", "", "not_a_time"),
     ("2026-03-09", "25:00", "not_a_time"), ("2026-03-29", "02:30", "no_such_time"), ("", "10:00", "not_a_day"),
     ("2026-03-09", "١٠:٠٠", "not_a_time")],
)  # fmt: skip
def test_what_is_no_time_is_said(day: str, clock: str, fault: str) -> None:
    found = judging.publish_at(day, clock, NOW)
    assert isinstance(found, Fault)
    assert found.code == fault


def test_nothing_typed_is_at_once() -> None:
    assert judging.publish_at(" ", "", NOW) == NOW
    assert judging.publish_at("2026-03-02", "10:00", NOW - timedelta(0)) == NOW
