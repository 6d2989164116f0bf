"""The inside of a PDF, opened in the examination chamber: pages, actions, attached files, packed streams."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from nt_process.infra.uploads.outside import is_text
from nt_process.infra.uploads.verdict import (
    MAX_PAGES,
    MAX_PIXELS,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
    Unacceptable,
)
from nt_process.infra.uploads.xml_scan import scan

_PIECE = 1024 * 1024
# Actions that run something, send something or open another file.
_REFUSED_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
)
_MAX_BOOKMARKS = 50_000
_MAX_DEPTH = 50


def examine_pdf(content: bytes) -> None:
    """Raises Unacceptable for whatever a document that is only to be read does not have."""
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
            _examine(document)
    except pikepdf.PasswordError:
        raise Unacceptable("file_encrypted") from None
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError):
        raise Unacceptable("file_damaged") from None


def _examine(document: pikepdf.Pdf) -> None:
    pages = len(document.pages)
    if not pages:
        raise Unacceptable("file_damaged")
    if pages > MAX_PAGES:
        raise Unacceptable("file_too_many_pages", limit=MAX_PAGES)
    _check_bookmarks(document)
    left = MAX_UNPACKED_BYTES
    for thing in document.objects:
        _check_value(thing, 0)
        if isinstance(thing, pikepdf.Stream):
            left -= _examine_stream(thing, left)


def _check_value(value: Any, depth: int) -> None:
    """An object and what lies directly in it; what it points to is an object of its own."""
    if depth > _MAX_DEPTH:
        raise Unacceptable("file_damaged")
    if isinstance(value, pikepdf.Array):
        for one in value:
            if not getattr(one, "is_indirect", False):
                _check_value(one, depth + 1)
        return
    if not isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    _check_keys(value)
    for one in value.values():
        if not getattr(one, "is_indirect", False):
            _check_value(one, depth + 1)


def _check_keys(value: Any) -> None:
    if "/JS" in value or "/XFA" in value or str(value.get("/S", "")) in _REFUSED_ACTIONS:
        raise Unacceptable("file_with_actions")
    if str(value.get("/Subtype", "")) in {"/RichMedia", "/Screen", "/3D", "/Movie", "/Sound"}:
        raise Unacceptable("file_with_actions")
    if "/EF" in value:
        _check_attached(value["/EF"])


def _check_attached(files: Any) -> None:
    """Figures in plain text may go with a document, as ours do; no other file may hide in one."""
    for one in files.values():
        if not isinstance(one, pikepdf.Stream) or not is_text(b"".join(_inflated(one, MAX_UNPACKED_BYTES))):
            raise Unacceptable("file_with_files")


def _examine_stream(stream: pikepdf.Stream, left: int) -> int:
    """Unpack a stream to see how large it is; gives the number of bytes that count."""
    picture = str(stream.get("/Subtype", "")) == "/Image"
    if picture:
        width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
        if width * height > MAX_PIXELS:
            raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)
        # A picture may be as large as it says it is: at most four colours of two bytes.
        left = width * height * 8 + RATIO_FREE_BYTES
    if str(stream.get("/Type", "")) == "/Metadata":
        _scan_metadata(stream, left)
    found = sum(len(piece) for piece in _inflated(stream, left))
    return 0 if picture else found


def _scan_metadata(stream: pikepdf.Stream, left: int) -> None:
    """Of the description only a declaration is refused; many programs write it a little wrong."""
    try:
        scan(_inflated(stream, left))
    except Unacceptable as fault:
        if fault.code != "file_damaged":
            raise


def _inflated(stream: pikepdf.Stream, left: int) -> Iterator[bytes]:
    """The bytes of a stream, unpacked where the first packing is the usual one, and at most `left` of them."""
    filters = stream.get("/Filter", pikepdf.Array())
    names = [str(one) for one in (filters if isinstance(filters, pikepdf.Array) else [filters])]
    if names.count("/FlateDecode") > 1 or len(names) > 4:
        raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)
    if names[:1] != ["/FlateDecode"]:
        data = stream.read_raw_bytes() if not names or "/FlateDecode" not in names else stream.read_bytes()
        yield data
        return
    inflater, waiting = zlib.decompressobj(), memoryview(stream.read_raw_bytes())
    found = 0
    try:
        while not inflater.eof and (piece := inflater.decompress(waiting, _PIECE)):
            waiting = memoryview(inflater.unconsumed_tail)
            found += len(piece)
            if found > left:
                raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)
            yield piece
    except zlib.error:
        # A reader shows what there is up to the fault.
        return


def _check_bookmarks(document: pikepdf.Pdf) -> None:
    """Bookmarks that lead in a circle hang a reader that follows them."""
    outlines = document.Root.get("/Outlines")
    waiting = [outlines.get("/First")] if isinstance(outlines, pikepdf.Dictionary) else []
    seen: set[tuple[int, int]] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, pikepdf.Dictionary):
            continue
        if one.objgen in seen or len(seen) > _MAX_BOOKMARKS:
            raise Unacceptable("file_damaged")
        seen.add(one.objgen)
        waiting += [one.get("/First"), one.get("/Next")]
