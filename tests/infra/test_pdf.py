"""Printed documents: nothing is fetched, a missing layout library is said, and every length is clear."""

from __future__ import annotations

import builtins
import io
import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from nt_process.infra import pdf, pdf_process
from nt_process.infra.pdf_process import PdfUnavailableError
from tests.requirements import need

MADE_AT = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)


def document(body: str) -> str:
    style = ".all { font-family: Inter, InterExt, InterGreek }"
    head = f'<head><meta charset="utf-8"/><title>Prov</title><style>{style}</style></head>'
    return f'<html lang="sv">{head}<body class="all">{body}</body></html>'


def text_of(made: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_from_network_or_disk(listener: tuple[str, list[str]], tmp_path: Path) -> None:
    need("pango")
    address, asked = listener
    secret = tmp_path / "secret.css"
    secret.write_text('.all::before { content: "hemligt" }')
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    made = pdf.render(
        document(
            f'<link rel="stylesheet" href="{secret.as_uri()}"/><link rel="stylesheet" href="{address}/style.css"/>'
            f'<img alt="" src="{address}/picture.png"/><img alt="" src="data:image/svg+xml,&lt;svg/&gt;"/>'
            f'<link rel="attachment" href="{secret.as_uri()}"/><p>Text</p>'
        ),
        made_at=MADE_AT,
    )
    assert asked == []
    assert text_of(made).split() == ["Text"]
    assert not PdfReader(io.BytesIO(made)).attachments


def test_a_missing_pango_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint raises OSError at import when Pango cannot be loaded."""
    known = builtins.__import__

    def without_pango(name: str, *args, **kwargs):
        if name.partition(".")[0] == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return known(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PdfUnavailableError, match="Pango is missing"):
        pdf.render(document("<p>Text</p>"), made_at=MADE_AT)


def test_a_child_makes_the_same_bytes() -> None:
    need("pango")
    html = document("<h1>Rubrik</h1><p>Åäö</p>")
    assert pdf.render_in_child(html, made_at=MADE_AT) == pdf.render(html, made_at=MADE_AT)


def test_no_stream_ends_so_that_its_length_can_be_read_in_two_ways() -> None:
    """One stream in 256 would by chance end in a carriage return; these attachments all do."""
    need("pango")
    chance = random.Random(3)  # noqa: S311 - nothing secret
    contents = []
    while len(contents) < 12:
        content = chance.randbytes(40)
        # The last byte of compressed data is the low byte of its Adler checksum.
        if (1 + sum(content)) % 65521 % 256 == 0x0D:
            contents.append(content)
    files = [pdf.AttachedFile(f"{number}.bin", "Slump", content) for number, content in enumerate(contents)]
    made = pdf.render(document("<p>Text</p>"), made_at=MADE_AT, attachments=files)
    assert b"\r\nendstream" not in made
    attached = PdfReader(io.BytesIO(made)).attachments
    assert [attached[file.name] for file in files] == [[content] for content in contents]


@pytest.mark.parametrize("text", ["Åäö – €", "Łódź Ștefan", "interferon β"])
def test_letters_of_other_alphabets_are_drawn_with_the_same_font(text: str) -> None:
    need("pango")
    made = pdf.render(document(f"<p>{text}</p>"), made_at=MADE_AT)
    assert text in text_of(made)
    resources: Any = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]
    fonts = [str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()]
    assert fonts
    assert all("+Inter" in font for font in fonts), fonts


def test_a_style_sheet_string_cannot_be_broken_out_of() -> None:
    need("pango")
    hostile = 'x"; } .all { display: none } </style><script>\\'
    made = pdf.html_of("base.html", "sv", made_at="2026-06-30T21:59:59Z")
    assert "<script>" not in made
    assert str(pdf._css_string(hostile)).count('"') == 2
    assert "<" not in pdf._css_string(hostile)


SIMPLE = document("<p>Prov</p>")


def process_number(*_given: object) -> int:
    return os.getpid()


def much_memory() -> int:
    return len(bytearray(os.urandom(1) * 120_000_000)) and os.getpid()


def death() -> None:
    os._exit(1)


def test_documents_are_made_in_one_process_until_it_is_ended() -> None:
    first = pdf_process.in_child(process_number)
    assert pdf_process.in_child(process_number) == first != os.getpid()
    pdf_process.end_process()
    assert pdf_process.in_child(process_number) != first


def test_what_opens_foreign_files_has_a_process_to_itself() -> None:
    before = pdf_process.in_child(process_number)
    foreign = pdf_process.in_child(process_number, foreign=True)
    after = pdf_process.in_child(process_number)
    assert len({before, foreign, after}) == 3


def test_a_process_that_grew_is_not_used_again() -> None:
    grown = pdf_process.in_child(much_memory)
    assert pdf_process.in_child(process_number) != grown


def test_the_death_of_the_process_is_told_and_the_next_document_is_made() -> None:
    need("pango")
    with pytest.raises(PdfUnavailableError, match="could not be made"):
        pdf_process.in_child(death)
    assert pdf.render_in_child(SIMPLE, made_at=MADE_AT).startswith(b"%PDF")


def test_the_process_ends_with_who_started_it(tmp_path: Path) -> None:
    said = tmp_path / "number"
    program = (
        "import os, signal, pathlib, tests.infra.test_pdf as t; from nt_process.infra.pdf_process import in_child; "
        f"pathlib.Path({str(said)!r}).write_text(str(in_child(t.process_number))); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    assert not wait_for_end(int(said.read_text()))


def wait_for_end(number: int) -> bool:
    """Whether a process still runs after a while."""
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        if (stat := Path(f"/proc/{number}/stat")).exists() and stat.read_text().rpartition(")")[2].split()[
            0
        ] == "Z":
            return False
        time.sleep(0.1)
    return True
