"""What regions state of who pays: whose it is, what follows from it, and what is still known of what was said before."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.infra import acting
from nt_process.introduction_financing import (
    owned,
    pays,
    pot_queries,
    pot_service,
    queries,
    rule_service,
    service,
)
from nt_process.introduction_financing.errors import FinancingError
from nt_process.introduction_financing.pays import Question
from nt_process.kernel.faults import BadInput
from nt_process.kernel.regions import BY_CODE
from tests.features.introduction_financing.world import (
    ATC,
    HALLAND,
    PERIOD,
    SHARE,
    SKANE,
    UPPSALA,
    VGR,
    Financing,
)
from tests.world import FIRST_DAY, START


def codes(refused: pytest.ExceptionInfo[BadInput]) -> set[tuple[str | None, str]]:
    return {(fault.column, fault.code) for fault in refused.value.faults}


def decided(engine: Engine, region: str, day: date, known_at: datetime | None = None) -> str:
    with engine.connect() as connection:
        return pays.answer(connection, Question(ATC, BY_CODE[region], day), known_at).rule.code


def test_a_region_without_a_rule_finances_no_introduction_until_it_has_one(
    financing: Financing, engine: Engine
) -> None:
    with pytest.raises(BadInput) as refused:
        financing.begin(SKANE, "secretary")
    assert codes(refused) == {("start_on", "no_introduction_rule")}
    financing.rule(SKANE, months="18")
    made = financing.begin(SKANE, SKANE, start_on="2026-08-31")
    [row] = financing.rows("SELECT moves_on FROM introduction_financing WHERE id = :id", id=made)
    # Eighteen months from 31 August 2026: the last of February.
    assert row.moves_on == date(2028, 2, 29)
    assert decided(engine, SKANE, date(2026, 8, 30)) == "unit_pays"
    assert decided(engine, SKANE, date(2026, 8, 31)) == "own_introduction"
    assert decided(engine, SKANE, date(2028, 2, 28)) == "own_introduction"
    assert decided(engine, SKANE, date(2028, 2, 29)) == "unit_pays"


def test_nobody_states_anything_for_another_region(financing: Financing, engine: Engine) -> None:
    made = financing.begin()
    skane = financing.maker(SKANE)
    for refused in (
        lambda: financing.begin(VGR, SKANE, medicine="Annat"),
        lambda: financing.rule(VGR, SKANE),
        lambda: financing.listed(VGR, SKANE),
        lambda: financing.budget(made, "1", SKANE),
        lambda: financing.actual(made, "2026-01", "1", SKANE),
        # Amounts are the region's own, the secretariat's too are not.
        lambda: financing.budget(made, "1", "secretary"),
        lambda: financing.actual(made, "2026-01", "1", "secretary"),
        lambda: financing.cost(VGR, "2025", "1", SKANE),
        lambda: financing.cost(VGR, "2025", "1", "secretary"),
        lambda: service.move_start(engine, skane, made, 1, {"start_on": "2026-02-01", "reason": "x"}),
        lambda: service.hand_sales_on(engine, skane, made),
        lambda: pot_service.state_terms(engine, skane, 0, {}),
        lambda: pot_service.add_medicine(engine, skane, {}),
    ):
        with pytest.raises(FinancingError) as error:
            refused()
        assert error.value.reason.code == "not_allowed"


def test_two_own_rules_never_hold_for_the_same_medicine_on_a_day(
    financing: Financing, engine: Engine
) -> None:
    first = financing.rule(SKANE, **{**SHARE, "valid_to": "2026-12-31"})
    for wrong in (SHARE | {"atc": "A16AB", "valid_from": "2026-12-31"}, SHARE | {"atc": "A"}):
        with pytest.raises(BadInput) as refused:
            financing.rule(SKANE, **wrong)
        assert codes(refused) == {("valid_from", "rules_meet")}
    financing.rule(SKANE, **{**SHARE, "valid_from": "2027-01-01"})
    financing.rule(SKANE, **{**SHARE, "atc": "A17"})
    financing.rule(UPPSALA, UPPSALA, **SHARE)
    # A rule that another follows cannot be made longer; taken back, it makes room.
    maker = financing.maker(SKANE)
    with pytest.raises(BadInput) as refused:
        rule_service.end_rule(engine, maker, first, 1, {"last_day": "2027-01-01", "reason": "Längre"})
    assert codes(refused) == {("last_day", "rules_meet")}
    rule_service.end_rule(engine, maker, first, 1, {"last_day": "", "reason": "Fel region"})
    assert decided(engine, SKANE, date(2026, 6, 1)) == "unit_pays"
    with pytest.raises(FinancingError) as error:
        rule_service.end_rule(engine, maker, first, 2, {"last_day": "", "reason": "En gång till"})
    assert error.value.reason.code == "removed"


def test_of_two_who_enter_the_same_rule_at_once_one_is_told(financing: Financing) -> None:
    def enter(_: int) -> bool:
        try:
            financing.rule(SKANE, SKANE)
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(4))) == [False, False, False, True]


def test_the_yearly_list_is_of_a_region_that_has_a_rule_for_one(financing: Financing, engine: Engine) -> None:
    with pytest.raises(BadInput) as refused:
        financing.listed(SKANE, SKANE)
    assert codes(refused) == {("region", "no_list")}
    financing.listed(atc="A16AB")
    assert decided(engine, VGR, date(2026, 12, 31)) == "regional_solidarity"
    assert decided(engine, VGR, date(2027, 1, 1)) == "prescriber"
    [row] = financing.rows("SELECT id FROM solidarity_listing")
    rule_service.unlist_medicine(engine, financing.maker(VGR, FIRST_DAY + timedelta(days=30)), row.id)
    assert decided(engine, VGR, date(2026, 12, 31)) == "prescriber"
    # As it was known before it was taken off.
    assert decided(engine, VGR, date(2026, 12, 31), START + timedelta(days=10)) == "regional_solidarity"
    with pytest.raises(FinancingError) as error:
        rule_service.unlist_medicine(engine, financing.maker(VGR), row.id)
    assert error.value.reason.code == "removed"


def test_a_moved_start_is_known_as_it_was(financing: Financing, engine: Engine) -> None:
    made, later = financing.begin(), FIRST_DAY + timedelta(days=60)
    maker, texts = financing.maker(VGR, later), {"start_on": "2026-03-01", "reason": "Försenad leverans"}
    service.move_start(engine, maker, made, 1, texts)
    assert decided(engine, VGR, date(2026, 2, 1)) == "prescriber"
    assert decided(engine, VGR, date(2026, 2, 1), START + timedelta(days=5)) == "introduction"
    with pytest.raises(FinancingError) as error:
        service.move_start(engine, maker, made, 1, texts)
    assert error.value.reason.code == "changed"


def test_months_are_replaced_and_counted_in_the_period_alone(financing: Financing, engine: Engine) -> None:
    made, on = financing.begin(budget="100000"), date(2026, 4, 1)
    financing.actual(made, "2026-01", "10 000,50", on=on)
    financing.actual(made, "2026-02-14", "9000", on=on)
    financing.actual(made, "2026-02", "8000", on=on)
    for month, code in (
        ("2025-12", "month_outside"),
        ("2026-05", "month_not_begun"),
        ("2028-02", "month_outside"),
    ):
        with pytest.raises(BadInput) as refused:
            financing.actual(made, month, "1", on=on)
        assert codes(refused) == {("month", code)}
    with engine.connect() as connection:
        file = queries.financing_file(connection, financing.maker(VGR).actor, on, uuid.UUID(made))
    assert file is not None
    assert file.money is not None
    assert (file.money.spent, file.money.remaining) == (Decimal("18000.50"), Decimal("81999.50"))
    assert len(financing.rows("SELECT FROM introduction_actual")) == 3


def test_sums_are_told_to_the_office_when_three_regions_are_in_them(
    financing: Financing, engine: Engine
) -> None:
    for region in (SKANE, UPPSALA, HALLAND):
        financing.rule(region)
    made = {code: financing.begin(code, code, budget="1000") for code in (VGR, SKANE, UPPSALA)}
    for code in (VGR, SKANE):
        financing.actual(made[code], "2026-01", "70.25", code)

    def told(name: str) -> list[tuple[int, Decimal | None, int, Decimal | None]]:
        maker = financing.maker(name)
        _act(engine, maker.actor.id)
        try:
            with engine.connect() as connection:
                found = queries.sums(connection, maker.actor)
        finally:
            _forget(engine)
        return [(row["budgets"], row["budget"], row["told"], row["spent"]) for row in found]

    assert told("manager") == [(3, Decimal(3000), 2, None)]
    financing.actual(made[UPPSALA], "2026-01", "1", UPPSALA)
    assert told("secretary") == [(3, Decimal(3000), 3, Decimal("141.50"))]
    assert told("member") == told("auditor") == told(VGR) == []


def test_the_database_shows_a_regions_amounts_to_nobody_else(financing: Financing, engine: Engine) -> None:
    made = financing.begin(budget="1000")
    financing.actual(made, "2026-01", "5")
    financing.cost(VGR, "2025", "9", VGR)
    for name, seen in (
        (VGR, 1),
        (SKANE, 0),
        ("secretary", 0),
        ("manager", 0),
        ("member", 0),
        ("company", 0),
        ("tlv", 0),
    ):
        _act(engine, financing.maker(name).actor.id)
        try:
            with engine.connect() as connection:
                for table in ("introduction_budget", "introduction_actual", "orphan_cost"):
                    assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == seen, (name, table)
                known = connection.scalar(sa.text("SELECT count(*) FROM introduction_financing"))
                assert known == (0 if name in ("company", "tlv") else 1), name
        finally:
            _forget(engine)


def test_what_was_stated_cannot_be_changed(engine: Engine) -> None:
    for table in ("cost_rule", "solidarity_listing", "introduction_period", "introduction_budget", "introduction_actual",
                  "orphan_pot", "orphan_exclusivity", "orphan_cost"):  # fmt: skip
        for statement in (f"UPDATE {table} SET person = 'X'", f"DELETE FROM {table}"):
            with (
                engine.connect() as connection,
                pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
            ):
                connection.execute(sa.text(statement))


def test_a_case_tells_in_its_log_that_it_is_financed_and_companies_are_not_told(financing: Financing) -> None:
    number = financing.office.open()
    financing.begin(case=number)
    financing.orphan(case=number)
    kinds = [row.kind for row in financing.rows("SELECT kind FROM event ORDER BY seq")]
    assert kinds[-2:] == ["introduction_financing_begun", "joint_liability_registered"]
    with pytest.raises(BadInput) as refused:
        financing.begin(medicine="Annat", case="NT 1900-1")
    assert codes(refused) == {("case", "no_such_case")}
    with pytest.raises(FinancingError) as error:
        financing.begin(case=number)
    assert error.value.reason.code == "registered"
    # What was refused left nothing behind.
    assert len(financing.rows("SELECT FROM introduction_financing")) == 1
    assert len(financing.rows("SELECT FROM event WHERE kind = 'introduction_financing_begun'")) == 1


def test_the_seam_for_a_regions_decision_takes_values(financing: Financing, engine: Engine) -> None:
    begun = service.Begun(VGR, "Provastin", ATC, "", date(2026, 5, 4))
    made = service.begin_by_values(engine, financing.maker("secretary"), begun)
    [row] = financing.rows("SELECT moves_on FROM introduction_financing WHERE id = :id", id=made)
    assert row.moves_on == date(2028, 5, 4)


# --- the pot ----------------------------------------------------------------------------------------


def test_the_pot_by_what_regions_have_stated_of_a_past_year(financing: Financing, engine: Engine) -> None:
    """Three regions: 10, 20 and 30 million; the state's 90 percent is 54 of a pot of 50: each has 50/60 of its cost."""
    on = date(2026, 3, 1)
    financing.terms(pot="50", on=on)
    financing.orphan()
    for region, million in ((VGR, 10), (SKANE, 20)):
        financing.cost(region, "2025", str(million * 1_000_000), region, on)

    def pot(name: str) -> pot_queries.Pot:
        with engine.connect() as connection:
            return pot_queries.the_pot(connection, financing.maker(name).actor, on)

    assert not pot(VGR).years[0].outcome
    assert pot(VGR).own[0].share is None
    financing.cost(UPPSALA, "2025", "30000000", UPPSALA, on)
    year = pot("manager").years[0]
    assert (year.outcome, year.row.cost, year.row.granted, year.level) == (
        True,
        Decimal(60),
        Decimal(50),
        "shortage",
    )
    share = pot(VGR).own[0].share
    assert share is not None
    assert (share.granted, share.own) == (Decimal("8333333.33"), Decimal("1666666.67"))
    assert pot("manager").own == []


