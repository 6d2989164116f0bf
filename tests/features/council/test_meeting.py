"""A meeting from agenda to closed minutes: times, changes that are marked, quorum, votes, postponement, approval by two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from nt_process.cases.errors import Refused
from nt_process.council import agenda, minutes, queries, sitting
from nt_process.council.errors import CouncilError
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from tests.features.council.world import DAY, HELD, LATER, Council, in_council
from tests.world import START


def refusal(do: Callable[[], object]) -> str:
    """The code of why it was not done; "" when it was."""
    try:
        do()
    except CouncilError as error:
        return error.reason.code
    except BadInput as error:
        return error.faults[0].code
    return ""


def times(council: Council) -> list[tuple[int, time]]:
    file = council.file()
    assert file is not None
    return [(one["position"], one["begins"]) for one in file.on_agenda]


def test_an_agenda_is_built_of_what_is_ready_booked_or_written_by_hand(council: Council) -> None:
    ready, booked = in_council(council.office), council.office.open()
    with council.office.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO meeting_slot (case_id, meeting_id, person, at) SELECT id, :id, 'X', :at FROM cases "
                    "WHERE number = :number"),
            {"id": council.id, "at": START, "number": booked},
        )  # fmt: skip
    secretary = council.office.actor("secretary")
    with council.office.engine.connect() as connection:
        found = queries.ready(connection, secretary, council.id, START.date())
    assert [one["number"] for one in found["decided"]] == [ready]
    assert [one["number"] for one in found["booked"]] == [booked]
    council.add(ready)
    council.add(booked, "presentation")
    council.add_other("Genomgång av läget")
    assert refusal(lambda: council.add(ready)) == "there"
    assert refusal(lambda: council.add("NT-2026-9999")) == "unknown_case"
    with council.office.engine.connect() as connection:
        found = queries.ready(connection, secretary, council.id, START.date())
    assert not any(found.values())
    assert times(council) == [(1, time(9, 0)), (2, time(9, 30)), (3, time(10, 15))]
    agenda.move_item(
        council.office.engine,
        council.maker(),
        council.id,
        council.items["Genomgång av läget"],
        council.version,
        -1,
    )
    assert times(council) == [(1, time(9, 0)), (2, time(9, 30)), (3, time(9, 45))]


def test_what_changes_after_publication_is_marked_and_told(council: Council) -> None:
    number = in_council(council.office)
    council.add(number)
    assert refusal(council.publish) == ""
    told = "SELECT p.email FROM notice n JOIN person p ON p.id = n.person_id WHERE n.kind = :kind ORDER BY 1"
    first = [row.email for row in council.rows(told, kind="council_agenda")]
    assert first == [f"{name}@prov.example" for name in ("astrid", "bertil", "cecilia", "member")]
    assert [row.email for row in council.rows(told, kind="council_item")] == ["company@prov.example"]
    later = START + timedelta(hours=1)
    council.add_other("Nytt", at=later)
    agenda.remove_item(
        council.office.engine, council.maker(at=later), council.id, council.items[number], council.version
    )
    file = council.file("member")
    assert file is not None
    assert [(one["removed_at"] is not None, one["added_at"] > file.row["published_at"]) for one in file.items] == [
        (False, True), (True, False)
    ]  # fmt: skip
    kinds = [
        row.kind for row in council.rows("SELECT kind FROM event WHERE kind LIKE 'council%' ORDER BY seq")
    ]
    assert kinds == ["council_agenda", "council_agenda_left"]


def test_somebody_faster_is_told_of(council: Council) -> None:
    council.add_other("Ett")
    seen = council.version

    def publish(_try: int) -> str:
        return refusal(lambda: agenda.publish(council.office.engine, council.maker(), council.id, seen))

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(publish, range(3))) == ["", "changed", "changed"]


def test_who_has_a_conflict_leaves_the_room_and_is_never_counted(council: Council) -> None:
    number = in_council(council.office)
    council.add(number)
    council.publish()
    council.conflict("member", number)
    council.everybody()
    assert refusal(lambda: council.decide(number)) == "conflicted_inside"
    out = {"left": "09:00", "back": "09:30"}
    voted = {"member": {**out, "vote": "for"}}
    assert refusal(lambda: council.decide(number, said=voted)) == "conflicted_votes"
    back_early = {"member": {"left": "09:00", "back": "09:10"}}
    assert refusal(lambda: council.decide(number, said=back_early)) == "conflicted_inside"
    # Three others make the quorum; when one of them is out as well, the council cannot decide.
    short = {"member": out, "cecilia": {"left": "09:05", "back": "09:25"}}
    assert refusal(lambda: council.decide(number, said=short)) == "no_quorum"
    council.decide(number, said={"member": out})
    assert council.one("SELECT because FROM council_outside") == "conflict"


def test_votes_are_by_name_and_reservations_are_kept(council: Council) -> None:
    number = in_council(council.office)
    council.add(number)
    council.publish().everybody()
    votes = {
        "astrid": {"vote": "for"},
        "bertil": {"vote": "for"},
        "cecilia": {"vote": "against", "reservation": "För dyrt."},
    }
    assert refusal(lambda: council.decide(number, said=votes, way="votes")) == "vote_missing"
    assert refusal(lambda: council.decide(number, said=votes)) == "unanimous_votes"
    by_secretary = votes | {"member": {"vote": "abstains"}, "secretary": {"vote": "for"}}
    assert refusal(lambda: council.decide(number, said=by_secretary, way="votes")) == "not_entitled"
    council.decide(number, said=votes | {"member": {"vote": "abstains"}}, way="votes")
    council.draft()
    body = council.one("SELECT body FROM council_section WHERE item_id IS NOT NULL")
    for said in (
        "Astrid: ja",
        "Cecilia: nej",
        "Member: avstår",
        "Reservation av Cecilia: För dyrt.",
        "Kan användas.",
    ):
        assert said in body, said


def test_a_decision_takes_the_step_of_its_case_once(council: Council) -> None:
    number = in_council(council.office)
    item = council.add(number)
    council.publish().everybody()
    engine, at = council.office.engine, HELD

    def take() -> object:
        return sitting.take(
            engine, council.maker(at=at), council.id, item, "select", {"motivation": "Stort behov."}
        )

    assert refusal(take) == "undecided"
    council.decide(number)
    with pytest.raises(Refused):
        sitting.take(engine, council.maker(at=at), council.id, item, "decide_recommendation", {})
    take()
    assert council.one("SELECT state FROM cases WHERE number = :n", n=number) == "preparation"
    assert refusal(take) == "dealt_with"


def test_a_postponed_item_goes_to_a_later_meeting(council: Council) -> None:
    number, later = in_council(council.office), council.plan(LATER)
    council.add(number)
    council.publish().everybody()
    moved = council.postpone(number, later)
    file = later.file()
    assert file is not None
    assert [(str(one["id"]), one["origin"]) for one in file.on_agenda] == [(moved, "postponed")]
    assert refusal(lambda: council.decide(number)) == "is_postponed"
    assert refusal(lambda: later.postpone(moved, council)) == "not_a_choice"


def test_minutes_are_closed_for_ever_when_both_have_approved_the_same_text(council: Council) -> None:
    number = in_council(council.office)
    council.add(number)
    council.add_other("Läget")
    council.publish().everybody()
    council.decide(number)
    assert refusal(council.draft) == "items_left"
    council.decide("Läget")
    council.draft()
    assert refusal(lambda: council.approve("cecilia", "chair")) == "not_yours"
    assert refusal(lambda: council.approve("astrid", "chair", seen="0" * 64)) == "changed_text"
    stale = council.proved("astrid", HELD, timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        minutes.approve(council.office.engine, stale, council.id, "chair", council.sha256)
    council.approve("astrid", "chair")
    texts = {"body_1": "Öppnas.", "body_2": "Beslut.", "body_3": "Information.", "body_4": "Slut."}
    minutes.edit(council.office.engine, council.maker(at=HELD), council.id, council.version, texts)
    council.approve("bertil", "adjuster")
    assert council.one("SELECT closed_at IS NULL FROM council_agenda WHERE meeting_id = :id", id=council.id)
    council.approve("astrid", "chair")
    assert council.one("SELECT closed_version FROM council_agenda WHERE meeting_id = :id", id=council.id) == 2
    for change in (
        council.draft,
        lambda: council.decide(number),
        council.everybody,
        lambda: council.add_other("Mer"),
        lambda: council.approve("bertil", "adjuster"),
    ):
        assert refusal(change) == "closed"
    for statement in (
        "UPDATE council_decision SET outcome = 'Bör inte'",
        "UPDATE council_attendance SET role = 'member'",
        "UPDATE council_agenda SET closed_at = NULL, closed_version = NULL",
        "INSERT INTO council_minutes SELECT meeting_id, 9, sha256, person, at FROM council_minutes LIMIT 1",
        "UPDATE council_section SET body = 'Annat'",
    ):
        with pytest.raises(DBAPIError), council.office.engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_nobody_approves_twice_or_with_a_conflict(council: Council) -> None:
    number = in_council(council.office)
    council.add(number)
    council.publish()
    council.attend(
        astrid={"role": "chair", "adjusts": "y"},
        bertil={"role": "member", "adjusts": "y"},
        cecilia={"role": "member"},
    )
    council.decide(number)
    council.draft()
    council.approve("astrid", "chair")
    assert refusal(lambda: council.approve("astrid", "adjuster")) == "approved"
    council.conflict("bertil", number, HELD)
    assert refusal(lambda: council.approve("bertil", "adjuster")) == "conflicted"


def test_the_notice_stays_up_until_the_time_to_appeal_has_passed(council: Council) -> None:
    council.add_other("Läget")
    council.publish().everybody()
    council.decide("Läget")
    council.draft()
    engine, later = council.office.engine, HELD + timedelta(days=60)

    def note(up: str, down: str = "") -> str:
        typed = {"notice_up": up, "notice_down": down}
        return refusal(lambda: minutes.note_notice(engine, council.maker(at=later), council.id, typed))

    assert note("2026-03-20") == "not_closed"
    council.approve("astrid", "chair")
    council.approve("bertil", "adjuster")
    assert note((DAY - timedelta(days=1)).isoformat()) == "notice_day"
    assert note("2026-03-20", "2026-04-10") == "notice_too_short"
    assert note("2026-03-20", "2026-04-11") == ""


def test_only_members_of_the_council_vote(council: Council) -> None:
    council.add_other("Läget")
    council.publish()
    assert refusal(lambda: council.attend(secretary={"role": "chair"})) == "not_a_member"
    assert refusal(lambda: council.attend(region={"role": "member"})) == "not_a_member"


def test_nothing_is_recorded_before_the_day_of_the_meeting(council: Council) -> None:
    council.add_other("Läget")
    council.publish()
    assert refusal(lambda: council.everybody(HELD - timedelta(days=1))) == "not_yet"
    assert refusal(council.everybody) == ""
