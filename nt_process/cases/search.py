"""What a person types in the search field, as a query of word beginnings that must all occur.

PostgreSQL's Swedish stemmer does not fold every form and does not split compounds, so the index holds
both stems and plain words. A search asks for plain beginnings, or for the same words in other forms.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[\w][\w-]*", re.UNICODE)
MAX_WORDS = 12


def prefix_query(text: str) -> str:
    """A tsquery for configuration `simple`: each word as a beginning, all of them; "" when there is none."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())[:MAX_WORDS]
    parts = []
    for word in words:
        pieces = [piece for piece in word.replace("_", "-").split("-") if piece]
        parts += [f"'{piece[:60]}':*" for piece in pieces]
    return " & ".join(parts)
