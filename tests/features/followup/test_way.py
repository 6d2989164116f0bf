"""From protocol and file to figures and alert, on a real database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from nt_process.followup.errors import FollowupError
from nt_process.kernel.faults import BadInput
from tests.features.followup.world import (
    HANDED_IN,
    Q1,
    Q3,
    Q4,
    csv,
    evenly,
    followed,
    told,
    with_protocol,
)
from tests.world import START, Office


def test_a_protocol_holds_when_a_second_person_has_approved_it(office: Office) -> None:
    made = followed(office)
    made.write()
    assert made.file().protocol is None
    with pytest.raises(FollowupError, match="own_text"):
        made.approve(name="secretary")
    made.approve()
    protocol = made.file().protocol
    assert protocol is not None
    assert protocol["path"] == [Decimal(2), Decimal(4), Decimal(4)]
    assert protocol["indicators"][0]["numerator"] == "Behandlade i registret"
    with pytest.raises(FollowupError, match="changed"):
        made.write(questions="Vad gäller?")
    made.write(base=1, questions="Vad gäller?")
    # The one that was approved holds until the next one is.
    assert made.file().protocol == protocol


def test_what_is_typed_wrong_is_said_together(office: Office) -> None:
    made = followed(office)
    with pytest.raises(BadInput) as refused:
        made.write(
            path="2; två", first_quarter="2025 Q5", per_patient="0", **{"milestone-1-day": "2026-02-30"}
        )
    assert {(fault.column, fault.code) for fault in refused.value.faults} == {
        ("path", "not_a_number"), ("first_quarter", "not_a_quarter"), ("per_patient", "not_positive"),
        ("milestone-1-day", "not_a_day"),
    }  # fmt: skip


def test_nothing_is_taken_in_of_a_file_with_a_fault(office: Office) -> None:
    made = with_protocol(office)
    rows = [
        [made.slug, "Skåne", "2025 Q4", "patienter", 40, ""],
        ["NT-1999-0001", "Skåne", "2025 Q4", "patienter", 40, ""],
        [made.slug, "Danmark", "2025 Q4", "patienter", 40, ""],
        [made.slug, "12", "2026 Q1", "patienter", 40, ""],
        [made.slug, "12", "2025-10-01", "kramar", "fyra", ""],
        [made.slug, "12", "2025 Q4", "patienter", 41, ""],
        [made.slug, "Riket", "2025 Q4", "patienter", 410, ""],
    ]
    read = made.upload(csv(rows))
    assert read["state"] == "faulty"
    assert [(fault["row"], fault["code"]) for fault in read["faults"]] == [
        (3, "unknown_recommendation"), (4, "unknown_region"), (5, "quarter_not_over"), (6, "unknown_measure"),
        (6, "not_a_number"), (7, "stands_twice"),
    ]  # fmt: skip
    with pytest.raises(FollowupError, match="changed"):
        made.take(read["id"])
    with office.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM followup_count")) == 0


def test_a_corrected_file_replaces_and_what_was_known_before_stays(office: Office) -> None:
    made = with_protocol(office)
    made.tell("2025 Q4", evenly(), HANDED_IN)
    before = made.regions(Q4)["12"]["quantity"]
    later = HANDED_IN + timedelta(days=3)
    made.tell("2025 Q4", {"12": 90}, later)
    assert before == 57
    assert made.regions(Q4)["12"]["quantity"] == 90
    assert made.regions(Q4)["14"]["quantity"] == evenly()["14"]
    assert made.regions(Q4, as_of=later - timedelta(seconds=1))["12"]["quantity"] == 57
    # A count can be taken back.
    made.tell("2025 Q4", {"12": ""}, later + timedelta(days=1))
    assert not made.regions(Q4)["12"]["is_told"]


def test_a_region_far_above_in_two_quarters_is_one_alert(office: Office) -> None:
    made = told(office)
    assert made.alerts() == [("12", "over", Q3, Q4)]
    with office.engine.connect() as connection:
        notices = connection.execute(
            sa.text(
                "SELECT p.email FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = 'followup_alert'"
            )
        ).scalars()
        assert sorted(notices) == ["colleague@prov.example", "secretary@prov.example"]
        logged = connection.scalar(sa.text("SELECT count(*) FROM event WHERE kind = 'followup_alert'"))
    assert logged == 1
    # The same counts once more are no news.
    made.tell("2025 Q4", {"12": 2 * evenly()["12"]}, HANDED_IN + timedelta(days=1))
    assert len(made.alerts()) == 1


def test_small_numbers_are_nowhere_in_what_is_told(office: Office) -> None:
    made = told(office)
    shown = made.regions(Q1)
    hidden = {region for region, row in shown.items() if row["is_hidden"]}
    small = {region for region, count in evenly(rate=2).items() if 0 < count < 5}
    assert small
    assert small <= hidden
    for region in hidden:
        assert [
            shown[region][name]
            for name in ("quantity", "rate", "rate_low", "rate_high", "of_expected", "place")
        ] == [None] * 6
    figure = made.file().of("patients")[0]
    assert figure["regions_hidden"] == len(hidden)
    assert figure["total"] == sum(evenly(rate=2).values())


def test_an_indicator_is_a_share(office: Office) -> None:
    made = told(office)
    (figure,) = made.file().of("indicator-1")
    assert (figure["rate"], figure["scale"]) == (Decimal(50), 100)


def test_an_alert_is_answered_and_the_answers_stay(office: Office) -> None:
    made = told(office)
    with office.engine.connect() as connection:
        alert = connection.scalar(sa.text("SELECT id FROM followup_alert"))
    made.answer(alert, verdict="asked", text="Regionen har fått frågan.")
    with pytest.raises(FollowupError, match="changed"):
        made.answer(alert)
    with pytest.raises(FollowupError, match="not_allowed"):
        made.answer(alert, name="member", at=START)
    with pytest.raises(BadInput):
        made.answer(alert, text=" ", seen="1")
    made.answer(alert, seen="1")
    with office.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM followup_answer")) == 2
