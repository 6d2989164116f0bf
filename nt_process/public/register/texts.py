"""Words of the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nt_process.engine.definition import DOCUMENT_KINDS
from nt_process.infra.lazy_text import lazy as _l

_OTHER_KINDS: Mapping[str, Any] = {
    "consultation": _l("Consultation"),
    "consultation_answer": _l("Answer to a consultation"),
    "agreement_signed": _l("Signed agreement"),
    "minutes": _l("Minutes"),
    "document_request": _l("Request for a document"),
    "document_answer": _l("Answer to a request for a document"),
}
WAY_NAMES: Mapping[str, Any] = {
    "came": _l("Came in"),
    "made": _l("Drawn up"),
    "either": _l("Came in or drawn up"),
}
COUNTERPART_NAMES: Mapping[str, Any] = {
    "company": _l("the company"),
    "tlv": _l("TLV"),
    "regions": _l("the regions"),
    "parties": _l("the parties of the case"),
    "consulted": _l("those consulted"),
    "council": _l("the council"),
    "person": _l("somebody who asks"),
}


def kind_name(kind: str, language: str) -> str:
    """A kind of document in the reader's language."""
    known = DOCUMENT_KINDS.get(kind)
    return known.in_language(language) if known is not None else str(_OTHER_KINDS[kind])
