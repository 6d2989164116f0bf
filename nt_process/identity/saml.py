"""Sign-in through an organisation's own provider: SAML 2.0, the Web Browser SSO profile.

Out by redirect, back by a form that the provider lets the browser post. Only an answer to what was sent out is
taken, once, in the browser that it was sent from (saml-profiles-2.0 4.1.4). Of what comes back only the signed
assertion is read, and all of it that bears on who and when is checked. Whom it is about stands in our own
register, see `federated`. Needs the extra `saml`; imported only where a provider is set.
"""

from __future__ import annotations

import base64
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from lxml import etree
from sqlalchemy.engine import Connection

from nt_process.identity import federated
from nt_process.identity.federated import LEEWAY, OLDEST_ANSWER, Arrived, NotAccepted, Outgoing
from nt_process.identity.saml_document import (
    ASSERTION,
    METADATA,
    PROTOCOL,
    SIGNATURE,
    decoded,
    name,
    read,
    signed_assertion,
)

# What stands for the subject's own name instead of an attribute.
NAME_ID = "NameID"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
# Conditions that we know; one that we do not is not met (saml-core-2.0 2.5.1.1).
_CONDITIONS = frozenset(name(ASSERTION, one) for one in ("AudienceRestriction", "OneTimeUse"))


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as its metadata tell of it: who it is, where it signs in, what it signs with, until when it is so."""

    entity: str
    sign_in: str
    certificates: tuple[x509.Certificate, ...]
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is agreed with a provider. `levels` are the classes of authentication that are sure enough."""

    levels: frozenset[str]
    person_attribute: str = NAME_ID
    organisation_attribute: str = "organisation"


def read_provider(path: Path) -> Provider:
    """The provider of a file of metadata for one entity. Raises NotAccepted (metadata), OSError."""
    root = read(path.read_bytes())
    described = root.findall(name(METADATA, "IDPSSODescriptor"))
    if root.tag != name(METADATA, "EntityDescriptor") or len(described) != 1 or not root.get("entityID"):
        raise NotAccepted("metadata")
    services = described[0].findall(name(METADATA, "SingleSignOnService"))
    sign_in = next((one.get("Location") for one in services if one.get("Binding") == _REDIRECT), "")
    certificates = tuple(
        _certificate(one.text or "")
        for key in described[0].findall(name(METADATA, "KeyDescriptor"))
        if key.get("use", "signing") == "signing"
        for one in key.iter(name(SIGNATURE, "X509Certificate"))
    )
    if not sign_in.startswith(("https://", "http://127.0.0.1:", "http://localhost:")) or not certificates:
        raise NotAccepted("metadata")
    ends = [_instant(one.get("validUntil")) for one in (root, described[0]) if one.get("validUntil")]
    return Provider(root.get("entityID"), sign_in, certificates, min(ends, default=None))


