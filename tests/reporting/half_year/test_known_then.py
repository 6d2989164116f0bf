"""Two years reproducible: a report as known then is the same bytes, whatever is done and corrected in the database later."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import fold
from nt_process.financing.data.populations import POPULATIONS
from nt_process.reporting.half_year import jobs, queries, reports, service
from nt_process.reporting.half_year.compiling import compile_figures
from nt_process.reporting.half_year.errors import HalfYearError
from nt_process.reporting.half_year.facts import Facts
from nt_process.reporting.half_year.figures import Figures, fingerprint, to_bytes
from nt_process.reporting.half_year.period import Period, read_period
from tests.features.agreements.world import Deal
from tests.features.consultation.world import Consultation, move_in
from tests.features.council.world import Council, add_members, in_council
from tests.features.followup import world as follow_up
from tests.features.introduction.world import decide, published
from tests.features.negotiation.world import Table, add_regions, in_negotiation
from tests.features.recommendations.world import Draft, at_meeting, publish
from tests.reporting.half_year.world import COST, LINE, PREFACE, counted, issued, maker, one
from tests.reporting.world import Walk, made_world, recorded_by, store
from tests.world import START, Office

WORKFLOWS = load_published()
PERIOD = read_period("2026-1")


def instant(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def as_known(engine: Engine, known_on: date, period: Period = PERIOD) -> Figures:
    with engine.connect() as connection:
        return queries.figures(connection, WORKFLOWS, period, known_on)


def now(figures: Figures, table: str, row: str) -> Any:
    return figures.table(table).cell(row, "now")


def test_later_steps_and_corrections_change_nothing_that_was_known(office: Office) -> None:
    engine = office.engine
    first = office.open(at=instant(2, 2))
    office.open(at=instant(5, 4))
    service.enter(engine, maker(office, at=instant(2, 2)), LINE | {"year": "2026"})
    service.enter(engine, maker(office, at=instant(4, 2)), COST | {"day": "2026-04-01"})
    known_on = date(2026, 7, 10)
    then = as_known(engine, known_on)
    # What comes afterwards: a step of the period that was recorded late, a new case, another line, a cost taken back.
    office.act("secretary", first, "discontinue", instant(7, 20), day=date(2026, 6, 20), reason="Avslag i EU")
    office.open(at=instant(7, 20))
    service.enter(engine, maker(office, at=instant(7, 20)), LINE | {"year": "2026", "amount": "400000"})
    taken_back = COST | {"day": "2026-04-01", "amount": "-125000,50"}
    service.enter(engine, maker(office, at=instant(7, 20)), taken_back)
    assert to_bytes(as_known(engine, known_on)) == to_bytes(then)
    later = as_known(engine, date(2026, 8, 3))
    assert (now(then, "flow", "ended"), now(later, "flow", "ended")) == (0, 1)
    assert (now(then, "flow", "opened"), now(later, "flow", "opened")) == (2, 2)
    assert then.table("lines").cell("total", "spent_in_period") == Decimal("125000.50")
    assert later.table("lines").cell("total", "spent_in_period") == 0


def test_whatever_is_stored_only_what_was_recorded_counts(engine: Engine, office: Office) -> None:
    """Random logs with steps that were recorded late, all of them stored: the database's answer for any day is that of
    the logs as they had been recorded by then. The cases' own rows are of the present, and most of them have ended."""
    del office
    chance = random.Random(11)  # noqa: S311 - a fixed world
    walks = made_world(30, date(2026, 7, 31), seed=3)
    for walk in walks:
        _recorded_late(walk, chance)
    store(engine, walks)
    _present(engine, walks)
    days = [date(2024, 9, 30) + timedelta(days=chance.randrange(900)) for _ in range(12)]
    for known_on in days:
        period = Period(
            date(known_on.year - chance.randrange(2), chance.choice((1, 4, 7)), 1), chance.choice((1, 3, 6))
        )
        if known_on < period.first:
            continue
        logs = [log for walk in walks if (log := list(recorded_by(walk.events, known_on)))]
        chance.shuffle(logs)
        population_on = queries.population_day(period)
        facts = Facts(known_on, logs, introductions=[], access=[], populations=POPULATIONS[population_on])
        expected = to_bytes(compile_figures(facts, WORKFLOWS, period, population_on))
        assert to_bytes(as_known(engine, known_on, period)) == expected, (period.name, known_on)


def _recorded_late(walk: Walk, chance: random.Random) -> None:
    """Move the recording of steps, in the order of the log; their days stay."""
    shift, events = timedelta(0), []
    for event in walk.events:
        shift = max(shift + timedelta(days=chance.choice((-20, -5, 0, 0, 0, 45))), timedelta(0))
        at = event.at + shift
        events.append(replace(event, at=max(at, events[-1].at) if events else event.at))
    walk.events[:] = events


