"""Every route, every method, everybody: `expected.csv` says who is answered, and nobody else is.

The table is kept by people, apart from the program's own registry: whoever changes a right changes both. A route
that is not in it fails. Whoever is not to have something is answered as if it did not exist; who may, gets an answer,
if only that a form lacks something.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.filled import Filled, address, fill
from tests.rights.relations import end, relate
from tests.rights.test_routes import Client, caller, is_api, routes
from tests.world import Office

TABLE = Path(__file__).with_name("expected.csv")
GROUPS: Mapping[str, frozenset[str]] = {
    "council": frozenset({"secretary", "member", "member_conflicted", "manager", "auditor", "administrator"}),
    # Of regions one has answered, one is asked, one refrains and one was never asked.
    "regions": frozenset({"region", "uppsala", "gotland", "halland"}),
    "companies": frozenset({"company", "rival", "uninvolved"}),
}
EVERYBODY = (
    "anonymous", "secretary", "member", "member_conflicted", "manager", "auditor", "administrator", "tlv",
    "tlv_elsewhere", "region", "uppsala", "gotland", "halland", "dalarna", "company", "rival", "uninvolved",
    "company_head", "expert", "patient", "disabled",
)  # fmt: skip
# The same person in another place: TLV where it has no part in the case.
SAME_PERSON = {"tlv_elsewhere": "tlv"}
# What one does there ends the session that the rest of the walk needs.
NOT_WALKED = {"entry.sign_out", "security.end_others", "security.end_session"}
# What ends somebody's sessions or mandate is tried last: whoever was sent away meanwhile is asked to sign in.
SENDS_AWAY = {"people.end", "administration.disable", "administration.end_sessions", "administration.end_session",
              "administration.bulk", "administration.mandate", "people.administrator"}  # fmt: skip


def table() -> dict[tuple[str, str], frozenset[str]]:
    """(endpoint, method) to the names of all who are answered."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=";"))
    return {
        (endpoint, method): frozenset(_names(who)) - frozenset(_names(but))
        for endpoint, method, who, but in rows[1:]
    }


def _names(who: str) -> Iterator[str]:
    for word in who.split():
        if word == "everybody":
            yield from EVERYBODY
        elif word == "signed_in":
            yield from set(EVERYBODY) - {"anonymous", "disabled", "dalarna"}
        else:
            yield from GROUPS.get(word, {word})


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


def test_the_table_knows_every_route_and_nothing_else(app: Flask) -> None:
    assert {(rule.endpoint, method) for rule, method in routes(app)} == set(table())


def test_everybody_gets_what_the_table_says_and_nothing_else(app: Flask, filled: Filled) -> None:
    round_id = relate(filled)
    callers = {name: _caller(app, filled.office, name) for name in EVERYBODY if name not in SAME_PERSON}
    callers |= {name: callers[same] for name, same in SAME_PERSON.items()}
    end(filled.office)
    expected, wrong = table(), []
    for rule, method in sorted(routes(app), key=_last):
        if rule.endpoint in NOT_WALKED:
            continue
        for name in EVERYBODY:
            if name in SAME_PERSON and "number" not in rule.arguments:
                continue
            path = address(app, rule, filled, _place(filled, rule, name, round_id))
            status = callers[name](method, path, **_sent(rule, method)).status_code
            if not _as_expected(status, rule, name, answered=name in expected[rule.endpoint, method]):
                wrong.append((rule.endpoint, method, name, status))
    assert not wrong, "\n".join(map(str, wrong))


def _last(one: tuple[Rule, str]) -> tuple[bool, bool]:
    rule, method = one
    return method != "GET", rule.endpoint in SENDS_AWAY


def _caller(app: Flask, office: Office, name: str) -> Client:
    return caller(app, office, None if name == "anonymous" else name)


def _place(filled: Filled, rule: Rule, name: str, round_id: str) -> dict[str, Any]:
    """The company's own case and the round that the regions are asked in; TLV elsewhere is at the rival's."""
    place: dict[str, Any] = {}
    if rule.endpoint.startswith("consultation.") and rule.arguments == {"round_id"}:
        place["round_id"] = round_id
    if name == "tlv_elsewhere":
        place |= {"number": filled.rivals, "document_id": filled.rivals_document, "key": "registration.1"}
    return place


def _sent(rule: Rule, method: str) -> dict[str, Any]:
    if method == "GET":
        return {}
    if is_api(rule.rule):
        return {"json": {"inputs": {}}, "more_headers": {"If-Match": '"1"', "Idempotency-Key": "k"}}
    return {"data": {}}


def _as_expected(status: int, rule: Rule, name: str, *, answered: bool) -> bool:
    if answered:
        # An action that a rule refuses is answered with every reason.
        refused = {401, 404} if rule.endpoint == "api.take_action" else {401, 403, 404}
        return status < 500 and status not in refused
    if name in ("anonymous", "disabled"):
        # Whoever is not signed in is asked to; a disabled person's sessions and tokens are nobody's.
        return status == (401 if is_api(rule.rule) else 302)
    if rule.endpoint in SENDS_AWAY and status == 302:
        return True
    return status in ((403, 404) if is_api(rule.rule) else (404,))
