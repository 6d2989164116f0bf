"""What an administrator may change, and how what they type is read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.administration import rules
from nt_process.administration.rules import Days
from nt_process.engine.definition import ROLES
from nt_process.kernel.faults import BadInput

DAY = date(2026, 1, 7)
KINDS = {"r": "region", "k": "council"}

some_days = st.builds(
    lambda first, length: Days(
        first, None if length is None else date.fromordinal(first.toordinal() + length)
    ),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.none() | st.integers(0, 2000),
)


def test_every_role_can_be_held_somewhere() -> None:
    assert set(rules.KINDS_OF_ROLE) == set(ROLES)
    assert {kind for kinds in rules.KINDS_OF_ROLE.values() for kind in kinds} == set(rules.ORGANISATION_KINDS)


@given(before=some_days, after=some_days, day=st.dates(date(2019, 1, 1), date(2040, 1, 1)))
def test_nobody_gives_themselves_a_day_that_they_had_not(before: Days, after: Days, day: date) -> None:
    refused = rules.refuses_days("a", "a", "secretariat", before, after, other_administration=False)
    if refused is None:
        assert before.holds_on(day) or not after.holds_on(day)
    assert rules.refuses_days("a", "b", "secretariat", before, after, other_administration=False) is None


def test_nobody_takes_away_their_own_last_right_to_administer() -> None:
    before, after = Days(DAY, None), Days(DAY, DAY)
    asked = ("a", "a", "administrator", before, after)
    assert rules.refuses_days(*asked, other_administration=False) == "own_last_administration"
    assert rules.refuses_days(*asked, other_administration=True) is None
    assert rules.refuses_days("a", "b", *asked[2:], other_administration=False) is None


@given(before=some_days, last=st.dates(date(2019, 1, 1), date(2040, 1, 1)))
def test_a_mandate_is_shortened_or_lengthened_to_a_day_never_the_other_way(before: Days, last: date) -> None:
    ends = rules.refuses_ending(before, last) is None
    extends = rules.refuses_extending(before, last) is None
    after = Days(before.valid_from, last)
    assert not (ends and extends)
    if ends:
        assert after.within(before)
        assert before.valid_from <= last
    if extends:
        assert before.within(after)
    if after == before:
        same = (rules.refuses_ending(before, last), rules.refuses_extending(before, last))
        assert same == ("nothing_to_do", "nothing_to_do")


def test_only_who_answers_consultations_speaks_there() -> None:
    for after in (True, False):
        assert rules.refuses_silence("region_representative", not after, after) is None
        assert rules.refuses_silence("region_representative", after, after) == "nothing_to_do"
        assert rules.refuses_silence("secretariat", not after, after) == "does_not_answer"


def test_the_last_day_of_several_mandates_has_to_be_stated() -> None:
    assert rules.read_last_day(" 2026-01-07 ") == DAY
    for text in ("", "i dag", "\x00", "\ud800", "0001-01-01", "9999-12-31", "9" * 100_000):
        with pytest.raises(BadInput) as refusal:
            rules.read_last_day(text)
        assert [(one.column, one.code) for one in refusal.value.faults] == [("last_day", "not_a_day")]


def test_three_things_are_done_by_another() -> None:
    for refuses in (rules.refuses_role, rules.refuses_disabling, rules.refuses_reset):
        assert refuses("a", "a") is not None
        assert refuses("a", "b") is None


FAULTY_PEOPLE = [
    ({"name": "", "email": ""}, {("email", "missing"), ("name", "missing")}),
    ({"name": "N", "email": "n"}, {("email", "bad_email")}),
    ({"name": "N\x00", "email": "n@x.example"}, {("name", "bad_characters")}),
    ({"name": "x" * 201, "email": "n@x.example"}, {("name", "too_long")}),
]


@pytest.mark.parametrize(("texts", "faults"), FAULTY_PEOPLE)
def test_what_is_wrong_with_a_person_is_said_at_its_field(
    texts: dict[str, str], faults: set[tuple[str, str]]
) -> None:
    with pytest.raises(BadInput) as refused:
        rules.read_person(texts)
    assert {(one.column, one.code) for one in refused.value.faults} == faults


FAULTY_MANDATES = [
    ({}, {("role", "role_missing"), ("organisation", "organisation_missing")}),
    ({"role": "secretariat", "organisation": "r"}, {("role", "role_not_there")}),
    ({"role": "secretariat", "organisation": "k", "valid_to": "2026-01-06"}, {("valid_to", "ends_before")}),
    ({"role": "secretariat", "organisation": "k", "valid_from": "1/1"}, {("valid_from", "not_a_day")}),
    ({"role": "secretariat", "organisation": "k", "valid_from": "1999-12-31"}, {("valid_from", "not_a_day")}),
]


@pytest.mark.parametrize(("texts", "faults"), FAULTY_MANDATES)
def test_what_is_wrong_with_a_mandate_is_said_at_its_field(
    texts: dict[str, str], faults: set[tuple[str, str]]
) -> None:
    with pytest.raises(BadInput) as refused:
        rules.read_mandate(texts, KINDS, DAY)
    assert {(one.column, one.code) for one in refused.value.faults} == faults


def test_a_mandate_without_a_first_day_begins_today() -> None:
    read = rules.read_mandate({"role": "region_representative", "organisation": "r"}, KINDS, DAY)
    assert read.days == Days(DAY, None)
