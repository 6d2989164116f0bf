"""Whatever is sent to the API, by whomever, is answered as its own document says: never 5xx, nothing undocumented.

The document is the application's; what is sent is made from it, right and wrong, with a fixed seed. Half of the
time the address leads to something that is there, so that more than refusals is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nt_process.identity import service as identity
from tests.filled import Filled, fill
from tests.world import START, Office

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
ROLES = (
    "secretary", "member", "region", "company", "rival", "tlv", "manager", "auditor", "administrator", "nobody",
)  # fmt: skip
EXAMPLES = 20
SEED = 20260105


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


def test_every_operation_answers_every_role_as_documented(app: Flask, filled: Filled) -> None:
    tokens = {role: _token(filled.office, role) for role in ROLES if role != "nobody"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers=tokens["auditor"])
    found: list[Any] = list(schema.get_all_operations())
    operations = [one.ok() for one in found]
    assert len(operations) >= 9
    answered: set[tuple[str, int]] = set()
    for operation in operations:
        for role in ROLES:
            for status in _answers(operation, filled.office, tokens.get(role, {}), _there(filled)):
                answered.add((operation.label, status))
    # Without these the test would have proved nothing but refusals.
    assert _taken(schema, filled.office, tokens["secretary"]) == (200, 409)
    for operation in operations:
        assert (operation.label, 200) in answered or operation.method == "post", operation.label
        assert (operation.label, 422) in answered or not _takes_anything(operation), operation.label


def _token(office: Office, name: str) -> dict[str, str]:
    with office.engine.begin() as connection:
        return {"Authorization": f"Bearer {identity.create_token(connection, office.people[name], START)}"}


def _there(filled: Filled) -> dict[str, list[str]]:
    """What leads to something that is there, by the name of the parameter."""
    return {
        "number": [filled.own, filled.rivals, *filled.others.values()],
        "action": ["offer_extension", "await_application", "register_application", "discontinue"],
        "item_id": [filled.item, filled.dismissed],
        "article_number": ["012345", "543210"],
        "day": ["2025-03-01", "2026-01-07"],
        "recommendation_id": [filled.rooms["recommendations"]["recommendation_id"]],
    }


def _answers(
    operation: Any, office: Office, headers: Mapping[str, str], there: Mapping[str, list[str]]
) -> Iterator[int]:
    """The statuses that the operation answered with. Raises for the first answer that is not as documented."""
    statuses: list[int] = []
    real = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in there.items()})

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=_right(operation) | _wrong(operation), known=st.none() | real)
    def send(case: Any, known: dict[str, str] | None) -> None:
        if known is not None and case.path_parameters:
            case.path_parameters |= {name: known[name] for name in case.path_parameters}
            if operation.method == "post":
                case.headers["If-Match"] = str(office.version(known["number"]))
        answer = case.call_and_validate(headers=dict(headers), checks=CHECKS)
        # A wrong request may be one that left the token out.
        carried = headers and answer.request.headers.get("Authorization") == headers["Authorization"]
        assert (answer.status_code == 401) is not bool(carried), case.as_curl_command()
        statuses.append(answer.status_code)

    send()
    yield from statuses


def _taken(schema: Any, office: Office, headers: Mapping[str, str]) -> tuple[int, ...]:
    """An action that can be taken, and once more for the version that is no longer the case's."""
    operation = schema["/api/v1/cases/{number}/actions/{action}"]["POST"]
    number = office.open()
    case = operation.Case(
        path_parameters={"number": number, "action": "await_application"},
        headers={"If-Match": str(office.version(number))},
        body={},
        media_type="application/json",
    )
    return tuple(
        case.call_and_validate(headers=dict(headers), checks=CHECKS).status_code for _time in range(2)
    )


def _right(operation: Any) -> Any:
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE)


def _wrong(operation: Any) -> Any:
    """Requests that break what the document says; none where nothing can be broken."""
    return (
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        if _takes_anything(operation)
        else st.nothing()
    )


def _takes_anything(operation: Any) -> bool:
    return any((*operation.query, *operation.body))
