"""A SAML provider that states whatever a test wants it to, under a key of its own."""

from __future__ import annotations

import base64
import copy
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

ENTITY, SIGN_IN = "https://idp.example/metadata", "https://idp.example/sso"
HERE = "http://nt.example/sign-in/saml"
LEVEL = "http://id.sambi.se/loa/loa3"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_ASSERTION = """<saml:Assertion xmlns:saml="{saml}" ID="{assertion_id}" Version="2.0" IssueInstant="{issued}">
<saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID Format="{format}">{person}</saml:NameID>
<saml:SubjectConfirmation Method="{method}"><saml:SubjectConfirmationData InResponseTo="{in_response_to}"
 Recipient="{recipient}" NotOnOrAfter="{confirmed_until}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{valid_from}" NotOnOrAfter="{valid_until}">{conditions}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{authenticated}" SessionIndex="s"><saml:AuthnContext>
<saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""
_RESPONSE = """<samlp:Response xmlns:samlp="{samlp}" xmlns:saml="{saml}" ID="{response_id}" Version="2.0"
 IssueInstant="{issued}" Destination="{destination}" InResponseTo="{response_to}"><saml:Issuer>{response_issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status></samlp:Response>"""


class AnySigner(XMLSigner):
    """Signs also with what no one should any more."""

    def check_deprecated_methods(self) -> None:
        return None


@dataclass
class SamlProvider:
    entity: str = ENTITY
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example")])
        self.certificate = (
            x509.CertificateBuilder(called, called, self.key.public_key(), x509.random_serial_number())
            .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
            .sign(self.key, hashes.SHA256())
        )

    def metadata(self, more: str = "", sign_in: str = SIGN_IN) -> str:
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return (
            f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{self.entity}" {more}>'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
            f"<X509Certificate>{base64.b64encode(der).decode()}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
            '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
            f'Location="{sign_in}"/></IDPSSODescriptor></EntityDescriptor>'
        )

    def sign(self, element: Any, method: str = "RSA_SHA256", digest: str = "SHA256") -> Any:
        signer = AnySigner(
            signature_algorithm=SignatureMethod[method],
            digest_algorithm=DigestAlgorithm[digest],
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        return signer.sign(
            copy.deepcopy(element), key=self.key, cert=[self.certificate],
            reference_uri=element.get("ID"), id_attribute="ID",
        )  # fmt: skip


def attribute(name: str, *values: str) -> str:
    stated = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{stated}</saml:Attribute>'


def audience(*names: str) -> str:
    stated = "".join(f"<saml:Audience>{name}</saml:Audience>" for name in names)
    return f"<saml:AudienceRestriction>{stated}</saml:AudienceRestriction>"


def right_values(request_id: str, at: datetime, organisation: str) -> dict[str, str]:
    """What a right answer states, by the name of the place in it."""
    soon, just = instant(at + timedelta(minutes=5)), instant(at)
    return {
        **NS, "assertion_id": "_a1", "response_id": "_r1", "issued": just, "issuer": ENTITY, "format": PERSISTENT,
        "person": "hsa-17", "method": "urn:oasis:names:tc:SAML:2.0:cm:bearer", "in_response_to": request_id,
        "recipient": f"{HERE}/back", "confirmed_until": soon, "valid_from": just, "valid_until": soon,
        "conditions": audience(f"{HERE}/metadata"), "authenticated": just, "level": LEVEL,
        "attributes": attribute("organisation", organisation), "destination": f"{HERE}/back",
        "response_to": request_id, "response_issuer": ENTITY,
        "status": "urn:oasis:names:tc:SAML:2.0:status:Success",
    }  # fmt: skip


def assertion(values: dict[str, str]) -> Any:
    return etree.fromstring(_ASSERTION.format(**values))


def response(values: dict[str, str], *children: Any) -> Any:
    root = etree.fromstring(_RESPONSE.format(**values))
    root.extend(children)
    return root


def right(idp: SamlProvider, values: dict[str, str]) -> Any:
    """An answer whose assertion is signed as it should be."""
    return response(values, idp.sign(assertion(values)))


def encoded(document: Any) -> str:
    content = document if isinstance(document, bytes) else etree.tostring(document)
    return base64.b64encode(content).decode()


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def request_of(location: str) -> tuple[Any, str]:
    """The request that a browser is sent out with, and its state."""
    query = parse_qs(urlsplit(location).query)
    packed = base64.b64decode(query["SAMLRequest"][0])
    return etree.fromstring(zlib.decompress(packed, -15)), query["RelayState"][0]
