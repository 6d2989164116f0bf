"""What holds of every case holds of a case in each published process as well."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from nt_process.engine.loader import load_published
from tests.properties.any_life import AnyLife


@pytest.mark.parametrize("published", sorted(load_published()), ids=str)
def test_any_life_of_a_case(published: tuple[str, int]) -> None:
    class Life(AnyLife):
        workflow = load_published()[published]

    run_state_machine_as_test(Life, settings=settings(max_examples=10, stateful_step_count=40, deadline=None))
