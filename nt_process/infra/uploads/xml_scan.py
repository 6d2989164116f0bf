"""XML of an office document or a PDF, read without building anything and without any declaration of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn
from xml.parsers import expat

from nt_process.infra.uploads.verdict import Unacceptable

StartHandler = Callable[[str, Mapping[str, str]], None]
_DDE = re.compile(r"^\s*\"?\s*DDE(AUTO)?\s", re.IGNORECASE)


def scan(pieces: Iterable[bytes], start: StartHandler | None = None, *, fields: bool = False) -> None:
    """Read XML piece by piece. Raises Unacceptable for what is not well formed or declares a document type.

    No document of this kind has such a declaration, and every attack by entities needs one; so none is
    ever expanded or fetched. With `fields`, a field that starts another program is refused as well.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    if fields:
        _watch_fields(parser, start)
    elif start is not None:
        parser.StartElementHandler = start
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unacceptable("file_damaged") from None


def _watch_fields(parser: expat.XMLParserType, start: StartHandler | None) -> None:
    """A field's code is split over any number of elements, so it is put together before it is looked at."""
    code: list[str] = []
    inside = False

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        local = name.rpartition(":")[2]
        inside = local == "instrText"
        if local == "fldChar":
            code.clear()
        if local == "ddeLink" or _is_dde(
            [value for key, value in attributes.items() if key.endswith("instr")]
        ):
            raise Unacceptable("file_with_links")
        if start is not None:
            start(name, attributes)

    def text(data: str) -> None:
        if inside:
            code.append(data)
            if _is_dde(["".join(code)]):
                raise Unacceptable("file_with_links")

    def end(_name: str) -> None:
        nonlocal inside
        inside = False

    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = begin, text, end


def _is_dde(codes: Iterable[str]) -> bool:
    return any(_DDE.match(code) for code in codes)


def _refuse(*_arguments: object) -> NoReturn:
    raise Unacceptable("file_with_declarations")
