"""The bytes of a PDF file, from its objects.

PyDyf writes files too, but it asks for the text of every object twice and compresses as hard as zlib can,
which takes a twentieth of the time of a whole report to make the file a few parts in a hundred smaller. It
also leaves the ends of its own two streams to chance.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from typing import Any

# Of zlib's levels: the next ones take half as long again for every two parts in a hundred that they save.
_EFFORT = 4
# The second line says, by letters beyond ASCII, that the file is not text (ISO 32000-1 § 7.5.2).
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
# A line of the cross-reference stream: the kind of place, and its two numbers (ISO 32000-1 § 7.5.8.3).
_PLACE = struct.Struct(">BIH")
_FREE, _AT_OFFSET, _PACKED = range(3)
_LAST_GENERATION = 65535


def file_of(pdf: Any) -> bytes:
    """The file: streams as they are, all other objects packed in one stream, then where each of them stands."""
    from pydyf import Array, Stream

    pdf.add_object(pdf.info)
    written = bytearray(_HEADER)
    places, packed = [], []
    for item in pdf.objects:
        if item.free == "f":
            places.append(_PLACE.pack(_FREE, 0, _LAST_GENERATION))
        elif item.compressible:
            # The stream of packed objects gets the next number that is free.
            places.append(_PLACE.pack(_PACKED, len(pdf.objects), len(packed)))
            packed.append((item.number, item.data))
        else:
            places.append(_write(item, written))
    starts, contents = [], bytearray()
    for number, data in packed:
        starts.append(f"{number} {len(contents)}")
        contents += data + b"\n"
    index = " ".join(starts).encode()
    extra = {"Type": "/ObjStm", "N": len(packed), "First": len(index) + 1}
    places.append(_write_last(pdf, Stream([index, bytes(contents)], extra), written))

    identity = f"<{hashlib.md5(written, usedforsecurity=False).hexdigest()}>"
    begins = len(written)
    places.append(_PLACE.pack(_AT_OFFSET, begins, 0))
    extra = {
        "Type": "/XRef",
        "W": Array((1, 4, 2)),
        "Size": len(places),
        "Root": pdf.catalog.reference,
        "Info": pdf.info.reference,
        "ID": Array((identity, identity)),
    }
    _write_last(pdf, Stream([b"".join(places)], extra), written)
    written += b"startxref\n%d\n%%%%EOF\n" % begins
    return bytes(written)


def compress(stream: Any) -> None:
    """Compress a stream now.

    Data that ends in a carriage return, followed by the line feed that must come after it, can be read as one
    byte shorter than its stated length (ISO 19005-3 § 6.1.7.1). Such data is written in ASCII85, which ends
    in visible signs.
    """
    stream.compress = False
    packed = zlib.compress(stream.data.split(b"\nstream\n", 1)[1].removesuffix(b"\nendstream"), _EFFORT)
    filters = "/FlateDecode"
    if packed.endswith(b"\r"):
        packed, filters = base64.a85encode(packed) + b"~>", "[/ASCII85Decode /FlateDecode]"
    stream.stream = [packed]
    stream.extra["Filter"] = filters


def _write(item: Any, written: bytearray) -> bytes:
    """Write an object as it is. Returns its place."""
    place = _PLACE.pack(_AT_OFFSET, len(written), 0)
    written += item.indirect + b"\n"
    return place


def _write_last(pdf: Any, stream: Any, written: bytearray) -> bytes:
    """Write one of the streams that say where the other objects stand. Returns its place."""
    pdf.add_object(stream)
    compress(stream)
    return _write(stream, written)
