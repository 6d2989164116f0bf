"""What somebody wrote is kept when it could not be received: the form comes back, to be sent by one press.

It is so when they were signed out meanwhile, or the form belongs to an earlier session. Only what one of our own pages
sent comes back: another site's form would otherwise need no more than a press to be sent in the reader's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import render_template, request

from nt_process import rights
from nt_process.web.local_path import path_of

# These are never written into a page again.
_NEVER = ("password", "code", "csrf_token")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: its fields in order, and the names of those that held a file, which must be chosen anew."""

    fields: Sequence[tuple[str, str]]
    files: Sequence[str]

    @property
    def written(self) -> list[tuple[str, str]]:
        """Fields that hold words, which their writer wants to see again."""
        return [(name, value) for name, value in self.fields if _is_prose(value)]

    @property
    def rest(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.fields if not _is_prose(value)]


def page(status: int, *, signed_out: bool) -> tuple[str, int] | None:
    """The page that gives back what this request sent; None where nothing is to be given back."""
    sent = _sent()
    if sent is None:
        return None
    came_from = path_of(request.referrer) or "/"
    return render_template("resend.html", sent=sent, signed_out=signed_out, came_from=came_from), status


def _sent() -> Sent | None:
    policy = rights.policy(request.endpoint or "", request.method)
    if request.method != "POST" or "HX-Request" in request.headers or policy is None or policy.public:
        return None
    if not _is_ours():
        return None
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(never in name for never in _NEVER)
    ]
    files = [name for name, file in request.files.items(multi=True) if file.filename]
    return Sent(fields, list(dict.fromkeys(files))) if fields or files else None


def _is_ours() -> bool:
    """Whether the browser says that one of our own pages sent this; what says nothing did not."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.referrer or ""
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def _is_prose(value: str) -> bool:
    return len(value.split()) > 1
