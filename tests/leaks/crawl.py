"""Going everywhere as one reader: every route with every object of every case, and every link on the way."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pypdf
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.filled import Filled, address

_LINK = re.compile(r'(?:href|src|action|hx-get)="(/[^"]*)"')
# Going there ends what the crawl needs: the session.
_NOT_FOLLOWED = ("/sign-out", "/assets/", "/sign-in")
MOST_LINKS = 500
_SEARCHES = (
    "/?q=KNRY", "/?ended=1", "/?sort=medicine", "/?sort=since&only=waiting", "/?only=overdue", "/?owner=me",
    "/?q=provast&ended=1", "/cases/export.csv", "/cases/export.xlsx", "/cases/export.csv?q=KNRY", "/horizon?q=KNRY",
    "/market?q=KNRY", "/api/v1/cases?q=KNRY", "/finns-inte", "/cases/finns-inte", "/api/v1/cases/finns-inte",
)  # fmt: skip


@dataclass
class Reader:
    """One person's way in: pages by a session, the API by a token. `token` None: by neither."""

    name: str
    client: FlaskClient
    token: str | None = None

    def get(self, path: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token and path.startswith("/api/") else {}
        return self.client.get(path, headers=headers)


def addresses(app: Flask, filled: Filled) -> Iterator[str]:
    """Every route that is read, with what belongs to each of the parties in turn."""
    numbers = [filled.own, filled.rivals, *filled.others.values()]
    documents = [filled.shared, filled.internal, filled.rivals_document]
    keys = ["negotiation.1", "registration.1"]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in ("assets.serve", "entry.sign_out"):
            continue
        choices = {
            name: values
            for name, values in (("number", numbers), ("document_id", documents), ("key", keys))
            if name in rule.arguments
        }
        for chosen in itertools.product(*choices.values()):
            yield address(app, rule, filled, dict(zip(choices, chosen, strict=True)))
    yield from _SEARCHES
    yield f"/cases/{filled.own}?as_of=2026-01-06"


def crawl(app: Flask, filled: Filled, reader: Reader, links: int = MOST_LINKS) -> Iterator[tuple[str, str]]:
    """(path, everything that its answer says) for whatever this reader can open or try to."""
    waiting, seen = list(dict.fromkeys(addresses(app, filled))), set[str]()
    allowance = len(waiting) + links
    while waiting and len(seen) < allowance:
        path = waiting.pop(0)
        if path in seen or path.startswith(_NOT_FOLLOWED):
            continue
        seen.add(path)
        answer = reader.get(path)
        yield path, said(answer)
        if answer.mimetype == "text/html":
            waiting += [unescape(link).partition("#")[0] for link in _LINK.findall(answer.text)]


def said(answer: TestResponse) -> str:
    """Everything an answer says: headers, text, and what is packed in a PDF or an archive."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return f"{headers}\n{unpacked(answer.data)}"


def unpacked(data: bytes) -> str:
    if data.startswith(b"%PDF-") and b"%%EOF" in data:
        return _of_pdf(data)
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(f"{name}\n{unpacked(archive.read(name))}" for name in archive.namelist())
    return unescape(data.decode("utf-8", "replace"))


def _of_pdf(data: bytes) -> str:
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        parts = [str(document.metadata), *(page.extract_text() for page in document.pages)]
        parts += [
            f"{name} {content.decode('utf-8', 'replace')}"
            for name, contents in document.attachments.items()
            for content in contents
        ]
    except pypdf.errors.PyPdfError:
        parts = []
    return "\n".join([data.decode("latin-1"), *parts])
