"""The pages of re-assessments: whatever is sent to their forms is answered in words, and what one may not see is not there."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from nt_process.council import queries as council
from tests.features.council.world import DAY, Council
from tests.features.reassessment.world import Followed, dialogue, followed, one
from tests.world import PDF, Office

WORST = (
    "\x00",
    "a\x00b",
    "x" * 100_000,
    "9" * 5000,
    "\u202egnp.exe",
    "0001-01-01",
    "2026-02-29",
    "٢٠٢٦",
    "-1",
    "'; --",
    "",
)
MEANT = {302, 400, 404, 409, 413, 422}


@pytest.fixture
def case(office: Office) -> Followed:
    return followed(office)


def test_every_form_answers_in_words_and_keeps_nothing(
    as_person: Callable[[str], FlaskClient], case: Followed
) -> None:
    plan = case.plan()
    milestone = case.milestone(plan)
    trigger = case.enter()
    met = dialogue(case.office)
    of_case = f"/reassessment/cases/{case.number}"
    forms = {
        f"{of_case}/outcome": ("outcome", "reasons"),
        f"{of_case}/triggers": ("kind", "happened_on", "source", "description"),
        f"{of_case}/recommendations/{case.recommendation}/day": ("last_day", "reason"),
        f"{of_case}/plans/new": ("question", "side", "data_owner", "register", "intent", "agreement"),
        f"/reassessment/plans/{plan}/write": ("question", "side", "data_owner", "register", "intent", "agreement", "seen"),
        f"/reassessment/plans/{plan}/milestones": ("what", "responsible", "due"),
        f"/reassessment/milestones/{milestone}/day": ("due", "reason", "seen"),
        f"/reassessment/triggers/{trigger}": ("verdict", "reason", "seen"),
        "/reassessment/rules": ("months", "price_percent", "agreement_days"),
        "/reassessment/dialogues/new": (
            "company", "medicine", "held_on", "parties", "questions", "advice", "for_regions", "case"),
        f"/reassessment/dialogues/{met}/write": ("medicine", "held_on", "parties", "questions", "case", "seen"),
    }  # fmt: skip
    secretary = as_person("secretary")
    for path, names in forms.items():
        for bad in WORST:
            answer = secretary.post(path, data=dict.fromkeys(names, bad))
            assert answer.status_code in MEANT, (path, bad[:20], answer.status_code)
    kept = {
        "reassessment_bound": 0, "reopening_trigger": 1, "trigger_verdict": 0, "evidence_plan_version": 1,
        "evidence_milestone": 1, "evidence_milestone_day": 1, "early_dialogue_version": 1, "reassessment_rule": 1,
    }  # fmt: skip
    assert {table: one(case.office, f"SELECT count(*) FROM {table}") for table in kept} == kept


def test_what_was_typed_is_kept_beside_its_fault(
    as_person: Callable[[str], FlaskClient], case: Followed
) -> None:
    typed = {
        "kind": "new_evidence",
        "happened_on": "i går",
        "source": "Tidskriften",
        "description": "Något nytt.",
    }
    answer = as_person("secretary").post(f"/reassessment/cases/{case.number}/triggers", data=typed)
    assert answer.status_code == 422
    assert "”i går” är ingen dag" in answer.text.replace("är inte en dag", "är ingen dag")
    assert "Något nytt." in answer.text
    assert 'value="Tidskriften"' in answer.text


def test_a_company_delivers_a_file_on_its_page(
    as_person: Callable[[str], FlaskClient], case: Followed
) -> None:
    plan = case.plan()
    milestone = case.milestone(plan)
    company, rival = as_person("company"), as_person("rival")
    path = f"/reassessment/milestones/{milestone}/deliver"
    assert rival.get(path).status_code == 404 == rival.post(path, data={"note": "Här."}).status_code
    empty = company.post(path, data={"note": ""})
    assert (empty.status_code, "välj en fil" in empty.text) == (422, True)
    wrong = company.post(path, data={"note": "", "file": (BytesIO(b"MZ"), "rapport.exe")})
    assert wrong.status_code == 422
    sent = company.post(path, data={"note": "Rapporten.", "file": (BytesIO(PDF), "rapport.pdf")})
    assert sent.status_code == 302
    page = company.get(f"/reassessment/plans/{plan}")
    assert "rapport.pdf" in page.text
    assert "Levererad" in page.text
    assert "rapport.pdf" not in as_person("region").get(f"/reassessment/plans/{plan}").text
    assert "Oansökt" not in as_person("rival").get("/reassessment").text


def test_a_case_that_is_being_re_assessed_is_ready_for_an_agenda(case: Followed) -> None:
    case.assess(case.enter())
    held = Council(case.office).plan()
    with case.office.engine.connect() as connection:
        found = council.ready(connection, case.by().actor, held.id, DAY)
    assert case.number in [row["number"] for row in found["decided"]]


def test_outside_the_council_nothing_is_told_of_what_may_reopen_a_case(
    as_person: Callable[[str], FlaskClient], case: Followed
) -> None:
    trigger = case.enter(description="Hemligt larm")
    for name in ("region", "company", "tlv"):
        client = as_person(name)
        assert client.get(f"/reassessment/triggers/{trigger}").status_code == 404
        for path in ("/reassessment", f"/reassessment/cases/{case.number}", f"/cases/{case.number}/history"):
            page = client.get(path).text
            assert "Hemligt larm" not in page
            assert "öppna ärendet på nytt" not in page
