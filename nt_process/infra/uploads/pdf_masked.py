"""A PDF that something has been taken out of: whether what is gone from sight is gone from the file."""

from __future__ import annotations

import io
import re

import pikepdf

from nt_process.infra.uploads.verdict import Unacceptable

# What may stand on a page beside its content: it covers nothing.
_COVERS_NOTHING = frozenset({"/Link"})
_LINEARISED = re.compile(rb"/Linearized\b")


def examine_masked(content: bytes) -> None:
    """Raises Unacceptable earlier_version (the file was added to, and holds what it was before), can_be_lifted (something lies
    on top of a page: a drawn box, a note, a field), file_damaged.
    """
    # A file that was prepared for the web has two ends, and no earlier version.
    ends = content.count(b"startxref") - bool(_LINEARISED.search(content[:2048]))
    if ends > 1:
        raise Unacceptable("earlier_version")
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
            for page in document.pages:
                for note in page.get("/Annots", []):
                    if str(note.get("/Subtype")) not in _COVERS_NOTHING:
                        raise Unacceptable("can_be_lifted")
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, RecursionError):
        raise Unacceptable("file_damaged") from None
