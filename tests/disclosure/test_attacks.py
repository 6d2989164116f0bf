"""Totals that can't be taken apart: the known attacks on a hundred random worlds, by somebody who computes for themselves.

The other hundred are in `test_more_attacks.py`, so that two processes share the work.
"""

from __future__ import annotations

import pytest

from tests.disclosure.attacker import Attacker
from tests.disclosure.worlds import ATTACKS, released, released_without_thought, world

WORLDS = range(100)
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


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attacker_succeeds_where_everything_is_told(attack: str) -> None:
    """Else the attacks above would try nothing."""
    tried = (world(seed) for seed in range(list(ATTACKS).index(attack), 140, len(ATTACKS)))
    assert any(next(Attacker(one, released_without_thought(one)).known(), None) for one in tried)


def test_something_is_released_in_the_face_of_every_attack() -> None:
    """A register that gives out nothing would be safe and useless."""
    told = dict.fromkeys(ATTACKS, 0)
    for seed in range(28):
        asked = world(seed)
        told[asked.attack] += sum(len(one.values) > 0 for one in released(asked) if one.number)
    assert all(told.values()), told
