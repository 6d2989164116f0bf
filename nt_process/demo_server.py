"""The whole system on one machine: database, web, worker, scheduler and a mail server that keeps all mail.

`run_demo` is what `nt demo` does and `stop_demo` what `nt stop` does. In production each process is
started by the machine's own service manager instead; see docs/operations.md.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nt_process.cases.published import keep_published
from nt_process.infra import pdf_process
from nt_process.infra import supervisor as supervising
from nt_process.infra.database import open_database
from nt_process.infra.embedded import stop_unused
from nt_process.infra.operation import OperationError
from nt_process.infra.supervisor import AlreadyRunningError, Program, StopRequested, Supervisor
from nt_process.kernel.messages import N_, translator
from nt_process.settings import Settings

ROOT = Path(__file__).parents[1]
READY_SECONDS = 60
WEB_ATTEMPTS = 2
LOG_LINES = 15


class DemoError(OperationError):
    """The demo cannot be started; the message says why and what to do."""


def run_demo(
    settings: Settings, port: int = 8080, host: str = "127.0.0.1", echo: Callable[[str], None] = print
) -> None:
    """Serve the demo until Ctrl-C, SIGTERM or SIGHUP; then nothing is left running.

    Texts for the person at the terminal go to `echo`. Raises OperationError: the port is taken, the demo
    runs already, or the database or the web does not start.
    """
    settings = settings.model_copy(update={"demo": True})
    settings.ensured_data_dir()
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    say = translator(settings.language)
    try:
        with contextlib.suppress(StopRequested), contextlib.ExitStack() as stack:
            supervisor = stack.enter_context(supervising.supervise(run_dir(settings), address))
            web = stack.enter_context(_listen(host, port))
            mail = stack.enter_context(_listen("127.0.0.1", 0))
            echo(say(N_("Preparing the database …")))
            users = stack.enter_context(_demo_world(settings))
            environment = _environment(settings, address, mail.getsockname()[1])
            supervisor.start(_programs(settings, web.fileno(), mail.fileno()), environment)
            _wait_until_ready(supervisor, host, port)
            echo(say(N_("NT process runs at %(address)s"), address=address))
            echo(say(N_("Mail is kept in %(directory)s"), directory=settings.data_dir / "mail"))
            echo(users)
            echo(say(N_("Stop with Ctrl-C.")))
            supervisor.run()
    except AlreadyRunningError as error:
        raise DemoError(
            N_("The demo already runs at %(address)s. Stop it with: make stop"), address=error.address
        ) from None


def stop_demo(settings: Settings) -> bool:
    """Stop a running demo, or what a killed one left behind. True when there was anything to stop."""
    stopped = supervising.stop(run_dir(settings))
    return stop_unused(settings.data_dir) or stopped


def run_dir(settings: Settings) -> Path:
    """Where the demo notes what runs, and where its programs' logs lie."""
    return settings.data_dir / "run"


@contextlib.contextmanager
def _demo_world(settings: Settings) -> Iterator[str]:
    """The database with the demo world in it, kept running meanwhile; gives the text about its users."""
    from nt_process import demo

    with open_database(settings, pool_size=1, application_name="nt demo") as engine:
        keep_published(engine, settings.now())
        demo.load(engine, settings)
        # This process only watches over the others from now on.
        pdf_process.end_process()
        engine.dispose()
        yield demo.users_text(settings.language)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket that the programs inherit; the port stays taken while one of them restarts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DemoError(
                N_('Port %(port)s is taken by another program. Choose another: make demo ARGS="--port 8123"'),
                port=port,
            ) from None
        raise DemoError(
            N_("The address %(host)s, port %(port)s, cannot be used: %(reason)s"),
            host=host,
            port=port,
            reason=error,
        ) from None


def _programs(settings: Settings, web: int, mail: int) -> list[Program]:
    nt = str(Path(sys.executable).with_name("nt"))
    gunicorn = [
        sys.executable, "-m", "gunicorn", "--bind", f"fd://{web}", "--workers", "2", "--threads", "4",
        "--worker-class", "gthread", "--preload", "--graceful-timeout", "5", "--no-control-socket",
        # No header names a path: what stands before this server sends none, and nobody else may.
        "--forwarder-headers", "",
        "--log-level", "warning", "--chdir", str(ROOT), "wsgi:app",
    ]  # fmt: skip
    sink = [sys.executable, "-m", "nt_process.infra.mail_sink", str(settings.data_dir / "mail"), str(mail)]
    return [
        Program("mail", sink, [mail]),
        Program("web", gunicorn, [web]),
        Program("worker", [nt, "worker"]),
        Program("scheduler", [nt, "scheduler"]),
    ]


def _environment(settings: Settings, address: str, mail_port: int) -> dict[str, str]:
    """What the programs are told beyond what this process was told itself."""
    environment = {**os.environ, "NT_DATA_DIR": str(settings.data_dir), "NT_DEMO": "1"}
    environment.setdefault("NT_BASE_URL", address)
    environment.setdefault("NT_SMTP_URL", f"smtp://127.0.0.1:{mail_port}")
    environment.setdefault("PYTHONUNBUFFERED", "1")
    # glibc gives each thread an arena of memory of its own, which Python's threads take turns to use.
    environment.setdefault("MALLOC_ARENA_MAX", "1")
    return environment


def _wait_until_ready(supervisor: Supervisor, host: str, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(host, port):
        supervisor.tend()
        if time.monotonic() > deadline or supervisor.ends("web") >= WEB_ATTEMPTS:
            said = supervisor.log_file("web").read_text(errors="replace").splitlines()[-LOG_LINES:]
            raise DemoError(N_("The web server does not get ready. It says:\n%(said)s"), said="\n".join(said))
        time.sleep(supervising.POLL_SECONDS)


def _is_ready(host: str, port: int) -> bool:
    try:
        connection = http.client.HTTPConnection(host, port, timeout=2)
        with contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
    except OSError:
        return False
