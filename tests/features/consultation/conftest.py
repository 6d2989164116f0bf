"""Consultations in this test's own database."""

from __future__ import annotations

import pytest

from tests.features.consultation.world import Consultation, move_in
from tests.world import Office


@pytest.fixture
def consultation(office: Office) -> Consultation:
    move_in(office)
    return Consultation(office)
