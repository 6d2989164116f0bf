"""What the secretariat decides about an item, who may, and what happens when two decide at once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from nt_process.cases.errors import Refused
from nt_process.horizon import queries, service
from nt_process.horizon.errors import HorizonError
from nt_process.horizon.queries import ItemFile
from nt_process.horizon.service import Decision
from tests.horizon.world import LATER, counted, medicine, stored, take_in
from tests.world import START, Office

OTHER = medicine(name="Sommarört", product_number="EMEA/H/C/009002")
FACTS = {"medicine": "Vintergrönt", "orphan": True, "company": "Lunden Pharma AB"}


@pytest.fixture(autouse=True)
def _items(engine: Engine) -> None:
    take_in(engine, medicine(), OTHER)


def decision(engine: Engine, office: Office, name: str = "Vintergrönt", who: str = "secretary") -> Decision:
    """A decision about the item as it is now."""
    item = stored(engine, name)
    return Decision(office.actor(who), str(item["id"]), item["version"], START)


def item_file(engine: Engine, office: Office, name: str = "Vintergrönt") -> ItemFile:
    with engine.connect() as connection:
        found = queries.item_file(connection, office.actor("secretary"), str(stored(engine, name)["id"]))
    assert found is not None
    return found


def refused_code(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(HorizonError) as refusal:
        call(*arguments)
    return refusal.value.reason.code


def test_a_dismissed_medicine_keeps_its_reason_and_can_be_taken_up_again(
    engine: Engine, office: Office
) -> None:
    service.dismiss(engine, decision(engine, office), "Används inte i sjukvården.")
    assert stored(engine)["status"] == "dismissed"
    service.reopen(engine, decision(engine, office))
    assert stored(engine)["status"] == "watched"
    history = item_file(engine, office).decisions
    assert [(one["kind"], one["reason"], one["person"]) for one in history] == [
        ("reopened", "", "Secretary"),
        ("dismissed", "Används inte i sjukvården.", "Secretary"),
    ]


@pytest.mark.parametrize("reason", ["", "   ", "a\x00b", "x" * 2_001])
def test_a_reason_must_be_stated_and_storable(engine: Engine, office: Office, reason: str) -> None:
    assert refused_code(service.dismiss, engine, decision(engine, office), reason) == "no_reason"
    assert stored(engine)["status"] == "watched"


def test_merged_items_follow_each_other_and_stay_apart_at_the_next_import(
    engine: Engine, office: Office
) -> None:
    target = str(stored(engine, "Sommarört")["id"])
    service.merge(engine, decision(engine, office), target, "Samma läkemedel")
    assert str(stored(engine)["merged_into"]) == target
    assert [one["medicine"] for one in item_file(engine, office, "Sommarört").similar] == ["Vintergrönt"]
    report = take_in(engine, medicine(company="Nya Lunden AB"), OTHER, made=LATER)
    assert counted(report) == (0, 1, 1, 0)
    assert stored(engine)["company"] == "Nya Lunden AB"
    assert stored(engine, "Sommarört")["company"] == "Lunden Pharma AB"
    service.reopen(engine, decision(engine, office))
    assert stored(engine)["merged_into"] is None


def test_a_merge_into_a_merged_item_is_refused_and_makes_no_chain(engine: Engine, office: Office) -> None:
    take_in(engine, medicine(name="Höstlöv", product_number="EMEA/H/C/009003"), made=LATER)
    first, second, third = (
        str(stored(engine, name)["id"]) for name in ("Vintergrönt", "Sommarört", "Höstlöv")
    )
    service.merge(engine, decision(engine, office), second)
    assert refused_code(service.merge, engine, decision(engine, office, "Höstlöv"), first) == "no_target"
    assert refused_code(service.merge, engine, decision(engine, office, "Höstlöv"), third) == "no_target"
    unknown = "00000000-0000-0000-0000-000000000000"
    assert refused_code(service.merge, engine, decision(engine, office, "Höstlöv"), unknown) == "no_target"
    service.merge(engine, decision(engine, office, "Sommarört"), third)
    assert str(stored(engine)["merged_into"]) == third


def test_a_case_is_opened_with_the_item_behind_it(engine: Engine, office: Office) -> None:
    number = service.open_case(engine, decision(engine, office), "sarlakemedel", FACTS)
    found = item_file(engine, office)
    assert found.item["status"] == "opened"
    assert [case["number"] for case in found.cases] == [number]
    assert found.decisions[0]["case_number"] == number
    second = service.open_case(engine, decision(engine, office), "sarlakemedel", FACTS)
    assert [case["number"] for case in item_file(engine, office).cases] == [number, second]


def test_a_refused_case_leaves_the_item_as_it_was_and_takes_no_number(engine: Engine, office: Office) -> None:
    before = stored(engine)
    with pytest.raises(Refused):
        service.open_case(engine, decision(engine, office), "sarlakemedel", {**FACTS, "atc": "!!"})
    assert stored(engine) == before
    assert service.open_case(engine, decision(engine, office), "sarlakemedel", FACTS) == "NT-2026-0001"


def test_whoever_comes_second_is_told_who_was_first(engine: Engine, office: Office) -> None:
    late = decision(engine, office, who="colleague")
    service.dismiss(engine, decision(engine, office), "Först")
    with pytest.raises(HorizonError) as refusal:
        service.dismiss(engine, late, "Sedan")
    assert (refusal.value.reason.code, refusal.value.reason.params) == (
        "changed",
        {"person": "Secretary", "at": START},
    )


def test_an_import_in_between_is_told_too(engine: Engine, office: Office) -> None:
    late = decision(engine, office)
    take_in(engine, medicine(orphan="No"), made=LATER)
    with pytest.raises(HorizonError) as refusal:
        service.open_case(engine, late, "sarlakemedel", FACTS)
    assert refusal.value.reason.code == "changed"
    assert refusal.value.reason.params["person"] == ""


def test_what_the_status_does_not_admit(engine: Engine, office: Office) -> None:
    assert refused_code(service.reopen, engine, decision(engine, office)) == "not_now"
    service.dismiss(engine, decision(engine, office), "Nej")
    assert refused_code(service.dismiss, engine, decision(engine, office), "Nej") == "not_now"
    assert refused_code(service.open_case, engine, decision(engine, office), "klinik", FACTS) == "not_now"
    gone = Decision(office.actor("secretary"), "00000000-0000-0000-0000-000000000000", 1, START)
    assert refused_code(service.reopen, engine, gone) == "not_found"


@pytest.mark.parametrize("who", ["member", "manager", "auditor", "administrator", "tlv", "region", "company"])
def test_only_the_secretariat_decides(engine: Engine, office: Office, who: str) -> None:
    by = decision(engine, office, who=who)
    other = str(stored(engine, "Sommarört")["id"])
    for call, arguments in (
        (service.dismiss, ("Nej",)),
        (service.reopen, ()),
        (service.merge, (other,)),
        (service.open_case, ("klinik", FACTS)),
    ):
        assert refused_code(call, engine, by, *arguments) == "not_allowed"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM horizon_decision")) == 0


def test_two_merges_in_opposite_directions_leave_one_item_standing(engine: Engine, office: Office) -> None:
    pairs = [("Vintergrönt", "Sommarört"), ("Sommarört", "Vintergrönt")]
    prepared = [(decision(engine, office, name), str(stored(engine, into)["id"])) for name, into in pairs]
    start = threading.Barrier(2)
    codes: list[str] = []

    def run(by: Decision, into: str) -> None:
        start.wait()
        try:
            service.merge(engine, by, into)
            codes.append("done")
        except HorizonError as error:
            codes.append(error.reason.code)

    threads = [threading.Thread(target=run, args=each) for each in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["done", "no_target"]
    assert {stored(engine)["status"], stored(engine, "Sommarört")["status"]} == {"watched", "merged"}


def test_companies_read_nothing_of_what_is_watched(engine: Engine, office: Office) -> None:
    item = stored(engine)
    with engine.connect() as connection:
        for who, sees in (("company", False), ("member", True), ("region", True), ("tlv", True)):
            actor = office.actor(who)
            listed = queries.items(connection, actor, queries.Filter(), 1, START.date())
            assert bool(listed.total) is sees, who
            assert bool(queries.item_file(connection, actor, str(item["id"]))) is sees
            assert bool(queries.imports(connection, actor)) is sees
            assert bool(queries.counts(connection, actor, START.date())["orphan"]) is sees
            assert bool(queries.choices(connection, actor)["years"]) is sees
            assert bool(queries.merge_targets(connection, actor, item, "Sommarört")) is sees
            assert bool(queries.import_file(connection, actor, str(item["first_import"]))) is sees
