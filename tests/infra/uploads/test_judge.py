"""What is let in and what is not: a hundred hostile files, each with its own reason, and ordinary ones."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime

import openpyxl
import pikepdf
import pytest
import xlsxwriter

from nt_process.infra import uploads
from nt_process.infra.uploads import Judged, chamber
from nt_process.kernel.reasons import Reason
from tests.infra.uploads.archives import Part, office, relations
from tests.infra.uploads.hostile import Case, hostile, pdf, picture
from tests.requirements import need
from tests.world import PDF

HOSTILE = list(hostile())


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine these tests wait as long as a worker does."""
    monkeypatch.setattr(chamber, "PATIENCE_SECONDS", chamber.WORKER_SECONDS)


def test_there_are_enough_hostile_files() -> None:
    assert len({what for what, *_rest in HOSTILE}) == len(HOSTILE) >= 100


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case[0])
def test_a_hostile_file_is_not_let_in(case: Case) -> None:
    _what, name, content, code = case
    found = uploads.judge(name, content)
    assert isinstance(found, Reason)
    assert found.code == code


def workbook() -> bytes:
    book, stored = openpyxl.Workbook(), io.BytesIO()
    for row in range(200):
        book.worksheets[0].append([row, f"Åre {row}", 1.5])
    book.save(stored)
    return stored.getvalue()


def written_workbook() -> bytes:
    stored = io.BytesIO()
    with xlsxwriter.Workbook(stored) as book:
        sheet = book.add_worksheet()
        sheet.write_url("A1", "https://www.example.org/")
        chart = book.add_chart({"type": "line"})
        assert chart is not None
        chart.add_series({"values": "=Sheet1!$A$1:$A$5"})
        sheet.insert_chart("B2", chart)
    return stored.getvalue()


def scanned() -> bytes:
    """A white page of ten megapixels, which packs a thousand to one as every blank scan does."""

    def add(document: pikepdf.Pdf) -> None:
        stream = pikepdf.Stream(document, bytes(10_000_000))
        for name, value in {"Type": "XObject", "Subtype": "Image"}.items():
            stream["/" + name] = pikepdf.Name("/" + value)
        stream["/Width"], stream["/Height"] = 5000, 2000
        document.Root["/X"] = stream

    stored = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(add))) as document:
        document.save(stored, compress_streams=True, recompress_flate=True)
    return stored.getvalue()


ORDINARY = {
    "en sida.pdf": PDF,
    "STORA.PDF": PDF,
    "skrivskyddad.pdf": pdf(lambda d: None, encryption=pikepdf.Encryption(owner="a", user="")),
    "med figurer.pdf": pdf(lambda d: d.attachments.__setitem__("a.csv", b"region;kr\n\xc3\x85re;1\n")),
    "inskannad.pdf": scanned(),
    "blad.xlsx": workbook(),
    "diagram.xlsx": written_workbook(),
    "brev.docx": office("docx", relations("document.xml", ("hyperlink", "https://www.example.org/?a=1#b"))),
    "mall.docx": office("docx", relations("settings.xml", ("attachedTemplate", "file:///C:\\Mallar\\Brev.dotx"))),
    "bilder.docx": office("docx", Part("word/media/image1.png", picture(), method=0)),
    "bildspel.pptx": office("pptx", Part("ppt/embeddings/sheet1.xlsx", workbook(), method=0)),
    "formel.docx": office("docx", Part("word/embeddings/o.bin", b"\xd0\xcf\x11\xe0" + bytes(5000))),
    "glest.xlsx": office("xlsx", Part("xl/worksheets/sheet1.xml", b"<x>" + b" " * 900_000 + b"</x>")),
    "bild.png": picture(),
    "foto.jpeg": b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9",
    "utf8.csv": "län;kr\nÖrebro;1,5\n".encode("utf-8-sig"),
    "windows.csv": "län;kr\nÖrebro;1,5 €\n".encode("cp1252"),
    "excel.txt": "län\tkr\nÖrebro\t1\n".encode("utf-16"),
    "anteckning.txt": b"a < b & c\f\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_is_let_in_and_examined_at_once(name: str) -> None:
    found = uploads.judge(name, ORDINARY[name])
    assert isinstance(found, Judged), found
    assert found.examined


def test_our_own_documents_can_be_handed_in_again() -> None:
    need("pango")
    from nt_process.infra.pdf import AttachedFile, render

    html = (
        "<html lang='sv'><head><title>Ärende</title></head><body><h1>Ärende</h1><p>Beslut.</p></body></html>"
    )
    figures = AttachedFile("siffror.csv", "Siffror", b"a;b\n1;2\n")
    content = render(html, made_at=datetime(2026, 1, 5, tzinfo=UTC), attachments=[figures])
    assert uploads.judge("beslut.pdf", content) == Judged("application/pdf", examined=True)


def test_a_large_file_takes_no_longer_than_a_person_waits() -> None:
    large = PDF.replace(b"\n1 0 obj", b"\n%" + b"x" * (49 * 1024 * 1024) + b"\n1 0 obj", 1)
    started = time.monotonic()
    assert isinstance(uploads.judge("stor.pdf", large), Judged)
    assert time.monotonic() - started < 10
