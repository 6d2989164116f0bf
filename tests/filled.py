"""The office with something in every room: cases in different states, documents, notices, a watched medicine.

`addresses` turns every route of the application into a path to a thing that exists, so that a test can
call all of them without listing them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from nt_process.account import service as account
from nt_process.cases import service
from nt_process.horizon import imports
from nt_process.horizon import service as horizon
from nt_process.horizon.service import Decision
from nt_process.identity import service as identity
from nt_process.notices.tick import tick
from tests.horizon.world import EARLIER, LATER, export_csv, medicine, take_in
from tests.rooms import ROOMS, Arguments
from tests.world import START, Office

ABSENT_CASE = "NT-2026-9999"
ABSENT_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Filled:
    """What there is, by name. `own` and `rivals` are cases of the two companies; both have documents."""

    office: Office
    own: str
    rivals: str
    shared: str
    internal: str
    rivals_document: str
    others: dict[str, str]
    item: str
    dismissed: str
    imported: str
    uploaded: str
    view: str
    token: str
    calendar: str
    notice: int
    rooms: Arguments

    def arguments(self, feature: str) -> dict[str, Any]:
        """An argument for each name that a route of the feature may ask for, leading to something that is there."""
        known = {
            "number": self.own, "document_id": self.shared, "key": "negotiation.1", "name": "offer_extension",
            "action": "offer_extension", "kind": "csv", "item_id": self.item, "import_id": self.imported,
            "view_id": self.view, "token": self.calendar, "token_id": self.token, "notice_id": self.notice,
            "process": "sarlakemedel", "version": 1,
        }  # fmt: skip
        return known | self.rooms.get(feature, {})


def address(app: Flask, rule: Rule, filled: Filled, instead: Mapping[str, object] | None = None) -> str:
    """The path of a route to something that is there, or to what `instead` names.

    Raises KeyError for a name that nobody has thought of: then a new feature has to say in tests/rooms.py
    what there is to show.
    """
    if rule.endpoint == "assets.serve":
        digest = app.extensions["nt_assets"]["app.css"].digest
        return f"/assets/{digest}/app.css"
    known = {**filled.arguments(rule.endpoint.partition(".")[0]), **(instead or {})}
    with app.test_request_context():
        values: dict[str, Any] = {name: known[name] for name in rule.arguments}
        return app.url_for(rule.endpoint, **values)


def fill(office: Office) -> Filled:
    """Put something in every room. What is written here happens in the months before START."""
    own, rivals = _negotiation(office), _registration(office)
    others = {
        "suspended": _suspended(office),
        "ended": _ended(office),
        "introduced": _introduced(office),
        "unowned": _unowned(office),
    }
    tick(office.engine, START)
    secretary = office.actor("secretary")
    take_in(office.engine, medicine(), _WATCHED, made=EARLIER)
    take_in(office.engine, medicine(orphan="No", indication="Another indication."), _WATCHED, made=LATER)
    item, dismissed = _item(office, "Vintergrönt"), _item(office, "Höstlöv")
    horizon.dismiss(office.engine, Decision(secretary, dismissed, 1, START), "Gäller inte vården här.")
    file = imports.read_file("senare.csv", export_csv([medicine(orphan="No", company="Annan AB"), {}]))
    return Filled(
        office=office,
        own=own,
        rivals=rivals,
        shared=_one(office, _DOCUMENT, number=own, visibility="party"),
        internal=_one(office, _DOCUMENT, number=own, visibility="internal"),
        rivals_document=_one(office, _DOCUMENT, number=rivals, visibility="party"),
        others=others,
        item=item,
        dismissed=dismissed,
        imported=_one(office, "SELECT id FROM horizon_import ORDER BY made_at LIMIT 1"),
        uploaded=imports.upload(office.engine, file, START, secretary),
        rooms=_furnished(office),
        notice=int(_one(office, _NOTICE, person=office.people["secretary"])),
        **_own_things(office, "secretary"),
    )


_WATCHED = medicine(name="Höstlöv", product_number="EMEA/H/C/009002", conditional="Yes", orphan="No")
_DOCUMENT = """
    SELECT d.id FROM document d JOIN cases c ON c.id = d.case_id
    WHERE c.number = :number AND d.visibility = :visibility ORDER BY d.added_at LIMIT 1
