"""What can be told of a file without unpacking or parsing it: size, type, name, and that it is one thing only.

Cheap enough for the web process, whatever the bytes are. The inside is examined elsewhere (`chamber`).
"""

from __future__ import annotations

import re
import struct

from nt_process.infra.uploads.names import extension_of
from nt_process.infra.uploads.verdict import (
    IMAGES,
    MAX_BYTES,
    MAX_PIXELS,
    OFFICE,
    PDF,
    TEXTS,
    Unacceptable,
)
from nt_process.infra.uploads.zip_directory import end_of_directory, read_directory

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
)
_MEDIA_TYPES = {"pdf": PDF, **OFFICE, **IMAGES, **TEXTS}
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_CONTENT_TYPES = "[Content_Types].xml"
# Every virus scanner knows this harmless text; so does a system without one.
_TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# What a browser or a shell would run, whatever the name says.
_MARKUP = re.compile(
    r"\s*(?:<!doctype|<!--|<\?xml|<\?php|<html|<head|<body|<script|<svg|<iframe|#!|MZ|GIF8)", re.IGNORECASE
)
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Where a lenient reader still looks for the beginning of a PDF.
_PDF_LENIENCE = 1024


def look(filename: str, content: bytes) -> str:
    """The extension that the content is of, in agreement with the name. Raises Unacceptable."""
    if not content:
        raise Unacceptable("file_empty")
    if len(content) > MAX_BYTES:
        raise Unacceptable("file_too_large", limit_mb=MAX_BYTES // 1024**2)
    if _TEST_VIRUS in content:
        raise Unacceptable("file_with_virus")
    extension = extension_of(filename)
    found = _recognise(extension, content)
    if found is None:
        # The name promises what can be added, and the content is something else.
        promised = extension in _MEDIA_TYPES and extension not in TEXTS
        if promised:
            raise Unacceptable("file_not_what_it_says", extension=extension.upper())
        raise Unacceptable("file_type_not_allowed")
    if found != extension:
        raise Unacceptable("file_type_differs", content=found.upper(), extension=extension or "–")
    _check_single(found, content)
    return found


def media_type(extension: str) -> str:
    """The media type of an allowed extension."""
    return _MEDIA_TYPES[extension]


def _recognise(extension: str, content: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if content.startswith(signature):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return extension if extension in TEXTS and is_text(content) else None


def _office(content: bytes) -> str | None:
    """An office document, by the names in its directory alone."""
    names = {entry.name for entry in read_directory(content)}
    if any("vbaproject" in name.lower() for name in names):
        raise Unacceptable("file_with_macros")
    return next(
        (kind for part, kind in _MAIN_PARTS.items() if part in names and _CONTENT_TYPES in names), None
    )


def is_text(content: bytes) -> bool:
    """Whether the bytes are text: UTF-8, UTF-16 with its mark, or what Swedish Windows programs write."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            return _MARKUP.match(text) is None and _NOT_IN_TEXT.search(text) is None
        except UnicodeDecodeError:
            continue
    return False


def _check_single(kind: str, content: bytes) -> None:
    """That no other program would take the same bytes for something else."""
    if kind not in OFFICE and end_of_directory(content) is not None:
        raise Unacceptable("file_of_two_kinds")
    if kind != "pdf" and kind not in TEXTS and b"%PDF-" in content[:_PDF_LENIENCE]:
        raise Unacceptable("file_of_two_kinds")
    if kind == "png":
        _check_png(content)
    if kind == "jpg" and re.search(rb"<script|<\?php|<html", content[:4096] + content[-4096:], re.IGNORECASE):
        raise Unacceptable("file_of_two_kinds")


def _check_png(content: bytes) -> None:
    """Chunk after chunk to the last one, which must end the file."""
    place, kind = 8, b""
    while kind != b"IEND":
        if place + 12 > len(content):
            raise Unacceptable("file_damaged")
        size, kind = struct.unpack_from(">L4s", content, place)
        if kind == b"IHDR" and size == 13:
            width, height = struct.unpack_from(">2L", content, place + 8)
            if width * height > MAX_PIXELS:
                raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_PIXELS // 1000**2)
        place += 12 + size
    if place != len(content):
        raise Unacceptable("file_of_two_kinds" if place < len(content) else "file_damaged")