def _present(engine: Engine, walks: list[Walk]) -> None:
    """The cases' own rows as they are when everything has been recorded."""
    with engine.begin() as connection:
        for walk in walks:
            case = fold(walk.events)
            connection.execute(
                sa.text("UPDATE cases SET terminal = :terminal, state_since = :since WHERE number = :number"),
                {"terminal": case.terminal, "since": case.state_since, "number": walk.number},
            )


def test_minutes_and_answers_count_from_when_they_were_there(office: Office) -> None:
    add_members(office)
    number = in_council(office, at=instant(1, 7))
    council = Council(office).plan()
    council.add(number)
    council.publish()
    council.everybody()
    council.decide(number)
    meeting = council.one("SELECT day FROM council_meeting WHERE id = :id", id=council.id)
    before = as_known(office.engine, date(2026, 12, 1), _half_of(meeting))
    assert now(before, "meetings", "held") == 0, "of a meeting without minutes nobody knows that it was held"
    drafted = datetime.combine(meeting, START.time(), UTC) + timedelta(days=3)
    council.draft(drafted)
    closed = drafted + timedelta(days=20)
    council.approve("astrid", "chair", drafted)
    council.approve("bertil", "adjuster", closed)
    between, after = (as_known(office.engine, day.date(), _half_of(meeting)) for day in (drafted, closed))
    assert (now(between, "meetings", "held"), now(between, "meetings", "closed")) == (1, 0)
    assert now(between, "meetings", "items") == 0
    assert (now(after, "meetings", "closed"), now(after, "meetings", "items_decided")) == (1, 1)
    consultation = Consultation(office)
    move_in(office)
    opened = consultation.open(number, ("Region Skåne", "Region Uppsala"), on=date(2026, 1, 8))
    consultation.answer(opened, "region", "Ja", on=date(2026, 1, 12))
    consultation.close(opened, on=date(2026, 2, 3))
    open_round, closed_round = (as_known(office.engine, day) for day in (date(2026, 2, 1), date(2026, 2, 3)))
    assert now(open_round, "consultations", "rounds_opened") == 1
    assert now(open_round, "consultations", "asked") == 0
    assert [now(closed_round, "consultations", row) for row in ("rounds_closed", "asked", "answered")] == [
        1,
        2,
        1,
    ]


def _half_of(day: date) -> Period:
    return Period(date(day.year, 1 if day.month < 7 else 7, 1), 6)


def test_who_is_bound_follows_from_signatures_as_known_then(office: Office) -> None:
    add_regions(office)
    deal = Deal(Table(office, in_negotiation(office)).open())
    deal.settle()
    deal.join("uppsala", "halland")
    deal.draft().send()
    for name in ("company", "uppsala"):
        deal.sign(name)
    deal.sign("halland", at=START + timedelta(days=30))
    # The agreement begins on 1 June.
    early, late = (as_known(office.engine, day) for day in (START.date(), date(2026, 6, 20)))
    assert now(early, "agreements", "in_force") == 0, "on that day it had not begun"
    assert now(late, "agreements", "in_force") == 1
    people = POPULATIONS[late.population_on]
    share = (people["03"] + people["13"]) / sum(people.values())
    assert float(now(late, "agreements", "population")) == pytest.approx(share, abs=0.001)
    stored = one(
        office.engine,
        "SELECT count(DISTINCT organisation_id) FROM agreement_binding WHERE days @> date '2026-06-20'",
    )
    assert stored == 2
    assert now(late, "agreements", "joined:1") == 1
    deal.end("halland", "2026-06-28", instant(6, 26))
    ended = as_known(office.engine, date(2026, 7, 10))
    alone = people["03"] / sum(people.values())
    assert float(now(ended, "agreements", "population")) == pytest.approx(alone, abs=0.001)
    assert to_bytes(as_known(office.engine, date(2026, 6, 20))) == to_bytes(late)


def test_what_is_public_counts_with_its_conditions_and_answers(office: Office) -> None:
    public = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum"))
    public.signed()
    publish(office)
    public.answer(follows="partly", comment="Delvis.")
    public.answer(follows="yes", at=START + timedelta(days=2))
    first, second = (as_known(office.engine, (START + timedelta(days=days)).date()) for days in (0, 2))
    assert now(first, "answers", "recommendations") == 1
    assert now(first, "answers", "wanted") == 21
    assert (now(first, "answers", "follows:partly"), now(first, "answers", "follows:yes")) == (1, 0)
    assert (now(second, "answers", "follows:partly"), now(second, "answers", "follows:yes")) == (0, 1)
    outcomes = first.table("outcomes")
    counts = [outcomes.cell("total", name) for name in ("with_conditions", "without_conditions", "now")]
    assert counts == [1, 0, 1]


