"""A SAML provider in the settings, none, and a real one of another make."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from nt_process.settings import SettingsError
from tests.browser.server import Clock
from tests.identity.refused_saml import ORGANISATION
from tests.identity.saml_browser import BACK, opens, post, refused, register, send_out
from tests.identity.saml_provider import (
    LEVEL,
    PERSISTENT,
    SamlProvider,
    instant,
    request_of,
    right,
    right_values,
)
from tests.requirements import need
from tests.world import Office

# --- the settings -------------------------------------------------------------------------------------


def test_metadata_that_have_run_out_let_in_nobody(
    make_saml_app: Callable[..., Flask], idp: SamlProvider, office: Office, clock: Clock
) -> None:
    register(office)
    until = instant(clock.instant + timedelta(minutes=2))
    client = make_saml_app(idp.metadata(f'validUntil="{until}"')).test_client()
    values, state = send_out(client, clock)
    clock.instant += timedelta(minutes=3)
    fresh = right_values(values["in_response_to"], clock.instant, ORGANISATION)
    assert refused(client, post(client, state, right(idp, fresh)))
    assert client.get("/sign-in/saml").headers["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "metadata",
    [
        "", "hej", "<EntityDescriptor/>", "<!DOCTYPE r><EntityDescriptor/>",
        SamlProvider().metadata(sign_in="http://evil.example"),
        SamlProvider().metadata().replace("X509Certificate", "X509Name"),
        SamlProvider().metadata('validUntil="never"'),
    ],
)  # fmt: skip
def test_metadata_that_cannot_be_used_are_told_at_the_start(
    make_saml_app: Callable[..., Flask], metadata: str
) -> None:
    with pytest.raises(SettingsError, match="NT_SAML_METADATA"):
        make_saml_app(metadata)


def test_without_a_provider_nothing_answers_and_nothing_is_shown(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    assert client.get("/sign-in/saml").status_code == 404
    assert client.get("/sign-in/saml/metadata").status_code == 404
    assert client.post(BACK, data={"SAMLResponse": "x"}).status_code == 404
    assert "/sign-in/saml" not in client.get("/sign-in").text


def test_without_the_extra_the_start_says_what_to_install(
    make_saml_app: Callable[..., Flask], idp: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("nt_process.identity.saml", raising=False)
    for name in ("nt_process.identity.saml", "nt_process.identity.saml_document"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "signxml.verifier", None)
    with pytest.raises(SettingsError, match="saml"):
        make_saml_app(idp.metadata())


def test_the_sign_in_page_shows_the_way(saml_app: Flask) -> None:
    assert "/sign-in/saml?next=/horizon" in saml_app.test_client().get("/sign-in?next=/horizon").text


# --- a real provider ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::cryptography.utils.CryptographyDeprecationWarning"
)
def test_a_person_signs_in_at_a_real_provider(
    make_saml_app: Callable[..., Flask], office: Office, clock: Clock, idp: SamlProvider, tmp_path: Path
) -> None:
    """Another implementation reads our metadata and our request, and its answer is read by us."""
    need("xmlsec")
    from tests.identity.real_saml import RealProvider

    clock.instant = datetime.now(UTC)
    real = RealProvider(idp, tmp_path)
    register(office)
    app = make_saml_app(real.own_metadata())
    real.learn(app.test_client().get("/sign-in/saml/metadata").data)
    cases = (
        ("hsa-17", LEVEL, True),
        ("hsa-17", "http://id.sambi.se/loa/loa2", False),
        ("hsa-18", LEVEL, False),
    )
    for subject, level, let_in in cases:
        client = app.test_client()
        location = client.get("/sign-in/saml").headers["Location"]
        said = real.answer(location, subject, level, ORGANISATION, PERSISTENT)
        post(client, request_of(location)[1], said)
        assert opens(client) is let_in, (subject, level)
    client = app.test_client()
    location = client.get("/sign-in/saml").headers["Location"]
    said = real.answer(location, "hsa-17", LEVEL, ORGANISATION, PERSISTENT, sha1=True)
    assert refused(client, post(client, request_of(location)[1], said))
