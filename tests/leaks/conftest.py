"""The marked world: everything filled, everybody signed in, then every secret replaced by a mark."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from nt_process.identity import service as identity
from nt_process.infra.database import Databases
from tests.filled import Filled, fill
from tests.leaks.allowed import Facts
from tests.leaks.canaries import Canary, plant
from tests.leaks.crawl import Reader
from tests.rights.people import add_people
from tests.world import START, Office, sign_in


@dataclass
class Marked:
    """The world with its marks, and everybody's way in."""

    app: Flask
    filled: Filled
    facts: Facts
    planted: dict[str, Canary]
    readers: dict[str, Reader]


@pytest.fixture
def marked(app: Flask, office: Office, databases: Databases) -> Marked:
    """Signing in comes before the marks, which stand in names and addresses too."""
    filled = fill(office)
    add_people(office)
    facts = Facts(filled)
    readers = {
        name: Reader(name, sign_in(app.test_client(), name), _token(office, name)) for name in office.people
    }
    readers["anonymous"] = Reader("anonymous", app.test_client())
    owner = sa.create_engine(databases.owner_url)
    try:
        planted = plant(owner)
        with owner.begin() as connection:
            # Signed in while they could: now one is disabled, and the other's membership has ended.
            for statement in (
                "UPDATE person SET disabled_at = '2026-01-06' WHERE id = :disabled",
                "UPDATE membership SET valid_to = '2026-01-06' WHERE person_id = :left",
            ):
                connection.execute(
                    sa.text(statement), {name: office.people[name] for name in ("disabled", "left")}
                )
    finally:
        owner.dispose()
    return Marked(app, filled, facts, planted, readers)


def _token(office: Office, name: str) -> str:
    with office.engine.begin() as connection:
        return identity.create_token(connection, office.people[name], START)
