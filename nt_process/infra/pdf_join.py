"""One PDF of several: each document begins on a page of its own and stands under a bookmark.

What others have written into their files claims no more than they do: the whole is neither PDF/A nor PDF/UA, so the claims
of the first document are left out. Its own bookmarks and structure stay. What runs, opens or sends something by itself is
left out of the documents that are added. It is done in a process of its own, as everything that opens foreign files.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nt_process.infra.pdf import render
from nt_process.infra.pdf_process import in_child

# Of a page: what acts by itself, and notes that lead to where the page came from.
_ACTING = ("/AA", "/Annots", "/Metadata", "/PieceInfo", "/StructParents")


@dataclass(frozen=True, slots=True)
class Part:
    """A document to be added, under a heading of the first one: `under` counts its bookmarks of the second level from 0."""

    title: str
    data: bytes
    under: int


def render_joined_in_child(html: str, parts: Sequence[Part], *, made_at: datetime) -> tuple[bytes, list[int]]:
    """The document with the parts behind it, and the places (from 0) of those that could not be added.

    Raises PdfUnavailableError as `pdf.render_in_child`.
    """
    return in_child(_render_joined, html, tuple(parts), made_at, foreign=bool(parts))


def _render_joined(html: str, parts: Sequence[Part], made_at: datetime) -> tuple[bytes, list[int]]:
    return join(render(html, made_at=made_at), parts)


def join(first: bytes, parts: Sequence[Part]) -> tuple[bytes, list[int]]:
    """As `render_joined_in_child`, in this process, of a document that is made."""
    import pikepdf

    if not parts:
        return first, []
    left_out = []
    with pikepdf.open(io.BytesIO(first)) as whole:
        with whole.open_outline() as outline:
            heads = [item for title in outline.root for item in title.children]
            for place, part in enumerate(parts):
                page = len(whole.pages)
                if not _append(whole, part.data):
                    left_out.append(place)
                    continue
                item = pikepdf.OutlineItem(part.title, page, "Fit")
                head = heads[part.under] if part.under < len(heads) else None
                (outline.root if head is None else head.children).append(item)
        with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for claim in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part"):
                if claim in metadata:
                    del metadata[claim]
        made = io.BytesIO()
        whole.save(made, deterministic_id=True)
    return made.getvalue(), left_out


def _append(whole: object, data: bytes) -> bool:
    """Add the pages of a document; False when it cannot be read."""
    import pikepdf

    assert isinstance(whole, pikepdf.Pdf)  # noqa: S101 - a type that is loaded only here
    try:
        with pikepdf.open(io.BytesIO(data)) as other:
            if not len(other.pages):
                return False
            for page in other.pages:
                for name in _ACTING:
                    if name in page.obj:
                        del page.obj[name]
            whole.pages.extend(other.pages)
    except pikepdf.PdfError:
        return False
    return True
