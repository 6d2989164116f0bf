"""A negotiation's room in the office, with somebody on each side of its circle, and somebody outside it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.identity import service as identity
from nt_process.identity.actor import Session, SignedIn
from nt_process.sealed import circle, keys, room, rules
from nt_process.sealed.circle import Entry
from nt_process.sealed.keys import FileKey, MasterKey
from nt_process.sealed.secret import Secret
from nt_process.sealed.transit import Transit
from tests.sealed.vault import TOKEN, Vault
from tests.world import SINCE, START, Office

PRICE = b'{"net_price": "7312345.67"}'
# On which side of the circle each of the office's people is put; the others are outside.
SIDES = {"secretary": rules.DELEGATION, "region": rules.REGION, "neighbour": rules.REGION, "tlv": rules.TLV}


@dataclass
class Room:
    """The negotiation of a case, and the ids of the entries in its circle by person."""

    office: Office
    number: str
    case_id: str
    id: str
    entries: dict[str, str]

    def seal(self, row_id: str = "price", payload: bytes = PRICE, version: int = 1, **more: object) -> None:
        with self.office.engine.begin() as connection:
            room.seal(connection, self.id, "offer", row_id, payload, version, at=START, **more)  # type: ignore[arg-type]

    def reveal(
        self, name: str, row_id: str = "price", at: datetime = START, version: int | None = None
    ) -> Secret:
        with self.office.engine.begin() as connection:
            return room.reveal(
                connection,
                self.actor(name, at),
                self.id,
                "offer",
                row_id,
                "Granskning",
                at=at,
                version=version,
            )

    def actor(self, name: str, at: datetime = START) -> SignedIn:
        """The person, who has just proved who they are."""
        return replace(self.office.actor(name, at.date()), session=Session("", at, at, strong=True))

    def organisation(self, name: str) -> str:
        return _organisation(self.office, name)


def _organisation(office: Office, name: str) -> str:
    with office.engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT organisation_id FROM membership WHERE person_id = :id"),
            {"id": office.people[name]},
        )
        return str(found.scalar_one())


@pytest.fixture
def the_room(office: Office, request: pytest.FixtureRequest) -> Room:
    if "master" in request.fixturenames:
        request.getfixturevalue("master")
    # In the benefit scheme TLV has part from the beginning.
    number = office.open("forman")
    with office.engine.begin() as connection:
        other = identity.create_organisation(connection, "region", "Region Halland")
        for name, role in (("neighbour", other), ("stranger", other)):
            member = identity.Member(role, "region_representative", SINCE)
            office.people[name] = identity.create_person(
                connection, f"{name}@prov.example", name.title(), (member,), START
            )
        case_id = str(
            connection.scalar(sa.text("SELECT id FROM cases WHERE number = :number"), {"number": number})
        )
    made = Room(office, number, case_id, str(uuid.uuid4()), {})
    with office.engine.begin() as connection:
        room.make(connection, made.id, case_id, START)
        for name, side in SIDES.items():
            entry = Entry(side, _organisation(office, name), office.people[name], "Ledamot", date(2026, 1, 1))
            made.entries[name] = circle.admit(connection, made.id, case_id, entry, "Secretary", START)
        company = Entry(rules.COMPANY, office.company_id, None, "Kontakt", date(2026, 1, 1))
        made.entries["company"] = circle.admit(connection, made.id, case_id, company, "Secretary", START)
    return made


@pytest.fixture
def vault() -> Iterator[Vault]:
    vault = Vault()
    yield vault
    vault.stop()


@pytest.fixture(params=["file", "transit"])
def master(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MasterKey]:
    """The master key as this process uses it: once in a file, once in the service."""
    if request.param == "file":
        yield _used(FileKey(tmp_path / "master_key", is_made=True))
        return
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    vault = request.getfixturevalue("vault")
    yield _used(Transit(vault.address, "transit", "nt-process", token))


def _used(master: MasterKey) -> MasterKey:
    master.prepare()
    keys._master[:] = [master]
    return master


def owner_of(engine: Engine, url: sa.URL) -> Engine:
    return sa.create_engine(url, poolclass=sa.pool.NullPool)
