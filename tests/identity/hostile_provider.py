"""A sign-in provider that answers whatever a test wants it to, over real HTTP, under keys of its own."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey


@dataclass
class HostileProvider:
    """What it serves. `id_token` is what it gives for any code; `asked` are the forms it was sent for one."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    id_token: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    listed: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    keys_read: int = 0
    # Where every request is sent on to, when a test says so.
    moved_to: str = ""

    def __post_init__(self) -> None:
        self.listed = [self.key.as_dict(private=False)]
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        self.metadata = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        self.metadata["issuer"] = self.issuer

    def sign(
        self, claims: dict[str, Any], header: dict[str, Any] | None = None,
        key: RSAKey | ECKey | OctKey | None = None,
    ) -> str:  # fmt: skip
        protected = {"alg": "RS256", "kid": "one"} | (header or {})
        return jws.serialize_compact(
            protected, json.dumps(claims), key or self.key, algorithms=[protected["alg"]],
            registry=jws.JWSRegistry(algorithms=[protected["alg"]], strict_check_header=False),
        )  # fmt: skip

    def answer(self, path: str, body: str) -> dict[str, Any]:
        if path.endswith("openid-configuration"):
            return self.metadata
        if path == "/jwks":
            self.keys_read += 1
            return {"keys": self.listed}
        self.asked.append(parse_qs(body))
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token}


def unsigned(claims: dict[str, Any]) -> str:
    """A token whose header says that it needs no signature."""
    parts = ({"alg": "none", "kid": "one"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        + "."
    )


@contextlib.contextmanager
def serving() -> Iterator[HostileProvider]:
    """Listen on a free port of this machine until the block ends."""
    provider: list[HostileProvider] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            content = json.dumps(provider[0].answer(self.path, body)).encode()
            self.send_response(302 if provider[0].moved_to else 200)
            if provider[0].moved_to:
                self.send_header("Location", provider[0].moved_to + self.path)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing of a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.append(HostileProvider(f"http://127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
