"""What must be kept readable for the program, and unreadable in a copy of the database.

AES-256-GCM under a key that follows from the installation's secret key. Each value is bound to what it is
for and whose it is: moved to another row it does not open.
"""

from __future__ import annotations

import contextlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class SecretBox:
    """Seals and opens values of one purpose. `secret_key` is the installation's, see Settings.secret_key; `before` is
    the one that it took the place of, under which values are still opened."""

    def __init__(self, secret_key: str, purpose: str, before: str | None = None) -> None:
        self._ciphers = [_cipher(key, purpose) for key in (secret_key, before) if key]

    def seal(self, content: bytes, owner: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, content, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes | None:
        """The content; None when it was sealed for another owner, under another key, or has been changed."""
        for cipher in self._ciphers:
            with contextlib.suppress(InvalidTag):
                return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        return None


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    info = f"nt-process {purpose}".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret_key.encode()))
