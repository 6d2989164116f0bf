"""A negotiation whose terms are settled and that regions have joined."""

from __future__ import annotations

import pytest

from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, add_regions, in_negotiation
from tests.world import Office


@pytest.fixture
def deal(office: Office) -> Deal:
    add_regions(office)
    table = Table(office, in_negotiation(office)).open()
    deal = Deal(table)
    deal.settle()
    deal.join("uppsala", "halland")
    return deal
