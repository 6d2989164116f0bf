"""The known attacks on another hundred random worlds, see `test_attacks.py`."""

from __future__ import annotations

import pytest

from tests.disclosure.attacker import Attacker
from tests.disclosure.worlds import released, world

WORLDS = range(100, 200)
# So many at a time, so that a failure says which world it was in.
AT_A_TIME = 10


@pytest.mark.parametrize("first", WORLDS[::AT_A_TIME])
def test_nobody_knows_a_contribution_closer_than_a_tenth(first: int) -> None:
    """The public, each company, each region and any two of them, after all releases of each world."""
    known = {}
    for seed in range(first, first + AT_A_TIME):
        asked = world(seed)
        found = list(Attacker(asked, released(asked)).known())
        if found:
            known[f"world {seed}: {asked.attack}"] = found
    assert known == {}
