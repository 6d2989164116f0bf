"""Who may do what: the registry is the whole truth about every route, and what one may not see is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from nt_process import rights
from nt_process.app import create_app
from nt_process.identity import service as identity
from nt_process.settings import Settings
from tests.filled import ABSENT_CASE, ABSENT_ID, Filled, address, fill
from tests.world import START, Office, sign_in

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
PEOPLE = (
    "secretary", "member", "manager", "auditor", "administrator", "tlv", "region", "company", "rival",
)  # fmt: skip
OBJECT_NOT_THEIRS = {
    "agreement_id", "run_id", "number", "document_id", "key", "organisation_id", "application_id", "filing_id",
    "recommendation_id", "appeal_id", "dialogue_id", "plan_id", "milestone_id", "request_id",
}  # fmt: skip
# What is printed is made by the worker: asking for it puts its making in the queue. So is what takes long to compare.
MADE_BY_WORKER = {
    "reporting.pdf", "half_year.pdf", "half_year.compare", "consultation.pdf", "filed.receipt_pdf", "negotiation.evidence",
    "agreements.evidence", "council.material", "council.minutes_pdf", "disclosure.pdf", "followup.pdf",
    "introduction.deviations_pdf", "introduction_financing.pot_pdf",
}  # fmt: skip
# The negotiation of the filled world is between the regions and the company; a region has joined its terms.
OUTSIDE_THE_NEGOTIATION = {"tlv", "rival"}
FOR_THE_TWO_SIDES = {
    f"negotiation.{name}"
    for name in ("circle", "rounds", "offer", "add_meeting", "add_note", "read_notes", "make_round", "open_round",
                 "read", "download")
}  # fmt: skip

Client = Callable[..., TestResponse]


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route with each of its methods; what Flask answers by itself is left out."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def caller(app: Flask, office: Office, name: str | None) -> Client:
    """A way to call as this person, or as nobody: pages with a session, the API with a token."""
    pages = app.test_client()
    headers = {}
    if name is not None:
        sign_in(pages, name)
        with office.engine.begin() as connection:
            token = identity.create_token(connection, office.people[name], START)
        headers["Authorization"] = f"Bearer {token}"
    api = app.test_client()

    def call(method: str, path: str, more_headers: dict[str, str] | None = None, **sent: Any) -> TestResponse:
        if is_api(path):
            return api.open(path, method=method, headers={**headers, **(more_headers or {})}, **sent)
        return pages.open(path, method=method, **sent)

    return call


def roles_of(office: Office, name: str) -> frozenset[str]:
    return office.actor(name).roles


def is_api(path: str) -> bool:
    return path.startswith("/api/")


def test_every_route_is_in_the_registry_and_nothing_else_is(app: Flask) -> None:
    assert {(rule.endpoint, method) for rule, method in routes(app)} == set(rights.POLICIES)


def test_no_policy_lets_nobody_in(app: Flask) -> None:
    assert [key for key, policy in rights.POLICIES.items() if not (policy.public or policy.roles)] == []


def test_nobody_signed_in_reaches_only_what_is_public(app: Flask, filled: Filled) -> None:
    call = caller(app, filled.office, None)
    wrong = []
    for rule, method in routes(app):
        path = address(app, rule, filled)
        answer = call(method, path)
        if rights.POLICIES[rule.endpoint, method].public:
            as_said = answer.status_code in (200, 302, 422)
        elif is_api(path):
            as_said = answer.status_code == 401
        else:
            as_said = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
        if not as_said:
            wrong.append((method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("name", PEOPLE)
def test_every_route_answers_each_role_as_the_registry_says(app: Flask, filled: Filled, name: str) -> None:
    call, held = caller(app, filled.office, name), roles_of(filled.office, name)
    wrong = []
    for rule, method in sorted(routes(app), key=lambda one: one[1] in UNSAFE):
        if rule.endpoint == "entry.sign_out":
            continue
        path = address(app, rule, filled)
        answer = call(method, path, json={} if is_api(path) and method in UNSAFE else None)
        if answer.status_code not in expected(filled, name, held, rule, method):
            wrong.append((method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def is_everybodys(rule: Rule, method: str) -> bool:
    """Whether it is of the public site, which answers everybody alike with what is published."""
    return rights.POLICIES[rule.endpoint, method].anonymous


def expected(filled: Filled, name: str, held: frozenset[str], rule: Rule, method: str) -> set[int]:
    """The statuses that the registry and the person's own company allow."""
    path_is_api = is_api(rule.rule)
    if not rights.POLICIES[rule.endpoint, method].allows(held):
        return {403} if path_is_api else {404}
    if path_is_api and method in UNSAFE:
        # Without If-Match no case is looked for.
        return {428}
    if name == "rival" and OBJECT_NOT_THEIRS & rule.arguments and not is_everybodys(rule, method):
        return {404}
    if name in OUTSIDE_THE_NEGOTIATION and "negotiation_id" in rule.arguments:
        return {404}
    if name == "region" and rule.endpoint in FOR_THE_TWO_SIDES:
        return {404}
    if method == "GET" and rule.endpoint in MADE_BY_WORKER:
        return {202}
    if method == "GET":
        # Who is signed in need not sign in.
        return {
            # An application is gone on with where its writer left off.
            "portal.show": {302},
            # To the site's own language.
            "public_front.start": {302},
            "entry.sign_in": {302},
            "provider.out": {302},
            "provider.back": {302},
            "saml.out": {302},
        }.get(rule.endpoint, {200})
    # An empty form is sent back with what is missing, or what needs no form is done.
    return {200, 302, 400, 409, 422}


