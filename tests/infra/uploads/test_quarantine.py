"""A file that waits is given to nobody but its sender; the worker lets it out, or stops it and says so."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from nt_process.cases import documents, service
from nt_process.cases.verify import verify
from nt_process.infra import uploads
from nt_process.infra.uploads import chamber
from nt_process.kernel.reasons import Reason
from tests.infra.uploads.hostile import EICAR, pdf
from tests.world import PDF, START, Office

LATER = START + timedelta(minutes=5)
# Where no scanner ever answers.
NOBODY = "tcp://127.0.0.1:1"
SignIn = Callable[[str], FlaskClient]


class Scanner:
    """clamd's INSTREAM over a real socket. It finds what holds `found`, or answers what it is told to."""

    def __init__(self, server: socket.socket, address: str) -> None:
        self.server, self.address, self.found, self.answer = server, address, b"SMITTA", ""
        self.seen: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">L", sent.read(4))[0]:
                    content += sent.read(size)
                self.seen.append(content)
                plain = "stream: Test.Virus FOUND" if self.found in content else "stream: OK"
                connection.sendall((self.answer or plain).encode() + b"\0")


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scanner]:
    if request.param == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    else:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "clamd"))
        server.listen()
        address = f"unix://{tmp_path / 'clamd'}"
    uploads.use_antivirus(address)
    yield Scanner(server, address)
    uploads.use_antivirus("")
    server.close()


@pytest.fixture
def away() -> Iterator[None]:
    """A scanner is configured, and nobody answers. An application that is made meanwhile brings its own setting."""
    uploads.use_antivirus(NOBODY)
    yield
    uploads.use_antivirus("")


def add(office: Office, number: str, content: bytes, who: str = "secretary") -> bool:
    return documents.add(
        office.engine,
        office.actor(who),
        number,
        "application",
        "Ansökan",
        "ansökan.pdf",
        content,
        START,
        party=True,
    )


def work(office: Office, at: Any = LATER) -> bool:
    return documents.examine_waiting(office.engine, lambda: at)


def one(office: Office, number: str, who: str) -> Any:
    with office.engine.connect() as connection:
        return documents.listed(connection, office.actor(who), number)[0]


def test_what_the_scanner_finds_is_not_let_in_and_what_it_clears_is(scanner: Scanner) -> None:
    assert uploads.judge("a.pdf", PDF) == uploads.Judged("application/pdf", examined=True)
    found = uploads.judge("a.pdf", PDF + b"%SMITTA")
    assert isinstance(found, Reason)
    assert found.code == "file_with_virus"
    assert scanner.seen == [PDF, PDF + b"%SMITTA"]


@pytest.mark.parametrize(
    "answer", ["stream: ", "INSTREAM size limit exceeded. ERROR", "x" * 9000, "OK", "\xff"]
)
def test_an_unclear_answer_lets_nothing_through(scanner: Scanner, answer: str) -> None:
    scanner.answer = answer
    assert uploads.judge("a.pdf", PDF) == uploads.Judged("application/pdf", examined=False)
    assert documents.judge("a.pdf", PDF) == Reason("file_not_examined")


@pytest.mark.usefixtures("away")
def test_a_file_waits_while_the_scanner_is_away(office: Office, as_person: SignIn) -> None:
    company, secretary, auditor = as_person("company"), as_person("secretary"), as_person("auditor")
    number = office.open()
    uploads.use_antivirus(NOBODY)
    assert add(office, number, PDF) is False
    page = f"/cases/{number}/documents"
    waiting = f"{page}/{one(office, number, 'secretary')['id']}"
    assert secretary.get(waiting).data == PDF
    for other in (company, auditor):
        assert other.get(waiting).location == page
        assert "Undersöks" in other.get(page).text
        assert waiting not in other.get(page).text
    assert work(office) is True
    assert one(office, number, "company")["examined"] == "waiting"
    assert work(office) is False, "it is not asked about again and again"
    uploads.use_antivirus("")
    assert work(office, LATER + timedelta(minutes=1)) is True
    assert company.get(waiting).data == PDF
    assert "Undersöks" not in company.get(page).text


@pytest.mark.usefixtures("away")
def test_what_fails_is_stopped_for_everyone_with_its_reason_a_notice_and_an_event(
    office: Office, as_person: SignIn
) -> None:
    company, secretary = as_person("company"), as_person("secretary")
    number = office.open()
    content = PDF + b"%SMITTA"
    uploads.use_antivirus(NOBODY)
    assert add(office, number, content, "company") is False
    assert add(office, number, content, "company") is False
    page = f"/cases/{number}/documents"
    stopped = f"{page}/{one(office, number, 'company')['id']}"
    assert "application" in kinds(office, number)
    with socket.create_server(("127.0.0.1", 0)) as server:
        uploads.use_antivirus(Scanner(server, f"tcp://127.0.0.1:{server.getsockname()[1]}").address)
        assert work(office) is True
    for client in (company, secretary):
        assert client.get(stopped).location == page
        shown = client.get(page).text
        assert "Stoppad" in shown
        assert "ansökan.pdf: Virusskyddet" in shown
        assert f'href="{stopped}"' not in shown
    assert "application" not in kinds(office, number), "no decision rests on it"
    notice = company.get("/notices").text
    assert f"{number}: en fil stoppades" in notice
    with office.engine.connect() as connection:
        told = connection.execute(sa.text("SELECT person_id::text FROM notice WHERE kind = 'file_stopped'"))
        assert told.scalars().all() == [office.people["company"]], "told once, and nobody else"
    assert "ansökan" not in notice
    assert "stoppades" not in secretary.get("/notices").text
    assert "stoppades vid undersökningen" in secretary.get(f"/cases/{number}/history").text
    assert "stoppades vid undersökningen" not in company.get(f"/cases/{number}/history").text
    with office.engine.connect() as connection:
        assert verify(connection).ok
    uploads.use_antivirus("")
    assert add(office, number, content) is True
    assert secretary.get(stopped).location == page, "the same bytes stay stopped"


