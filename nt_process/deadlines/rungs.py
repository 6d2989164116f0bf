"""The reminder ladder: on which day a clock next reminds of itself.

A ladder is a list of days relative to the last day (-7 is a week before, 0 the day itself). After the
last rung a reminder goes out every week for as long as the clock is open, so that nothing overdue is
ever forgotten. The sweep takes the same steps in SQL (`sweep.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

WEEK = 7


def next_rung(ladder: Sequence[int], due: date, from_day: date) -> tuple[int, date] | None:
    """The first rung on or after `from_day`, as (days relative to `due`, day); None for an empty ladder."""
    if not ladder:
        return None
    earliest = (from_day - due).days
    rung = min((step for step in ladder if step >= earliest), default=None)
    if rung is None:
        last = max(ladder)
        weeks = -(-(earliest - last) // WEEK)
        rung = last + weeks * WEEK
    return rung, due + timedelta(days=rung)