def test_a_method_that_a_route_does_not_take_is_refused(app: Flask, filled: Filled) -> None:
    call = caller(app, filled.office, "secretary")
    addresses, wrong = app.url_map.bind(""), []
    for rule in app.url_map.iter_rules():
        path = address(app, rule, filled)
        for method in {"GET", *UNSAFE, "TRACE"}.difference(addresses.allowed_methods(path)):
            answer = call(method, path)
            if answer.status_code != 405:
                wrong.append((method, path, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


# --- what one may not see does not exist ------------------------------------------------------------


def test_what_belongs_to_another_company_is_answered_as_what_does_not_exist(
    app: Flask, filled: Filled
) -> None:
    call = caller(app, filled.office, "company")
    rivals = {"number": filled.rivals, "document_id": filled.rivals_document, "key": "registration.1"}
    absent = {"number": ABSENT_CASE, "document_id": ABSENT_ID, "key": "registration.1"}
    differing = []
    for rule, method in routes(app):
        if "number" not in rule.arguments or is_everybodys(rule, method):
            continue
        theirs, nothing = (
            call(method, address(app, rule, filled, place), **_body(rule)) for place in (rivals, absent)
        )
        if told(theirs, rivals) != told(nothing, absent):
            differing.append((method, rule.rule, theirs.status_code, nothing.status_code))
    assert differing == []


def _body(rule: Rule) -> dict[str, Any]:
    """What is sent along: a whole command, so that the answer does not stop at what is missing."""
    if is_api(rule.rule):
        return {"json": {"inputs": {}}, "more_headers": {"If-Match": '"3"', "Idempotency-Key": "k"}}
    return {"data": {"text": "Hej", "owner": "", "version": "3", "input_new_due": "2026-09-01", "key": "k"}}


def told(answer: TestResponse, place: dict[str, str]) -> tuple[int, str, list[tuple[str, str]]]:
    """The answer without what is new in each one or was in the question itself."""
    text = answer.text
    for known in place.values():
        text = text.replace(known, "…")
    text = re.sub(r'name="csrf_token" value="[^"]*"|"request_id": ?"[^"]*"', "", text)
    kept = [
        (name, value)
        for name, value in answer.headers
        if name not in ("X-Request-Id", "Set-Cookie", "Content-Length", "Date")
    ]
    return answer.status_code, text, kept


def test_a_document_that_is_not_shared_is_answered_as_one_that_does_not_exist(
    app: Flask, filled: Filled
) -> None:
    for name in ("company", "tlv", "region"):
        call = caller(app, filled.office, name)
        internal, nothing = (
            call("GET", f"/cases/{filled.own}/documents/{one}") for one in (filled.internal, ABSENT_ID)
        )
        assert internal.status_code == 404
        assert told(internal, {"d": filled.internal}) == told(nothing, {"d": ABSENT_ID})
    assert caller(app, filled.office, "auditor")(
        "GET", f"/cases/{filled.own}/documents/{filled.internal}"
    ).data.startswith(b"%PDF")


def test_one_persons_things_are_not_anothers(app: Flask, filled: Filled) -> None:
    """A colleague's view, token and notice: the answer is as for one that is not there, and nothing happens."""
    before = stored(filled.office)
    call = caller(app, filled.office, "colleague")
    for path, absent in (
        (f"/views/{filled.view}/delete", f"/views/{ABSENT_ID}/delete"),
        (f"/account/tokens/{filled.token}/revoke", f"/account/tokens/{ABSENT_ID}/revoke"),
        (f"/notices/{filled.notice}/read", "/notices/987654321/read"),
    ):
        theirs, nothing = call("POST", path), call("POST", absent)
        assert told(theirs, {}) == told(nothing, {}), path
    assert {table: stored(filled.office)[table] for table in ("saved_view", "notice")} == {
        table: before[table] for table in ("saved_view", "notice")
    }
    with filled.office.engine.connect() as connection:
        revoked = connection.execute(
            sa.text("SELECT revoked_at FROM api_token WHERE id = :id"), {"id": filled.token}
        )
        assert revoked.scalar_one() is None


def test_lists_counts_exports_and_searches_hold_only_what_the_company_may_see(
    app: Flask, filled: Filled
) -> None:
    """The rival has one case; whichever way its cases are listed, nothing else of any case comes along."""
    call = caller(app, filled.office, "rival")
    names = ("Provastin", "Pausastin", "Slutastin", "Införastin", "Ensamastin", "Ring bolaget")
    for path in (
        "/", "/?q=provastin", "/?ended=1", "/?sort=medicine", "/?only=waiting", "/?process=sarlakemedel",
        "/cases/export.csv", "/notices", "/api/v1/cases", "/api/v1/cases?q=pausastin",
    ):  # fmt: skip
        answer = call("GET", path)
        assert answer.status_code == 200, path
        assert [name for name in names if name in answer.text] == [], path
    assert "Rivalin" in call("GET", "/").text
    assert call("GET", "/api/v1/cases").json["total"] == 1  # type: ignore[index]


def test_rights_follow_the_membership_at_once(app: Flask, filled: Filled) -> None:
    call = caller(app, filled.office, "secretary")
    assert call("GET", "/cases/new").status_code == 200
    with filled.office.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE membership SET valid_to = '2026-01-06' WHERE person_id = :id"),
            {"id": filled.office.people["secretary"]},
        )
    assert call("GET", "/cases/new").status_code == 404
    assert call("GET", f"/cases/{filled.own}").status_code == 404
    assert call("GET", f"/api/v1/cases/{filled.own}").status_code == 403


# --- what holds for every answer ----------------------------------------------------------------------


def test_every_answer_carries_the_headers_that_harden_it(app: Flask, filled: Filled) -> None:
    calls = [caller(app, filled.office, name) for name in ("secretary", None)]
    paths = [address(app, rule, filled) for rule, method in routes(app) if method == "GET"]
    weak = []
    for call in calls:
        for path in [*paths, "/finns-inte", "/api/v1/finns-inte", "/cases/finns-inte"]:
            headers = call("GET", path).headers
            policy = headers.get("Content-Security-Policy", "")
            strict = "default-src 'self'" in policy or "default-src 'none'" in policy
            contents = headers.get("Content-Type", "")
            if not (
                strict
                and "frame-ancestors 'none'" in policy
                and headers.get("Cross-Origin-Resource-Policy") == "same-origin"
                and "Access-Control-Allow-Origin" not in headers
                and (not contents.startswith(("text/", "application/xml")) or "charset=utf-8" in contents)
                and "unsafe" not in policy
                and headers.get("X-Content-Type-Options") == "nosniff"
                and headers.get("Referrer-Policy") in ("same-origin", "no-referrer")
                and (path.startswith(("/assets/", "/public/")) or headers.get("Cache-Control") == "no-store")
                and headers.get("X-Request-Id")
            ):
                weak.append(path)
    assert weak == []


@pytest.mark.parametrize(
    ("base_url", "strict"), [("https://nt.example", True), ("http://127.0.0.1:8080", False)]
)
def test_a_browser_that_came_encrypted_comes_back_encrypted(
    web_engine: Engine, tmp_path: Path, base_url: str, strict: bool
) -> None:
    client = create_app(Settings(data_dir=tmp_path, base_url=base_url), web_engine).test_client()
    for path in ("/sign-in", "/finns-inte", "/api/v1/cases", "/assets/x/app.css"):
        said = client.get(path, base_url=base_url).headers.get("Strict-Transport-Security", "")
        assert ("max-age=31536000" in said and "includeSubDomains" in said) == strict, path


def test_no_debugging_is_turned_on_from_outside(
    web_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not create_app(Settings(data_dir=tmp_path), web_engine).debug


def test_nothing_is_traced_and_no_place_is_listed(app: Flask) -> None:
    client = app.test_client()
    assert client.open("/sign-in", method="TRACE").status_code == 405
    for path in (
        "/assets",
        "/assets/",
        "/static/",
        "/.git/config",
        "/.git/HEAD",
        "/wsgi.py",
        "/openapi",
        "/docs",
    ):
        assert client.get(path).status_code == 404, path


def test_no_script_or_style_stands_in_a_page(app: Flask, filled: Filled) -> None:
    """The content policy would stop them: a page that needs one would be broken."""
    call = caller(app, filled.office, "secretary")
    found = {}
    for rule, method in routes(app):
        if method != "GET" or is_api(rule.rule):
            continue
        answer = call("GET", address(app, rule, filled))
        if answer.mimetype == "text/html":
            found[rule.rule] = re.findall(
                r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text
            )
    assert {rule: inline for rule, inline in found.items() if inline} == {}
    assert len(found) > 20


def test_reading_changes_nothing(app: Flask, filled: Filled) -> None:
    call = caller(app, filled.office, "secretary")
    before = stored(filled.office)
    for rule, method in routes(app):
        # Whoever goes off to a provider is waited for.
        if method == "GET" and rule.endpoint not in {*MADE_BY_WORKER, "provider.out", "saml.out"}:
            call("GET", address(app, rule, filled))
    assert stored(filled.office) == before


def test_what_changes_anything_needs_the_forms_own_secret(app: Flask, filled: Filled) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    mine, other = app.test_client(), app.test_client()
    sign_in(mine, "secretary")
    sign_in(other, "colleague")
    app.config["WTF_CSRF_ENABLED"] = True
    page = other.get("/account").text
    foreign = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert foreign is not None
    before = stored(filled.office)
    wrong = []
    for rule, method in routes(app):
        held = roles_of(filled.office, "secretary")
        if (
            method not in UNSAFE
            or is_api(rule.rule)
            # The provider's page posts it; the browser's own state stands for the secret, see identity/test_saml.
            or rule.endpoint == "saml.back"
            # The public site knows no session that a stranger's page could use.
            or is_everybodys(rule, method)
            or not rights.POLICIES[rule.endpoint, method].allows(held)
        ):
            continue
        path = address(app, rule, filled)
        for token in ({}, {"csrf_token": "x"}, {"csrf_token": foreign[1]}):
            answer = mine.open(path, method=method, data=token)
            if answer.status_code != 400:
                wrong.append((path, list(token), answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert stored(filled.office) == before


def test_a_session_does_not_open_the_api(app: Flask, filled: Filled) -> None:
    client = app.test_client()
    sign_in(client, "secretary")
    for rule, method in routes(app):
        if is_api(rule.rule):
            path = address(app, rule, filled)
            assert client.open(path, method=method, json={}).status_code == 401, path


def stored(office: Office) -> dict[str, str]:
    """A fingerprint of the content of every table."""
    with office.engine.connect() as connection:
        tables = connection.scalars(
            sa.text("""
                SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM pg_tables
                WHERE schemaname IN ('public', 'sealed') ORDER BY 1
            """)
        ).all()
        return {
            table: connection.scalar(
                sa.text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            )
            for table in tables
            if table != "alembic_version"
        }
