"""The demo world: everything the processes know occurs in it, it looks like an office, and it is invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process import demo
from nt_process.cases.verify import verify
from nt_process.demo import world as making
from nt_process.demo.scripts import SCRIPTS
from nt_process.engine.definition import ROLES
from nt_process.engine.loader import load_published
from nt_process.horizon.ema import read_export
from nt_process.identity.service import check_password, list_users
from nt_process.infra.database import Databases
from nt_process.kernel.regions import REGIONS
from tests.demo.conftest import NOW, copy_of, settings_at
from tests.requirements import need, shared_data_dir
from tests.world import Office

PRESENT = datetime.fromisoformat(NOW)
TODAY = PRESENT.date()


def rows(engine: Engine, statement: str, **parameters: object) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement), parameters))


def cases_with(engine: Engine, condition: str, **parameters: object) -> int:
    """How many cases there are that have a clock (k) or an event (e) for which the condition holds."""
    [(found,)] = rows(
        engine,
        "SELECT count(DISTINCT c.id) FROM cases c JOIN event e ON e.case_id = c.id "
        f"LEFT JOIN clock k ON k.case_id = c.id WHERE {condition}",
        **parameters,
    )
    return int(found)


def test_every_state_of_every_process_occurs(world: Engine) -> None:
    statement = "SELECT DISTINCT c.process, e.state FROM event e JOIN cases c ON c.id = e.case_id"
    known = {(workflow.process, state) for workflow in load_published().values() for state in workflow.states}
    assert {tuple(row) for row in rows(world, statement)} == known


def test_every_action_of_every_process_is_taken(world: Engine) -> None:
    statement = """
        SELECT DISTINCT c.process, e.action FROM event e JOIN cases c ON c.id = e.case_id
        WHERE e.action IS NOT NULL
    """
    known = {(workflow.process, name) for workflow in load_published().values() for name in workflow.actions}
    assert {tuple(row) for row in rows(world, statement)} == known


def test_it_looks_like_an_office(world: Engine) -> None:
    [(cases, over)] = rows(
        world, "SELECT count(*), count(*) FILTER (WHERE terminal OR phase = 'follow_up') FROM cases"
    )
    assert 140 <= cases <= 170
    assert 0.5 <= over / cases <= 0.7
    week = {"today": TODAY, "soon": TODAY + timedelta(days=7)}
    assert 6 <= cases_with(world, "NOT c.terminal AND c.next_due < :today", today=TODAY) <= 12
    assert 6 <= cases_with(world, "NOT c.terminal AND c.next_due BETWEEN :today AND :soon", **week) <= 14
    assert cases_with(world, "NOT c.terminal AND c.owner_id IS NULL") == 5
    for process in ("klinik", "forman", "sarlakemedel"):
        assert cases_with(world, "c.process = :process", process=process) >= 30


@pytest.mark.parametrize(
    "what",
    [
        # A clock that stands still now, in an open case.
        "NOT c.terminal AND k.stopped_on IS NULL AND k.due IS NULL",
        # Extended jointly, extended by one party, and an offer that awaits its answer.
        "k.kind = 'negotiation' AND k.extensions <> '[]'",
        "k.kind IN ('tlv_decision', 'price_increase') AND k.extensions <> '[]'",
        "NOT c.terminal AND k.stopped_on IS NULL AND k.offer IS NOT NULL AND k.due >= CAST(:today AS date)",
        "e.action = 'decline_extension'",
        # A limit that passed led on by itself: an approval by silence, no agreement, a re-assessment; and legal force, once
        # nothing else stood open.
        "e.kind = 'clock_expired' AND e.state = 'price_increase_granted'",
        "e.action = 'gain_legal_force' AND e.state = 'decided'",
        "e.kind = 'clock_expired' AND e.action = 'negotiation_expires'",
        "e.kind = 'clock_expired' AND e.action = 'reassessment_falls_due'",
        # A limit that passed and changed nothing but the record.
        "e.kind = 'clock_expired' AND e.action IS NULL",
        "c.state = 'withdrawn'",
        "c.state = 'dormant'",
        "e.action = 'reactivate'",
        "e.action = 'continue_on_own_motion'",
        # One pause inside another.
        "cardinality(c.returns_to) > 1",
        "c.outcome = 'should' AND c.state = 'follow_up'",
        "c.outcome = 'should_not' AND c.state = 'follow_up'",
    ],
)
def test_what_is_worth_seeing_is_there(world: Engine, what: str) -> None:
    assert cases_with(world, what, **({"today": TODAY} if ":today" in what else {})) > 0


def test_a_superseded_case_names_the_case_that_goes_on(world: Engine) -> None:
    statement = """
        SELECT e.body->'inputs'->>'successor', n.medicine = c.medicine, n.indication <> c.indication
        FROM event e JOIN cases c ON c.id = e.case_id
        LEFT JOIN cases n ON n.number = e.body->'inputs'->>'successor' WHERE e.action = 'supersede'
    """
    found = rows(world, statement)
    assert found
    assert all(same and other for _number, same, other in found)


def test_the_log_is_whole_and_in_order_and_ends_before_now(world: Engine) -> None:
    with world.connect() as connection:
        verdict = verify(connection)
    assert verdict.ok, verdict.first_bad
    assert verdict.events > 2_000
    backwards = """
        SELECT count(*) FROM (SELECT at < lag(at) OVER (PARTITION BY case_id ORDER BY seq) AS back FROM event) x
        WHERE back
    """
    assert rows(world, backwards) == [(0,)]
    assert rows(world, "SELECT max(at) <= :now FROM event", now=PRESENT) == [(True,)]


def test_numbers_are_gapless_in_each_year(world: Engine) -> None:
    numbers = [row[0] for row in rows(world, "SELECT number FROM cases ORDER BY number")]
    per_year = Counter(number[3:7] for number in numbers)
    assert numbers == [
        f"NT-{year}-{n:04d}" for year in sorted(per_year) for n in range(1, per_year[year] + 1)
    ]


def test_documents_are_pdf_or_text_and_some_are_kept_from_the_parties(world: Engine) -> None:
    statement = """
        SELECT f.media_type, substring(p.data FROM 1 FOR 5), count(*), count(DISTINCT d.visibility)
        FROM document d JOIN file_content f USING (sha256) JOIN file_part p USING (sha256) GROUP BY 1, 2
    """
    found = {
        media_type: (bytes(start), visibilities)
        for media_type, start, _n, visibilities in rows(world, statement)
        if media_type == "application/pdf"
    }
    assert found == {"application/pdf": (b"%PDF-", 2)}


def test_everyone_is_there_and_signs_in_with_the_same_password(world: Engine) -> None:
    with world.connect() as connection:
        users = list_users(connection, TODAY)
        assert check_password(connection, "anna.ask@kansliet.example", "demo") is not None
        assert check_password(connection, "anna.ask@kansliet.example", "demos") is None
    roles = Counter(role for user in users for role in user["roles"])  # type: ignore[attr-defined]
    assert set(roles) == set(ROLES)
    represented = {user["organisation"] for user in users if user["roles"] == ["region_representative"]}
    assert represented == {region.official_name for region in REGIONS}
    assert len({user["organisation"] for user in users if "company_contact" in str(user["roles"])}) == 6
    for language in ("sv", "en"):
        named = {word for word in demo.users_text(language).split() if "@" in word}
        assert len(named) == len(ROLES)
        assert named <= {user["email"] for user in users}


def test_only_what_is_news_goes_out_as_mail(world: Engine) -> None:
    statement = "SELECT min(created_at), count(*) FROM notice WHERE mail <> 'none'"
    [(oldest, mails)] = rows(world, statement)
    assert oldest > PRESENT - timedelta(days=2)
    assert 0 < mails < 300
    unread = "SELECT min(created_at) FROM notice WHERE read_at IS NULL"
    assert rows(world, unread)[0][0] > PRESENT - timedelta(days=7)


def test_nothing_in_it_is_real(world: Engine) -> None:
    need("shared_data")
    [file] = (shared_data_dir() / "ema").glob("*.xlsx")
    real = {
        part.strip().casefold()
        for row in read_export(file.read_bytes()).rows
        for column in ("name", "inn", "active_substance", "company")
        for part in (row.values.get(column, ""), *row.values.get(column, "").split(";"))
    }
    assert len(real) > 3_000
    invented = {
        str(name).casefold()
        for row in rows(world, "SELECT medicine, substance, company FROM cases")
        for name in row
    }
    assert len(invented) > 250
    assert not invented & real


def test_a_second_start_changes_nothing(world: Engine, tmp_path: Path) -> None:
    before = rows(world, "SELECT count(*), max(id) FROM notice")
    demo.load(world, settings_at("2026-09-01T08:00:00+00:00", tmp_path))
    assert rows(world, "SELECT count(*), max(id) FROM notice") == before


def test_a_database_with_people_in_it_is_left_alone(office: Office, tmp_path: Path) -> None:
    demo.load(office.engine, settings_at(NOW, tmp_path))
    assert rows(office.engine, "SELECT count(*) FROM cases") == [(0,)]
    assert rows(office.engine, "SELECT count(*) FROM person") == [(len(office.people),)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year with a dozen cases: the same making, in a tenth of the time."""
    told = [script for script in SCRIPTS if script.days_ago < 330]
    monkeypatch.setattr(making, "SCRIPTS", told[:6])
    monkeypatch.setattr(making, "CASES", 12)
    monkeypatch.setattr(making, "YEARS", 1)


