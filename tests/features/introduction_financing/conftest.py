"""Introduction financing in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.introduction_financing.world import Financing, settle
from tests.world import Office


@pytest.fixture
def financing(office: Office) -> Financing:
    return settle(office)