"""
_NOTICE = "SELECT min(id) FROM notice WHERE person_id = :person"
_ADD_VIEW = """
    INSERT INTO saved_view (person_id, name, query) VALUES (:person, 'Mina särläkemedel', 'owner=me') RETURNING id
"""


def _one(office: Office, statement: str, **parameters: object) -> str:
    with office.engine.begin() as connection:
        return str(connection.execute(sa.text(statement), parameters).scalar_one())


def _item(office: Office, name: str) -> str:
    return _one(office, "SELECT id FROM horizon_item WHERE medicine = :name", name=name)


def _own_things(office: Office, name: str) -> dict[str, str]:
    """What belongs to one person alone: a saved view, a token, a calendar's address."""
    person = office.people[name]
    with office.engine.begin() as connection:
        identity.create_token(connection, person, START)
        calendar = account.make_calendar_token(connection, person)
        token = account.tokens(connection, person, START)[0].id
    return {"view": _one(office, _ADD_VIEW, person=person), "token": token, "calendar": calendar}


def _furnished(office: Office) -> Arguments:
    rooms: Arguments = {"financing": {"name": "grant"}}
    for furnish in ROOMS:
        rooms |= furnish(office)
    return rooms


def _negotiation(office: Office) -> str:
    """In the middle of a negotiation: the limit runs, an extension is offered, one limit was paused before."""
    start = START - timedelta(days=120)
    number = office.open(at=start)
    office.add_document("company", number, "application", start)
    office.act("company", number, "submit_application", start)
    office.act("secretary", number, "order_assessment", start)
    office.act("tlv", number, "request_supplement", start + timedelta(days=5), request="Pris saknas.")
    office.act("company", number, "submit_supplement", start + timedelta(days=9), answer="Här är det.")
    office.add_document("tlv", number, "assessment_report", start + timedelta(days=40))
    office.act("tlv", number, "deliver_assessment", start + timedelta(days=40), note="Klart.")
    office.act("company", number, "activate_limit", start + timedelta(days=50))
    office.act("company", number, "offer_extension", START - timedelta(days=2), new_due="2026-06-17")
    office.add_document("secretary", number, "other", START - timedelta(days=1))
    service.add_note(
        office.engine, office.people["secretary"], number, "Ring bolaget.", START - timedelta(days=1)
    )
    return number


def _registration(office: Office) -> str:
    """The rival's application, whose examination is overdue."""
    start = START - timedelta(days=60)
    number = office.open(at=start, company_id=office.rival_id, medicine="Rivalin")
    office.add_document("rival", number, "application", start)
    office.act("rival", number, "submit_application", start)
    return number


def _suspended(office: Office) -> str:
    start = START - timedelta(days=20)
    number = office.open(at=start, medicine="Pausastin")
    office.add_document("company", number, "application", start)
    office.act("company", number, "submit_application", start)
    office.act(
        "secretary", number, "request_supplement", START - timedelta(days=10), request="Studien saknas."
    )
    return number


def _ended(office: Office) -> str:
    number = office.open(at=START - timedelta(days=30), medicine="Slutastin")
    office.act("secretary", number, "discontinue", START - timedelta(days=3), reason="Inte aktuellt.")
    return number


def _introduced(office: Office) -> str:
    """Decided, gained legal force, being introduced; a region has answered."""
    start = START - timedelta(days=100)
    number = office.open(at=start, medicine="Införastin")
    for kind in ("application", "assessment_report", "recommendation"):
        office.add_document("secretary", number, kind, start, party=True)
    office.act("company", number, "submit_application", start)
    office.act("secretary", number, "order_assessment", start)
    office.act("tlv", number, "deliver_assessment", start)
    office.act("secretary", number, "conclude_agreement", start, reason="Överens.")
    office.act("member", number, "decide_recommendation", start, outcome="can", motivation="Måttlig kostnad.")
    office.act("secretary", number, "announce_minutes", start)
    tick(office.engine, start + timedelta(days=40))
    office.act("secretary", number, "start_introduction", start + timedelta(days=41))
    office.act(
        "region", number, "report_regional_decision", START - timedelta(days=5),
        regional_decision="limited", reason="Till att börja med på en klinik.",
    )  # fmt: skip
    return number


def _unowned(office: Office) -> str:
    """A case that nobody has taken, of a company without an account."""
    facts = {"medicine": "Ensamastin", "company": "Ett företag utan konto AB"}
    return service.open_case(office.engine, office.people["secretary"], "klinik", facts, START)
