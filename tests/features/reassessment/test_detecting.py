"""What the system itself finds that may reopen a case: each happening once, however often it is looked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from nt_process.notices.tick import tick
from nt_process.reassessment import detecting, plans, rules, triggers
from nt_process.reassessment.triggers import Happening
from tests.features.agreements.world import in_force
from tests.features.followup import world as follow_up
from tests.features.followup.world import HANDED_IN
from tests.features.negotiation.world import Table, in_negotiation
from tests.features.prices import world as prices
from tests.features.reassessment.world import Followed, followed, notices, one
from tests.features.recommendations.world import Draft, publish
from tests.horizon import world as horizon
from tests.world import START, Office

LATER = START + timedelta(days=30)


@pytest.fixture
def case(office: Office) -> Followed:
    return followed(office)


def kinds(case: Followed) -> list[str]:
    return sorted(one["kind"] for one in case.triggers())


def test_a_price_that_has_moved_is_found_once_and_compared_with_what_was_told(
    office: Office, case: Followed
) -> None:
    prices.take_in(
        office,
        prices.row(first="2024-01-01", aip="1000", aup="1100"),
        prices.row(vnr="012346", first="2024-01-01", aip="2000", aup="2100"),
        prices.row(vnr="012347", first="2024-01-01", aip="100", aup="200", parallel="ja"),
    )
    assert case.look() == 0
    # Nine percent, and for the parallel import much more: nothing of it is told.
    prices.take_in(
        office,
        prices.row(first="2025-06-01", aip="910", aup="1000"),
        prices.row(vnr="012347", first="2025-06-01", aip="10", aup="20", parallel="ja"),
    )
    assert case.look() == 0
    prices.take_in(
        office,
        prices.row(first="2026-01-01", aip="900", aup="1000"),
        prices.row(vnr="012346", first="2026-01-01", aip="2400", aup="2500"),
    )
    assert case.look() == 1
    assert case.look() == 0
    found = case.triggers()[0]
    assert (found["kind"], str(found["happened_on"])) == ("price_change", "2026-01-01")
    assert [(one["package"], one["percent"]) for one in found["params"]["packages"]] == [
        ("012345", "-10.0"), ("012346", "20.0"),
    ]  # fmt: skip
    # A little more is not told again; as much once more is.
    prices.take_in(office, prices.row(first="2026-01-15", aip="890", aup="1000"))
    assert case.look(LATER) == 0
    prices.take_in(office, prices.row(first="2026-01-20", aip="810", aup="1000"))
    assert case.look(LATER) == 1
    assert case.look(LATER) == 0


def test_a_price_that_begins_tomorrow_is_not_found_today(office: Office, case: Followed) -> None:
    prices.take_in(
        office,
        prices.row(first="2024-01-01", aip="1000", aup="1100"),
        prices.row(first="2026-01-08", aip="500", aup="600"),
    )
    assert case.look() == 0
    assert case.look(START + timedelta(days=1)) == 1


def test_once_found_to_stand_prices_are_compared_with_those_of_that_day(
    office: Office, case: Followed
) -> None:
    prices.take_in(office, prices.row(first="2024-01-01", aip="1000", aup="1100"))
    prices.take_in(office, prices.row(first="2026-01-01", aip="500", aup="600"))
    assert case.look() == 1
    case.assess(str(case.triggers()[0]["id"]))
    case.decide("stands")
    assert case.look(LATER) == 0
    prices.take_in(office, prices.row(first="2026-01-20", aip="540", aup="600"))
    assert case.look(LATER) == 0
    prices.take_in(office, prices.row(first="2026-01-25", aip="550", aup="600"))
    assert case.look(LATER) == 1


def test_an_indication_that_the_list_has_widened_since_is_found(office: Office) -> None:
    known = horizon.medicine(name="Provastin")
    horizon.take_in(office.engine, known)
    case = followed(office, datetime(2024, 9, 1, 9, tzinfo=UTC), indication=known["indication"])
    assert case.look() == 0
    wider = {**known, "indication": "Treatment of spinal muscular atrophy in adults and children."}
    horizon.take_in(office.engine, wider, made=horizon.LATER)
    assert case.look() == 1
    assert case.look() == 0
    found = case.triggers()[0]
    assert (found["kind"], found["params"]["listed"]) == ("new_indication", wider["indication"])
    # When the case holds what the list says, there is nothing to find.
    again = {**wider, "indication": wider["indication"].upper()}
    horizon.take_in(office.engine, again, made="20/03/2025 - 09:30")
    assert case.look() == 0


def test_of_an_agreement_its_end_is_found_and_nothing_else(office: Office) -> None:
    table = Table(office, in_negotiation(office)).open()
    deal = in_force(table, "region")
    office.act("secretary", table.number, "conclude_agreement", reason="Överens.")
    draft = Draft(office, table.number).begin()
    draft.write()
    draft.compare()
    draft.approve()
    draft.sign()
    assert publish(office) == 1
    case = Followed(office, table.number, draft.id)
    assert case.look(datetime(2027, 5, 31, 9, tzinfo=UTC)) == 0
    deal.end("region", "2027-12-31")
    near = datetime(2027, 10, 1, 9, tzinfo=UTC)
    assert case.look(near) == 0
    near += timedelta(days=2)
    assert case.look(near) == 1
    assert case.look(near) == 0
    found = case.triggers()[0]
    assert (found["kind"], str(found["happened_on"])) == ("agreement_ends", "2027-12-31")
    assert found["params"] == {"how": "ends", "agreement": deal.id}


def test_evidence_that_was_delivered_and_a_newer_joint_assessment_are_found(
    office: Office, case: Followed
) -> None:
    milestone = case.milestone(case.plan())
    plans.deliver(office.engine, case.by("company"), milestone, "Rapporten.", None)
    plans.deliver(office.engine, case.by("company"), milestone, "Och en bilaga.", None)
    case.add_report(START)
    assert case.look() == 2
    assert case.look() == 0
    assert kinds(case) == ["jca_updated", "new_evidence"]


def test_it_is_looked_for_once_each_morning_whoever_is_first(office: Office, case: Followed) -> None:
    case.add_report(START)
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(lambda _n: detecting.look_each_morning(office.engine, START), range(3))) == [
            0,
            0,
            1,
        ]
    case.add_report(START)
    assert detecting.look_each_morning(office.engine, START + timedelta(hours=3)) == 0
    tick(office.engine, START + timedelta(days=1))
    assert kinds(case) == ["jca_updated", "jca_updated"]
    # Two of the secretariat are told of each.
    assert notices(office, "reassessment_trigger") == 4
    logged = "SELECT count(*) FROM event WHERE kind = 'reassessment_trigger' AND role = 'system'"
    assert one(office, logged) == 2


def test_nothing_is_looked_for_where_the_national_process_is_closed(office: Office, case: Followed) -> None:
    case.assess(case.enter())
    case.decide("closed")
    case.add_report(LATER)
    assert case.look(LATER + timedelta(days=1)) == 0


def test_an_alert_of_the_follow_up_is_taken_in_as_values(office: Office, case: Followed) -> None:
    alert = Happening(case.number, rules.ALERT, "larm 17", START.date(), "Uppföljningen", "Underanvändning.")
    with office.engine.begin() as connection:
        assert triggers.note(connection, alert, START)
        assert not triggers.note(connection, alert, START)
        assert not triggers.note(connection, Happening("NT-1999-0001", rules.ALERT, "x", START.date()), START)
    assert kinds(case) == ["alert"]


def test_an_alert_of_the_follow_up_is_a_trigger_once(office: Office) -> None:
    made = follow_up.told(office)
    assert len(made.alerts()) == 1
    for later in (HANDED_IN + timedelta(hours=1), HANDED_IN + timedelta(days=1)):
        with office.engine.begin() as connection:
            detecting.look(connection, later)
    found = one(
        office,
        """SELECT array_agg(t.params ->> 'alert' = a.id::text) FROM reopening_trigger t, followup_alert a
           WHERE t.kind = 'alert'""",
    )
    assert found == [True]
