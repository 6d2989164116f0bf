"""What a person types in the search field, as a query of word beginnings that must all occur, or as it stands.

PostgreSQL's Swedish stemmer does not fold every form and does not split compounds, so the index holds
both stems and plain words. A search asks for plain beginnings, with or without
accents, or for the same words in other forms.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans("åäöæøéèüáàíóúñç/-_", "aaoaoeeuaaiounc   ")
MAX_WORDS = 12
# A query without a word, which the database answers with no row.
NOTHING = "'%'"


def prefix_query(text: str) -> str:
    """A tsquery for configuration `simple`: each word as a beginning, all of them; "" when nothing is typed.

    Signs alone are no word that anything has, and find nothing.
    """
    words = _WORD.findall(fold(text))[:MAX_WORDS]
    if not words and text.strip("\x00 \t\r\n"):
        return NOTHING
    return " & ".join(f"'{word[:60]}':*" for word in words)


def fold(text: str) -> str:
    """Text as the index holds it (the function `search_fold` of the database): small letters, no accents."""
    return unicodedata.normalize("NFC", text).lower().translate(_FOLDED)


def like(text: str) -> str:
    r"""Words to be found anywhere with LIKE: what it reads as a pattern is read as it stands."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
