"""A browser on its way through a SAML provider that a test speaks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from nt_process.identity import federated
from tests.browser.server import Clock
from tests.identity.refused_saml import ORGANISATION, Values
from tests.identity.saml_provider import ENTITY, encoded, request_of, right_values
from tests.world import Office

BACK = "/sign-in/saml/back"


def register(office: Office, entity: str = ENTITY) -> None:
    """How the provider names two people of one region: hsa-17, and hsa-99 whom a forger would like to be."""
    with office.engine.begin() as connection:
        federated.name_organisation(connection, "region", "Region Skåne", ORGANISATION)
        for subject, name in (("hsa-17", "region"), ("hsa-99", "colleague")):
            email = f"{name}@prov.example"
            assert federated.link(connection, entity, subject, email, datetime.now(UTC))


def opens(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def send_out(client: FlaskClient, clock: Clock, path: str = "/sign-in/saml") -> tuple[Values, str]:
    """Values of a right answer to what the browser is sent out with, and the state."""
    asked, state = request_of(client.get(path).headers["Location"])
    return right_values(asked.get("ID"), clock.instant, ORGANISATION), state


def post(client: FlaskClient, state: str, document: Any) -> Any:
    said = document if isinstance(document, str) else encoded(document)
    return client.post(BACK, data={"SAMLResponse": said, "RelayState": state})


def refused(client: FlaskClient, answer: Any) -> bool:
    return answer.headers.get("Location") == "/sign-in" and not opens(client)
