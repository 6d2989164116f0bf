"""A provider of another make (pysaml2 with xmlsec1) on this machine."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, SIG_RSA_SHA1, SIG_RSA_SHA256

from tests.identity.saml_provider import ENTITY, SIGN_IN, SamlProvider


class RealProvider:
    """It has the key of `keys`; what it is told of us is what our own address says."""

    def __init__(self, keys: SamlProvider, folder: Path) -> None:
        key, certificate = folder / "idp.key", folder / "idp.crt"
        key.write_bytes(
            keys.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        certificate.write_bytes(keys.certificate.public_bytes(serialization.Encoding.PEM))
        self._config: dict[str, Any] = {
            "entityid": ENTITY,
            "key_file": str(key),
            "cert_file": str(certificate),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(SIGN_IN, BINDING_HTTP_REDIRECT)]},
                    "policy": {
                        "default": {"name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"}
                    },
                }
            },
        }
        self._server: Server | None = None

    def own_metadata(self) -> str:
        return str(entity_descriptor(IdPConfig().load({**self._config})))

    def learn(self, metadata: bytes) -> None:
        told = {**self._config, "metadata": {"inline": [metadata.decode()]}}
        self._server = Server(config=IdPConfig().load(told))

    def answer(
        self,
        location: str,
        subject: str,
        level: str,
        organisation: str,
        name_format: str,
        *,
        sha1: bool = False,
    ) -> str:
        """What its page posts back, for the request that a browser came with."""
        assert self._server is not None
        packed = parse_qs(urlsplit(location).query)["SAMLRequest"][0]
        asked = self._server.parse_authn_request(packed, BINDING_HTTP_REDIRECT)
        assert asked is not None
        made = self._server.create_authn_response(
            {"organisation": [organisation]},
            userid=subject,
            name_id=NameID(format=name_format, text=subject),
            authn={"class_ref": level, "authn_auth": ENTITY},
            sign_assertion=True,
            sign_response=False,
            sign_alg=SIG_RSA_SHA1 if sha1 else SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA1 if sha1 else DIGEST_SHA256,
            **self._server.response_args(asked.message),
        )
        return base64.b64encode(str(made).encode()).decode()
