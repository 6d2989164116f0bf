"""One sweep of everything that time brings: reminders, limits that have passed, periodic notices, mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from nt_process.cases.service import expire_clock
from nt_process.deadlines import sweep
from nt_process.interests.sweep import remind_declarations
from nt_process.market.sweep import remind_market
from nt_process.notices.service import announce_periodic

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ticked:
    """Reminders (one rung of one clock, or of one date in the register) found due and sent; limits recorded
    as passed."""

    due: int
    sent: int
    expired: int


def tick(engine: Engine, at: datetime) -> Ticked:
    """Carry out everything that is due at `at` (UTC). Doing it again, or at the same time, adds nothing.

    Reminders come before expiry, so that the reminders of a limit are sent before its expiry ends it.
    """
    reminded, market = sweep.remind(engine, at), remind_market(engine, at)
    expired = sweep.expire(engine, at, lambda case_id, clock, at: expire_clock(engine, case_id, clock, at))
    with engine.begin() as connection:
        announce_periodic(connection, at)
    remind_declarations(engine, at)
    due, sent = reminded.due + market.due, reminded.sent + market.sent
    if due or expired:
        log.info("swept", due=due, sent=sent, count=expired)
    return Ticked(due, sent, expired)