class Client:
    """This application as a provider knows it: `entity` is its name, `back` where answers are posted to."""

    def __init__(self, provider: Provider, agreed: Agreed, entity: str, back: str) -> None:
        self.provider = provider
        self.agreed = agreed
        self.entity = entity
        self.back = back

    def metadata(self) -> bytes:
        """What the provider is told of this application, as an XML document."""
        root = etree.Element(name(METADATA, "EntityDescriptor"), {"entityID": self.entity}, {"md": METADATA})
        described = etree.SubElement(
            root,
            name(METADATA, "SPSSODescriptor"),
            {
                "AuthnRequestsSigned": "false",
                "WantAssertionsSigned": "true",
                "protocolSupportEnumeration": PROTOCOL,
            },
        )
        if self.agreed.person_attribute == NAME_ID:
            etree.SubElement(described, name(METADATA, "NameIDFormat")).text = _PERSISTENT
        place = {"Binding": _POST, "Location": self.back, "index": "0", "isDefault": "true"}
        etree.SubElement(described, name(METADATA, "AssertionConsumerService"), place)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def send_out(self, connection: Connection, wanted: str, at: datetime) -> Outgoing:
        """Begin a sign-in: remember what only we know, and say where to. Raises NotAccepted (metadata)."""
        self._require_fresh(at)
        state, request_id = secrets.token_urlsafe(32), f"_{secrets.token_hex(20)}"
        federated.remember(connection, state, federated.Sent(request_id, "", wanted), at)
        # The redirect binding (saml-bindings-2.0 3.4.4.1) takes a raw deflate stream.
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(self._request(request_id, at)) + packer.flush()
        query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": state})
        return Outgoing(
            f"{self.provider.sign_in}{'&' if '?' in self.provider.sign_in else '?'}{query}", state
        )

    def take_back(
        self,
        connection: Connection,
        answer: Mapping[str, str],
        expected_state: str,
        at: datetime,
        today: date,
    ) -> Arrived:
        """Check an answer and say who it is. `expected_state` is what this browser was sent out with.

        Raises NotAccepted. Whatever it says, the same answer is not taken a second time.
        """
        state = answer.get("RelayState", "")
        if not expected_state or not secrets.compare_digest(
            state.encode("utf-8", "surrogatepass"), expected_state.encode("utf-8", "surrogatepass")
        ):
            raise NotAccepted("state")
        sent = federated.take(connection, state, at)
        self._require_fresh(at)
        root = read(decoded(answer.get("SAMLResponse", "")))
        assertion = signed_assertion(root, self.provider.certificates, at)
        self._check_response(root, sent.nonce, at)
        self._check_assertion(assertion, sent.nonce, at)
        proved_at = _instant(_only(assertion, "AuthnStatement").get("AuthnInstant"))
        return federated.person(
            connection,
            self.provider.entity,
            self._subject(assertion),
            _attribute(assertion, self.agreed.organisation_attribute),
            min(proved_at, at),
            sent.next,
            today,
        )

    def _require_fresh(self, at: datetime) -> None:
        """Metadata that have run out say nothing any more of which keys are the provider's."""
        if self.provider.valid_until is not None and at >= self.provider.valid_until:
            raise NotAccepted("metadata")

    def _request(self, request_id: str, at: datetime) -> bytes:
        names = {"samlp": PROTOCOL, "saml": ASSERTION}
        stated = {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Destination": self.provider.sign_in,
            # A sign-in here is a proof made now, and not one of this morning's.
            "ForceAuthn": "true",
            "ProtocolBinding": _POST,
            "AssertionConsumerServiceURL": self.back,
        }
        root = etree.Element(name(PROTOCOL, "AuthnRequest"), stated, names)
        etree.SubElement(root, name(ASSERTION, "Issuer")).text = self.entity
        if self.agreed.person_attribute == NAME_ID:
            etree.SubElement(
                root, name(PROTOCOL, "NameIDPolicy"), {"Format": _PERSISTENT, "AllowCreate": "true"}
            )
        asked = etree.SubElement(root, name(PROTOCOL, "RequestedAuthnContext"), {"Comparison": "exact"})
        for level in sorted(self.agreed.levels):
            etree.SubElement(asked, name(ASSERTION, "AuthnContextClassRef")).text = level
        return etree.tostring(root)

    def _check_response(self, root: Any, request_id: str, at: datetime) -> None:
        """The envelope. It need not be signed, so that nothing is believed because it says so."""
        issuers = [_string(one) for one in root.findall(name(ASSERTION, "Issuer"))]
        statuses = [one.get("Value") for one in root.iterfind(f"{name(PROTOCOL, 'Status')}/*")]
        for is_right, code in (
            (root.get("Version") == "2.0", "version"),
            (issuers in ([], [self.provider.entity]), "issuer"),
            (statuses[:1] == [_SUCCESS], "status"),
            (root.get("Destination") == self.back, "destination"),
            (root.get("InResponseTo") == request_id, "in_response_to"),
            (_is_recent(_instant(root.get("IssueInstant")), at), "issued"),
        ):
            if not is_right:
                raise NotAccepted(code)

    def _check_assertion(self, assertion: Any, request_id: str, at: datetime) -> None:
        """Each statement, named by what is wrong with it."""
        authentication = _only(assertion, "AuthnStatement")
        level = _string(_only(_only(authentication, "AuthnContext"), "AuthnContextClassRef"))
        ended = authentication.get("SessionNotOnOrAfter")
        for is_right, code in (
            (assertion.get("Version") == "2.0", "version"),
            (_string(_only(assertion, "Issuer")) == self.provider.entity, "issuer"),
            (_is_recent(_instant(assertion.get("IssueInstant")), at), "issued"),
            (_instant(authentication.get("AuthnInstant")) <= at + LEEWAY, "authenticated"),
            (ended is None or at - LEEWAY < _instant(ended), "session"),
            (level in self.agreed.levels, "level"),
        ):
            if not is_right:
                raise NotAccepted(code)
        self._check_confirmation(_only(_only(assertion, "Subject"), "SubjectConfirmation"), request_id, at)
        self._check_conditions(_only(assertion, "Conditions"), at)

    def _check_confirmation(self, confirmation: Any, request_id: str, at: datetime) -> None:
        """That whoever brings the assertion may, here and now, for what was asked (saml-profiles-2.0 4.1.4.2)."""
        data = _only(confirmation, "SubjectConfirmationData")
        for is_right, code in (
            (confirmation.get("Method") == _BEARER, "confirmation"),
            (data.get("Recipient") == self.back, "recipient"),
            (data.get("InResponseTo") == request_id, "in_response_to"),
            (data.get("NotBefore") is None, "confirmation"),
            (at - LEEWAY < _instant(data.get("NotOnOrAfter")), "expired"),
        ):
            if not is_right:
                raise NotAccepted(code)

    def _check_conditions(self, conditions: Any, at: datetime) -> None:
        restrictions = conditions.findall(name(ASSERTION, "AudienceRestriction"))
        for is_right, code in (
            (all(one.tag in _CONDITIONS for one in conditions), "conditions"),
            (bool(restrictions), "audience"),
            (all(self._is_audience(one) for one in restrictions), "audience"),
            (at - LEEWAY < _instant(conditions.get("NotOnOrAfter")), "expired"),
            (_instant(conditions.get("NotBefore")) <= at + LEEWAY, "not_yet"),
        ):
            if not is_right:
                raise NotAccepted(code)

    def _is_audience(self, restriction: Any) -> bool:
        return self.entity in [_string(one) for one in restriction.findall(name(ASSERTION, "Audience"))]

    def _subject(self, assertion: Any) -> str:
        """How the provider names the person. A name for this once only names nobody."""
        if self.agreed.person_attribute != NAME_ID:
            return _attribute(assertion, self.agreed.person_attribute)
        named = _only(_only(assertion, "Subject"), "NameID")
        if named.get("Format") != _PERSISTENT:
            raise NotAccepted("person")
        return _string(named)


