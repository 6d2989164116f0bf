"""Every page that there is to look at: found from the routes, as each role meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from flask import Flask

from tests.filled import Filled, address
from tests.world import sign_in

NOBODY = ""
READERS = (NOBODY, "secretary", "company", "region", "tlv", "member", "manager", "auditor", "administrator")

_TAG = re.compile(r"<(\w+)(?:[^>]*?\bclass=\"([^\"]*)\")?[^>]*>")


@dataclass(frozen=True)
class Look:
    """A page as one reader meets it; `reader` is NOBODY for who is not signed in."""

    reader: str
    path: str


def every_page(app: Flask, filled: Filled) -> list[Look]:
    """Each page of the application as the secretary reads it, and wherever another reader meets something new.

    A page holds something new when two elements stand beside each other in it that did so on no page before:
    all that one can stumble on in the others has been met already.
    """
    app.config["WTF_CSRF_ENABLED"] = False
    looks: list[Look] = []
    met: set[tuple[str, str]] = set()
    for reader in READERS:
        client = app.test_client()
        if reader != NOBODY:
            sign_in(client, reader)
        for path in _paths(app, filled):
            answer = client.get(path)
            if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303):
                neighbours = set(_neighbours(answer.text))
                if reader == "secretary" or neighbours - met:
                    met |= neighbours
                    looks.append(Look(reader, path))
    app.config["WTF_CSRF_ENABLED"] = True
    return looks


def _paths(app: Flask, filled: Filled) -> Iterator[str]:
    """A path for every route, and more where a page has several faces."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/assets/")):
            yield address(app, rule, filled)
    for case in filled.others.values():
        yield f"/cases/{case}"
        yield f"/cases/{case}/diagram"
    for action in ("decide_recommendation", "withdraw", "accept_extension", "conclude_agreement"):
        yield f"/cases/{filled.own}/actions/{action}"
    yield from (
        f"/cases/{filled.own}?as_of=2025-12-01", f"/cases/{filled.others['unowned']}/documents", "/?ended=1",
        "/?q=finns+inte", "/?only=overdue&sort=medicine", "/horizon?status=dismissed", "/horizon?q=finns+inte",
        f"/horizon/items/{filled.dismissed}", f"/horizon/imports/{filled.uploaded}", "/notices?only=unread",
        "/calculator?start=2026-02-19&days=120&basis=statute&suspend_from=2026-03-01&suspend_to=2026-03-10",
        "/calculator?start=i+morgon&days=x", "/reports/deadlines?as_of=i+morgon", "/reports/deadlines?as_of=2025-10-01",
        "/processes/klinik/1", "/processes/forman/1", "/finns-inte",
    )  # fmt: skip


def _neighbours(html: str) -> Iterator[tuple[str, str]]:
    """Each element with the one that follows it in the page, as tag and class."""
    elements = [f"{tag}.{css}" for tag, css in _TAG.findall(html)]
    yield from pairwise(elements)
