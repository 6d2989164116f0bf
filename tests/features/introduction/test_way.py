"""What a region records, by whom, and what is kept of it; and the reminders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from nt_process.identity import service as identity
from nt_process.infra import acting
from nt_process.introduction import deciding, facts, queries, watching
from nt_process.introduction.deciding import Where
from nt_process.introduction.errors import IntroductionError
from nt_process.introduction.queries import Chosen
from nt_process.introduction.rules import deciding as rules
from nt_process.kernel.faults import BadInput
from nt_process.kernel.regions import REGIONS
from tests.features.introduction.world import (
    SKANE,
    board,
    decide,
    maker,
    newest_step,
    prepare,
    published,
    settle_regions,
    typed,
)
from tests.features.recommendations.world import Draft, at_meeting, one, publish
from tests.world import FIRST_DAY, SINCE, START, Office

LATER = START + timedelta(days=20)


def day(days: int) -> date:
    return FIRST_DAY + timedelta(days=days)


def at(days: int) -> datetime:
    return START + timedelta(days=days)


@pytest.fixture
def recommendation(office: Office) -> str:
    return published(office)


def code(refused: pytest.ExceptionInfo[IntroductionError]) -> str:
    return refused.value.reason.code


def test_a_decision_is_kept_with_who_and_when_and_the_last_one_holds(
    office: Office, recommendation: str
) -> None:
    decide(
        office, recommendation, units="Hudkliniken; SE-1", responsible="Klara Påhittad", start_on="2026-02-01"
    )
    decide(office, recommendation, decision="limits", at=LATER, base=1)
    with office.engine.connect() as connection:
        rows = queries.history(connection, recommendation, SKANE)
    assert [(row["decision"], row["person"], row["at"]) for row in rows] == [
        ("follow", "Region", START),
        ("limits", "Region", LATER),
    ]
    assert board(office, recommendation, day(19)).decisions[SKANE]["decision"] == "follow"
    assert board(office, recommendation, day(20)).decisions[SKANE]["decision"] == "limits"
    assert board(office, recommendation, day(20), known=at(10)).decisions[SKANE]["decision"] == "follow"
    assert board(office, recommendation, day(-1)).decisions == {}
    assert [unit.code for unit in board(office, recommendation, day(1)).units[SKANE]] == ["SE-1"]
    told = "SELECT string_agg(body -> 'inputs' ->> 'decision', ' ' ORDER BY seq) FROM event WHERE kind = 'introduction_decided'"
    assert one(office, told) == "follow limits"


def test_what_is_recorded_late_for_an_earlier_day_does_not_outlive_what_came_after(
    office: Office, recommendation: str
) -> None:
    decide(office, recommendation, decision="not", at=at(20))
    decide(office, recommendation, decision="follow", at=at(30), base=1, holds_from=day(5).isoformat())
    assert board(office, recommendation, day(31)).decisions[SKANE]["decision"] == "not"
    assert board(office, recommendation, day(10)).decisions[SKANE]["decision"] == "follow"
    assert board(office, recommendation, day(10), known=at(25)).decisions == {}


@pytest.mark.parametrize(
    ("more", "column", "fault"),
    [
        ({"decision": "not", "reason": "", "reason_code": "cost"}, "reason", "missing"),
        ({"decision": "limits", "reason": "Dyrt", "reason_code": ""}, "reason_code", "missing"),
        ({"decision": "limits", "reason": "Dyrt", "reason_code": "invented"}, "reason_code", "not_a_choice"),
        ({"decision": "maybe"}, "decision", "not_a_choice"),
        ({"holds_from": "2026-01-08"}, "holds_from", "in_the_future"),
        ({"holds_from": "2026-01-06"}, "holds_from", "before_publication"),
        ({"holds_from": ""}, "holds_from", "missing"),
        ({"start_on": "2026-02-30"}, "start_on", "no_such_day"),
        ({"protocol_link": "javascript:alert(1)"}, "protocol_link", "not_a_link"),
        ({"responsible_role": "chef"}, "responsible", "missing"),
        ({"responsible_id": "00000000-0000-0000-0000-000000000000"}, "responsible_id", "not_a_choice"),
    ],
)
def test_what_cannot_be_a_decision_says_where(
    office: Office, recommendation: str, more: dict[str, str], column: str, fault: str
) -> None:
    who, where = maker(office, "region", START), Where(recommendation, SKANE)
    with pytest.raises(BadInput) as refused:
        deciding.decide(office.engine, who, where, 0, typed() | more)
    assert [(one.column, one.code) for one in refused.value.faults] == [(column, fault)]
    assert one(office, "SELECT count(*) FROM introduction_decision") == 0


def test_only_who_may_speak_decides_and_only_for_their_own_region(
    office: Office, recommendation: str
) -> None:
    settle_regions(office)
    with office.engine.begin() as connection:
        skane = connection.scalar(sa.text("SELECT id::text FROM organisation WHERE name = 'Region Skåne'"))
        silent = identity.Member(str(skane), "region_representative", SINCE, speaks=False)
        office.people["silent"] = identity.create_person(
            connection, "silent@prov.example", "Silent", (silent,), START
        )
    for name, region, refusal in (
        ("silent", SKANE, "may_not_speak"),
        ("region", "01", "not_allowed"),
        ("region01", SKANE, "not_allowed"),
        ("secretary", SKANE, "not_allowed"),
    ):
        with pytest.raises(IntroductionError) as refused:
            decide(office, recommendation, region, name=name)
        assert code(refused) == refusal
    # And the database lets nobody, whatever the application asks.
    insert = sa.text("""
        INSERT INTO introduction_decision (recommendation_id, county_code, organisation_id, number, decision, reason_code,
            reason, reason_public, responsible, responsible_role, protocol_link, holds_from, person_id, person, at)
        SELECT CAST(:id AS uuid), :region, o.id, 1, 'follow', '', '', false, '', '', '', '2026-01-07', CAST(:person AS uuid),
            'x', '2026-01-07T12:00:00Z' FROM organisation o WHERE o.name = :name
    """)
    for name, region, organisation in (
        ("silent", SKANE, "Region Skåne"),
        ("region", "01", "Region Stockholm"),
        ("region01", "03", "Region Stockholm"),
    ):
        given = {"id": recommendation, "region": region, "name": organisation, "person": office.people[name]}
        acting.become(office.people[name], FIRST_DAY)
        with office.engine.connect() as connection, pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(insert, given)
        acting.forget()
        office.engine.dispose()


def test_of_two_who_save_from_the_same_page_one_wins_and_the_other_is_told(
    office: Office, recommendation: str
) -> None:
    def save(place: int) -> str:
        try:
            decide(office, recommendation, responsible=f"Person {place}")
        except IntroductionError as refused:
            return refused.reason.code
        return "kept"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, range(4))) == ["changed", "changed", "changed", "kept"]
    with pytest.raises(IntroductionError) as refused:
        prepare(office, recommendation, base=7, funded="2026-01-07")
    assert code(refused) == "changed"


def test_what_is_saved_without_a_change_is_not_kept_again(office: Office, recommendation: str) -> None:
    decide(office, recommendation, decision="not", units="Hudkliniken; SE-1", reason_public="1")
    with pytest.raises(IntroductionError) as refused:
        decide(office, recommendation, decision="not", base=1, units="Hudkliniken; SE-1", reason_public="1")
    assert code(refused) == "same"
    decide(office, recommendation, decision="not", base=1, units="Hudkliniken; SE-2", reason_public="1")


def test_steps_have_days_that_can_be_taken_back_and_all_of_it_stays(
    office: Office, recommendation: str
) -> None:
    with pytest.raises(IntroductionError) as refused:
        prepare(office, recommendation, funded="2026-01-07")
    assert code(refused) == "not_used"
    decide(office, recommendation)
    prepare(office, recommendation, funded="2026-01-07", trained="2026-01-05")
    prepare(office, recommendation, at=LATER, base=newest_step(office, recommendation), funded="2026-01-07")
    assert board(office, recommendation, day(21)).steps[SKANE] == {"funded": FIRST_DAY}
    assert board(office, recommendation, day(21), known=at(1)).steps[SKANE] == {
        "funded": FIRST_DAY,
        "trained": date(2026, 1, 5),
    }
    assert one(office, "SELECT count(*) FROM introduction_step") == 3
    with pytest.raises(BadInput):
        prepare(
            office, recommendation, at=LATER, base=newest_step(office, recommendation), in_use="2027-01-01"
        )


def test_a_protocol_is_examined_as_any_file_and_is_taken_away_without_a_trace_in_the_list(
    office: Office, recommendation: str
) -> None:
    who, where = maker(office, "region", START), Where(recommendation, SKANE)
    with pytest.raises(BadInput) as refused:
        deciding.add_document(office.engine, who, where, "protokoll.exe", b"MZ")
    assert refused.value.faults[0].column == "file"
    assert deciding.add_document(office.engine, who, where, "protokoll.txt", b"Protokoll")
    [found] = board(office, recommendation, FIRST_DAY).documents[SKANE]
    assert (found["filename"], found["given"]) == ("protokoll.txt", True)
    deciding.remove_document(office.engine, who, where, str(found["id"]))
    assert board(office, recommendation, FIRST_DAY).documents == {}
    assert one(office, "SELECT removed_by FROM introduction_document") == "Region"
    with pytest.raises(IntroductionError):
        deciding.remove_document(office.engine, who, where, str(found["id"]))


def test_nothing_is_decided_about_what_has_been_replaced_or_has_ended(
    office: Office, recommendation: str
) -> None:
    decide(office, recommendation)
    number = str(one(office, "SELECT case_number FROM publication"))
    later = Draft(office, number).begin(earlier=recommendation, relation="replaces", at=LATER)
    later.write()
    later.approve(at=LATER)
    later.sign(at=LATER)
    publish(office, LATER)
    with pytest.raises(IntroductionError) as refused:
        decide(office, recommendation, decision="not", at=at(21), base=1)
    assert code(refused) == "ended"
    decide(office, later.id, decision="not", at=at(21))
    assert board(office, recommendation, day(21)).decisions[SKANE]["decision"] == "follow"


def test_an_advice_to_wait_has_no_board(office: Office) -> None:
    interim = Draft(office, at_meeting(office)).signed(kind="interim")
    publish(office)
    with pytest.raises(IntroductionError) as refused:
        decide(office, interim.id)
    assert code(refused) == "not_found"


def test_deviations_are_told_by_region_reason_and_period(office: Office, recommendation: str) -> None:
    settle_regions(office)
    decide(office, recommendation, "01", "limits", reason_code="capacity", reason="Vårdplatser saknas.")
    decide(office, recommendation, "01", "follow", at=at(10), base=1)
    decide(office, recommendation, "03", "not", at=at(5))
    decide(office, recommendation, "03", "not", at=at(8), base=1, responsible="Någon")
    decide(office, recommendation, "04")

    def found(**chosen: object) -> list[tuple[str, date, date | None]]:
        with office.engine.connect() as connection:
            rows = queries.deviations(connection, office.actor("secretary"), Chosen(**chosen))  # type: ignore[arg-type]
        return [(one.row["county_code"], one.spell.first, one.spell.end) for one in rows]

    stockholm, uppsala = ("01", day(0), day(10)), ("03", day(5), None)
    assert found() == [stockholm, uppsala]
    assert found(region="03") == [uppsala]
    assert found(reason="capacity") == [stockholm]
    assert found(first=day(10)) == [uppsala]
    assert found(last=day(4)) == [stockholm]
    assert found(first=day(9), last=day(9)) == [stockholm, uppsala]
    assert found(region="04") == []
    with office.engine.connect() as connection:
        assert queries.deviations(connection, office.actor("company"), Chosen()) == []


def test_other_rooms_are_told_what_held_and_what_was_known(office: Office, recommendation: str) -> None:
    decide(office, recommendation, start_on="2026-03-01")
    decide(office, recommendation, decision="not", at=at(10), base=1)

    def told(on: date, known: datetime | None = None) -> list[tuple[str, str, str, date | None]]:
        with office.engine.connect() as connection:
            rows = facts.standings(connection, on, known)
        return [(row["county_code"], row["decision"], row["reason_code"], row["start_on"]) for row in rows]

    assert told(day(-1)) == []
    assert told(day(9)) == [(SKANE, "follow", "", date(2026, 3, 1))]
    assert told(day(10)) == [(SKANE, "not", "cost", None)]
    assert told(day(10), at(9)) == [(SKANE, "follow", "", date(2026, 3, 1))]
    with office.engine.connect() as connection:
        assert (
            facts.standings(connection, day(10), recommendation_id="00000000-0000-0000-0000-000000000000")
            == []
        )


def notices(office: Office, kind: str) -> list[tuple[str, int, bool]]:
    with office.engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
                SELECT right(subject, 2) AS region, rung, late FROM notice WHERE kind = :kind ORDER BY subject, id
            """),
            {"kind": kind},
        )
        return [(row.region, row.rung, row.late) for row in rows]


