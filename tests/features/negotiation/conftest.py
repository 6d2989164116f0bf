"""A case that is being negotiated, with a negotiation on it."""

from __future__ import annotations

import pytest

from tests.features.negotiation.world import Table, add_regions, in_negotiation
from tests.world import Office


@pytest.fixture
def table(office: Office) -> Table:
    """The secretary leads, the member takes part, and the company stands on the other side."""
    add_regions(office)
    table = Table(office, in_negotiation(office)).open(threshold="25")
    table.admit("member")
    return table
