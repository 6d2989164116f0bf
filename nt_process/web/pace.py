"""How fast one person may go on asking, so that no program empties or floods the system under somebody's name.

Counted in the memory of each web process, which is enough to stop a program and costs nothing: who asks has as many
requests as a minute gives, and gets them back as time goes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# So many are remembered before those who have asked for nothing in a while are forgotten.
MOST_REMEMBERED = 10_000
MINUTE = 60.0


class Pace:
    """`per_minute` requests for each who asks; 0 is no limit. `clock` gives seconds that only grow."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        # For each: how many requests were left, and when.
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, who: str) -> bool:
        """Count one request; False when they have none left."""
        if not self._per_minute:
            return True
        now = self._clock()
        with self._lock:
            if len(self._left) >= MOST_REMEMBERED:
                self._left = {one: (left, at) for one, (left, at) in self._left.items() if now - at < MINUTE}
            left = self._regained(*self._left.get(who, (float(self._per_minute), now)), now)
            self._left[who] = (max(left - 1, 0), now)
            return left >= 1

    def _regained(self, left: float, at: float, now: float) -> float:
        return min(left + (now - at) * self._per_minute / MINUTE, float(self._per_minute))