def test_a_region_that_has_not_decided_is_reminded_at_30_and_60_days_once_each(
    office: Office, recommendation: str
) -> None:
    settle_regions(office)
    for region in REGIONS:
        if region.code not in ("01", "05"):
            decide(office, recommendation, region.code)
    watching.remind_introductions(office.engine, at(29))
    assert notices(office, "introduction_undecided") == []
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _n: watching.remind_introductions(office.engine, at(30)), range(3)))
    assert notices(office, "introduction_undecided") == [("01", 30, False), ("05", 30, False)]
    decide(office, recommendation, "05", at=at(40))
    watching.remind_introductions(office.engine, at(45))
    # After an outage of three days.
    watching.remind_introductions(office.engine, at(63))
    watching.remind_introductions(office.engine, at(400))
    assert notices(office, "introduction_undecided") == [
        ("01", 30, False),
        ("01", 60, True),
        ("05", 30, False),
    ]


def test_a_start_that_has_come_without_readiness_is_reminded_of_and_a_moved_one_anew(
    office: Office, recommendation: str
) -> None:
    settle_regions(office)
    decide(office, recommendation, SKANE, start_on=day(20).isoformat())
    decide(office, recommendation, "01", start_on=day(20).isoformat())
    decide(office, recommendation, "03", start_on=day(20).isoformat())
    decide(office, recommendation, "04", start_on=day(20).isoformat())
    ready = FIRST_DAY.isoformat()
    prepare(office, recommendation, "01", funded=ready, trained=ready, ordering=ready)
    decide(office, recommendation, "03", "not", at=at(2), base=1)
    decide(
        office,
        recommendation,
        "04",
        at=at(3),
        base=1,
        start_on=day(50).isoformat(),
        holds_from=FIRST_DAY.isoformat(),
    )
    # One that steps back and follows after all, from the same day of start.
    start = day(20).isoformat()
    decide(office, recommendation, "05", start_on=start)
    decide(office, recommendation, "05", "not", at=at(2), base=1)
    decide(office, recommendation, "05", at=at(4), base=2, start_on=start)
    watching.remind_introductions(office.engine, at(19))
    assert notices(office, "introduction_not_ready") == []
    watching.remind_introductions(office.engine, at(21))
    assert notices(office, "introduction_not_ready") == [("05", 0, True), (SKANE, 0, True)]
    watching.remind_introductions(office.engine, at(50))
    watching.remind_introductions(office.engine, at(51))
    assert notices(office, "introduction_not_ready") == [("04", 0, False), ("05", 0, True), (SKANE, 0, True)]


