"""Signature wrapping: a genuine signed assertion beside, in or around a forged one (Somorovsky and others, 2012)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.identity.saml_provider import NS

# Given the envelope without an assertion, the genuine assertion with its signature, and the forged one.
Shape = Callable[[Any, Any, Any], Any]


def _without_signature(element: Any) -> Any:
    bare = copy.deepcopy(element)
    for signature in bare.findall("ds:Signature", NS):
        bare.remove(signature)
    return bare


def _signature(element: Any) -> Any:
    return copy.deepcopy(element.find("ds:Signature", NS))


def _held(*children: Any) -> Any:
    """An element of a signature that may hold anything."""
    held = etree.Element(f"{{{NS['ds']}}}Object")
    held.extend(children)
    return held


def _with(parent: Any, *children: Any) -> Any:
    parent.extend(children)
    return parent


def forged_first(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, forged, genuine)


def forged_last(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, genuine, forged)


def genuine_in_forged(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, _with(forged, genuine))


def signature_in_forged_genuine_after(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, _with(forged, _signature(genuine)), _without_signature(genuine))


def genuine_in_the_signature(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, _with(forged, _with(_signature(genuine), _without_signature(genuine))))


def genuine_in_an_object(envelope: Any, genuine: Any, forged: Any) -> Any:
    return _with(envelope, _with(forged, _with(_signature(genuine), _held(_without_signature(genuine)))))


def forged_in_extensions(envelope: Any, genuine: Any, forged: Any) -> Any:
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    envelope.insert(1, _with(extensions, forged))
    return _with(envelope, genuine)


def genuine_in_extensions(envelope: Any, genuine: Any, forged: Any) -> Any:
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    envelope.insert(1, _with(extensions, genuine))
    return _with(envelope, _with(forged, _signature(genuine)))


def forged_takes_the_id(envelope: Any, genuine: Any, forged: Any) -> Any:
    forged.set("ID", genuine.get("ID"))
    return _with(envelope, _with(forged, _signature(genuine)))


def two_of_one_id(envelope: Any, genuine: Any, forged: Any) -> Any:
    forged.set("ID", genuine.get("ID"))
    return _with(envelope, _with(forged, _signature(genuine)), _without_signature(genuine))


def whole_answer_in_another(envelope: Any, genuine: Any, forged: Any) -> Any:
    outer = copy.deepcopy(envelope)
    outer.set("ID", "_outer")
    return _with(outer, _with(forged, _held(_with(envelope, genuine))))


def signature_of_the_envelope_alone(envelope: Any, genuine: Any, forged: Any) -> Any:
    envelope.insert(1, _signature(genuine))
    return _with(envelope, forged)


def other_name_for_the_same(envelope: Any, genuine: Any, forged: Any) -> Any:
    """The forged one under the id that the signature names, spelled as another attribute."""
    forged.set("Id", genuine.get("ID"))
    return _with(envelope, _with(forged, _signature(genuine)))


SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        forged_first, forged_last, genuine_in_forged, signature_in_forged_genuine_after, genuine_in_the_signature,
        genuine_in_an_object, forged_in_extensions, genuine_in_extensions, forged_takes_the_id, two_of_one_id,
        whole_answer_in_another, signature_of_the_envelope_alone, other_name_for_the_same,
    )
}  # fmt: skip
