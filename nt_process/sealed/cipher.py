"""How a secret is encrypted: AES-256-GCM under its negotiation's key, bound to where it belongs.

The associated data names the place, the row, its version, the negotiation and the organisation: ciphertext that is moved
anywhere else, or of which a single bit is changed, does not open. Lengths are hidden in blocks, because a price
has few digits.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nt_process.sealed.secret import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
BLOCK = 256
_LENGTH_BYTES = 4


class Damaged(Exception):
    """What is stored is not what was sealed there: changed, moved, or under another key. It says no content."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a ciphertext is bound to. `organisation_id` is empty for what is for all of its readers."""

    place: str
    row_id: str
    version: int
    negotiation_id: str
    organisation_id: str = ""

    def associated(self) -> bytes:
        parts = [self.place, self.row_id, self.version, self.negotiation_id, self.organisation_id]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


def new_key() -> Secret:
    """A data key of 256 random bits."""
    return Secret(secrets.token_bytes(KEY_BYTES))


def encrypt(key: bytes, payload: bytes, bound: Bound) -> tuple[bytes, bytes]:
    """(nonce, ciphertext) of the payload, which may be empty. The ciphertext tells its length in whole blocks alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, _padded(payload), bound.associated())


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, bound: Bound) -> Secret:
    """What was sealed. Raises Damaged when it was not sealed with this key for this place."""
    try:
        plain = AESGCM(key).decrypt(nonce, ciphertext, bound.associated())
    except (InvalidTag, ValueError):
        raise Damaged(f"{bound.place} {bound.row_id} version {bound.version}") from None
    length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
    return Secret(plain[_LENGTH_BYTES : _LENGTH_BYTES + length])


def _padded(payload: bytes) -> bytes:
    framed = len(payload).to_bytes(_LENGTH_BYTES, "big") + payload
    return framed + bytes(-len(framed) % BLOCK)
