"""The scheduler process: it only ticks. What is due is found in the database at each tick.

A tick that was missed while the process or the machine stood still is made up for by one (coalesce), and
a tick that takes longer than the interval is never joined by another of the same process (max_instances).
Other scheduler processes may tick at the same time; the sweep is made for that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

TICK_SECONDS = 30


def run_scheduler(tick: Callable[[], None], stop: Event, every_seconds: float = TICK_SECONDS) -> None:
    """Call `tick` now and every so many seconds until `stop` is set; a tick under way is finished first."""
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(
        tick,
        "interval",
        seconds=every_seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)
