"""The worker process: does what waits in the database, a little at a time, until it is told to stop.

It asks again and again instead of being called, because then nothing is lost whatever dies. A question
without an answer costs the database some hundredths of a millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from nt_process.infra.heartbeat import beat
from nt_process.notices.delivery import deliver
from nt_process.notices.mail import MailServer, Sender

SHORTEST_PAUSE = 0.25
LONGEST_PAUSE = 2.0
LONGEST_WAIT_FOR_A_SERVER = 60.0
HEARTBEAT_SECONDS = 10.0

# Something that may wait to be done: called with the instant, True when it did some of it.
Duty = Callable[[datetime], bool]

log = structlog.get_logger()


@dataclass(slots=True)
class MailRound:
    """The duty of sending mail. A server that is away is asked again after longer and longer pauses."""

    engine: Engine
    server: MailServer
    sender: Sender
    pause: float = 0.0
    not_before: float = 0.0

    def __call__(self, at: datetime) -> bool:
        if time.monotonic() < self.not_before:
            return False
        done = deliver(self.engine, self.server, self.sender, at)
        if done.unreachable:
            self.pause = min(self.pause * 2 or 1.0, LONGEST_WAIT_FOR_A_SERVER)
            self.not_before = time.monotonic() + self.pause
            return False
        self.pause = 0.0
        return done.claimed > 0


def run_worker(engine: Engine, duties: Sequence[Duty], now: Callable[[], datetime], stop: Event) -> None:
    """Do the duties in turn until `stop` is set; with nothing to do, pause for longer and longer.

    A database that is away is waited for: whatever was under way is found again when it is back.
    """
    pause = SHORTEST_PAUSE
    next_beat = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= next_beat:
                beat(engine, "worker", now())
                next_beat = time.monotonic() + HEARTBEAT_SECONDS
            # Every duty gets its turn, so that a long queue of one kind does not hold up another.
            did = [duty(now()) for duty in duties]
        except (OperationalError, InterfaceError) as error:
            log.warning("database_away", error=type(error).__name__)
            did, pause = [], LONGEST_PAUSE
        if any(did):
            pause = SHORTEST_PAUSE
        else:
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
