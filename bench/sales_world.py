"""The agreement that `bench.sales` settles: one medicine with two packages, and all 21 regions bound by it."""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa

from bench.sales_floor import PACKAGES
from bench.world import AT, World
from nt_process.identity import service as identity
from nt_process.kernel.regions import REGIONS
from nt_process.sealed import circle, room, rules
from nt_process.sealed.circle import Entry
from nt_process.settlement.agreement import Agreement, Party, Version, take_over

FROM = date(2025, 1, 1)
TERMS = {
    "format": 1,
    "starts": FROM.isoformat(),
    "packages": list(PACKAGES),
    "clauses": [
        {"kind": "fixed_net_price", "net_prices": {PACKAGES[0]: "7150.50", PACKAGES[1]: "8100"}},
        {
            "kind": "tiered_volume",
            "mode": "marginal",
            "tiers": [["0", "0"], ["40000", "4"], ["90000", "9.5"]],
            "basis": "remaining",
        },
    ],
}


def agreed(world: World) -> str:
    """The agreement's id."""
    office = world.office
    number = office.open("forman", AT)
    negotiation, agreement = str(uuid.uuid4()), str(uuid.uuid4())
    with world.engine.begin() as connection:
        case = str(connection.scalar(sa.text("SELECT id FROM cases WHERE number = :n"), {"n": number}))
        council = str(
            connection.scalar(
                sa.text("SELECT organisation_id FROM membership WHERE person_id = :id"),
                {"id": office.people["secretary"]},
            )
        )
        room.make(connection, negotiation, case, AT)
        secretary = Entry(rules.DELEGATION, council, office.people["secretary"], "Ledamot", FROM)
        circle.admit(connection, negotiation, case, secretary, "Secretary", AT)
        parties = tuple(
            Party(
                region.code, identity.create_organisation(connection, "region", f"{region.name} bench"), FROM
            )
            for region in REGIONS
        )
        told = Agreement(
            agreement, negotiation, case, office.company_id, "Provastin", PACKAGES, parties,
            (Version(1, FROM, None, TERMS),),
        )  # fmt: skip
        take_over(connection, told, AT)
    return agreement
