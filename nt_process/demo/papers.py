"""The demo's documents: one page each, as PDF or as text, made on the spot and always the same bytes."""

from __future__ import annotations

from io import BytesIO

import pikepdf

A4 = (595, 842)
_LEFT, _TOP, _LEADING, _CHARACTERS = 70, 760, 18, 84
_FONT = pikepdf.Dictionary(
    Type=pikepdf.Name.Font,
    Subtype=pikepdf.Name.Type1,
    BaseFont=pikepdf.Name.Helvetica,
    Encoding=pikepdf.Name.WinAnsiEncoding,
)


def paper(filename: str, heading: str, paragraphs: list[str]) -> bytes:
    """A page with `heading` and `paragraphs`, in the format that the file's name ends with (pdf or txt)."""
    if filename.endswith(".txt"):
        return "\n\n".join([heading, *paragraphs]).encode() + b"\n"
    lines = [(18, heading), *((11, line) for text in paragraphs for line in ("", *_wrapped(text)))]
    document = pikepdf.new()
    page = document.add_blank_page(page_size=A4)
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=_FONT))
    page.obj.Contents = document.make_stream(_drawn(lines))
    output = BytesIO()
    document.save(output, deterministic_id=True)
    return output.getvalue()


def _drawn(lines: list[tuple[int, str]]) -> bytes:
    """The page's drawing operations: each (size in points, line) under the one before it."""
    shown = [b"/F %d Tf (%s) Tj T*" % (size, _escaped(line)) for size, line in lines]
    return b"BT %d TL %d %d Td\n%s\nET" % (_LEADING, _LEFT, _TOP, b"\n".join(shown))


def _escaped(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= _CHARACTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