def test_the_days_of_the_reminders_are_settings(office: Office, recommendation: str) -> None:
    watching.remind_introductions(office.engine, at(31))
    assert [rung for _region, rung, _late in notices(office, "introduction_undecided")] == [30]
    who = maker(office, "secretary", at(32))
    watching.set_ladders(office.engine, who, {"undecided": "45, 20 90", "not_ready": "−14, 0"})
    with office.engine.connect() as connection:
        assert watching.ladders(connection) == {"undecided": (20, 45, 90), "not_ready": (-14, 0)}
        assert watching.patience(connection) == 20
    watching.remind_introductions(office.engine, at(44))
    assert len(notices(office, "introduction_undecided")) == 1
    watching.remind_introductions(office.engine, at(100))
    assert [rung for _region, rung, _late in notices(office, "introduction_undecided")] == [30, 45, 90]
    for text in ("x", "1;2;3;4;5;6;7;8;9;10;11", "-1", "9999"):
        with pytest.raises(BadInput):
            watching.set_ladders(office.engine, who, {"undecided": text, "not_ready": "0"})


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["12", "01"]),
        st.sampled_from(rules.DECISIONS),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, st.integers(0, 60), st.integers(0, 60))
def test_the_database_and_the_rule_agree_on_what_holds(
    office: Office, entries: list[tuple[str, str, int, int]], asked: int, known: int
) -> None:
    recommendation = one(office, "SELECT recommendation_id::text FROM publication LIMIT 1") or published(
        office
    )
    insert = sa.text("""
        INSERT INTO introduction_decision (recommendation_id, county_code, organisation_id, number, decision, reason_code,
            reason, reason_public, responsible, responsible_role, protocol_link, holds_from, person_id, person, at)
        SELECT CAST(:id AS uuid), :region, o.id, :number, :decision, :reason, :reason, false, '', '', '', :day, p.id, 'x', :at
        FROM organisation o, person p WHERE o.name = 'Region Skåne' AND p.email = 'region@prov.example'
    """)
    with office.engine.connect() as connection:
        begun = connection.begin()
        for number, (region, decision, holds, later) in enumerate(entries, start=1):
            connection.execute(
                insert,
                {
                    "id": recommendation, "region": region, "number": number, "decision": decision,
                    "reason": "" if decision == "follow" else "cost", "day": day(holds),
                    "at": at(holds + later) + timedelta(minutes=number % 3),
                },
            )  # fmt: skip
        rows = connection.execute(sa.text("SELECT * FROM introduction_decision")).mappings().all()
        instant = at(known)
        expected = rules.as_of([queries.decided_of(row) for row in rows], day(asked), instant)
        found = queries.board(
            connection, office.actor("secretary"), recommendation, day(asked), day(asked), instant
        )
        begun.rollback()
    assert found is not None
    assert {region: row["id"] for region, row in found.decisions.items()} == {
        region: row.id for region, row in expected.items()
    }
