"""Negotiations to test with, made by the commands, and the people who take part in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.identity import service as identity
from nt_process.identity.actor import Session
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.negotiation import accession, mandates, offers, service, terms_document
from nt_process.negotiation.errors import Maker
from nt_process.negotiation.offers import Attachment, Opened
from nt_process.terms.document import complete
from tests.world import PDF, SINCE, START, Office

PRICE = "7312345.67"
TERMS = {"starts": "2026-01-01", "packages": "Provastin 10 mg", "discount": "12,5"}
TERMS |= {"net_prices": f"Provastin 10 mg: {PRICE}"}
OTHER_TERMS = TERMS | {"discount": "15"}
REGIONS = {
    "uppsala": "Region Uppsala",
    "halland": "Region Halland",
    "gotland": "Region Gotland",
    "dalarna": "Region Dalarna",
}


@dataclass
class Table:
    """A negotiation, with commands that take names and instants. `id` is empty until it is opened."""

    office: Office
    number: str
    id: str = ""

    def maker(self, name: str = "secretary", at: datetime = START) -> Maker:
        """The person, who has just proved who they are."""
        session = Session("", at, at, strong=True)
        return Maker(replace(self.office.actor(name, at.date()), session=session), at)

    def open(self, kind: str = "two_party", threshold: str = "", at: datetime = START) -> Table:
        self.id = service.open_negotiation(
            self.office.engine, self.maker(at=at), self.number, {"kind": kind, "threshold": threshold}
        )
        return self

    def admit(self, name: str, at: datetime = START, **more: str) -> None:
        typed = {
            "person": self.office.people[name],
            "capacity": "member",
            "valid_from": at.date().isoformat(),
        }
        service.admit(self.office.engine, self.maker(at=at), self.id, typed | more)

    def round(
        self, sealed_until: datetime | None = None, name: str = "secretary", at: datetime = START
    ) -> str:
        typed = {}
        if sealed_until is not None:
            local = sealed_until.astimezone(STOCKHOLM)
            typed = {
                "sealed": "y",
                "opens_on": local.date().isoformat(),
                "opens_clock": local.strftime("%H:%M"),
            }
        return offers.make_round(self.office.engine, self.maker(name, at), self.id, typed)

    def offer(
        self, name: str, round_id: str, terms: Mapping[str, str] = TERMS, at: datetime = START, words: str = "",
        files: Sequence[Attachment] = (), written: Mapping[str, object] | None = None,
    ) -> str:  # fmt: skip
        """`terms` in short (see `document`), or any terms `written` out."""
        found = document(terms) if written is None else written
        return offers.submit(self.office.engine, self.maker(name, at), self.id, round_id, found, words, files)

    def read(self, name: str, *offer_ids: str, at: datetime = START) -> list[Opened]:
        return offers.read(self.office.engine, self.maker(name, at), self.id, offer_ids, "Granskning")

    def open_round(self, name: str, round_id: str, reason: str = "", at: datetime = START) -> bool:
        return offers.open_round(self.office.engine, self.maker(name, at), self.id, round_id, reason)

    def settle(self, offer_id: str, at: datetime = START) -> int:
        return accession.settle(self.office.engine, self.maker(at=at), self.id, offer_id)

    def organisation(self, name: str) -> str:
        found = "SELECT organisation_id FROM membership WHERE person_id = :id"
        return str(self.one(found, id=self.office.people[name]))

    def mandate(self, name: str, at: datetime = START, **more: str) -> None:
        typed = {
            "region": self.organisation(name),
            "valid_from": at.date().replace(month=1, day=1).isoformat(),
            "authority": "Regiondirektören",
        }
        file = Attachment("fullmakt.pdf", PDF)
        mandates.give_mandate(self.office.engine, self.maker(name, at), self.id, typed | more, file)

    def invite(self, *names: str, at: datetime = START) -> int:
        wanted = [self.organisation(name) for name in names]
        return accession.invite(self.office.engine, self.maker(at=at), self.id, wanted)

    def commitment(self) -> str:
        found = "SELECT commitment FROM negotiation_terms WHERE negotiation_id = :id ORDER BY version DESC LIMIT 1"
        return str(self.one(found, id=self.id))

    def answer(self, name: str, kind: str, at: datetime = START, **more: str) -> None:
        typed = {"authority": "Regionstyrelsen § 12", "reason": "Efter beslut"}
        if kind in ("joined", "confirmed") and "commitment" not in more:
            typed["commitment"] = self.commitment()
        accession.answer(self.office.engine, self.maker(name, at), self.id, kind, typed | more)

    def one(self, statement: str, **given: Any) -> Any:
        with self.office.engine.connect() as connection:
            return connection.execute(sa.text(statement), given).scalar_one()


def document(terms: Mapping[str, str]) -> dict[str, object]:
    """The document of terms that are written in short: a discount, net prices, a cap with the share beyond it."""
    prices = dict(line.rsplit(": ", 1) for line in terms.get("net_prices", "").split("\n") if line)
    cap, share = terms.get("cap"), terms.get("cap_share", "100")
    clauses: list[dict[str, object]] = []
    if rate := terms.get("discount", "").replace(",", "."):
        clauses.append({"kind": "simple_discount", "rate_pct": rate})
    if prices:
        clauses.append({"kind": "fixed_net_price", "net_prices": prices})
    if cap:
        clauses.append({"kind": "spend_cap", "cap": cap, "share_pct": share})
    packages = terms["packages"].split("\n")
    return complete(
        {"starts": terms["starts"], "ends": terms.get("ends"), "packages": packages, "clauses": clauses}
    )


def as_typed(terms: Mapping[str, str]) -> dict[str, str]:
    """The same as it is typed in the form of an offer."""
    return terms_document.typed_of(document(terms))


def add_regions(office: Office) -> None:
    """More regions than the office has, each with somebody who represents it."""
    with office.engine.begin() as connection:
        for name, region in REGIONS.items():
            member = identity.Member(
                identity.create_organisation(connection, "region", region), "region_representative", SINCE
            )
            if name not in office.people:
                office.people[name] = identity.create_person(
                    connection, f"{name}@prov.example", name.title(), (member,), START
                )
        connection.exec_driver_sql(
            "UPDATE person SET password_hash = (SELECT password_hash FROM person WHERE password_hash IS NOT NULL LIMIT 1)"
            " WHERE password_hash IS NULL"
        )


def in_negotiation(office: Office, at: datetime = START, **facts: Any) -> str:
    """A case that is being negotiated."""
    start = at - timedelta(days=60)
    number = office.open(at=start, **facts)
    contact = "rival" if facts.get("company_id") == office.rival_id else "company"
    office.add_document(contact, number, "application", start)
    office.act(contact, number, "submit_application", start)
    office.act("secretary", number, "order_assessment", start)
    office.add_document("tlv", number, "assessment_report", start + timedelta(days=20))
    office.act("tlv", number, "deliver_assessment", start + timedelta(days=20))
    return number


def day(number: int) -> date:
    return START.date() + timedelta(days=number)


def furnish(office: Office) -> dict[str, Any]:
    """In the filled world's negotiation: a delegation, an open round with offers, a sealed one, terms, and a region that
    has joined them.
    """
    with office.engine.connect() as connection:
        number = connection.scalar(
            sa.text("SELECT min(number) FROM cases WHERE state = 'negotiation' AND company_id = :id"),
            {"id": office.company_id},
        )
    at = START - timedelta(hours=2)
    table = Table(office, str(number)).open(threshold="50", at=at)
    table.admit("member", at)
    table.admit("colleague", at, capacity="expert")
    first = table.round(at=at)
    offer = table.offer(
        "company", first, at=at, words="Vårt första bud", files=[Attachment("bilaga.pdf", PDF)]
    )
    table.offer("secretary", first, OTHER_TERMS, at=at)
    sealed = table.round(START + timedelta(days=5), at=at)
    table.offer("company", sealed, OTHER_TERMS, at=at)
    typed = {"day": START.date().isoformat(), "place": "Hornsgatan", "with_company": "y"}
    service.meet(office.engine, table.maker(at=at), table.id, typed)
    service.write_note(office.engine, table.maker(at=at), table.id, "Smärtgränsen ligger lägre.")
    table.settle(offer, at)
    table.invite("region", at=at)
    table.mandate("region", at)
    table.answer("region", "joined", at)
    mandate = table.one("SELECT id FROM negotiation_mandate WHERE negotiation_id = :id", id=table.id)
    table.mandate("region", at)
    later = "SELECT id FROM negotiation_mandate WHERE negotiation_id = :id AND id <> :first"
    spare, own = str(table.one(later, id=table.id, first=mandate)), table.organisation("region")
    mandates.withdraw_mandate(office.engine, table.maker("region", at), table.id, spare, own)
    return {
        "negotiation_id": table.id,
        "round_id": sealed,
        "offer_id": offer,
        "place": 1,
        "version": 1,
        "entry_id": table.one(
            "SELECT id FROM sealed.circle WHERE negotiation_id = :id AND person_id = :person",
            id=table.id,
            person=office.people["colleague"],
        ),
        "mandate_id": mandate,
    }