def _is_recent(issued: datetime, at: datetime) -> bool:
    return at - OLDEST_ANSWER <= issued <= at + LEEWAY


def _only(element: Any, local: str) -> Any:
    found = element.findall(name(ASSERTION, local))
    if len(found) != 1:
        raise NotAccepted("shape")
    return found[0]


def _string(element: Any) -> str:
    """The text of an element that holds nothing else, without space around it."""
    if len(element):
        raise NotAccepted("shape")
    return (element.text or "").strip()


def _attribute(assertion: Any, wanted: str) -> str:
    """The one value of an attribute that is stated once. Raises NotAccepted (person)."""
    stated = [
        list(one)
        for one in assertion.iterfind(
            f"{name(ASSERTION, 'AttributeStatement')}/{name(ASSERTION, 'Attribute')}"
        )
        if one.get("Name") == wanted
    ]
    if len(stated) != 1 or [one.tag for one in stated[0]] != [name(ASSERTION, "AttributeValue")]:
        raise NotAccepted("person")
    return _string(stated[0][0])


def _instant(text: str | None) -> datetime:
    try:
        instant = datetime.fromisoformat(text or "")
        if instant.utcoffset() is None:
            raise ValueError
    except ValueError:
        raise NotAccepted("time") from None
    return instant


def _certificate(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(decoded(text))
    except ValueError:
        raise NotAccepted("metadata") from None
