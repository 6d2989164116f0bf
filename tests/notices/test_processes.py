"""The real commands as processes of their own: ticking, racing, sending, and stopping when told to."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from nt_process.infra.database import Databases
from tests.notices.mailbox import Mailbox
from tests.notices.world import World, noon

START = date(2026, 1, 12)
DUE = START + timedelta(days=150)
NT = str(Path(sys.executable).with_name("nt"))
PATIENCE_SECONDS = 30


@pytest.fixture
def environment(databases: Databases, mailbox: Mailbox, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "NT_DATABASE_URL": databases.app_url.render_as_string(hide_password=False),
        "NT_MIGRATION_URL": databases.owner_url.render_as_string(hide_password=False),
        "NT_DATA_DIR": str(tmp_path),
        "NT_SMTP_URL": f"smtp://127.0.0.1:{mailbox.server.port}",
        "NT_LANG": "en",
    }


def nt(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NT, *arguments], env=environment, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def running(environment: Mapping[str, str], command: str, now: datetime) -> Iterator[subprocess.Popen[bytes]]:
    """`nt COMMAND` as a process that believes that it is `now`; told to stop at the end."""
    with subprocess.Popen([NT, command], env={**environment, "NT_NOW": now.isoformat()}) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_tick_prints_one_json_document_and_sends_mail(
    world: World, mailbox: Mailbox, environment: dict[str, str]
) -> None:
    world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    now = noon(DUE - timedelta(days=30)).isoformat()
    first, second = (nt(environment, "tick", "--now", now, "--json") for _ in range(2))
    assert (first.returncode, json.loads(first.stdout)) == (0, {"due": 1, "sent": 1})
    assert (second.returncode, json.loads(second.stdout)) == (0, {"due": 0, "sent": 0})
    assert len([to for to in mailbox.recipients if to == ["sara@example.test"]]) == 1


def test_a_time_without_offset_is_swedish(world: World, environment: dict[str, str]) -> None:
    world.negotiating(START)
    day = DUE - timedelta(days=30)
    before = nt(environment, "tick", "--json", "--now", f"{day - timedelta(days=1)}T23:59:59")
    after = nt(environment, "tick", "--json", "--now", f"{day}T00:00")
    assert [json.loads(done.stdout)["sent"] for done in (before, after)] == [0, 1]


@pytest.mark.parametrize(
    "text", ["tomorrow", "", "2026-13-01", "9999-12-31", "0001-01-01T00:00", "2026-02-30"]
)
def test_a_time_that_is_none_is_named_and_nothing_is_done(
    world: World, environment: dict[str, str], text: str
) -> None:
    world.negotiating(START)
    plain = nt(environment, "tick", "--now", text)
    as_json = nt(environment, "tick", "--now", text, "--json")
    assert plain.returncode == as_json.returncode == 2
    assert plain.stdout == ""
    assert f"“{text}” is not a time" in plain.stderr
    assert f"“{text}” is not a time" in json.loads(as_json.stdout)["error"]
    assert world.reminders() == []


def test_a_mail_address_that_cannot_be_read_is_not_quoted(world: World, environment: dict[str, str]) -> None:
    environment["NT_SMTP_URL"] = "mailto:secret-password@host"
    done = nt(environment, "tick")
    assert done.returncode == 2
    assert "NT_SMTP_URL" in done.stderr
    assert "secret-password" not in done.stdout + done.stderr


def test_two_schedulers_and_two_workers_send_each_reminder_once(
    world: World, mailbox: Mailbox, environment: dict[str, str]
) -> None:
    for _ in range(20):
        world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    now = noon(DUE)
    with contextlib.ExitStack() as stack:
        for command in ("scheduler", "scheduler", "worker", "worker"):
            stack.enter_context(running(environment, command, now))
        eventually(lambda: len(world.reminders()) == 20 * 5 * 2)
        eventually(lambda: world.rows("SELECT count(*) FROM notice WHERE mail = 'pending'") == [(0,)])
        beats = world.rows("SELECT process FROM heartbeat ORDER BY process")
    assert [process for (process,) in beats] == ["scheduler", "worker"]
    told = [reminder[:5] for reminder in world.reminders()]
    assert len(told) == len(set(told))
    ids = [message["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 20 * 5 * 2


def test_a_worker_killed_while_it_sends_leaves_no_mail_unsent(
    world: World, mailbox: Mailbox, environment: dict[str, str]
) -> None:
    for _ in range(10):
        world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    nt({**environment, "NT_SMTP_URL": ""}, "tick", "--now", noon(DUE).isoformat())
    waiting = world.rows("SELECT count(*) FROM notice WHERE mail = 'pending'")[0][0]
    with running(environment, "worker", noon(DUE)) as worker:
        eventually(lambda: len(mailbox.messages) > 5)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with running(environment, "worker", noon(DUE) + timedelta(minutes=10)):
        eventually(lambda: world.rows("SELECT count(*) FROM notice WHERE mail = 'pending'") == [(0,)])
    ids = {message["Message-ID"] for message in mailbox.messages}
    assert len(ids) == waiting
    assert len(mailbox.messages) <= waiting + 1, "only the mail under way when it was killed may come twice"


def test_a_worker_outlives_the_loss_of_its_database_connections(
    world: World, mailbox: Mailbox, environment: dict[str, str], databases: Databases
) -> None:
    world.negotiating(START)
    owner = sa.create_engine(databases.owner_url, poolclass=sa.NullPool)
    with running(environment, "worker", noon(DUE)) as worker:
        eventually(lambda: world.rows("SELECT count(*) FROM notice WHERE mail = 'pending'") == [(0,)])
        sent = len(mailbox.messages)
        with owner.connect() as connection:
            ended = connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
                ),
                {"name": "nt worker"},
            ).all()
        assert ended
        world.execute("UPDATE notice SET mail = 'pending', mail_after = created_at WHERE mail = 'sent'")
        eventually(lambda: len(mailbox.messages) == 2 * sent)
        assert worker.poll() is None


@pytest.mark.parametrize("command", ["scheduler", "worker"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_told_to_stop_ends_well(
    world: World, environment: dict[str, str], command: str, number: signal.Signals
) -> None:
    with running(environment, command, noon(DUE)) as process:
        eventually(lambda: world.rows("SELECT count(*) FROM heartbeat") == [(1,)])
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == 0
