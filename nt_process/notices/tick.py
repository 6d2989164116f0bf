"""One sweep of everything that time brings: reminders, limits that have passed, periodic notices, mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from nt_process.agreements.sweep import remind_agreements
from nt_process.appeals.sweep import remind_appeals, settle_legal_force
from nt_process.cases.service import expire_clock
from nt_process.companies.registrations import forget_unconfirmed
from nt_process.companies.sweep import remind_slots
from nt_process.consultation.sweep import remind_consultations
from nt_process.deadlines import sweep
from nt_process.interests.sweep import remind_declarations
from nt_process.introduction.watching import remind_introductions
from nt_process.introduction_financing.sweep import remind_financing
from nt_process.market.sweep import remind_market
from nt_process.notices.service import announce_periodic
from nt_process.public.register.entering import enter
from nt_process.public.requests.sweep import remind_requests
from nt_process.public.subscriptions import happenings, pace
from nt_process.reassessment.detecting import look_each_morning
from nt_process.reassessment.sweep import begin_reassessments, remind_reassessments
from nt_process.recommendations.publishing import publish_due

log = structlog.get_logger()

_REMINDERS = (
    sweep.remind,
    remind_market,
    remind_slots,
    remind_consultations,
    remind_agreements,
    remind_reassessments,
    remind_appeals,
    remind_requests,
    remind_introductions,
    remind_financing,
)


@dataclass(frozen=True, slots=True)
class Ticked:
    """Reminders found due and sent (one rung of one clock, of one date in the register, of one place at a meeting, of
    one consultation, of one agreement, of one re-assessment or milestone, of one appeal, of one region's introduction or
    its financing);
    limits recorded as passed.
    """

    due: int
    sent: int
    expired: int


def tick(engine: Engine, at: datetime) -> Ticked:
    """Carry out everything that is due at `at` (UTC). Doing it again, or at the same time, adds nothing.

    Reminders come before expiry, so that the reminders of a limit are sent before its expiry ends it.
    """
    # First of all: what is to be public at a time waits for nothing else.
    publish_due(engine, at)
    happenings.notice(engine, at)
    enter(engine, at)
    swept = [remind(engine, at) for remind in _REMINDERS]
    expired = sweep.expire(engine, at, lambda case_id, clock, at: expire_clock(engine, case_id, clock, at))
    # After the limits that have passed are on record.
    settle_legal_force(engine, at)
    begin_reassessments(engine, at)
    look_each_morning(engine, at)
    forget_unconfirmed(engine, at)
    pace.forget(engine, at)
    with engine.begin() as connection:
        announce_periodic(connection, at)
    remind_declarations(engine, at)
    due, sent = sum(one.due for one in swept), sum(one.sent for one in swept)
    if due or expired:
        log.info("swept", due=due, sent=sent, count=expired)
    return Ticked(due, sent, expired)
