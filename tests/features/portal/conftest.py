"""The portal in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.portal.world import Portal
from tests.world import Office


@pytest.fixture
def portal(office: Office) -> Portal:
    return Portal(office)