def test_a_reduced_exclusivity_needs_its_reason_and_warns_anew(financing: Financing, engine: Engine) -> None:
    made, maker = financing.orphan(), financing.maker("secretary")
    texts = {
        "start_on": "2020-02-29",
        "ends_on": "2028-02-29",
        "yearly_cost": "90",
        "reason": "",
        "origin": "EMA",
    }
    for changed, expected in (
        ({}, ("reason", "reason_for_end")),
        ({"ends_on": "2026-02-27"}, ("ends_on", "exclusivity_too_short")),
        ({"ends_on": "2032-03-01"}, ("ends_on", "exclusivity_too_long")),
    ):
        with pytest.raises(BadInput) as refused:
            pot_service.change_medicine(engine, maker, made, 1, texts | changed)
        assert codes(refused) == {expected}
    pot_service.change_medicine(engine, maker, made, 1, texts | {"reason": "Grunderna finns inte längre"})
    [row] = financing.rows("SELECT ends_on, remind_months, remind_on FROM orphan_medicine")
    # Less than 36 months are left: told at once, then 24 and 12 months before.
    assert tuple(row) == (date(2028, 2, 29), 36, FIRST_DAY)
    with pytest.raises(FinancingError) as error:
        pot_service.change_medicine(engine, maker, made, 1, texts | {"reason": "x"})
    assert error.value.reason.code == "changed"