def kinds(office: Office, number: str) -> set[str]:
    with office.engine.connect() as connection:
        return set(
            connection.scalar(
                sa.text("SELECT document_kinds(id) FROM cases WHERE number = :n"), {"n": number}
            )
        )


@pytest.mark.usefixtures("away")
def test_the_database_itself_gives_an_unexamined_file_only_to_its_sender(
    office: Office, web_engine: sa.Engine
) -> None:
    number = office.open()
    add(office, number, PDF, "company")
    read = sa.text("SELECT count(*) FROM file_part")

    def parts(who: str) -> int:
        with web_engine.begin() as connection:
            connection.execute(sa.text("SELECT set_config('nt.person', :p, true)"), {"p": office.people[who]})
            connection.execute(sa.text("SELECT set_config('nt.day', '2026-01-05', true)"))
            return int(connection.scalar(read))

    assert {who: parts(who) for who in ("company", "secretary", "rival")} == {
        "company": 1,
        "secretary": 0,
        "rival": 0,
    }
    uploads.use_antivirus("")
    work(office)
    assert {who: parts(who) for who in ("company", "secretary", "rival")} == {
        "company": 1,
        "secretary": 1,
        "rival": 0,
    }


def test_a_file_that_takes_longer_than_a_person_waits_is_left_to_the_worker(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = pdf(lambda document: None) + b"%slow"
    monkeypatch.setattr(chamber, "PATIENCE_SECONDS", 0.001)
    number = office.open()
    assert add(office, number, slow) is False
    assert one(office, number, "secretary")["examined"] == "waiting"
    assert work(office) is True
    assert one(office, number, "secretary")["examined"] == "clean", "the worker has more time"


def test_a_file_that_meets_a_full_chamber_waits_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chamber, "PATIENCE_SECONDS", 0.05)
    with chamber._place("", None), chamber._place("", None):
        assert uploads.judge("a.pdf", PDF + b"%full").examined is False  # type: ignore[union-attr]


def test_the_chamber_knows_no_secret_reaches_nobody_and_uses_little(tmp_path: Path) -> None:
    """Each attempt is made by a process that has confined itself; what it prints is what it could do."""
    import subprocess
    import sys

    attempts = """
import os, sys
from nt_process.infra.uploads.confine import confine
confine()
def attempt(name, do):
    try: do()
    except (OSError, MemoryError): return
    print(name)
import socket, subprocess
attempt("network", lambda: socket.socket())
attempt("program", lambda: subprocess.run(["true"]))
attempt("memory", lambda: bytearray(700 * 1024 * 1024))
attempt("fork", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("file", lambda: open(sys.argv[1], "wb", buffering=0).write(b"a"))
print(dict(os.environ).get("NT_SECRET_KEY", "no secret"))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", attempts, str(tmp_path / "a")],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[0] == "no secret"


def test_a_process_that_runs_wild_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chamber, "WORKER_SECONDS", 0.01)
    with pytest.raises(uploads.Unacceptable) as stopped:
        chamber.examine("pdf", PDF, seconds=0.01, wait=True)
    assert stopped.value.code == "file_too_demanding"


def test_a_refused_file_leaves_nothing_behind(office: Office, as_person: SignIn) -> None:
    import io

    number = office.open()
    data = {"title": "T", "kind": "other", "file": (io.BytesIO(EICAR), "prov.txt")}
    answer = as_person("company").post(f"/cases/{number}/documents", data=data)
    assert answer.status_code == 422
    assert "Virusskyddet" in answer.text
    with office.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM file_content")) == 0


def test_the_pages_answer_while_files_are_examined(office: Office, as_person: SignIn) -> None:
    """Another page is there before two bombs that are being opened have been judged."""
    secretary, number = as_person("secretary"), office.open()
    bomb = pdf(lambda document: None) + b"%" + b"x" * 1_000_000
    running = [
        threading.Thread(target=uploads.judge, args=("a.pdf", bomb + bytes([65 + n]))) for n in range(2)
    ]
    secretary.get(f"/cases/{number}")
    for thread in running:
        thread.start()
    assert secretary.get(f"/cases/{number}").status_code == 200
    assert any(thread.is_alive() for thread in running)
    for thread in running:
        thread.join()
    assert service.newest("klinik") is not None
