"""The inside of an office document, unpacked piece by piece in the examination chamber."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nt_process.infra.uploads.verdict import MAX_UNPACKED_BYTES, Unacceptable
from nt_process.infra.uploads.xml_scan import scan
from nt_process.infra.uploads.zip_directory import Entry, read_directory

_PIECE = 256 * 1024
_TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"%PDF-")
_COMPOUND = b"\xd0\xcf\x11\xe0"
# Names of streams in a compound file: macros, and a packed file of any kind.
_MACRO_STREAM = "_VBA_PROJECT".encode("utf-16-le")
_PACKED_STREAM = "Ole10Native".encode("utf-16-le")
_WEB = re.compile(r"(?:https?|mailto|tel):|#", re.IGNORECASE)
# A template on somebody's own disk is in every other document of a large organisation, and fetches nothing.
_OWN_DISK = re.compile(r"(?:file:///)?[a-z]:[\\/](?![\\/])|[\w %.-]+\.dotx?m?$", re.IGNORECASE)


@dataclass(slots=True)
class _Budget:
    """How much more may be unpacked, the documents inside the document included."""

    left: int = MAX_UNPACKED_BYTES

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)


def examine_office(content: bytes) -> None:
    """Raises Unacceptable for whatever an ordinary document does not have."""
    _examine(content, _Budget(), inner=False)


def _examine(content: bytes, budget: _Budget, *, inner: bool) -> None:
    for entry in read_directory(content):
        if not entry.name.endswith("/"):
            _examine_part(content, entry, budget, inner=inner)


def _examine_part(content: bytes, entry: Entry, budget: _Budget, *, inner: bool) -> None:
    name = entry.name.lower()
    head = next(_unpacked(content, entry, _Budget()), b"")[:64]
    if name.endswith((".xml", ".rels", ".vml")):
        pieces = _unpacked(content, entry, budget)
        if name.endswith(".rels"):
            scan(pieces, _check_relation)
        elif name == "[content_types].xml":
            scan(pieces, _check_type)
        else:
            scan(pieces, fields=name.startswith("word/") or "/externallinks/" in name)
        return
    if head.startswith(_ARCHIVES):
        _examine_embedded(content, entry, budget, inner=inner)
        return
    if head.startswith(_PROGRAMS):
        raise Unacceptable("file_with_files")
    _search(_unpacked(content, entry, budget), compound=head.startswith(_COMPOUND))


def _examine_embedded(content: bytes, entry: Entry, budget: _Budget, *, inner: bool) -> None:
    """A chart keeps its figures in a workbook of its own; nothing else packed belongs in a document."""
    if inner or "/embeddings/" not in entry.name.lower():
        raise Unacceptable("file_with_files")
    packed = b"".join(_unpacked(content, entry, budget))
    names = {one.name for one in read_directory(packed)}
    if "[Content_Types].xml" not in names:
        raise Unacceptable("file_with_files")
    _examine(packed, budget, inner=True)


def _unpacked(content: bytes, entry: Entry, budget: _Budget) -> Iterator[bytes]:
    """The part's bytes, and never more of them than its heading promised."""
    packed = memoryview(content)[entry.start : entry.start + entry.packed]
    if not entry.deflated:
        budget.spend(len(packed))
        yield from (bytes(packed[place : place + _PIECE]) for place in range(0, len(packed), _PIECE))
        return
    inflater, found, place = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    waiting: bytes | memoryview = b""
    try:
        while not inflater.eof and (waiting or place < len(packed)):
            if not waiting:
                waiting, place = packed[place : place + _PIECE], place + _PIECE
            piece = inflater.decompress(waiting, _PIECE)
            waiting = inflater.unconsumed_tail
            found += len(piece)
            budget.spend(len(piece))
            if found > entry.unpacked:
                raise Unacceptable("file_unpacks_too_large", limit_mb=MAX_UNPACKED_BYTES // 1024**2)
            yield piece
        while not inflater.eof and (piece := inflater.decompress(waiting, _PIECE)):
            waiting = inflater.unconsumed_tail
            found += len(piece)
            budget.spend(len(piece))
            yield piece
    except zlib.error:
        raise Unacceptable("file_damaged") from None
    if not inflater.eof or found != entry.unpacked:
        raise Unacceptable("file_damaged")


def _search(pieces: Iterator[bytes], *, compound: bool) -> None:
    """Look for what must not be in a part, also where it lies across two pieces."""
    kept = b""
    for piece in pieces:
        window = kept + piece
        if _TEST_VIRUS in window:
            raise Unacceptable("file_with_virus")
        if compound and _MACRO_STREAM in window:
            raise Unacceptable("file_with_macros")
        if compound and _PACKED_STREAM in window:
            raise Unacceptable("file_with_files")
        kept = window[-64:]


def _check_relation(name: str, attributes: Mapping[str, str]) -> None:
    """That the document fetches nothing from elsewhere: only links for a person to follow lead out of it."""
    if name.rpartition(":")[2] != "Relationship" or attributes.get("TargetMode", "").lower() != "external":
        return
    kind = attributes.get("Type", "").rpartition("/")[2]
    target = attributes.get("Target", "").strip()
    if kind == "hyperlink" and not target.startswith("\\\\"):
        allowed = _WEB.match(target) or ":" not in target
    else:
        allowed = kind == "attachedTemplate" and _OWN_DISK.match(target)
    if not allowed:
        raise Unacceptable("file_with_links")


def _check_type(_name: str, attributes: Mapping[str, str]) -> None:
    """Macros are known by their declared type, whatever their part is called."""
    declared = attributes.get("ContentType", "").lower()
    if "macroenabled" in declared or "vbaproject" in declared or "vbadata" in declared:
        raise Unacceptable("file_with_macros")
    if "activex" in declared:
        raise Unacceptable("file_with_macros")