def test_the_terms_are_versions_and_a_new_level_comes_when_a_period_begins(financing: Financing) -> None:
    financing.terms()
    for wrong, expected in (("2027: 200", "no_period_begins"), ("2028 mycket", "not_bases")):
        with pytest.raises(BadInput) as refused:
            financing.terms(1, bases=wrong)
        assert codes(refused) == {("bases", expected)}
    financing.terms(1, bases="2028: 200\n2033 = 300,5")
    with pytest.raises(FinancingError) as error:
        financing.terms(1)
    assert error.value.reason.code == "changed"
    rows = financing.rows("SELECT bases FROM orphan_pot ORDER BY version")
    assert [row.bases for row in rows] == [{}, {"2028": "200", "2033": "300.5"}]


@pytest.mark.parametrize("bad", ["\x00", "\ud800", "x" * 10**6, "2026-02-30", "1e9", "-1", "<b>", "0" * 50])
def test_no_text_is_more_than_a_fault(financing: Financing, engine: Engine, bad: str) -> None:
    made = financing.begin()
    everything = dict.fromkeys((*PERIOD, *SHARE, "budget", "month", "amount", "year", "pot", "reason"), bad)
    maker = financing.maker(VGR)
    for command in (
        lambda: service.begin(engine, maker, everything | {"region": VGR}),
        lambda: service.begin(engine, maker, {**PERIOD, "region": bad}),
        lambda: service.move_start(engine, maker, made, 1, everything),
        lambda: service.state_actual(engine, maker, made, everything),
        lambda: rule_service.add_rule(engine, maker, everything | {"region": VGR}),
        lambda: rule_service.list_medicine(engine, maker, everything | {"region": VGR}),
        lambda: pot_service.state_terms(engine, financing.maker("secretary"), 0, everything),
        lambda: pot_service.add_medicine(engine, financing.maker("secretary"), everything),
        lambda: pays.read_question(everything | {"on": bad, "channel": bad, "disease": bad}),
    ):
        with pytest.raises(BadInput):
            command()


def test_own_rules_of_all_regions_are_read_at_once(financing: Financing, engine: Engine) -> None:
    financing.rule(SKANE)
    financing.rule(UPPSALA, UPPSALA, **SHARE)
    with engine.connect() as connection:
        assert set(owned.rules_of_all(connection)) == {SKANE, UPPSALA}
        assert owned.rules_of_all(connection, known_at=datetime(2020, 1, 1, tzinfo=UTC)) == {}


def _act(engine: Engine, person: str) -> None:
    acting.become(person, FIRST_DAY)
    engine.dispose()


def _forget(engine: Engine) -> None:
    acting.forget()
    engine.dispose()
