"""The agreement that `bench.sales` settles: a medicine in two packages, signed by its company and all 21 regions."""

from __future__ import annotations

from typing import Any

from bench.sales_floor import PACKAGES
from bench.world import World
from nt_process.identity import service as identity
from nt_process.kernel.regions import REGIONS
from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, in_negotiation
from tests.features.settlement.world import SIGNED, settle
from tests.world import SINCE

# As many clauses as the floor takes sums for. With these tiers the second gives something back.
TERMS: dict[str, Any] = {
    "format": 1,
    "starts": "2025-01-01",
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
    names = ["region"]
    with world.engine.begin() as connection:
        for region in REGIONS:
            if region.name != "Skåne":
                place = identity.create_organisation(connection, "region", region.official_name)
                member = identity.Member(place, "region_representative", SINCE)
                name = f"region{region.code}"
                office.people[name] = identity.create_person(
                    connection, f"{name}@prov.example", region.name, (member,), SIGNED
                )
                names.append(name)
    deal = Deal(Table(office, in_negotiation(office, SIGNED)).open(at=SIGNED))
    settle(deal, TERMS, SIGNED)
    deal.join(*names, at=SIGNED)
    deal.draft(SIGNED).send(at=SIGNED)
    for name in ("company", *names):
        deal.sign(name, at=SIGNED)
    return deal.id
