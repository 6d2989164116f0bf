"""Negotiations have something to show in the demo world: offers, a sealed round, and a ledger with everything in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from nt_process.negotiation import accession
from nt_process.negotiation.rules import accession as rules
from tests.demo.conftest import NOW
from tests.demo.test_demo_world import rows


def test_several_are_negotiated_with_offers_from_both_sides(world: Engine) -> None:
    found = rows(
        world, "SELECT negotiation_id, array_agg(DISTINCT side) AS sides FROM negotiation_offer GROUP BY 1"
    )
    assert len(found) >= 3
    assert any(set(row.sides) == {"delegation", "company"} for row in found)
    kinds = {row.kind for row in rows(world, "SELECT DISTINCT kind FROM negotiation")}
    assert kinds == {"two_party", "three_party"}


def test_one_round_is_sealed_and_waits_for_its_day(world: Engine) -> None:
    [sealed] = rows(world, "SELECT id, opens_at, opened_at FROM negotiation_round WHERE opens_at IS NOT NULL")
    assert sealed.opened_at is None
    assert sealed.opens_at > datetime.fromisoformat(NOW)
    assert rows(world, "SELECT FROM negotiation_offer WHERE round_id = :id", id=sealed.id)


def test_the_ledger_has_every_standing(world: Engine) -> None:
    [(negotiation,)] = rows(world, "SELECT negotiation_id FROM negotiation_terms WHERE version = 2")
    with world.connect() as connection:
        entries, versions = accession.ledger(connection, str(negotiation))
    today = datetime.fromisoformat(NOW).date()
    found = rules.standings(entries, versions, {one.region for one in entries}, today)
    assert {one.state for one in found.values()} == {"joined", "suspended", "invited", "declined", "left"}
    assert len(versions) == 2


def test_nothing_of_what_is_sealed_stands_anywhere_in_the_open(world: Engine) -> None:
    [(secrets,)] = rows(world, "SELECT count(*) FROM sealed.secret")
    assert secrets > 8
    for table in ("event", "notice", "negotiation_offer", "negotiation_terms", "sealed.secret"):
        text = " ".join(str(row[0]) for row in rows(world, f"SELECT t::text FROM {table} t"))
        assert "Underhållsförpackning" not in text, table
