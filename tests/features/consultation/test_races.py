"""Two of the secretariat, or of one organisation, at the same moment: one gets through, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from nt_process.consultation import answers, rounds
from nt_process.consultation.errors import ConsultationError
from nt_process.kernel.faults import BadInput
from tests.features.consultation.world import LAST_DAY, QUESTIONS, Consultation
from tests.racing import at_once
from tests.world import Office


@pytest.fixture
def case(office: Office) -> str:
    return office.open()


def told(command: Callable[[], object]) -> Callable[[], str]:
    """A command that answers "" when it got through, and otherwise with the code of what was told."""

    def run() -> str:
        try:
            command()
        except ConsultationError as error:
            return error.reason.code
        except BadInput as error:
            return error.faults[0].code
        return ""

    return run


def test_two_extensions_at_one_instant_are_both_kept_or_told(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    """Also by a clock that stands still, as in the demo world."""
    round_id, maker = consultation.open(case), consultation.maker()
    days = [LAST_DAY + timedelta(days=add) for add in (14, 7)]
    extend = [
        told(lambda day=day: rounds.extend(engine, maker, round_id, day.isoformat(), "Helger emellan"))
        for day in days
    ]
    refused = [answer for answer in at_once(*extend) if answer]
    kept = consultation.rows("SELECT new_day FROM consultation_extension ORDER BY at")
    assert len(kept) == 2 - len(refused)
    assert kept[-1].new_day == days[0]
    later = (days[0] + timedelta(days=7)).isoformat()
    rounds.extend(engine, maker, round_id, later, "Ännu en helg")


def test_a_round_is_prepared_by_one(consultation: Consultation, case: str, engine: Engine) -> None:
    made = rounds.make(engine, consultation.maker(), case, "Remiss om Provastin")
    texts = {"title": "Remiss", "intro": "", "last_day": LAST_DAY.isoformat()}
    asked = [consultation.organisation("Region Skåne")]
    prepare = told(lambda: rounds.prepare(engine, consultation.maker(), made, 1, texts, QUESTIONS, asked))
    assert sorted(at_once(prepare, prepare, prepare)) == ["", "changed", "changed"]


def test_an_organisation_s_answer_is_sent_by_one(
    consultation: Consultation, case: str, engine: Engine
) -> None:
    round_id = consultation.open(case)
    place, key = consultation.place(round_id, "region"), consultation.question_ids(round_id)[0]
    typed = {f"text_{key}": "Vi tillstyrker.", f"tier_{key}": "public"}
    send = told(lambda: answers.submit(engine, consultation.maker("region"), place, 0, typed))
    assert sorted(at_once(send, send, send)) == ["", "changed", "changed"]
    assert len(consultation.rows("SELECT FROM consultation_answer")) == 1
