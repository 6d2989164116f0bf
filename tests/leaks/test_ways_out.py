"""What leaves the system by other ways than a page: mail, the log of the program, errors, background work."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask

from nt_process.infra.logging import configure_logging
from nt_process.notices.delivery import deliver
from nt_process.notices.mail import Sender
from nt_process.notices.tick import tick
from nt_process.settings import Settings
from tests.leaks.allowed import may_see
from tests.leaks.canaries import found_in
from tests.leaks.conftest import Marked
from tests.leaks.crawl import crawl, said
from tests.notices.mailbox import receiving
from tests.world import START

Log = Callable[[], str]


@pytest.fixture
def log(marked: Marked, capfd: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """What the program has written to its log since."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(Settings(log_format="json"), "web")
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(sys.__stderr__))
    for handler in root.handlers:
        # The stream that is there for the whole run: loggers that were made in an earlier test write to it too.
        handler.setStream(sys.__stderr__)  # type: ignore[attr-defined]
    yield lambda: "".join(capfd.readouterr())
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


# A letter says who it is to.
_ON_THE_ENVELOPE = {"person.name"}


def mailed(marked: Marked) -> set[str]:
    """The places of the marks in all mail that goes out in the next months."""
    engine, later = marked.filled.office.engine, START.replace(month=6)
    tick(engine, later)
    with receiving() as mailbox:
        while deliver(engine, mailbox.server, Sender("nt@nt.example", "https://nt.example"), later).claimed:
            pass
    assert len(mailbox.messages) > 20
    return {
        marked.planted[mark].place
        for message in mailbox.messages
        for mark in found_in(str(message)) & marked.planted.keys()
    }


def test_a_mail_holds_a_link_and_nothing_of_a_case(marked: Marked) -> None:
    assert mailed(marked) <= _ON_THE_ENVELOPE


def test_the_log_holds_nothing_of_a_case(marked: Marked, log: Log) -> None:
    for name in ("secretary", "company", "anonymous"):
        for _path, _text in crawl(marked.app, marked.filled, marked.readers[name]):
            pass
    written = log()
    assert found_in(written) & marked.planted.keys() == set()


def test_an_error_says_nothing_of_what_it_met(marked: Marked, log: Log) -> None:
    """A fault in the middle of a page, and one that the database itself complains of with the values in it."""
    app, secret = (
        marked.app,
        next(mark for mark, one in marked.planted.items() if one.place == "cases.medicine"),
    )
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    for fault in (_failing_page, _failing_statement):
        fault(app, secret)
        answer = marked.readers["secretary"].get("/notices")
        assert answer.status_code in (500, 503)
        # The page's head names its reader.
        assert {marked.planted[mark].place for mark in found_in(said(answer))} <= {"person.name"}
    assert secret not in log()


def _failing_page(app: Flask, secret: str) -> None:
    def fail() -> str:
        raise ValueError(f"cannot show {secret}")

    app.view_functions["notices.index"] = fail


def _failing_statement(app: Flask, secret: str) -> None:
    def fail() -> str:
        from nt_process import web

        web.connection().execute(
            sa.text("INSERT INTO organisation (kind, name) VALUES (:secret, :secret)"), {"secret": secret}
        )
        return ""

    app.view_functions["notices.index"] = fail


def test_what_waits_for_a_worker_holds_nothing_of_a_case(marked: Marked) -> None:
    """Jobs are asked for by parameters: none of them is a name, a text or a number of somebody's."""
    reader = marked.readers["manager"]
    assert reader.get("/reports/deadlines.pdf").status_code in (200, 202)
    with marked.filled.office.engine.connect() as connection:
        asked = " ".join(str(row) for row in connection.execute(sa.text("SELECT kind, key, params FROM job")))
    assert asked
    assert found_in(asked) & marked.planted.keys() == set()


def test_the_calendar_holds_no_name_of_a_medicine(marked: Marked) -> None:
    text = said(marked.readers["anonymous"].get(f"/calendar/{marked.filled.calendar}.ics"))
    assert "BEGIN:VEVENT" in text
    assert found_in(text) & marked.planted.keys() == set()
    assert all(
        "secretary" in may_see(one, marked.facts) for one in marked.planted.values() if one.table == "cases"
    )
