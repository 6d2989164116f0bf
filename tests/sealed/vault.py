"""A small real HTTP server that behaves as Vault's transit engine documents: versions, associated data, refusals."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.prov"


class Vault:
    """One key named `nt-process`. `calls` are the paths that were called, `is_sealed` makes it answer 503."""

    def __init__(self) -> None:
        self.versions = {1: secrets.token_bytes(32)}
        self.lowest, self.is_sealed = 1, False
        self.calls: list[str] = []
        vault = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

            def answer(self, body: dict[str, Any]) -> None:
                status, said = vault.answer(self.command, self.path, self.headers.get("X-Vault-Token"), body)
                content = b"" if said is None else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(
        self, method: str, path: str, token: str | None, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any] | None]:
        self.calls.append(path)
        if self.is_sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if token != TOKEN:
            return 403, {"errors": ["permission denied"]}
        match (method, path.removeprefix("/v1/transit/")):
            case ("POST", "encrypt/nt-process"):
                return 200, {"data": self._encrypt(body)}
            case ("POST", "decrypt/nt-process"):
                return self._decrypt(body)
            case ("GET", "keys/nt-process"):
                return 200, {
                    "data": {"latest_version": max(self.versions), "min_decryption_version": self.lowest}
                }
            case ("POST", "keys/nt-process/rotate"):
                self.versions[max(self.versions) + 1] = secrets.token_bytes(32)
                return 200, {"data": {"latest_version": max(self.versions)}}
            case ("POST", "keys/nt-process/config"):
                self.lowest = body["min_decryption_version"]
                return 204, None
        return 404, {"errors": []}

    def _encrypt(self, body: dict[str, Any]) -> dict[str, Any]:
        version, nonce = max(self.versions), secrets.token_bytes(12)
        plain, bound = base64.b64decode(body["plaintext"]), base64.b64decode(body["associated_data"])
        sealed = nonce + AESGCM(self.versions[version]).encrypt(nonce, plain, bound)
        return {"ciphertext": f"vault:v{version}:{base64.b64encode(sealed).decode()}", "key_version": version}

    def _decrypt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        _vault, named, text = body["ciphertext"].split(":")
        version = int(named[1:])
        if version < self.lowest:
            return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
        if version not in self.versions:
            return 400, {"errors": ["invalid ciphertext: version is too new"]}
        sealed, bound = base64.b64decode(text), base64.b64decode(body["associated_data"])
        try:
            plain = AESGCM(self.versions[version]).decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}
