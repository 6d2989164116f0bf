"""A council of four, with a meeting that is planned."""

from __future__ import annotations

import pytest

from tests.features.council.world import Council, add_members
from tests.world import Office


@pytest.fixture
def council(office: Office) -> Council:
    add_members(office)
    return Council(office).plan()
