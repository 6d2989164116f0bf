"""What a SAML document of a provider's may look like, and which part of it the provider has signed.

A document is read by one parser, without DTD, entities, comments or processing instructions. It may hold one
assertion and signatures in their two places, nothing that could be taken for another. What is handed on is
parsed anew from the very bytes that the signature covers, so that nothing else can be read by mistake.
Needs the extra `saml`; imported only where a provider is set.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from nt_process.identity.federated import NotAccepted

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
LONGEST_DOCUMENT = 256 * 1024
# Any other, such as XSLT or XPath, could make the signature cover something else than what is read.
TRANSFORMS = frozenset(
    {"http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"}
)
# SHA-1 is in neither list.
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


def name(namespace: str, local: str) -> str:
    return f"{{{namespace}}}{local}"


def decoded(text: str) -> bytes:
    """The document that a form carries in base64. Raises NotAccepted (shape)."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NotAccepted("shape") from None


def read(content: bytes) -> Any:
    """The root of a document that holds elements and text only. Raises NotAccepted (shape)."""
    if not 0 < len(content) <= LONGEST_DOCUMENT:
        raise NotAccepted("shape")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotAccepted("shape") from None
    beside = [*root.itersiblings(), *root.itersiblings(preceding=True)]
    if root.getroottree().docinfo.doctype or beside:
        raise NotAccepted("shape")
    # Comments, processing instructions and entities have no name.
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise NotAccepted("shape")
    return root


def signed_assertion(root: Any, certificates: Sequence[x509.Certificate], at: datetime) -> Any:
    """The one assertion of a response, as it was signed under one of the certificates.

    Raises NotAccepted: shape (anything but one assertion in its place), unsigned, signature.
    """
    found = list(root.iter(name(ASSERTION, "Assertion")))
    if root.tag != name(PROTOCOL, "Response") or len(found) != 1 or found[0].getparent() is not root:
        raise NotAccepted("shape")
    assertion = found[0]
    ids = Counter(value for node in root.iter() for key, value in node.attrib.items() if key.lower() == "id")
    if any(times > 1 for times in ids.values()):
        raise NotAccepted("shape")
    own, around = (node.findall(name(SIGNATURE, "Signature")) for node in (assertion, root))
    if len(own) > 1 or len(around) > 1 or len(own) + len(around) != _count(root, "Signature"):
        raise NotAccepted("shape")
    if not own:
        raise NotAccepted("unsigned")
    if around:
        _verified(root, around[0], certificates, at)
    return _verified(assertion, own[0], certificates, at)


def _count(root: Any, local: str) -> int:
    return sum(1 for _ in root.iter(name(SIGNATURE, local)))


def _verified(element: Any, signature: Any, certificates: Sequence[x509.Certificate], at: datetime) -> Any:
    """The element as its signature, which must be over it as a whole, covers it."""
    references = list(signature.iter(name(SIGNATURE, "Reference")))
    used = {node.get("Algorithm") for node in signature.iter(name(SIGNATURE, "Transform"))}
    if len(references) != 1 or references[0].get("URI") != f"#{element.get('ID')}" or not used <= TRANSFORMS:
        raise NotAccepted("signature")
    expected = SignatureConfiguration(
        location="./", signature_methods=_METHODS, digest_algorithms=_DIGESTS, verification_time=at
    )
    content = etree.tostring(element, with_tail=False)
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(
                content, x509_cert=certificate, id_attribute="ID", expect_config=expected
            )
        except (SignXMLException, etree.LxmlError, ValueError, TypeError):
            continue
        covered = getattr(result, "signed_xml", None)
        if covered is None or (covered.tag, covered.get("ID")) != (element.tag, element.get("ID")):
            raise NotAccepted("signature")
        return covered
    raise NotAccepted("signature")
