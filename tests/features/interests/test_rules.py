"""What a declaration may say, and what it touches. The database matches by rules of its own, which are these."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from nt_process.interests import rules
from nt_process.interests.rules import Concerned, Interest, touches
from nt_process.kernel.faults import BadInput
from tests.features.interests.world import BLANK, SHARES

DAY = date(2026, 6, 1)

SAME_COMPANY = [
    ("Älvdal Bio AB", "älvdal bio"),
    ("Älvdal Bio AB (publ)", "Alvdal-Bio"),
    ("Norrsken Pharma A/S", "NORRSKEN PHARMA SVERIGE AB"),
    ("Lunden Ltd.", "Lunden Limited"),
]
# Names that may be one company's: the secretariat decides.
MAY_BE_SAME = [
    ("Älvdal Bio AB", "Älvdal AB"),
    ("Storlommen", "Storlommen Pharma AB"),
    ("Storlommen Pharma Sweden AB", "Storlommen"),
    ("Lunden Holm", "Lunden, Holm & Björk AB"),
]
DIFFERENT_COMPANY = [
    ("Norrsken Pharma AB", "Lunden Pharma AB"),
    ("AB", ""),
    ("Pharma", "Norrsken Pharma AB"),
    ("Nordic Pharma AB", "Nordic Bio AB"),
    ("Lunden Holm AB", "Lunden Björk AB"),
]


@pytest.mark.parametrize(("one", "other"), SAME_COMPANY + MAY_BE_SAME)
def test_a_company_is_known_however_its_name_is_written(one: str, other: str) -> None:
    assert touches(Interest("ownership", company=one), Concerned(company=other), DAY)


@pytest.mark.parametrize(("one", "other"), DIFFERENT_COMPANY)
def test_another_company_is_another(one: str, other: str) -> None:
    assert not touches(Interest("ownership", company=one), Concerned(company=other), DAY)


def test_a_renamed_company_is_still_the_same() -> None:
    interest = Interest("employment", company="Gamla namnet", company_id="1")
    assert touches(interest, Concerned(company="Nya namnet", company_id="1"), DAY)


def test_a_substance_is_found_in_a_combination_and_under_its_latin_name() -> None:
    research = Interest("research", substance="Provastinum")
    assert touches(research, Concerned(substance="provastin"), DAY)
    assert touches(research, Concerned(substance="estivamab / provastin"), DAY)
    assert not touches(research, Concerned(substance="estivamab"), DAY)
    assert not touches(Interest("research", company="X"), Concerned(substance=""), DAY)


@given(since=st.dates(), until=st.dates(), day=st.dates())
def test_a_tie_counts_from_its_first_day_to_its_last(since: date, until: date, day: date) -> None:
    tie = Interest("employment", company="Lunden", since=since, until=until)
    assert touches(tie, Concerned(company="Lunden AB"), day) == (since <= day <= until)
    assert touches(Interest("employment", company="Lunden"), Concerned(company="Lunden AB"), day)


names = st.text("abåäöé -/,;+.() ABPUSum0189", max_size=30) | st.sampled_from(
    [name for pair in SAME_COMPANY + MAY_BE_SAME + DIFFERENT_COMPANY for name in pair]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(company=names, other=names, substance=names)
def test_the_database_compares_names_as_the_rules_do(
    engine: Engine, company: str, other: str, substance: str
) -> None:
    asked = sa.text("""
        SELECT company_key(:company), company_words(:company), may_be_same_company(:company, :other),
               substance_keys(:substance)
    """)
    with engine.connect() as connection:
        key, words, same, keys = connection.execute(
            asked, {"company": company, "other": other, "substance": substance}
        ).one()
    assert key == rules.company_key(company)
    assert frozenset(words) == rules.company_words(company)
    assert same == rules.may_be_same_company(company, other)
    assert frozenset(keys) == rules.substance_keys(substance)


FAULTY = [
    ("", [], [(None, "answer", "answer_missing")]),
    ("kanske", [], [(None, "answer", "answer_missing")]),
    ("nothing", [SHARES], [(None, "answer", "nothing_with_rows")]),
    ("something", [BLANK, BLANK], [(None, "answer", "something_without_rows")]),
    ("something", [BLANK, SHARES | {"kind": "vänskap"}], [(1, "kind", "kind_missing")]),
    ("something", [SHARES | {"company": "…"}], [(0, "company", "nothing_named")]),
    ("something", [SHARES | {"description": " "}], [(0, "description", "description_missing")]),
    ("something", [SHARES | {"since": "1/2 2026"}], [(0, "since", "not_a_day")]),
    ("something", [SHARES | {"since": "2026-02-01", "until": "2026-01-31"}], [(0, "until", "ends_before")]),
    ("something", [SHARES | {"company": "a\x00b"}], [(0, "company", "bad_characters"), (0, "company", "nothing_named")][:1]),
    ("something", [SHARES | {"description": "x" * 2001}], [(0, "description", "too_long")]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "rows", "faults"), FAULTY)
def test_what_is_missing_or_wrong_is_said_at_its_place(
    answer: str, rows: list[dict[str, str]], faults: list[tuple[int | None, str, str]]
) -> None:
    with pytest.raises(BadInput) as refused:
        rules.read_declaration(answer, rows, for_case=False)
    assert [(one.row, one.column, one.code) for one in refused.value.faults] == faults


def test_nothing_and_something_are_read() -> None:
    assert rules.read_declaration("nothing", [BLANK], for_case=False) == ()
    (read,) = rules.read_declaration("something", [BLANK, SHARES | {"since": "2026-01-01"}], for_case=False)
    assert read == Interest(
        "ownership", "Älvdal Bio (publ)", since=date(2026, 1, 1), description="200 aktier"
    )
    assert read.holds_on(date(2026, 1, 1))
    assert not read.holds_on(date(2026, 1, 1) - timedelta(days=1))


def test_of_a_case_no_company_need_be_named() -> None:
    row = BLANK | {"kind": "relation", "description": "Sökanden är min bror."}
    assert rules.read_declaration("something", [row], for_case=True)[0].kind == "relation"


def test_nobody_decides_about_themselves_and_only_the_secretariat_decides() -> None:
    secretariat, council = frozenset({"secretariat"}), frozenset({"council_member"})
    assert rules.refuses_decision("a", secretariat, "b") is None
    assert rules.refuses_decision("a", secretariat, "a") == "own_conflict"
    assert rules.refuses_decision("a", council, "b") == "not_allowed"
