"""`nt tick`, `nt scheduler` and `nt worker`: what happens without anybody asking for it.

What only one of them needs is imported there: the scheduler knows nothing of mail, which is a seventh of its memory.
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime
from threading import Event
from types import FrameType

import click

from nt_process.infra.database import open_database
from nt_process.infra.heartbeat import beat
from nt_process.infra.logging import configure_logging
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.notices.tick import tick as tick_once
from nt_process.settings import load_settings

EARLIEST_YEAR, LATEST_YEAR = 2000, 2199


@click.command()
@click.option("--now", "text", help="An ISO instant instead of the clock, such as 2026-05-23T08:00.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def tick(text: str | None, as_json: bool) -> None:
    """Carry out everything that is due, once: reminders, limits that have passed, mail."""
    from nt_process.notices.delivery import deliver_all
    from nt_process.notices.link_mail import LinkRound
    from nt_process.notices.mail import mail_server, sender

    settings = load_settings()
    configure_logging(settings, "tick")
    say = translator(settings.language)
    at = settings.now() if text is None else read_instant(text)
    if at is None:
        problem = say(
            N_("“%(text)s” is not a time. Write it as 2026-05-23T08:00, in Swedish time, or with an offset."),
            text=text,
        )
        click.echo(
            json.dumps({"error": problem}, ensure_ascii=False) if as_json else problem, err=not as_json
        )
        sys.exit(2)
    server = mail_server(settings)
    with open_database(settings, application_name="nt tick") as engine:
        ticked = tick_once(engine, at)
        if server is not None:
            deliver_all(engine, server, sender(settings), at)
            LinkRound(engine, server, sender(settings), settings.secret_key())(at)
    if as_json:
        click.echo(json.dumps({"due": ticked.due, "sent": ticked.sent}))
    else:
        said = N_("%(due)s reminders were due and %(sent)s were sent; %(expired)s limits have passed.")
        click.echo(say(said, due=ticked.due, sent=ticked.sent, expired=ticked.expired))


def read_instant(text: str) -> datetime | None:
    """An ISO instant as UTC; without an offset it is Swedish time. None when it is none, or out of range."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not EARLIEST_YEAR < read.year < LATEST_YEAR:
        return None
    return (read if read.tzinfo is not None else read.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


@click.command()
def scheduler() -> None:
    """Tick twice a minute until stopped. Any number of schedulers may run."""
    from nt_process.deadlines.scheduler import run_scheduler

    settings = load_settings()
    configure_logging(settings, "scheduler")
    stop = _stop_on_signals()
    with open_database(settings, pool_size=2, application_name="nt scheduler") as engine:

        def tick_and_beat() -> None:
            tick_once(engine, settings.now())
            beat(engine, "scheduler", settings.now())

        run_scheduler(tick_and_beat, stop)


@click.command()
def worker() -> None:
    """Send mail and do background work until stopped. Any number of workers may run."""
    from nt_process.agreements import pdf_job as agreements
    from nt_process.cases.documents import examine_waiting
    from nt_process.consultation import pdf_job as consultations
    from nt_process.disclosure import audit_job
    from nt_process.disclosure import pdf_job as releases
    from nt_process.infra import jobs, uploads
    from nt_process.negotiation import evidence
    from nt_process.notices.link_mail import LinkRound
    from nt_process.notices.mail import mail_server, sender
    from nt_process.notices.worker import Duty, MailRound, run_worker
    from nt_process.portal import receipts
    from nt_process.reporting import pdf_job as reports
    from nt_process.sealed import keys

    settings = load_settings()
    configure_logging(settings, "worker")
    stop = _stop_on_signals()
    server = mail_server(settings)
    uploads.use_antivirus(settings.clamav)
    keys.use(settings)
    handlers = {
        **reports.HANDLERS,
        **consultations.HANDLERS,
        **receipts.HANDLERS,
        **evidence.HANDLERS,
        **agreements.HANDLERS,
        **audit_job.handlers(settings.secret_key(), settings.now),
        **releases.HANDLERS,
    }
    with open_database(settings, pool_size=2, application_name="nt worker") as engine:
        duties: list[Duty] = [
            lambda _at: examine_waiting(engine, settings.now),
            lambda _at: jobs.work(engine, handlers, settings.now),
        ]
        if server is not None:
            duties.append(MailRound(engine, server, sender(settings)))
            duties.append(LinkRound(engine, server, sender(settings), settings.secret_key()))
        run_worker(engine, duties, settings.now, stop)


def _stop_on_signals() -> Event:
    """An event that SIGTERM and SIGINT set: what is under way is finished, and nothing new is begun."""
    stop = Event()

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, request)
    return stop
