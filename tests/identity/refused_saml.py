"""Answers of a SAML provider that must be refused, each with the reason that is to stand in the log."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from tests.identity.saml_provider import (
    HERE,
    LEVEL,
    NS,
    SamlProvider,
    assertion,
    attribute,
    audience,
    encoded,
    instant,
    response,
    right,
)

ORGANISATION = "SE2321000255"
Values = dict[str, str]

# --- signed as it should be, and wrong about one thing --------------------------------------------------


def stated(**changes: str) -> Callable[[Values], Values]:
    return lambda values: values | changes


def shifted(name: str, seconds: int) -> Callable[[Values], Values]:
    def change(values: Values) -> Values:
        at = datetime.fromisoformat(values["issued"])
        return values | {name: instant(at + timedelta(seconds=seconds))}

    return change


WRONG: dict[str, tuple[str, Callable[[Values], Values]]] = {
    "another issuer": ("issuer", stated(issuer="https://evil.example")),
    "another issuer of the envelope": ("issuer", stated(response_issuer="https://evil.example")),
    "another destination": ("destination", stated(destination="https://evil.example/back")),
    "no destination": ("destination", stated(destination="")),
    "another recipient": ("recipient", stated(recipient="https://evil.example/back")),
    "answers another request": ("in_response_to", stated(in_response_to="_other")),
    "envelope answers another request": ("in_response_to", stated(response_to="_other")),
    "answers no request": ("in_response_to", stated(in_response_to="", response_to="")),
    "another audience": ("audience", stated(conditions=audience("https://evil.example"))),
    "one of two audiences another": (
        "audience",
        stated(conditions=audience(f"{HERE}/metadata") + audience("https://e.example")),
    ),
    "no audience": ("audience", stated(conditions="")),
    "unknown condition": (
        "conditions",
        stated(conditions=audience(f"{HERE}/metadata") + "<saml:Condition/>"),
    ),
    "not a bearer": ("confirmation", stated(method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")),
    "expired": ("expired", shifted("valid_until", -61)),
    "confirmation expired": ("expired", shifted("confirmed_until", -61)),
    "not valid yet": ("not_yet", shifted("valid_from", 120)),
    "made in the future": ("issued", shifted("issued", 120)),
    "made long ago": ("issued", shifted("issued", -660)),
    "authenticated in the future": ("authenticated", shifted("authenticated", 120)),
    "never expires": ("time", stated(valid_until="")),
    "time without a zone": ("time", stated(valid_until="2099-01-01T00:00:00")),
    "time that is none": ("time", stated(valid_until="2099-13-01T00:00:00Z")),
    "first day of all": ("expired", stated(valid_until="0001-01-01T00:00:00+14:00")),
    "provider's failure": ("status", stated(status="urn:oasis:names:tc:SAML:2.0:status:Responder")),
    "low level of assurance": ("level", stated(level="http://id.sambi.se/loa/loa2")),
    "no level of assurance": ("level", stated(level="")),
    "level with more": ("level", stated(level=f"{LEVEL}x")),
    "unknown person": ("person", stated(person="hsa-18")),
    "no person": ("person", stated(person="")),
    "too long a person": ("person", stated(person="a" * 5000)),
    "a name for this once": ("person", stated(format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient")),
    "unknown organisation": ("person", stated(attributes=attribute("organisation", "SE5560000000"))),
    "no organisation": ("person", stated(attributes=attribute("other", ORGANISATION))),
    "several organisations": ("person", stated(attributes=attribute("organisation", "SE1", ORGANISATION))),
    "organisation stated twice": ("person", stated(attributes=2 * attribute("organisation", ORGANISATION))),
}

# --- forged, or no answer at all ------------------------------------------------------------------------


def unsigned(_idp: SamlProvider, values: Values) -> Any:
    return response(values, assertion(values))


def signed_around_alone(idp: SamlProvider, values: Values) -> Any:
    return idp.sign(response(values, assertion(values)))


def signed_by_another(_idp: SamlProvider, values: Values) -> Any:
    return right(SamlProvider(), values)


def signed_around_by_another(idp: SamlProvider, values: Values) -> Any:
    return SamlProvider().sign(right(idp, values))


def changed_after_signing(idp: SamlProvider, values: Values) -> Any:
    document = right(idp, values)
    document.find(".//saml:NameID", NS).text = "hsa-99"
    return document


def signature_cut_short(idp: SamlProvider, values: Values) -> Any:
    document = right(idp, values)
    value = document.find(".//ds:SignatureValue", NS)
    value.text = value.text[:40]
    return document


def digest_changed(idp: SamlProvider, values: Values) -> Any:
    document = right(idp, values)
    document.find(".//ds:DigestValue", NS).text = "AAAA"
    return document


def over_everything(idp: SamlProvider, values: Values) -> Any:
    """A reference to the document as a whole, whatever it is."""
    document = right(idp, values)
    document.find(".//ds:Reference", NS).set("URI", "")
    return document


def transformed(idp: SamlProvider, values: Values) -> Any:
    document = right(idp, values)
    transforms = document.find(".//ds:Transforms", NS)
    etree.SubElement(
        transforms, f"{{{NS['ds']}}}Transform", {"Algorithm": "http://www.w3.org/TR/1999/REC-xslt-19991116"}
    )
    return document


def signed_twice(idp: SamlProvider, values: Values) -> Any:
    signed = idp.sign(assertion(values))
    signed.append(copy.deepcopy(signed.find("ds:Signature", NS)))
    return response(values, signed)


def sha1(method: str, digest: str) -> Callable[[SamlProvider, Values], Any]:
    return lambda idp, values: response(values, idp.sign(assertion(values), method, digest))


def written(change: Callable[[bytes], bytes]) -> Callable[[SamlProvider, Values], Any]:
    """The text of a right answer, changed."""
    return lambda idp, values: change(etree.tostring(right(idp, values)))


def with_comment(idp: SamlProvider, values: Values) -> Any:
    """A comment leaves the signature as it was, and a careless reader with the first half of the name."""
    signed = right(idp, values | {"person": "hsa-17.evil"})
    return etree.tostring(signed).replace(b"hsa-17.evil", b"hsa-17<!-- -->.evil")


def with_instruction(idp: SamlProvider, values: Values) -> Any:
    signed = right(idp, values)
    return etree.tostring(signed).replace(b"hsa-17", b"hsa-17<?x y?>")


def entity_bomb() -> bytes:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY e0 "ha">{nested}]>'.encode()


FORGED: dict[str, tuple[str, Callable[[SamlProvider, Values], Any]]] = {
    "unsigned": ("unsigned", unsigned),
    "only the envelope signed": ("unsigned", signed_around_alone),
    "another's key": ("signature", signed_by_another),
    "envelope under another's key": ("signature", signed_around_by_another),
    "changed after signing": ("signature", changed_after_signing),
    "signature cut short": ("signature", signature_cut_short),
    "digest changed": ("signature", digest_changed),
    "signature over everything": ("signature", over_everything),
    "transformed before signing": ("signature", transformed),
    "signed twice": ("shape", signed_twice),
    "signed with SHA-1": ("signature", sha1("RSA_SHA1", "SHA1")),
    "SHA-1 for the signature": ("signature", sha1("RSA_SHA1", "SHA256")),
    "SHA-1 for the digest": ("signature", sha1("RSA_SHA256", "SHA1")),
    "comment in the name": ("shape", with_comment),
    "instruction in the name": ("shape", with_instruction),
    "comment before the document": ("shape", written(lambda text: b"<!-- x -->" + text)),
    "DTD": ("shape", written(lambda text: b"<!DOCTYPE r>" + text)),
    "entity": ("shape", written(lambda text: b'<!DOCTYPE r [<!ENTITY p "hsa-17">]>' + text.replace(b"hsa-17<", b"&p;<"))),
    "file as entity": ("shape", written(
        lambda text: b'<!DOCTYPE r [<!ENTITY p SYSTEM "file:///etc/hostname">]>' + text.replace(b"hsa-17<", b"&p;<")
    )),
    "entity bomb": ("shape", written(lambda text: entity_bomb() + text.replace(b"hsa-17<", b"&e9;<"))),
    "DTD from elsewhere": ("shape", written(lambda text: b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">' + text)),
    "DTD in another encoding": ("shape", written(
        lambda text: ("\ufeff<!DOCTYPE r>" + text.decode()).encode("utf-16-le")
    )),
    "two documents": ("shape", written(lambda text: text + text)),
    "the assertion alone": ("shape", lambda idp, values: idp.sign(assertion(values))),
    "no assertion": ("shape", lambda _idp, values: response(values)),
    "encrypted": ("shape", lambda _idp, values: response(values, etree.Element(f"{{{NS['saml']}}}EncryptedAssertion"))),
    "nested deep": ("shape", written(lambda text: b"<a>" * 100_000 + text)),
    "empty": ("shape", lambda _idp, _values: ""),
    "no base64": ("shape", lambda _idp, _values: "åäö%%%"),
    "no XML": ("shape", lambda _idp, _values: encoded(b"hej")),
    "a NUL": ("shape", lambda _idp, _values: encoded(b"\0")),
    "too large": ("shape", written(lambda text: text + b" " * 300_000)),
}  # fmt: skip
