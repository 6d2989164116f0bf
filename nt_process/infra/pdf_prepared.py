"""Imported by the server process of printed documents, to be ready before the first is asked for."""

from __future__ import annotations

import contextlib

from nt_process.infra import pdf

# Where Pango is missing, the one who asks for a document is told.
with contextlib.suppress(pdf.PdfUnavailableError):
    pdf.prepare()
