"""Answers that anybody may keep: with a tag of their content, compressed, and remembered while nothing new is published.

An answer depends on what is public and on nothing else, so that its tag, its date and its size tell nothing more. What is
remembered is at most a moment old: something new can come a moment late, and nothing can come early.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Response, current_app, request
from werkzeug.http import http_date

from nt_process import web
from nt_process.public import queries

# Seconds for which a cache between the reader and us may answer by itself.
MAX_AGE = 30
# Seconds for which this process does not ask again whether something has been published.
MOMENT = 1.0
MOST_BYTES = 4 * 1024 * 1024
_WORTH_PACKING = 1000
_TEXT = (
    "text/",
    "application/json",
    "application/feed+json",
    "application/atom+xml",
    "application/ld+json",
    "application/xml",
)


@dataclass(frozen=True, slots=True)
class Content:
    """A body with its type; `modified` is when the newest of what it tells was published, None where that says nothing."""

    body: bytes
    media_type: str
    modified: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    content: Content
    tag: str
    packed: bytes | None

    @property
    def size(self) -> int:
        return len(self.content.body) + len(self.packed or b"")


@dataclass(slots=True)
class _Kept:
    """What this process remembers; several threads use it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: OrderedDict[Hashable, _Made] = field(default_factory=OrderedDict)
    size: int = 0
    mark: Hashable = None
    asked: float = float("-inf")

    def current(self, ask: Callable[[], Hashable], moment: float) -> Hashable:
        now = time.monotonic()
        if now - self.asked >= moment:
            mark = ask()
            with self.lock:
                self.mark, self.asked = mark, now
        return self.mark

    def find(self, key: Hashable) -> _Made | None:
        with self.lock:
            made = self.made.get(key)
            if made is not None:
                self.made.move_to_end(key)
            return made

    def keep(self, key: Hashable, made: _Made) -> None:
        with self.lock:
            before = self.made.pop(key, None)
            self.size += made.size - (before.size if before is not None else 0)
            self.made[key] = made
            while self.size > MOST_BYTES and self.made:
                _key, oldest = self.made.popitem(last=False)
                self.size -= oldest.size


def remembered(make: Callable[[], Content]) -> Response:
    """An answer made of published recommendations alone, the same for an address until the next is published or a day
    passes.
    """
    kept = cast("_Kept", current_app.extensions.setdefault("nt_public", _Kept()))
    mark = kept.current(lambda: queries.mark(web.connection()), 0 if current_app.testing else MOMENT)
    key = (request.full_path, mark, web.today())
    made = kept.find(key)
    if made is None:
        made = _make(make())
        kept.keep(key, made)
    return _answer(made)


def fresh(content: Content) -> Response:
    """An answer made anew each time."""
    return _answer(_make(content))


def _make(content: Content) -> _Made:
    packs = len(content.body) >= _WORTH_PACKING and content.media_type.startswith(_TEXT)
    packed = gzip.compress(content.body, 6, mtime=0) if packs else None
    return _Made(content, hashlib.sha256(content.body).hexdigest()[:32], packed)


def _answer(made: _Made) -> Response:
    packed = made.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    tag = f'"{made.tag}{"-gzip" if packed else ""}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={MAX_AGE}", "Vary": "Accept-Encoding"}
    if made.content.modified is not None:
        headers["Last-Modified"] = http_date(made.content.modified)
    if _has_it(tag, made.content.modified):
        return Response(status=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    if made.content.name:
        headers["Content-Disposition"] = f"attachment; filename={made.content.name}"
    body = made.packed if packed else made.content.body
    return Response(body, headers=headers, content_type=made.content.media_type)


def _has_it(tag: str, modified: datetime | None) -> bool:
    """Whether the reader has this very answer already (RFC 9110 § 13.2.2: a tag counts before a date)."""
    if request.if_none_match:
        return request.if_none_match.contains_weak(tag.strip('"'))
    since = request.if_modified_since
    return modified is not None and since is not None and modified.replace(microsecond=0) <= since