def test_what_regions_decide_counts_from_when_it_was_recorded(office: Office) -> None:
    recommendation = published(office)
    decide(office, recommendation, decision="not", at=START + timedelta(days=3))
    decide(office, recommendation, at=START + timedelta(days=9), base=1)
    found = [as_known(office.engine, (START + timedelta(days=days)).date()) for days in (1, 3, 9)]
    codes = ("introduction:follow", "introduction:not", "undecided")
    told = [[now(one, "decisions", row) for row in codes] for one in found]
    assert told == [[0, 0, 21], [0, 1, 20], [1, 0, 20]]
    assert found[2].table("reasons").cell("reason:cost", "now") == 1


def test_the_same_period_and_day_is_the_same_report_and_is_counted_once(office: Office) -> None:
    first, second = counted(office), counted(office)
    assert first == second
    kept = one(office.engine, "SELECT content FROM half_year_figures")
    office.open(at=START - timedelta(days=30))
    counted(office)
    assert one(office.engine, "SELECT content FROM half_year_figures") == kept


def test_what_was_issued_is_kept_with_its_hash_and_never_changes(office: Office) -> None:
    report_id = issued(office)
    content = one(office.engine, "SELECT content FROM half_year_issue")
    assert one(office.engine, "SELECT sha256 FROM half_year_issue") == fingerprint(content.encode())
    told = json.loads(content)
    assert told["preface"] == PREFACE
    assert (told["written_by"], told["issued_by"]) == ("Secretary", "Manager")
    assert told["figures"] == json.loads(one(office.engine, "SELECT content FROM half_year_figures"))
    for statement in (
        "UPDATE half_year_issue SET content = '{}'",
        "UPDATE half_year_figures SET content = '{}'",
        "DELETE FROM half_year_issue",
        "UPDATE half_year_preface SET text = 'Annat'",
        "DELETE FROM joint_budget_entry",
    ):
        with pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    with pytest.raises(HalfYearError, match="issued"):
        service.write_preface(office.engine, maker(office), report_id, "Nytt", 1)


def test_who_wrote_the_preface_does_not_issue_it(office: Office) -> None:
    report_id = counted(office)
    with pytest.raises(HalfYearError, match="no_preface"):
        service.issue(office.engine, maker(office), report_id, 0)
    service.write_preface(office.engine, maker(office), report_id, PREFACE, 0)
    with pytest.raises(HalfYearError, match="own_preface"):
        service.issue(office.engine, maker(office), report_id, 1)
    service.write_preface(office.engine, maker(office, "manager"), report_id, "Kortare.", 1)
    with pytest.raises(HalfYearError, match="changed"):
        service.issue(office.engine, maker(office), report_id, 1)
    with pytest.raises(HalfYearError, match="changed"):
        service.write_preface(office.engine, maker(office), report_id, "Mina ord", 1)
    service.issue(office.engine, maker(office), report_id, 2)
    with pytest.raises(HalfYearError, match="issued"):
        service.issue(office.engine, maker(office, "colleague"), report_id, 2)
    with pytest.raises(HalfYearError, match="not_allowed"):
        service.make(office.engine, maker(office, "member"), "2025-2")


def test_a_comparison_says_what_differs_and_what_was_recorded_since(office: Office) -> None:
    number = office.open(at=START - timedelta(days=40))
    report_id = issued(office)
    day, at = START.date() - timedelta(days=10), START + timedelta(days=3)
    office.act("secretary", number, "discontinue", at, day=day, reason="Avslag i EU")
    service.enter(office.engine, maker(office, at=at), COST | {"day": "2025-11-01"})
    with office.engine.connect() as connection:
        file = reports.report_file(connection, None, report_id)
        assert file is not None
        found = jobs.comparison(connection, file, at.date())
    assert found["reproduced"]
    changed = {(one["row"], one["column"]): (one["before"], one["now"]) for one in found["differences"]}
    assert changed["ended", "now"] == (0, 1)
    assert changed["open_after", "now"] == (1, 0)
    assert [step["number"] for step in found["since"]["steps"]] == [number]
    assert [entry["line"] for entry in found["since"]["entries"]] == ["council"]
    with office.engine.connect() as connection:
        same = jobs.comparison(connection, file, file.known_on)
    assert same["differences"] == []


def test_how_equal_the_use_is_comes_from_the_follow_up_as_it_was_known_then(office: Office) -> None:
    followed = follow_up.told(office)
    known_on, period = (START + timedelta(days=1)).date(), read_period("2025-2")
    then = as_known(office.engine, known_on, period)
    (row,) = then.table("spread").rows
    assert row.cells[:2] == ("2025-12-31", 21)
    # One region uses twice what the others do; counts are whole, so rates differ a little besides.
    assert 2 <= Decimal(str(row.cells[4])) < Decimal("2.5")
    followed.tell("2025 Q4", follow_up.evenly(), START + timedelta(days=10))
    assert as_known(office.engine, known_on, period) == then
    (corrected,) = as_known(office.engine, known_on + timedelta(days=20), period).table("spread").rows
    assert Decimal(str(corrected.cells[4])) < Decimal("1.5")
