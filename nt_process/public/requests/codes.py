"""The code that opens the answer to a request: 100 bits that follow from the request's id and the installation's key.

Only its hash is stored, so that whoever reads the database can fetch no answer; the mail puts it together when it is sent.
"""

from __future__ import annotations

import hashlib
import hmac

# Letters and digits that are not taken for each other (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 20, 5
_MISREAD = str.maketrans("OILU", "011V")


def code_of(secret_key: str, request_id: str) -> str:
    """The code of a request, in groups as it is read out: "7K3QF-…"."""
    digest = hmac.digest(secret_key.encode(), f"document request {request_id}".encode(), hashlib.sha256)
    number = int.from_bytes(digest)
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in range(_LENGTH))
    return "-".join(signs[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def typed_code(text: str) -> str:
    """A code as somebody typed it, as `code_of` writes it: small letters, spaces and signs that look alike are forgiven."""
    signs = "".join(one for one in text[:200].upper() if one.isascii() and one.isalnum()).translate(_MISREAD)
    return "-".join(signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP))
