"""From an approved settlement to a released total: what the totals are made of is what has really been settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from nt_process.disclosure import basis, settled
from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.errors import DisclosureError
from nt_process.kernel.money import MILLION
from nt_process.settlement import runs
from nt_process.settlement.errors import SettlementError
from tests.features.disclosure import world
from tests.features.disclosure.world import KEY, some_contributions
from tests.features.settlement.world import P1, Q1, Q2, SALES, Settlement, move_in
from tests.world import Office

SignIn = Callable[[str], FlaskClient]
# At 731.07 a package, 1 000 for 10 million give 9 268 930 back.
LARGE = (P1, "12", "Lund", "2025-05", "1000", "10000000")
REBATE = Decimal(9_268_930)


@pytest.fixture
def settlement(office: Office) -> Settlement:
    return move_in(office)


def put_together(settlement: Settlement) -> None:
    basis.put_together(settlement.office.engine, settlement.maker())
    settlement.work()


def newest(settlement: Settlement, source: str = basis.SETTLED) -> list[Contribution]:
    with settlement.office.engine.connect() as connection:
        return basis.newest(connection, KEY, source)


def own(settlement: Settlement) -> list[tuple[str, date, str, str]]:
    """What the newest basis says of the agreement: region, month, rebate and sales."""
    return [
        (one.region, one.month, str(one.amount), str(one.sales))
        for one in newest(settlement)
        if one.negotiation == settlement.number
    ]


JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))
FIRST = [
    ("12", JANUARY, "2689.30", "10000"), ("12", FEBRUARY, "5378.60", "20000"), ("13", MARCH, "2689.30", "10000"),
]  # fmt: skip


def test_an_approved_run_is_what_totals_are_made_of(settlement: Settlement) -> None:
    settlement.hand_in()
    proposed = settlement.propose()
    assert newest(settlement) == []
    runs.approve(settlement.office.engine, settlement.maker("colleague"), proposed)
    settlement.work()
    assert own(settlement) == FIRST
    [(company, product)] = {(one.company, one.product) for one in newest(settlement)}
    assert (company, product) == ("Älvdal Bio AB", "A16AB01")


def test_a_correction_takes_the_place_of_what_it_corrects(settlement: Settlement) -> None:
    settlement.hand_in()
    first = settlement.settle(Q1)
    settlement.hand_in([(P1, "12", "Malmö", "2025-02", "10", "10000")])
    settlement.settle(Q1)
    corrected = [FIRST[0], ("12", FEBRUARY, "2689.30", "10000"), FIRST[2]]
    assert own(settlement) == corrected
    # Done again, and for the run that was corrected, it changes nothing.
    kept = "SELECT count(*) FROM disclosure_basis"
    before = settlement.deal.one(kept)
    colleague = settlement.office.people["colleague"]
    settled.take_over(settlement.office.engine, KEY, colleague, first, settlement.at)
    put_together(settlement)
    put_together(settlement)
    assert (settlement.deal.one(kept), own(settlement)) == (before + 1, corrected)


def test_a_file_says_the_rest_and_nothing_of_what_is_settled_here(settlement: Settlement) -> None:
    settlement.hand_in()
    settlement.settle()
    stale = Contribution(settlement.number, "Älvdal Bio AB", "A16AB01", "12", JANUARY, Decimal(1), Decimal(2))
    other = Contribution("Annan", "Björk", "L01", "12", JANUARY, Decimal(3), Decimal(9))
    world.take_in(settlement.office, [stale, other])
    settlement.work()
    found = newest(settlement, basis.BOTH)
    assert [one for one in found if one.negotiation == settlement.number] == newest(settlement)
    assert [one for one in found if one.negotiation != settlement.number] == [other]


def test_no_release_is_made_of_a_part(settlement: Settlement) -> None:
    settlement.hand_in()
    settlement.settle()
    with pytest.raises(DisclosureError) as refused:
        world.ask(settlement.office)
    assert refused.value.reason.code == "no_basis"
    put_together(settlement)
    assert world.ask(settlement.office)


def test_the_page_says_that_something_was_settled(settlement: Settlement, as_person: SignIn) -> None:
    settlement.hand_in()
    settlement.settle()
    secretary = as_person("secretary")
    assert "/releases/basis/settled" in secretary.get("/releases/basis").text
    assert secretary.post("/releases/basis/settled").status_code == 302
    settlement.at += timedelta(minutes=1)
    settlement.work()
    page = secretary.get("/releases/basis").text
    assert "/releases/basis/settled" not in page
    assert "Godkända avräkningar" in page


def test_a_total_is_released_of_what_has_been_settled(settlement: Settlement) -> None:
    """2025 of the whole country: seven companies' rebates from a file, and what is due to the end of June."""
    office = settlement.office
    others = some_contributions()
    settlement.hand_in([*SALES, LARGE])
    settlement.settle(Q2)
    world.take_in(office, others)
    settlement.work()
    release_id = world.release(office, first="2025-01")
    row = world.row(office, release_id)
    assert (row["state"], row["refused_for"]) == ("published", None)
    whole = sum((one.amount for one in others if one.month.year == 2025), REBATE + Decimal("10757.20"))
    shown = settlement.deal.one(
        "SELECT amount FROM disclosure_cell WHERE release_id = :id AND amount IS NOT NULL LIMIT 1",
        id=release_id,
    )
    step = Decimal(row["step_msek"])
    assert abs(shown - whole / MILLION) <= step / 2
    # Without what was settled the released total would be another one.
    assert abs(shown - (whole - REBATE) / MILLION) > step / 2


def test_nothing_is_approved_that_no_total_could_hold(settlement: Settlement) -> None:
    settlement.hand_in()
    proposed = settlement.propose()
    with settlement.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET atc = ''")
    with pytest.raises(SettlementError) as refused:
        runs.approve(settlement.office.engine, settlement.maker("colleague"), proposed)
    assert refused.value.reason.code == "no_atc"


def test_whoever_has_left_the_circle_opens_nothing_afterwards(settlement: Settlement) -> None:
    settlement.hand_in()
    proposed = settlement.propose()
    runs.approve(settlement.office.engine, settlement.maker("colleague"), proposed)
    with settlement.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sealed.circle SET valid_to = DATE '2025-12-31'")
    settlement.work()
    assert newest(settlement) == []
