"""A quarter from file to approved statement: exact, by two people, never overwritten."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from nt_process.sealed.room import NotForYou
from nt_process.settlement import runs
from nt_process.settlement.errors import SettlementError
from nt_process.settlement.rules import total
from tests.features.negotiation.world import add_regions
from tests.features.settlement.world import (
    P1,
    P2,
    Q1,
    Q2,
    Q3,
    SALES,
    SIGNED,
    TERMS,
    Settlement,
    agreed,
    kr,
    settle,
)
from tests.world import Office


def due(settlement: Settlement, run: str, party: str) -> dict[str, str]:
    """By unit, as text."""
    sums: dict[str, object] = {}
    for key, amount in settlement.statement(run, party).due.items():
        name = key.unit or key.region
        sums[name] = sums.get(name, kr("0")) + amount  # type: ignore[operator]
    return {name: str(amount) for name, amount in sums.items()}


def test_a_quarter_is_computed_to_the_ore(settlement: Settlement) -> None:
    """10 packages for 10 000 at a net price of 731.07: 10 000 - 7 310.70 = 2 689.30, for 20 twice that."""
    settlement.hand_in()
    run = settlement.settle()
    assert due(settlement, run, "12") == {"Lund": "2689.30", "Malmö": "5378.60"}
    assert due(settlement, run, "13") == {"Halmstad": "2689.30"}
    company = settlement.statement(run, "company")
    assert due(settlement, run, "company") == {"12": "8067.90", "13": "2689.30"}
    assert company.sum == company.to_date == kr("10757.20")


def test_nobody_approves_what_they_proposed(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.propose(name="colleague")
    with pytest.raises(SettlementError) as refused:
        runs.approve(settlement.office.engine, settlement.maker("colleague"), run)
    assert refused.value.reason.code == "same_person"
    assert settlement.state(run) == "proposed"
    runs.approve(settlement.office.engine, settlement.maker("secretary"), run)
    assert settlement.state(run) == "approved"


def test_who_cannot_read_what_is_due_approves_nothing(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.propose()
    with settlement.office.engine.begin() as connection:
        left = "UPDATE sealed.circle SET valid_to = DATE '2025-12-31' WHERE person_id = :id"
        connection.execute(sa.text(left), {"id": settlement.office.people["colleague"]})
    with pytest.raises(SettlementError) as refused:
        runs.approve(settlement.office.engine, settlement.maker("colleague"), run)
    assert refused.value.reason.code == "outside"
    assert settlement.state(run) == "proposed"


@pytest.mark.parametrize(
    "name", ["member", "manager", "auditor", "administrator", "region", "company", "tlv"]
)
def test_only_the_secretariat_proposes_and_approves(settlement: Settlement, name: str) -> None:
    settlement.hand_in()
    run = settlement.propose()
    maker = settlement.maker(name)
    engine = settlement.office.engine
    for command in (
        lambda: runs.propose(engine, maker, settlement.agreement, Q1.isoformat()),
        lambda: runs.approve(engine, maker, run),
        lambda: runs.decline(engine, maker, run),
    ):
        with pytest.raises(SettlementError) as refused:
            command()
        assert refused.value.reason.code == "not_allowed"
    assert settlement.state(run) == "proposed"


def test_the_next_quarter_adds_what_is_new(settlement: Settlement) -> None:
    settlement.hand_in()
    first = settlement.settle(Q1)
    settlement.hand_in([(P1, "12", "Lund", "2025-05", "10", "10000")])
    second = settlement.settle(Q2)
    assert due(settlement, second, "12") == {"Lund": "2689.30"}
    assert settlement.statement(second, "company").to_date == kr("13446.50")
    assert due(settlement, first, "company") == {"12": "8067.90", "13": "2689.30"}


def test_a_corrected_file_makes_a_correction_with_the_difference(settlement: Settlement) -> None:
    """Malmö bought 10 and not 20: 2 689.30 less, and Lund in January stays as it was."""
    settlement.hand_in()
    first = settlement.settle(Q1)
    settlement.hand_in([(P1, "12", "Malmö", "2025-02", "10", "10000")])
    correction = settlement.settle(Q1)
    assert due(settlement, correction, "12") == {"Malmö": "-2689.30"}
    assert due(settlement, first, "12") == {"Lund": "2689.30", "Malmö": "5378.60"}
    with settlement.office.engine.connect() as connection:
        kinds = connection.scalars(sa.text("SELECT kind FROM settlement_run ORDER BY number")).all()
    assert kinds == ["ordinary", "correction"]


def test_a_correction_of_an_earlier_quarter_comes_with_the_next_run(settlement: Settlement) -> None:
    settlement.hand_in()
    settlement.settle(Q1)
    settlement.hand_in(
        [(P1, "12", "Malmö", "2025-02", "10", "10000"), (P1, "12", "Lund", "2025-05", "10", "10000")]
    )
    second = settlement.settle(Q2)
    assert due(settlement, second, "12") == {"Lund": "2689.30", "Malmö": "-2689.30"}
    rows = settlement.statement(second, "12").due
    assert {(key.unit, key.month) for key in rows} == {
        ("Lund", date(2025, 5, 1)),
        ("Malmö", date(2025, 2, 1)),
    }


def test_all_runs_together_are_what_is_due_to_date(settlement: Settlement) -> None:
    """A cap of 7.3 million, half of what is beyond: reached in the second quarter, it gives back on the first too."""
    settlement.hand_in([(P2, "12", "Lund", "2025-01", "5000", "5000000")])
    first = settlement.settle(Q1)
    settlement.hand_in([(P2, "13", "Halmstad", "2025-04", "5000", "5000000")])
    second = settlement.settle(Q2)
    # (10 000 000 - 7 300 000) / 2 = 1 350 000, by cost: half to each.
    assert due(settlement, first, "company") == {}
    assert due(settlement, second, "company") == {"12": "675000.00", "13": "675000.00"}


def test_a_region_is_settled_for_the_months_on_whose_first_day_it_is_bound(office: Office) -> None:
    """Region 12 ends it after January, and region 13 signs in the middle of February: Lund in January, Halmstad in March."""
    add_regions(office)
    deal = agreed(office)
    deal.sign("company", at=SIGNED)
    deal.sign("region", at=SIGNED)
    deal.end("region", "2025-01-31", at=datetime(2025, 1, 10, 9, tzinfo=UTC))
    deal.sign("halland", at=datetime(2025, 2, 15, 9, tzinfo=UTC))
    settlement = Settlement(deal)
    settlement.hand_in([*SALES, (P1, "13", "Halmstad", "2025-02", "10", "10000")])
    run = settlement.settle()
    assert due(settlement, run, "12") == {"Lund": "2689.30"}
    assert due(settlement, run, "13") == {"Halmstad": "2689.30"}
    assert {key.month.month for key in settlement.statement(run, "13").due} == {3}


def test_each_region_is_settled_by_the_version_that_binds_it(settlement: Settlement) -> None:
    """From February 900 a package: 20 000 - 18 000 for Malmö, 10 000 - 9 000 for Halmstad."""
    later = TERMS | {"clauses": [{"kind": "fixed_net_price", "net_prices": {"Provastin 10 mg": "900"}}]}
    settlement.amend(later, date(2025, 2, 1), SIGNED)
    settlement.hand_in()
    run = settlement.settle()
    assert due(settlement, run, "12") == {"Lund": "2689.30", "Malmö": "2000.00"}
    assert due(settlement, run, "13") == {"Halmstad": "1000.00"}


def test_a_region_that_has_not_signed_the_new_version_is_settled_by_the_old_one(office: Office) -> None:
    """Halland has signed the first version alone: 10 000 - 7 310.70, and not 10 000 - 9 000."""
    add_regions(office)
    deal = agreed(office)
    for name in ("company", "region", "halland"):
        deal.sign(name, at=SIGNED)
    later = TERMS | {"clauses": [{"kind": "fixed_net_price", "net_prices": {"Provastin 10 mg": "900"}}]}
    settle(deal, later, SIGNED)
    deal.table.answer("region", "confirmed", SIGNED)
    deal.draft(SIGNED, first_day="2025-02-01").send(2, SIGNED)
    for name in ("company", "region"):
        deal.sign(name, 2, SIGNED)
    settlement = Settlement(deal)
    settlement.hand_in()
    run = settlement.settle()
    assert due(settlement, run, "12") == {"Lund": "2689.30", "Malmö": "2000.00"}
    assert due(settlement, run, "13") == {"Halmstad": "2689.30"}


def test_sales_are_matched_by_article_number_alone(settlement: Settlement) -> None:
    """What the terms call a package settles nothing where a file says that and no number."""
    settlement.hand_in([("Provastin 10 mg", "12", "Lund", "2025-01", "10", "10000"), SALES[1]])
    run = settlement.settle()
    assert due(settlement, run, "12") == {"Malmö": "5378.60"}
    assert {key.package for key in settlement.statement(run, "company").due} == {P1}


def test_a_quarter_that_is_not_over_or_none_is_refused(settlement: Settlement) -> None:
    engine, maker = settlement.office.engine, settlement.maker()
    for until, code in (
        ("2026-03-31", "not_over"),
        ("2025-03-30", "not_a_quarter"),
        ("2024-12-31", "not_a_quarter"),
        ("9999-12-31", "not_a_quarter"),
        ("x\x00", "not_a_quarter"),
    ):
        with pytest.raises(SettlementError) as refused:
            runs.propose(engine, maker, settlement.agreement, until)
        assert refused.value.reason.code == code, until
    settlement.hand_in()
    settlement.settle(Q2)
    with pytest.raises(SettlementError) as refused:
        runs.propose(engine, maker, settlement.agreement, Q1.isoformat())
    assert refused.value.reason.code == "settled_already"


def test_one_run_at_a_time(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.propose(Q1)
    with pytest.raises(SettlementError) as refused:
        settlement.propose(Q2)
    assert refused.value.reason.code == "run_open"
    runs.decline(settlement.office.engine, settlement.maker(), run)
    assert settlement.state(settlement.propose(Q3)) == "proposed"


def test_two_who_approve_at_once(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.propose(name="colleague")
    outcomes: list[str] = []

    def approve() -> None:
        try:
            runs.approve(settlement.office.engine, settlement.maker("secretary"), run)
        except SettlementError as error:
            outcomes.append(error.reason.code)
        else:
            outcomes.append("approved")

    threads = [threading.Thread(target=approve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "changed"]


def test_what_has_been_decided_is_not_changed_by_any_statement(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.settle()
    for statement in (
        "UPDATE settlement_run SET state = 'proposed', decided_by = NULL, decided_at = NULL WHERE id = :id",
        "DELETE FROM settlement_run WHERE id = :id",
        "UPDATE settlement_sale SET amounts = volumes",
        "DELETE FROM settlement_sale",
        "DELETE FROM settlement_statement WHERE run_id = :id",
        "UPDATE settlement_file SET faults = '[]'",
    ):
        with contextlib.suppress(sa.exc.DBAPIError), settlement.office.engine.begin() as connection:
            assert connection.execute(sa.text(statement), {"id": run}).rowcount == 0
    assert settlement.state(run) == "approved"


def test_each_party_opens_its_own_statement_alone(settlement: Settlement) -> None:
    settlement.hand_in()
    run = settlement.settle()
    assert total(settlement.statement(run, "12", "region").due) == kr("8067.90")
    assert total(settlement.statement(run, "13", "halland").due) == kr("2689.30")
    assert total(settlement.statement(run, "company", "company").due) == kr("10757.20")
    for name, party in (
        ("region", "13"),
        ("region", "company"),
        ("halland", "12"),
        ("company", "12"),
        ("rival", "company"),
        ("tlv", "company"),
        ("auditor", "company"),
    ):
        with pytest.raises(NotForYou):
            settlement.statement(run, party, name)


def test_no_amount_that_follows_from_terms_is_outside_the_room(settlement: Settlement) -> None:
    settlement.hand_in(SALES)
    settlement.settle()
    with settlement.office.engine.connect() as connection:
        tables = connection.scalars(
            sa.text(
                "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'sealed')"
            )
        ).all()
        for table in tables:
            if table == "public.version":
                continue
            text = connection.scalar(sa.text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t"))
            for secret in ("731.07", "2689.3", "8067.9", "10757.2", "7300000"):
                assert secret not in text, table


def test_terms_are_read_in_the_proposers_name(settlement: Settlement) -> None:
    settlement.hand_in()
    settlement.propose()
    with settlement.office.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT person, place, row_id, version FROM sealed.reading WHERE unattended")
        ).all()
    assert [tuple(row) for row in rows] == [("Secretary", "agreement_text", settlement.agreement, 1)]


def test_a_proposer_who_has_left_the_circle_computes_nothing(settlement: Settlement) -> None:
    settlement.hand_in()
    run = runs.propose(settlement.office.engine, settlement.maker(), settlement.agreement, Q1.isoformat())
    with settlement.office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE sealed.circle SET valid_to = DATE '2025-12-31'"))
    settlement.work()
    assert settlement.state(run) == "failed"
