"""A decision of the federation from its publication to its end, through the commands and the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import pytest
import sqlalchemy as sa

from nt_process.appeals import delay
from nt_process.appeals.errors import AppealError
from nt_process.kernel.faults import BadInput
from nt_process.public import queries as public
from nt_process.recommendations.rules import document
from tests.features.appeals.world import DAY, Decided, ask, decided, morning, noon, value
from tests.features.recommendations.world import Draft, at_meeting, maker, publish
from tests.world import START, Office

UP = date(2026, 3, 13)
# Good Friday and Easter after three weeks.
LAST = date(2026, 4, 7)


def test_a_decision_of_the_federation_says_how_it_is_appealed_and_a_recommendation_does_not(
    office: Office,
) -> None:
    one = decided(office)
    with office.engine.connect() as connection:
        row = connection.execute(sa.text("SELECT content, text_hash FROM publication")).mappings().one()
    assert [track["track"] for track in row["content"]["appeal"]["tracks"]] == ["legality", "procurement"]
    # It is part of what was approved and signed.
    assert document.text_hash(row["content"]) == row["text_hash"]
    assert one.state == "announced"
    subject = document.Subject("NT-2026-0001", 1, "final", "P", "p", "", None, None, None, "collaboration")
    text = dict.fromkeys(document.FIELDS, "")
    assert "appeal" not in document.document(subject, {**text, "outcome": "can", "valid_to": None}, UP)


def test_legal_force_comes_the_day_after_the_last_day_and_never_before_the_notice(office: Office) -> None:
    one = decided(office)
    # However long nobody announces it.
    assert morning(office, date(2026, 3, 12)) == 0
    assert one.announce(UP) == LAST
    notice = one.file(UP).notice
    assert notice is not None
    assert (notice["up_on"], notice["down_on"]) == (UP, LAST + DAY)
    assert morning(office, LAST) == 0
    assert one.state == "announced"
    assert morning(office, LAST + DAY) == 1
    assert one.state == "decided"
    assert one.statuses(LAST + DAY) == [("announced", UP), ("legal_force", LAST + DAY)]
    assert morning(office, LAST + DAY) == 0


def test_a_notice_that_comes_down_early_is_put_up_anew_and_the_time_begins_anew(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    with pytest.raises(AppealError, match="still_up"):
        one.announce(UP)
    one.take_down(LAST)
    assert morning(office, LAST + 30 * DAY) == 0
    again = LAST + 30 * DAY
    last = one.announce(again)
    assert morning(office, last) == 0
    assert morning(office, last + DAY) == 1


def test_minutes_that_two_have_not_approved_are_not_announced(office: Office) -> None:
    meeting = """
        INSERT INTO council_meeting (id, year, number, day, place, notes, lead_days, file_by, capacity)
        VALUES (gen_random_uuid(), 2026, 1, DATE '2026-01-07', '', '', 10, DATE '2025-12-20', 5) RETURNING id::text
    """
    with office.engine.begin() as connection:
        made = connection.execute(sa.text(meeting)).scalar_one()
    draft = Draft(office, at_meeting(office))
    draft.signed(meeting=made)
    publish(office)
    with pytest.raises(AppealError, match="not_approved"):
        Decided(office, draft.number, draft.id).announce(UP)


def test_in_time_on_the_last_day_keeps_the_case_from_legal_force_until_the_court_has_answered(
    office: Office,
) -> None:
    one = decided(office)
    one.announce(UP)
    appeal = one.appeal(LAST)
    assert one.state == "appealed"
    assert morning(office, LAST + 60 * DAY) == 0
    day = LAST + DAY
    with pytest.raises(AppealError, match="not_handed_over"):
        one.step(appeal, "ruled", day, ruling="rejected", final_on=day.isoformat())
    one.step(appeal, "handed_over", day, court_number="1-26", text="Protokoll och akt.")
    one.step(appeal, "statement_asked", day, due=(day + 14 * DAY).isoformat())
    assert (
        value(office, "SELECT due FROM appeal_clock WHERE kind = 'statement' AND ended_at IS NULL")
        == day + 14 * DAY
    )
    one.step(appeal, "statement_given", day + DAY)
    assert (
        value(office, "SELECT count(*) FROM appeal_clock WHERE kind = 'statement' AND ended_at IS NULL") == 0
    )
    ruled = day + 90 * DAY
    one.step(appeal, "ruled", ruled, ruling="rejected", final_on=(ruled + 0 * DAY).isoformat())
    assert one.state == "announced"
    assert morning(office, ruled) == 1
    assert one.state == "decided"
    assert one.statuses(ruled)[-2:] == [("stands", ruled), ("legal_force", ruled)]


def test_a_day_late_is_late_and_keeps_nothing_from_legal_force(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    appeal = one.appeal(LAST + DAY)
    row = one.file(LAST + DAY).appeals[0].row
    assert (row["in_time"], row["because"], row["last_day"]) == (False, "late", LAST)
    # Legality review is judged by the court, which also rejects what came late.
    with pytest.raises(AppealError, match="court_judges_time"):
        one.step(appeal, "rejected_late", LAST + DAY)
    assert one.statuses(LAST + DAY) == [("announced", UP)]
    assert morning(office, LAST + DAY) == 1
    assert one.state == "decided"


@pytest.mark.parametrize(
    ("kind", "ruling", "state", "status"),
    [
        ("ruled", "annulled", "preparation", "annulled"),
        ("changed", "", "recommendation", "changed"),
    ],
)
def test_an_undone_decision_brings_the_case_back_into_its_process(
    office: Office, kind: str, ruling: str, state: str, status: str
) -> None:
    one = decided(office)
    one.announce(UP)
    before = value(office, "SELECT md5(p::text) FROM publication p")
    appeal = one.appeal(LAST)
    if ruling:
        one.step(appeal, "handed_over", LAST)
    one.step(appeal, kind, LAST, ruling=ruling, final_on=LAST.isoformat() if ruling else "")
    assert one.state == state
    assert value(office, "SELECT outcome FROM cases WHERE number = :n", n=one.number) is None
    assert one.statuses(LAST)[-1] == (status, LAST)
    assert morning(office, LAST + 100 * DAY) == 0
    # What is published is never changed.
    assert value(office, "SELECT md5(p::text) FROM publication p") == before
    with pytest.raises(AppealError, match="ended"):
        one.step(appeal, "withdrawn", LAST)


def test_a_remitted_award_comes_back_to_the_position(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    one.send(UP, "award", "post")
    state = {track.name: track.state for track in one.file(UP).tracks}["procurement"]
    # Fifteen days end on a Saturday.
    assert state.last == date(2026, 3, 30)
    appeal = one.appeal(date(2026, 3, 30), track="procurement", party_class="supplier")
    one.step(appeal, "handed_over", date(2026, 3, 30))
    one.step(appeal, "ruled", LAST, ruling="remitted", final_on=LAST.isoformat())
    assert one.state == "recommendation"


def test_the_latest_of_all_tracks_decides(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    late = LAST - DAY - DAY
    one.send(late, "award", "post")
    last = {track.name: track.state for track in one.file(late).tracks}["procurement"].last
    assert last is not None
    assert morning(office, LAST + DAY) == 0
    assert one.state == "announced"
    assert morning(office, last) == 0
    assert morning(office, last + DAY) == 1
    assert one.state == "decided"


def test_two_appeals_both_have_to_end(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    first, second = one.appeal(LAST), one.appeal(LAST)
    one.step(first, "withdrawn", LAST + DAY)
    assert one.state == "appealed"
    assert morning(office, LAST + 2 * DAY) == 0
    one.step(second, "withdrawn", LAST + 3 * DAY)
    assert one.state == "announced"
    assert morning(office, LAST + 3 * DAY) == 1


def test_what_somebody_else_did_meanwhile_is_told(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    appeal = one.appeal(LAST)
    one.step(appeal, "handed_over", LAST)
    with pytest.raises(AppealError, match="changed"):
        one.step(appeal, "statement_asked", LAST, seen=0, due=LAST.isoformat())


def test_the_company_confirms_what_it_was_sent_and_reads_its_own_appeal_alone(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    sent = one.send(UP, way="system")
    told = "SELECT count(*) FROM notice WHERE kind = 'decision_sent' AND person_id = :p"
    assert value(office, told, p=office.people["company"]) == 1
    with pytest.raises(AppealError, match="not_found"):
        one.confirm(sent, UP + DAY, "rival")
    one.confirm(sent, UP + DAY)
    with pytest.raises(AppealError, match="received"):
        one.confirm(sent, UP + DAY)
    assert one.file(UP + DAY).deliveries[0]["received_on"] == UP + DAY
    own = one.appeal(LAST, party_class="company", of_case="yes", received_by="body")
    one.appeal(LAST)
    assert [str(each.row["id"]) for each in one.file(LAST, "company").appeals] == [own]
    assert len(one.file(LAST).appeals) == 2
    for stranger in ("rival", "region", "tlv"):
        assert one.seen_by(stranger, LAST) is None


def test_the_public_page_tells_a_kind_of_party_and_nobody(office: Office) -> None:
    one = decided(office)
    one.announce(UP)
    one.appeal(LAST)
    with office.engine.connect() as connection:
        rows = public.statuses(connection, one.id)
    assert [(row["status"], row["party_class"]) for row in rows] == [
        ("appealed", "member"),
        ("announced", None),
    ]
    assert not any("Klagande" in str(item) for row in rows for item in row.values())


def test_bad_days_are_told_at_their_field(office: Office) -> None:
    one = decided(office)
    with pytest.raises(BadInput) as refused:
        one.announce(UP + DAY, at=noon(UP), approved_on=UP.isoformat())
    assert [(fault.code, fault.column) for fault in refused.value.faults] == [("in_the_future", "up_on")]
    with pytest.raises(BadInput) as refused:
        one.announce(UP - DAY, at=noon(UP), approved_on=UP.isoformat())
    assert [(fault.code, fault.column) for fault in refused.value.faults] == [("too_early", "up_on")]
    with pytest.raises(BadInput) as refused:
        one.appeal(UP, track="merits")
    assert [fault.column for fault in refused.value.faults] == ["track"]


def test_reminders_go_out_once_each(office: Office) -> None:
    from nt_process.appeals.sweep import remind_appeals

    one = decided(office)
    one.announce(UP)
    for day in (LAST - 8 * DAY, LAST - 7 * DAY, LAST - 7 * DAY, LAST, LAST + DAY, LAST + 50 * DAY):
        remind_appeals(office.engine, noon(day))
    rungs = (
        "SELECT array_agg(rung ORDER BY rung) FROM notice WHERE kind = 'appeal_reminder' AND person_id = :p"
    )
    assert value(office, rungs, p=office.people["secretary"]) == [-7, -1, 0, 1]


def test_a_company_asks_for_a_decision_once_and_is_answered(office: Office) -> None:
    number = office.open(at=START - timedelta(days=200))
    young = office.open(at=START)
    with pytest.raises(AppealError) as refused:
        ask(office, young, START)
    assert refused.value.reason.code == "too_early"
    with pytest.raises(AppealError, match="not_found"):
        ask(office, number, START, "rival")
    request = ask(office, number, START)
    with pytest.raises(AppealError, match="asked"):
        ask(office, number, START)
    # Four weeks from 7 January 2026.
    assert value(office, "SELECT answer_by FROM delay_request") == date(2026, 2, 4)
    who = maker(office, "secretary", START + 2 * DAY)
    with pytest.raises(BadInput):
        delay.answer(office.engine, who, request, {"granted": "no", "text": " "})
    delay.answer(office.engine, who, request, {"granted": "no", "text": "Underlaget väntas i mars."})
    with pytest.raises(AppealError, match="answered"):
        delay.answer(office.engine, who, request, {"granted": "no", "text": "Igen."})
    told = "SELECT count(*) FROM notice WHERE kind = 'delay_answered' AND person_id = :p"
    assert value(office, told, p=office.people["company"]) == 1
    assert value(office, "SELECT count(*) FROM appeal_clock WHERE ended_at IS NULL") == 0


def test_a_publication_whose_step_is_refused_is_seen(office: Office) -> None:
    draft = Draft(office, at_meeting(office))
    draft.signed()
    # Meanwhile the case has left the state in which a position is taken.
    office.act("secretary", draft.number, "return_to_negotiation", reason="Nytt bud.")
    publish(office)
    assert draft.file().publication is not None
    assert draft.file().step_refused
    kinds = "SELECT count(*) FROM notice WHERE kind = 'publication_step_refused' AND subject = :id AND person_id = :p"
    assert value(office, kinds, id=draft.id, p=office.people["colleague"]) == 1
    # The document is filed all the same.
    filed = "SELECT count(*) FROM document d JOIN cases c ON c.id = d.case_id WHERE c.number = :n AND d.kind = 'recommendation'"
    assert value(office, filed, n=draft.number) == 1


def test_the_log_still_verifies(office: Office) -> None:
    from nt_process.cases.verify import verify

    one = decided(office)
    one.announce(UP)
    one.step(one.appeal(LAST), "withdrawn", LAST)
    morning(office, LAST + DAY)
    with office.engine.connect() as connection:
        assert cast("bool", verify(connection).ok)