_LOG_WITHOUT_IDS = r"""
    SELECT c.number, e.seq, e.at, e.day, e.kind, e.actor, e.role, e.action, e.state,
           regexp_replace(e.body::text, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'id', 'g')
    FROM event e JOIN cases c ON c.id = e.case_id ORDER BY c.number, e.seq
"""


@pytest.mark.usefixtures("small")
def test_the_same_day_gives_the_same_world(engine: Engine, database: Databases, tmp_path: Path) -> None:
    settings = settings_at("2025-12-29T06:30:00+00:00", tmp_path)
    demo.load(engine, settings)
    with copy_of(database, "again") as other:
        demo.load(other, settings)
        assert rows(other, _LOG_WITHOUT_IDS) == rows(engine, _LOG_WITHOUT_IDS)
        assert len(rows(other, _LOG_WITHOUT_IDS)) > 100


@pytest.mark.usefixtures("small")
def test_a_making_that_is_cut_short_leaves_nothing_and_the_next_start_makes_it_whole(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_at("2026-05-02T18:00:00+00:00", tmp_path)
    live = making.live

    def cut_short(lives: Sequence[Iterator[datetime]], until: datetime) -> None:
        live(lives, until - timedelta(days=90))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(making, "live", cut_short)
        with pytest.raises(KeyboardInterrupt):
            demo.load(engine, settings)
    assert rows(engine, "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM event)") == [(0, 0)]
    demo.load(engine, settings)
    with engine.connect() as connection:
        assert verify(connection).ok
    assert rows(engine, "SELECT count(*) > 8 FROM cases") == [(True,)]
