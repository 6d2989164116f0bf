"""An agreement in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.settlement.world import Settlement, move_in
from tests.world import Office


@pytest.fixture
def settlement(office: Office) -> Settlement:
    return move_in(office)
