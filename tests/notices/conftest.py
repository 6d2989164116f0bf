"""The small council of tests/notices, in this test's own database."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from tests.notices.world import World


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)
