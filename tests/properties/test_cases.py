"""A case of a process small enough to know what must hold in it, whatever happens."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from tests.engine.small_process import SMALL
from tests.properties.any_life import PEOPLE, AnyLife


class SmallLife(AnyLife):
    workflow = SMALL

    @initialize(already=st.sampled_from(["draft", "assessment", "negotiation"]))
    def begin(self, already: str) -> None:
        """Start somewhere along the way, so that the later states are reached as often as the first."""
        for name, role, state in [
            ("order_review", "secretariat", "assessment"),
            ("deliver", "tlv_assessor", "negotiation"),
        ]:
            if self.case.state != already:
                self.act(name, PEOPLE[role])
                assert self.case.state == state

    @invariant()
    def nothing_stands_still_unless_somebody_is_waited_for(self) -> None:
        if not self.case.returns_to:
            assert all(clock.ledger.open_suspension is None for clock in self.case.clocks)


SmallLife.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestSmallLife = SmallLife.TestCase
