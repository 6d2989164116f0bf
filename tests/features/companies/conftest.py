"""Companies in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.companies.world import Companies
from tests.world import Office


@pytest.fixture
def companies(office: Office) -> Companies:
    return Companies(office)
