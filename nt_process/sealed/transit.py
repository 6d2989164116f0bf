"""The master key in HashiCorp Vault's transit engine: it wraps and unwraps there, and never comes here.

The HTTP API as Vault documents it (developer.hashicorp.com/vault/api-docs/secret/transit): encrypt, decrypt, read key,
rotate and config, with `associated_data`. A key is wrapped again by unwrapping and wrapping it, because the engine's own
`rewrap` takes no associated data. The token is read from a file at each call: Vault's agent renews it there.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog

from nt_process.sealed.cipher import Damaged
from nt_process.sealed.keys import KeyAway, TooOld, Wrapped
from nt_process.sealed.secret import Secret

# Seconds to connect and to answer: a page waits for it.
TIMEOUT = (2, 4)
# What the engine says of a ciphertext whose version is below min_decryption_version, and of one that is not its own.
_TOO_OLD = "too old"
_NOT_OURS = ("invalid ciphertext", "message authentication failed", "cipher:")

log = structlog.get_logger()


class Transit:
    """One named key of the engine that is mounted at `mount`, on the server at `address`."""

    def __init__(self, address: str, mount: str, name: str, token_file: Path | None) -> None:
        self._base = f"{address}/v1/{quote(mount)}"
        self._name, self._token_file = quote(name, safe=""), token_file

    def prepare(self) -> None:
        """The key is made by whoever keeps the service."""

    def wrap(self, key: bytes, bound: bytes) -> Wrapped:
        body = {"plaintext": _text(key), "associated_data": _text(bound)}
        text = str(self._call("POST", f"encrypt/{self._name}", body).get("ciphertext", ""))
        return Wrapped(text, _version(text))

    def unwrap(self, wrapped: Wrapped, bound: bytes) -> Secret:
        body = {"ciphertext": wrapped.text, "associated_data": _text(bound)}
        answer = self._call("POST", f"decrypt/{self._name}", body)
        try:
            return Secret(base64.b64decode(str(answer["plaintext"]), validate=True))
        except (KeyError, binascii.Error):
            raise KeyAway("the answer cannot be read") from None

    def newest(self) -> int:
        return _number(self._call("GET", f"keys/{self._name}"), "latest_version")

    def rotate(self) -> int:
        self._call("POST", f"keys/{self._name}/rotate", {})
        return self.newest()

    def retire(self) -> None:
        self._call("POST", f"keys/{self._name}/config", {"min_decryption_version": self.newest()})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        import requests

        try:
            answer = requests.request(
                method, f"{self._base}/{path}", json=body, headers={"X-Vault-Token": self._token()},
                timeout=TIMEOUT, allow_redirects=False,
            )  # fmt: skip
            said = answer.json() if answer.content else {}
        except (requests.RequestException, ValueError) as error:
            # The exception's own text can hold the address; of the content it says nothing.
            raise self._away(type(error).__name__) from None
        if answer.status_code in (200, 204) and isinstance(said, dict):
            return dict(said.get("data") or {})
        raise self._refusal(answer.status_code, said)

    def _refusal(self, status: int, said: object) -> Exception:
        errors = " ".join(map(str, said.get("errors") or ())) if isinstance(said, dict) else ""
        if status == 400 and _TOO_OLD in errors:
            return TooOld("the service refuses the version")
        if status == 400 and any(part in errors for part in _NOT_OURS):
            return Damaged("a data key")
        return self._away(f"HTTP {status}")

    def _away(self, why: str) -> KeyAway:
        log.error("key_service_away", why=why)
        return KeyAway(why)

    def _token(self) -> str:
        if self._token_file is None:
            raise KeyAway("NT_VAULT_TOKEN_FILE is not set")
        try:
            return self._token_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise KeyAway(f"{self._token_file} cannot be read") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _version(ciphertext: str) -> int:
    """Of `vault:v3:…` the 3."""
    parts = ciphertext.split(":")
    if len(parts) != 3 or parts[0] != "vault" or not parts[1][1:].isdecimal():
        raise KeyAway("the answer cannot be read")
    return int(parts[1][1:])


def _number(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int):
        raise KeyAway("the answer cannot be read")
    return value
