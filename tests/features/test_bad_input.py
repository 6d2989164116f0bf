"""Whatever is typed or sent, the answer is a sentence and never an error of ours, and nothing is half done."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from nt_process.cases.verify import verify
from nt_process.engine.loader import load_published
from nt_process.identity import service as identity
from tests.features.page_forms import Form, forms_of
from tests.filled import Filled, address, fill
from tests.requirements import shared_data_dir
from tests.world import PDF, START, Office

SignIn = Callable[[str], FlaskClient]

# What has broken other systems. Every form is given all of these, in every field at once.
WORST = ("\x00", "a\x00b", "\ud800", "x" * 100_000, "9" * 40, "\u202egnp.exe", "\r\nSet-Cookie: a=b")
# Every form and field is given some of these, another form others.
NASTY = (
    "", " ", "\U0010ffff", "\ufeff", "%s%n%(x)s{x}", "{{7*7}}", "'; DROP TABLE cases;--", "<script>alert(1)</script>",
    "å" * 301, "-1", "NaN", "1e309", "0001-01-01", "9999-12-31", "2026-02-29", "20260107", "2026-W02-3", "infinity",
    "٢٠٢٦-٠١-٠٧", "0" * 36,
)  # fmt: skip
PER_FORM, PER_FIELD = 6, 3
# Done or shown, refused with a reason, too large, or tried too often: all of them meant.
ANSWERS = {200, 302, 400, 404, 409, 413, 422, 429}


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


@pytest.fixture(scope="module")
def nasty() -> list[str]:
    """The big list of naughty strings, and the Swedish ones; without the data, only those of here."""
    return [*WORST, *NASTY, *_given_strings()]


def _given_strings() -> list[str]:
    strings = shared_data_dir() / "strings"
    if not strings.is_dir():
        return []
    swedish = (strings / "swedish_nasty_strings.txt").read_text(encoding="utf-8").splitlines()
    return [*json.loads((strings / "blns.json").read_text(encoding="utf-8")), *swedish]


def whole(office: Office) -> bool:
    """The log holds, each case is what its log says, and no register number is missing."""
    with office.engine.connect() as connection:
        numbers = connection.execute(
            sa.text(
                "SELECT last, (SELECT count(*) FROM cases WHERE number LIKE 'NT-' || year || '%') FROM number_series"
            )
        ).all()
        return verify(connection).ok and all(last == count for last, count in numbers)


def pages_with_forms(app: Flask, filled: Filled) -> Iterator[tuple[str, str]]:
    """Who reads which page: every page for the secretary, and some for whoever they are meant for."""
    for path in ("/sign-in", "/forgotten-password", "/choose-password?link=x", "/register"):
        yield "nobody", path
    # Before the secretary closes the round.
    yield "region", f"/consultations/{filled.arguments('consultation')['round_id']}/answer"
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/"):
            yield "secretary", address(app, rule, filled)
    yield "secretary", f"/horizon/imports/{filled.uploaded}"
    yield "secretary", f"/horizon/items/{filled.dismissed}"
    for name in load_published()["sarlakemedel", 1].actions:
        yield "secretary", f"/cases/{filled.own}/actions/{name}"
    yield "company", f"/cases/{filled.others['suspended']}/actions/submit_supplement"
    yield "region", f"/cases/{filled.others['introduced']}/actions/report_regional_decision"


def different_forms(clients: dict[str, FlaskClient], pages: Iterable[tuple[str, str]]) -> Iterator[Place]:
    """Each form once: the same one on another page, or another action that asks for the same, is left out."""
    seen: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = {("/sign-out", ("csrf_token",), ())}
    for who, page in pages:
        answer = clients[who].get(page)
        for number, form in enumerate(forms_of(answer.text, page) if answer.mimetype == "text/html" else ()):
            kind = "/actions/" if "/actions/" in form.action else form.action
            sort = (kind, tuple(form.hidden), tuple(form.typed))
            if sort not in seen:
                seen.add(sort)
                yield Place(who, page, number, form)


@dataclass(frozen=True)
class Place:
    """A form: who reads the page, which page, and which of its forms."""

    who: str
    page: str
    number: int
    form: Form

    def as_now(self, client: FlaskClient) -> Form:
        """The form with the version that it would be sent for now, where it is sent for one."""
        if "version" not in self.form.values:
            return self.form
        forms = forms_of(client.get(self.page).text, self.page)
        return forms[self.number] if self.number < len(forms) else self.form


def test_every_field_of_every_form_takes_whatever_is_typed(
    app: Flask, filled: Filled, as_person: SignIn, nasty: list[str]
) -> None:
    """The application passes its own errors on to the test, so that each answer here is one it meant."""
    clients = {name: as_person(name) for name in ("secretary", "company", "region")}
    clients["nobody"] = app.test_client()
    more = cycle(nasty)
    fields = 0
    for place in different_forms(clients, pages_with_forms(app, filled)):
        form, client = place.form, clients[place.who]
        names = [*form.typed, *form.hidden]
        values = [*WORST, *islice(more, PER_FORM)] if form.typed else []
        everywhere: list[dict[str, str]] = [dict.fromkeys(form.typed, value) for value in values]
        one_by_one = [{name: value} for name in names for value in ("a\x00b", *islice(more, PER_FIELD))]
        fields += len(names)
        for changes in [*everywhere, *one_by_one]:
            answer = send(client, place.as_now(client), changes)
            assert answer.status_code in ANSWERS, (place, changes)
            assert place.who == "nobody" or "/sign-in" not in answer.headers.get("Location", ""), (
                place,
                changes,
            )
    assert fields > 50
    assert whole(filled.office)


def send(client: FlaskClient, form: Form, changes: dict[str, str]) -> TestResponse:
    """Send a form as a browser would, with these values instead of its own; also what no browser would send."""
    values = {**form.values, **changes}
    raw = {name: value.encode("utf-8", "surrogatepass") for name, value in values.items()}
    if form.method == "GET":
        return client.get(form.action, query_string=raw)
    if not form.multipart:
        return client.post(form.action, data=raw)
    text = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
    return send_files(client, form.action, text | {name: (io.BytesIO(PDF), "fil.pdf") for name in form.files})


def send_files(client: FlaskClient, path: str, data: dict[str, Any]) -> TestResponse:
    answer = client.post(path, data=data, content_type="multipart/form-data")
    # The test client puts a large form in a temporary file and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer


def test_every_string_is_kept_as_it_was_typed_and_shown_as_text(
    filled: Filled, as_person: SignIn, nasty: list[str]
) -> None:
    secretary = as_person("secretary")
    kept = []
    for value in nasty:
        answer = post(secretary, f"/cases/{filled.own}/notes", text=value)
        takes = bool(value.strip()) and "\x00" not in value and len(value) <= 20_000
        assert answer.status_code == (302 if takes else 422), value
        if takes and value.isprintable():
            kept.append(value.strip())
    page = secretary.get(f"/cases/{filled.own}/history").text
    assert [value for value in kept if str(escape(value)) not in page] == []
    assert "<script>alert" not in page
    assert len(kept) > 10
    assert whole(filled.office)


def test_a_case_is_opened_with_any_name_or_not_at_all(
    filled: Filled, as_person: SignIn, nasty: list[str]
) -> None:
    secretary = as_person("secretary")
    opened = []
    for value in [one for one in nasty if "\ud800" not in one][::2]:
        answer = post(
            secretary, "/cases/new", process_name="klinik", medicine=value, substance=value, indication=value
        )
        assert answer.status_code in (302, 422), value
        if answer.status_code == 302:
            opened.append((answer.location, " ".join(value.split())))
    for path, name in opened[:: max(1, len(opened) // 15)]:
        page = secretary.get(path)
        assert page.status_code == 200
        assert name in " ".join(html_text(page.text).split())
    assert len(opened) > 5
    assert whole(filled.office)


def test_no_address_breaks_the_application(
    app: Flask, filled: Filled, as_person: SignIn, nasty: list[str]
) -> None:
    secretary = as_person("secretary")
    more = cycle([value for value in nasty if 0 < len(value) < 1000])
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        path = address(app, rule, filled)
        for value in [*WORST[:3], *islice(more, 6)]:
            text = quote(value.encode("utf-8", "surrogatepass"), safe="")
            names = (
                "q",
                "page",
                "as_of",
                "sort",
                "owner",
                "process",
                "only",
                "year",
                "next",
                "from",
                "to",
                "start",
                "days",
            )
            asked = secretary.get(f"{path}?{'&'.join(f'{name}={text}' for name in names)}")
            assert asked.status_code in (200, 202, 302, 401, 404, 422), (path, value)
            for name in rule.arguments:
                part = str(filled.arguments(rule.endpoint.partition(".")[0]).get(name, ""))
                broken = secretary.get(path.replace(part, text) if part else path)
                assert broken.status_code in (200, 302, 308, 401, 404, 422), (path, name, value)


BODIES: tuple[Any, ...] = (
    None, [], {}, "text", 3, True, {"inputs": None}, {"inputs": []}, {"inputs": "x"}, {"inputs": {"new_due": None}},
    {"inputs": {"new_due": 20260901}}, {"inputs": {"new_due": {"a": 1}}}, {"inputs": {"new_due": ["2026-09-01"]}},
    {"inputs": {"x" * 200: "y"}}, {"inputs": {}, "day": "i morgon"}, {"inputs": {}, "day": 1e400}, {"more": 1},
    {"inputs": {str(n): "x" for n in range(5000)}},
)  # fmt: skip


def test_no_body_breaks_the_api(app: Flask, filled: Filled, nasty: list[str]) -> None:
    with filled.office.engine.begin() as connection:
        token = identity.create_token(connection, filled.office.people["secretary"], START)
    client, path = app.test_client(), f"/api/v1/cases/{filled.own}/actions"
    headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{filled.office.version(filled.own)}"'}

    def call(action: str, body: str | bytes, kind: str = "application/json", **more: str) -> TestResponse:
        sent = headers | {name.replace("_", "-"): value for name, value in more.items()}
        return client.post(f"{path}/{action}", data=body, content_type=kind, headers=sent)

    answers = [call("offer_extension", json.dumps(body)) for body in BODIES]
    answers += [
        call("offer_extension", raw)
        for raw in ("", "{", "\x00", b"\xff\xfe", "[" * 100_000, '{"inputs":{"a":"\\ud800"}}')
    ]
    answers += [
        call("offer_extension", "{}", kind)
        for kind in ("text/plain", "application/xml", "multipart/form-data")
    ]
    answers += [call("offer_extension", "{}", If_Match=value) for value in ("", "x", "*", '"-1"', "9" * 40)]
    for value in [*WORST, *NASTY, *nasty[::9]]:
        answers.append(call("offer_extension", json.dumps({"inputs": {"new_due": value, "note": value}})))
        answers.append(call("withdraw", json.dumps({"inputs": {"reason": value}, "day": value})))
        raw = value.encode("utf-8", "surrogatepass")
        for name in ("q", "process", "phase", "page", "ended"):
            listed = client.get("/api/v1/cases", query_string={name: raw}, headers=headers)
            assert listed.status_code in (200, 422), (name, value)
        for name in ("q", "agency_status", "year", "page"):
            listed = client.get("/api/v1/horizon", query_string={name: raw}, headers=headers)
            assert listed.status_code in (200, 422), (name, value)
    for answer in answers:
        assert answer.status_code in (400, 403, 409, 415, 422, 428), answer.get_data(as_text=True)[:300]
        assert answer.mimetype == "application/problem+json"
    assert filled.office.version(filled.own) == int(headers["If-Match"].strip('"'))
    assert whole(filled.office)


FILES = {
    "tom.pdf": b"", "svag.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "sida.html": b"<html>",
    "sida.pdf": b"<html><script>alert(1)</script>", "bild.png": PDF, "makro.docm": b"PK\x03\x04", "arkiv.zip": b"PK\x05\x06",
    "trasig.docx": b"PK\x03\x04" + bytes(200), "nul.txt": b"a\x00b", "binar.txt": b"\x81\x8d", "utan": PDF,
    "program.exe": b"MZ\x90", "punkt.": PDF, "stor.pdf": b"%PDF-" + bytes(50 * 1024 * 1024),
}  # fmt: skip


def test_only_what_is_what_it_says_is_taken_in(filled: Filled, as_person: SignIn) -> None:
    company = as_person("company")
    before = documents(filled.office)
    for name, content in FILES.items():
        answer = upload(company, filled, name, content)
        assert answer.status_code == 422, name
        assert "error-summary" in answer.text
    too_large = upload(company, filled, "större.pdf", b"%PDF-" + bytes(53 * 1024 * 1024))
    assert too_large.status_code == 413
    assert documents(filled.office) == before


def test_a_file_may_be_called_anything_and_is_offered_under_a_safe_name(
    filled: Filled, as_person: SignIn, nasty: list[str]
) -> None:
    company = as_person("company")
    names = [
        "../../etc/passwd",
        "..\\..\\x",
        "C:\\x",
        "CON",
        "\u202efdp.exe",
        "a\r\nSet-Cookie: a=b",
        *nasty[6::11],
    ]
    for name in names:
        answer = upload(company, filled, f"{name}.pdf", PDF, title=name or "x")
        assert answer.status_code in (302, 422), name
    with filled.office.engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT id, filename FROM document")).all()
    assert len(stored) > len(names) // 2
    for document in stored:
        answer = company.get(f"/cases/{filled.own}/documents/{document.id}")
        assert answer.status_code in (200, 404)
        assert answer.headers.get("Set-Cookie", "").count("a=b") == 0
        assert not set(document.filename) & set('/\\<>:"|?*\r\n\x00\u202e')
        if answer.status_code == 200:
            assert answer.headers["Content-Disposition"].startswith("attachment; filename")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert whole(filled.office)


def test_no_header_or_cookie_breaks_the_application(app: Flask, nasty: list[str]) -> None:
    sendable = [value for value in nasty if value and value.isprintable() and len(value) < 4000]
    for value in sendable[::5]:
        text = value.encode("utf-8").decode("latin-1")
        client = app.test_client()
        for header in (
            "Cookie",
            "Accept-Language",
            "User-Agent",
            "Referer",
            "Authorization",
            "HX-Request",
            "Host",
        ):
            if header != "Host" or text.isalnum():
                sent = f"nt={text}" if header == "Cookie" else text
                assert client.get("/", headers={header: sent}).status_code in (200, 302, 400), (header, value)
                assert client.get("/api/v1/cases", headers={header: sent}).status_code in (400, 401)


def post(client: FlaskClient, path: str, **data: str) -> TestResponse:
    return client.post(
        path, data={name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
    )


def upload(
    client: FlaskClient, filled: Filled, name: str, content: bytes, title: str = "Titel"
) -> TestResponse:
    data = {"title": title, "kind": "other", "file": (io.BytesIO(content), name)}
    return send_files(client, f"/cases/{filled.own}/documents", data)


def documents(office: Office) -> tuple[int, int]:
    with office.engine.connect() as connection:
        row = connection.execute(
            sa.text("SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM file_content)")
        ).one()
        return row[0], row[1]


def html_text(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", page))
