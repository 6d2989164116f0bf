"""The market function in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.market.world import Market
from tests.world import Office


@pytest.fixture
def market(office: Office) -> Market:
    return Market(office)
