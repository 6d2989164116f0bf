"""A round from its opening to its end: reminders, late and changed answers, the case's log, the second wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.cases.verify import verify
from nt_process.consultation import answers, rounds
from nt_process.consultation.errors import ConsultationError
from nt_process.consultation.sweep import remind_consultations
from nt_process.notices.notice import COLUMNS, JOINS, Notice
from nt_process.notices.texts import Reader, word
from tests.features.consultation.world import LAST_DAY, Consultation, noon
from tests.rights.test_second_wall import acting_as
from tests.world import FIRST_DAY, PDF, Office

DAY = timedelta(days=1)
ASKED = ("Region Skåne", "Region Uppsala", "Patientföreningen Åsnan")


@pytest.fixture
def case(office: Office) -> str:
    return office.open()


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ConsultationError) as error:
        call()
    return error.value.reason.code


def test_each_rung_reminds_those_who_have_not_answered_once(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    assert {who for who, *_ in consultation.told("consultation_opened")} == {
        "region",
        "neighbour",
        "uppsala",
        "patient",
    }
    consultation.no_comment(round_id, "patient")
    for days in range(-30, 10):
        for _twice in range(2):
            remind_consultations(engine, noon(LAST_DAY + days * DAY))
        if days == -3:
            consultation.answer(round_id, "uppsala", "Svar", on=LAST_DAY + days * DAY)
    told = consultation.told()
    assert [(rung, late) for who, rung, _due, late in told if who == "uppsala"] == [(-7, False)]
    assert [rung for who, rung, _due, _late in told if who == "region"] == [-7, -1, 0, 1]
    assert not [one for one in told if one[0] == "patient"]


def test_what_was_missed_is_sent_late_and_a_moved_day_reminds_anew(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ("Region Uppsala",))
    remind_consultations(engine, noon(LAST_DAY))
    assert [(rung, late) for _who, rung, _due, late in consultation.told()] == [
        (-7, True),
        (-1, True),
        (0, False),
    ]
    moved = LAST_DAY + 14 * DAY
    rounds.extend(engine, consultation.maker(on=LAST_DAY), round_id, moved.isoformat(), "Helger emellan")
    assert consultation.told("consultation_moved") == [("uppsala", None, moved, False)]
    for days in range(20):
        remind_consultations(engine, noon(LAST_DAY + days * DAY))
    assert [(rung, due) for _who, rung, due, _late in consultation.told()[3:]] == [
        (rung, moved) for rung in (-7, -1, 0, 1)
    ]


def test_those_who_wait_are_reminded_by_hand_once_a_day(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "uppsala", "Svar")
    assert rounds.remind(engine, consultation.maker(), round_id) == 2
    assert refused(lambda: rounds.remind(engine, consultation.maker(), round_id)) == "reminded"
    assert rounds.remind(engine, consultation.maker(on=FIRST_DAY + DAY), round_id) == 2
    assert {who for who, *_ in consultation.told()} == {"region", "neighbour", "patient"}


def test_an_answer_is_amended_until_the_last_day_and_a_late_one_is_marked(
    consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Första")
    consultation.answer(round_id, "region", "Andra", on=LAST_DAY)
    late = LAST_DAY + DAY
    assert refused(lambda: consultation.answer(round_id, "region", "Tredje", on=late)) == "amending_over"
    consultation.answer(round_id, "uppsala", "Sent", on=late)
    assert refused(lambda: consultation.answer(round_id, "uppsala", "Igen", on=late)) == "amending_over"
    kept = consultation.rows("""
        SELECT r.text, r.stands, a.version, a.late FROM consultation_reply r JOIN consultation_answer a ON a.id = r.answer_id
        ORDER BY a.at, a.version
    """)
    assert [tuple(row) for row in kept] == [
        ("Första", False, 1, False),
        ("Andra", True, 2, False),
        ("Sent", True, 1, True),
    ]
    consultation.close(round_id, on=late)
    assert refused(lambda: consultation.no_comment(round_id, "patient", on=late)) == "closed"


def test_no_comment_takes_the_place_of_an_answer_and_the_other_way_round(
    consultation: Consultation, case: str
) -> None:
    round_id = consultation.open(case, ASKED)
    standing = "SELECT s.kind FROM consultation_addressee a JOIN consultation_answer s ON s.id = a.answer_id"
    consultation.answer(round_id, "region", "Svar")
    consultation.no_comment(round_id, "region")
    assert [row.kind for row in consultation.rows(standing)] == ["no_comment"]
    assert consultation.rows("SELECT FROM consultation_reply WHERE stands") == []
    consultation.answer(round_id, "region", "Nytt svar")
    assert [row.kind for row in consultation.rows(standing)] == ["submitted"]


def test_only_who_speaks_for_an_organisation_that_is_asked_sends(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.draft(round_id, "neighbour", "Ett utkast")
    assert refused(lambda: consultation.answer(round_id, "neighbour", "Svar")) == "may_not_speak"
    assert refused(lambda: consultation.no_comment(round_id, "neighbour")) == "may_not_speak"
    for who in ("halland", "expert", "secretary", "company"):
        place = consultation.place(round_id, "region")
        assert (
            refused(lambda who=who, place=place: answers.no_comment(engine, consultation.maker(who), place))
            == "not_found"
        )
        place = consultation.place(round_id, who)
        assert (
            refused(lambda who=who, place=place: answers.no_comment(engine, consultation.maker(who), place))
            == "not_found"
        )
    for who in ("region", "member", "company"):
        assert (
            refused(lambda who=who: rounds.close(engine, consultation.maker(who), round_id)) == "not_allowed"
        )


def test_what_is_asked_stands_from_the_opening_on(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    empty = rounds.make(engine, consultation.maker(), case, "Tom")
    assert refused(lambda: rounds.open_round(engine, consultation.maker(), empty)) == "no_questions"
    assert (
        refused(lambda: rounds.open_round(engine, consultation.maker(), consultation.prepare(case, ())))
        == "nobody_asked"
    )
    round_id = consultation.open(case, ASKED)
    maker = consultation.maker()
    assert refused(lambda: rounds.prepare(engine, maker, round_id, 3, {"title": "A"}, [], [])) == "opened"
    assert refused(lambda: rounds.discard(engine, maker, round_id)) == "opened"
    assert refused(lambda: rounds.open_round(engine, maker, round_id)) == "opened"
    again = rounds.make(engine, maker, case, "En gång till", round_id)
    assert len(consultation.question_ids(again)) == len(consultation.question_ids(round_id))
    rounds.discard(engine, maker, again)
    assert consultation.rows("SELECT FROM consultation WHERE id = :id", id=again) == []


def test_the_cases_log_tells_what_happened_and_nothing_of_what_was_written(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED, title="Rubrik som är hemlig")
    rounds.extend(engine, consultation.maker(), round_id, "2026-03-02", "Skäl som är hemligt")
    consultation.answer(round_id, "region", "Svar som är hemligt")
    consultation.close(round_id)
    logged = consultation.rows(
        "SELECT kind, body::text FROM event WHERE kind LIKE 'consultation%' ORDER BY seq"
    )
    assert [row.kind for row in logged] == [
        "consultation_opened",
        "consultation_extended",
        "consultation_closed",
    ]
    assert not [row for row in logged if "hemlig" in row.body]
    with engine.connect() as connection:
        assert verify(connection).ok
        statement = sa.text(f"SELECT {COLUMNS} FROM notice n {JOINS} WHERE n.kind LIKE 'consultation%'")
        notices = [Notice.of(row) for row in connection.execute(statement).mappings()]
    assert len(notices) == 8
    for notice in notices:
        for language in ("sv", "en"):
            words = word(notice, Reader(language, "public", FIRST_DAY))
            assert words.path == f"/consultations/{round_id}"
            assert case in words.title
            assert "hemlig" not in " ".join((words.title, *words.sentences))


TABLES = (
    "consultation", "consultation_addressee", "consultation_question", "consultation_document", "consultation_draft",
    "consultation_answer", "consultation_reply", "consultation_attachment", "consultation_disposition",
)  # fmt: skip


def counts(engine: Engine, person_id: str | None) -> dict[str, int]:
    """How many rows of each table the database lets somebody read, whatever the application would ask."""
    with acting_as(engine, person_id) as connection:
        found = {
            table: connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in TABLES
        }
    return {table: number for table, number in found.items() if number}


def test_the_second_wall_hides_a_round_from_whoever_is_not_asked(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    people = consultation.office.people
    round_id = consultation.prepare(case, ASKED)
    rounds.add_document(engine, consultation.maker(), round_id, "Underlag", "underlag.pdf", PDF)
    assert counts(engine, people["region"]) == {}, "what is prepared is the council's own"
    rounds.open_round(engine, consultation.maker(), round_id)
    consultation.draft(round_id, "uppsala", "Utkast")
    place = consultation.place(round_id, "region")
    answers.attach(engine, consultation.maker("region"), place, "bilaga.pdf", PDF, "participants")
    consultation.answer(round_id, "region", "Mitt svar", "Ja", tier="participants")
    outside = ("halland", "expert", "tlv", "company", "rival")
    for who in outside:
        assert counts(engine, people[who]) == {}, who
    assert counts(engine, None) == {}
    seen = {
        "consultation": 1,
        "consultation_addressee": 1,
        "consultation_question": 4,
        "consultation_document": 1,
    }
    assert counts(engine, people["patient"]) == seen
    assert counts(engine, people["uppsala"]) == seen | {"consultation_draft": 1}
    own = {
        "consultation_draft": 1,
        "consultation_answer": 1,
        "consultation_reply": 2,
        "consultation_attachment": 1,
    }
    assert counts(engine, people["region"]) == counts(engine, people["neighbour"]) == seen | own
    council = {name: number for name, number in own.items() if name != "consultation_draft"}
    assert counts(engine, people["member"]) == seen | council | {"consultation_addressee": 3}
    consultation.close(round_id)
    consultation.decide_all(round_id)
    assert counts(engine, people["patient"]) == seen | council
    consultation.tell(round_id)
    assert counts(engine, people["patient"]) == seen | council | {"consultation_disposition": 2}
    for who in outside:
        assert counts(engine, people[who]) == {}, who


def test_the_second_wall_lets_nobody_change_what_another_has_sent(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case, ASKED)
    consultation.answer(round_id, "region", "Svar")
    with acting_as(engine, consultation.office.people["uppsala"]) as connection:
        for statement in (
            "UPDATE consultation_reply SET stands = false",
            "UPDATE consultation SET last_day = last_day + 1",
            "UPDATE consultation_addressee SET answer_id = NULL WHERE answer_id IS NOT NULL",
            "DELETE FROM consultation",
        ):
            assert connection.execute(sa.text(statement)).rowcount == 0, statement
    for statement in ("UPDATE consultation_reply SET text = 'x'", "DELETE FROM consultation_answer"):
        with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
            connection.execute(sa.text(statement))
