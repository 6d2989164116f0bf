"""What must be kept readable for the program, and unreadable in a copy of the database.

AES-256-GCM under a key that follows from the installation's secret key. Each value is bound to what it is
for and whose it is: moved to another row it does not open.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class SecretBox:
    """Seals and opens values of one purpose. `secret_key` is the installation's, see Settings.secret_key."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        info = f"nt-process {purpose}".encode()
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret_key.encode())
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, owner: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes | None:
        """The content; None when it was sealed for another owner, under another key, or has been changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode())
        except InvalidTag:
            return None
