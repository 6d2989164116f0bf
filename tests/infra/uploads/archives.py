"""Archives and office documents made byte by byte, so that a test can say exactly what is wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


@dataclass(frozen=True)
class Part:
    """One entry of an archive; whatever is given replaces what would be true."""

    name: str
    data: bytes = b"<x/>"
    own_name: str | None = None
    flags: int = 0
    method: int = 8
    unpacked: int | None = None
    external: int = 0
    offset: int | None = None


def archive(
    parts: Sequence[Part], *, before: bytes = b"", after: bytes = b"", count: int | None = None
) -> bytes:
    """A zip of the parts, with `before` and `after` around it."""
    body, directory = before, b""
    for part in parts:
        packed = _deflated(part.data) if part.method == 8 else part.data
        name, own = part.name.encode(), (part.own_name or part.name).encode()
        size = len(part.data) if part.unpacked is None else part.unpacked
        crc = zlib.crc32(part.data)
        offset = len(body) - len(before) if part.offset is None else part.offset
        rest = (part.flags, part.method, 0, 0, crc, len(packed), size)
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 0x0314, 20, *rest, len(name), 0, 0, 0, 0, part.external, offset
        ) + name  # fmt: skip
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *rest, len(own), 0) + own + packed
    number = len(parts) if count is None else count
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(directory), len(body) - len(before), 0
    )
    return body + directory + end + after


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def office(
    kind: str, *more: Part, types: bytes = b"<Types/>", main: bytes = b"<w/>", **around: bytes
) -> bytes:
    """The smallest document of a kind, with more parts."""
    parts = [Part("[Content_Types].xml", types), Part(_MAIN[kind], main), *more]
    return archive(parts, **around)  # type: ignore[arg-type]


def relations(name: str, *links: tuple[str, str]) -> Part:
    """A part that leads out of the document: (kind, target) for each link."""
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{RELATION}{kind}" Target="{target}" TargetMode="External"/>'
        for number, (kind, target) in enumerate(links)
    )
    return Part(f"word/_rels/{name}.rels", f"<Relationships>{lines}</Relationships>".encode())


def plain_zip(files: Mapping[str, bytes]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return stored.getvalue()
