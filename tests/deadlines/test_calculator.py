"""The deadline calculator and `nt clock due`: the right day, explained, or every fault said at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.deadlines.calculator import FAULT_TEXTS, Question, answer, ledger_of
from nt_process.deadlines.cli import clock
from nt_process.engine.clock import Ledger, Suspension, derive
from nt_process.engine.definition import PARTIES
from nt_process.infra.derivation_texts import HOLIDAYS, WAITS_FOR, step_text
from nt_process.kernel.calendar import holidays
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from tests.properties import day_by_day
from tests.properties.ledgers import ledgers

english = translator("en")
COMMAND = ("due", "--start", "2026-02-19", "--days", "120")


def run(*arguments: str, language: str = "en") -> Result:
    return CliRunner().invoke(clock, arguments, env={"NT_LANG": language})


def faults(question: Question) -> list[tuple[str, int | None, str]]:
    with pytest.raises(BadInput) as refusal:
        ledger_of(question)
    return [(str(fault.column), fault.row, fault.code) for fault in refusal.value.faults]


def printed(*arguments: str) -> dict[str, Any]:
    result = run(*COMMAND, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


# The command ------------------------------------------------------------------------------------


def test_a_statutory_limit_that_ends_on_midsummer_eve_ends_on_the_monday_after() -> None:
    document = printed("--basis", "statute")
    assert document == {
        "due": "2026-06-22",
        "steps": [
            {"date": "2026-02-19", "days": 0, "rule": "start",
             "text": "The starting day is not counted. The limit is 120 days."},
            {"date": "2026-06-19", "days": 120, "rule": "run",
             "text": "From 2026-02-20 to 2026-06-19, 120 days are counted."},
            {"date": "2026-06-19", "days": 0, "rule": "budget_used",
             "text": "The time is used up: 120 days."},
            {"date": "2026-06-19", "days": 0, "rule": "rolled",
             "text": "Midsummer Eve: the last day moves to the next working day."},
            {"date": "2026-06-20", "days": 0, "rule": "rolled",
             "text": "Midsummer Day: the last day moves to the next working day."},
            {"date": "2026-06-21", "days": 0, "rule": "rolled",
             "text": "Sunday: the last day moves to the next working day."},
            {"date": "2026-06-22", "days": 0, "rule": "last_day",
             "text": "The last day, to the end of the day."},
        ],
    }  # fmt: skip


@pytest.mark.parametrize("basis", ["policy", "contract"])
def test_policy_and_contract_do_not_move_and_say_so(basis: str) -> None:
    document = printed("--basis", basis)
    assert document["due"] == "2026-06-19"
    assert "(Midsummer Eve)" in document["steps"][-1]["text"]
    assert "does not move" in document["steps"][-1]["text"]


@pytest.mark.parametrize("basis", ["policy", "contract"])
def test_policy_and_contract_move_when_asked_to(basis: str) -> None:
    assert printed("--basis", basis, "--roll")["due"] == "2026-06-22"
    assert printed("--basis", basis, "--no-roll")["due"] == "2026-06-19"


def test_suspensions_and_extensions_are_repeated_options() -> None:
    document = printed(
        "--suspend", "2026-03-01..2026-03-14", "--suspend", "2026-04-01..2026-04-01",
        "--extend", "10", "--extend", "5",
    )  # fmt: skip
    fortnight = Suspension(date(2026, 3, 1), date(2026, 3, 14))
    one_day = Suspension(date(2026, 4, 1), date(2026, 4, 1))
    ledger = Ledger(date(2026, 2, 19), 135, rolls=True, suspensions=(fortnight, one_day))
    assert document["due"] == str(day_by_day.last_day(ledger, 135))
    assert sum(step["days"] for step in document["steps"]) == 135
    assert [step["rule"] for step in document["steps"]].count("suspended") == 2


def test_a_suspension_that_touches_no_day_of_the_limit_is_shown_as_such() -> None:
    document = printed("--suspend", "2025-03-01..2025-03-14", "--suspend", "2026-12-01..2026-12-02")
    assert document["due"] == "2026-06-22"
    assert [step["date"] for step in document["steps"] if step["rule"] == "no_effect"] == [
        "2025-03-14",
        "2026-12-02",
    ]


def test_without_json_the_derivation_ends_with_the_last_day() -> None:
    result = run(*COMMAND)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Last day: 2026-06-22"
    assert "Midsummer Eve" in result.stdout


def test_every_fault_is_said_at_once_by_option_and_the_command_ends_with_2() -> None:
    arguments = (
        "due", "--start", "2026-02-30", "--days", "12x", "--basis", "law", "--extend", "-1",
        "--suspend", "2026-03-05..2026-03-01", "--suspend", "2026-03-01",
    )  # fmt: skip
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "--start", "--days", "--suspend", "--suspend", "--extend", "--basis",
    ]  # fmt: skip
    as_json = run(*arguments, "--json")
    assert (as_json.exit_code, as_json.stderr) == (2, "")
    assert json.loads(as_json.stdout) == {"error": result.stderr.rstrip("\n")}


def test_the_reader_is_spoken_to_in_swedish_unless_they_chose_english() -> None:
    in_swedish = run(*COMMAND, language="sv").stdout
    assert "Midsommarafton: den sista dagen flyttas till nästa arbetsdag." in in_swedish
    assert "Startdagen räknas inte. Fristen är 120 dagar." in in_swedish
    assert run("due", "--start", "igår", "--days", "5", language="sv").stderr == (
        "--start: ”igår” är ingen dag. Skriv den som ÅÅÅÅ-MM-DD.\n"
    )


def test_bytes_that_are_no_text_and_a_missing_database_are_no_matter() -> None:
    """The whole command, as a shell starts it, where nothing else of the system is in reach."""
    environment = {
        "NT_LANG": "en",
        "PATH": os.environ["PATH"],
        "NT_DATABASE_URL": "postgresql://nowhere.invalid/x",
    }
    started = subprocess.run(
        [sys.executable, "-c", "from nt_process.cli import main; main()",
         "clock", "due", "--start", b"\xff\xfe", "--days", "9", "--json"],
        env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert started.returncode == 2
    assert json.loads(started.stdout)["error"].startswith("--start: “??” is not a day.")


# What can be stated -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question("", ""), [("start", None, "day_missing"), ("days", None, "days_missing")]),
        (Question("2026-02-30", "5"), [("start", None, "no_such_day")]),
        (Question("2026-W08-4", "5"), [("start", None, "day_unreadable")]),
        (Question("2004-12-31", "5"), [("start", None, "day_out_of_range")]),
        (Question("2200-01-01", "5"), [("start", None, "day_out_of_range")]),
        (Question("9999-12-31", "5"), [("start", None, "day_out_of_range")]),
        (Question("2026-01-01", "0"), [("days", None, "days_unreadable")]),
        (Question("2026-01-01", "1.5"), [("days", None, "days_unreadable")]),
        (Question("2026-01-01", "1e3"), [("days", None, "days_unreadable")]),
        (Question("2026-01-01", "٣"), [("days", None, "days_unreadable")]),
        (Question("2026-01-01", "9" * 5000), [("days", None, "days_unreadable")]),
        (Question("2026-01-01", "10981"), [("days", None, "days_too_many")]),
        (Question("2026-01-01", "5", basis=""), [("basis", None, "basis_unknown")]),
        (Question("2026-01-01", "5", rolls=False), [("roll", None, "statute_rolls")]),
        (Question("2026-01-01", "5", extensions=("10970", "10")), [("extend", None, "days_too_many")]),
        (Question("2026-01-01", "5", extensions=("1", "")), [("extend", 2, "days_missing")]),
        (
            Question("2026-01-01", "5", suspensions=("..",)),
            [("since", 1, "day_missing"), ("until", 1, "day_missing")],
        ),
        (Question("2026-01-01", "5", suspensions=("2026-01-02",)), [("since", 1, "suspension_unreadable")]),
        (
            Question("2026-01-01", "5", suspensions=("2026-01-02..2026-01-02", "2026-01-09..2026-01-08")),
            [("until", 2, "suspension_reversed")],
        ),
        (
            Question("2026-01-01", "5", suspensions=("2026-01-09..2026-01-12", "2026-01-02..2026-01-09")),
            [("since", 1, "suspension_overlaps")],
        ),
        (Question("2026-01-01", "5", suspensions=("2026-01-02..",) * 21), [("since", None, "too_many_rows")]),
    ],
)
def test_what_cannot_be_used_is_named_by_its_place(
    question: Question, expected: list[tuple[str, int | None, str]]
) -> None:
    assert faults(question) == expected


def test_adjacent_suspensions_do_not_overlap() -> None:
    question = Question("2026-01-01", "5", suspensions=("2026-01-02..2026-01-04", "2026-01-05..2026-01-06"))
    assert answer(question).due == date(2026, 1, 12)


def test_the_longest_limit_from_the_latest_day_is_still_a_day() -> None:
    question = Question("2199-12-31", "10980", suspensions=("2199-12-31..2199-12-31",))
    assert answer(question).due.year == 2230


@settings(max_examples=150, deadline=None)
@given(st.builds(
    Question,
    start=st.text(max_size=12),
    days=st.text(max_size=6),
    basis=st.sampled_from(["statute", "policy", "", "\x00"]),
    suspensions=st.lists(st.text(max_size=24), max_size=3).map(tuple),
    extensions=st.lists(st.text(max_size=6), max_size=3).map(tuple),
    rolls=st.sampled_from([None, True, False]),
))  # fmt: skip
def test_whatever_is_typed_each_fault_has_a_sentence(question: Question) -> None:
    with pytest.raises(BadInput) as refusal:
        answer(question)
    for fault in refusal.value.faults:
        sentence = english(FAULT_TEXTS[fault.code], **fault.params)
        assert "%(" not in sentence
        sentence.encode()


# The words --------------------------------------------------------------------------------------


def test_every_holiday_and_every_party_has_a_name() -> None:
    for year in range(2005, 2061):
        assert set(holidays(year).values()) <= set(HOLIDAYS)
    assert {"saturday", "sunday"} <= set(HOLIDAYS)
    assert set(WAITS_FOR) == set(PARTIES) - {"none"}


@settings(max_examples=150, deadline=None)
@given(ledgers())
def test_every_step_of_every_derivation_can_be_read(ledger: Ledger) -> None:
    for step in derive(ledger):
        text = step_text(step, english)
        assert text.endswith(".")
        assert "%" not in text
        assert "None" not in text


def test_a_suspended_clock_says_whom_it_waits_for() -> None:
    request = Suspension(date(2026, 2, 21), None, waits_for="company")
    waiting = Ledger(date(2026, 2, 19), 5, rolls=True, suspensions=(request,))
    text = step_text(derive(waiting)[-1], english)
    assert text.startswith(
        "The clock stands still from 2026-02-21. The last day is known when it runs again."
    )
    assert text.endswith("It waits for the company.")
