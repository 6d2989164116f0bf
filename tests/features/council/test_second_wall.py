"""With no query of ours in between, the database itself hides what is another's, and lets nobody close minutes alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ProgrammingError

from nt_process.infra import acting
from tests.features.council.world import HELD, Council, in_council
from tests.world import FIRST_DAY


def rows(engine: Engine, person: str, statement: str) -> list[str]:
    acting.become(person, FIRST_DAY)
    try:
        with engine.connect() as connection:
            return [str(one) for one in connection.scalars(sa.text(statement))]
    finally:
        acting.forget()


def test_each_sees_no_more_than_is_theirs(council: Council, web_engine: Engine) -> None:
    own = in_council(council.office)
    rivals = in_council(council.office, company_id=council.office.rival_id, medicine="Rivalin")
    council.add(own)
    council.add(rivals)
    council.add_other("Sluten", is_public="")
    people = council.office.people
    items = "SELECT position FROM council_item ORDER BY position"
    readers = ("member", "auditor", "region", "company", "rival", "tlv", "administrator")
    assert not any(rows(web_engine, people[name], items) for name in readers)
    council.publish()
    council.conflict("member", own)
    out = {"member": {"left": "09:00", "back": "09:30"}}
    council.everybody()
    council.decide(own, said=out)
    council.decide(rivals)
    assert {name: rows(web_engine, people[name], items) for name in readers} == {
        "member": ["1", "2", "3"],
        "auditor": ["1", "2", "3"],
        "region": ["1", "2"],
        "company": ["1"],
        "rival": ["2"],
        "tlv": [],
        "administrator": [],
    }
    decided = "SELECT i.position FROM council_decision d JOIN council_item i ON i.id = d.item_id ORDER BY 1"
    found = {name: rows(web_engine, people[name], decided) for name in readers}
    assert {name: seen for name, seen in found.items() if seen} == {"member": ["2"], "auditor": ["1", "2"]}


def test_who_approves_changes_nothing_else(council: Council, web_engine: Engine) -> None:
    council.add_other("Läget")
    council.publish().everybody()
    council.decide("Läget")
    council.draft()
    acting.become(council.office.people["astrid"], HELD.date())
    try:
        with web_engine.begin() as connection:
            closed = "UPDATE council_agenda SET closed_at = now(), closed_version = 1"
            assert connection.execute(sa.text(closed)).rowcount == 0
        for_another = """
            INSERT INTO council_approval
            SELECT meeting_id, version, 'adjuster', :other, 'X', sha256, now(), true, now() FROM council_minutes
        """
        with pytest.raises(ProgrammingError), web_engine.begin() as connection:
            connection.execute(sa.text(for_another), {"other": council.office.people["bertil"]})
    finally:
        acting.forget()
