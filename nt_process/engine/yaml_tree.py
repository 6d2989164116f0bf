"""A strict, small part of YAML, read into a tree that knows its lines.

Only mappings with text keys, lists and scalars; every scalar stays text until the reader of the
file says what it should be, so that no word turns into a truth value by itself. Refused, each with
its line: duplicate keys, anchors and aliases (a few lines could unfold into billions), tags,
several documents, deep nesting, tabs as indentation, control characters, bytes that are not UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import yaml

from nt_process.engine.findings import Findings

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML calls unprintable, and the rare line separators that editors count differently.
_CONTROL = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB_INDENT = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` when it stands without quotation marks, as numbers and true/false must."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping: key -> (line of the key, value), in the order of the file."""

    line: int
    entries: dict[str, tuple[int, Node]] = field(default_factory=dict)


Node = Scalar | Items | Entries


class _UnreadableError(Exception):
    """The file cannot be read past this line."""

    def __init__(self, line: int, code: str, **params: object) -> None:
        super().__init__(code)
        self.line, self.code, self.params = line, code, params


def parse(content: bytes, findings: Findings) -> Node | None:
    """The file's tree, or None when it cannot be read at all; what is wrong goes to `findings`."""
    try:
        text = _decoded(content)
        events = yaml.parse(text, Loader=_LOADER)
        return _document(events, findings)
    except _UnreadableError as refused:
        findings.add(refused.line, refused.code, **refused.params)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        begun = line if error.context_mark is None else error.context_mark.line + 1
        findings.add(line, "syntax", problem=error.problem or "", begun=begun)
    return None


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _UnreadableError(1, "too_large", limit_kb=MAX_BYTES // 1024)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(line, "not_utf8", byte=f"0x{content[error.start]:02X}") from None
    if found := _CONTROL.search(text):
        line = _line_at(text, found.start())
        raise _UnreadableError(line, "control_character", code_point=f"U+{ord(found[0]):04X}")
    if found := _TAB_INDENT.search(text):
        raise _UnreadableError(_line_at(text, found.start()), "tab")
    if not text.strip():
        raise _UnreadableError(1, "empty")
    return text


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _document(events: Iterator[yaml.Event], findings: Findings) -> Node | None:
    root: Node | None = None
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _UnreadableError(line, "several_documents")
        if isinstance(event, yaml.NodeEvent):
            root = _node(event, events, findings, depth=0)
    if root is None:
        raise _UnreadableError(1, "empty")
    return root


def _node(event: yaml.NodeEvent, events: Iterator[yaml.Event], findings: Findings, depth: int) -> Node:
    line = event.start_mark.line + 1
    if event.anchor is not None:
        raise _UnreadableError(line, "anchor", name=event.anchor)
    if getattr(event, "tag", None) is not None:
        raise _UnreadableError(line, "tag", tag=event.tag)
    if depth > MAX_DEPTH:
        raise _UnreadableError(line, "too_deep", limit=MAX_DEPTH)
    if isinstance(event, yaml.ScalarEvent):
        return Scalar(line, _clean(event.value, line), plain=not event.style)
    if isinstance(event, yaml.SequenceStartEvent):
        items = Items(line)
        while isinstance(child := next(events), yaml.NodeEvent):
            items.items.append(_node(child, events, findings, depth + 1))
        return items
    return _entries(line, events, findings, depth)


def _clean(text: str, line: int) -> str:
    """An escape in quotation marks could smuggle in what the file itself may not hold."""
    if found := _CONTROL.search(text):
        raise _UnreadableError(line, "control_character", code_point=f"U+{ord(found[0]):04X}")
    return text


def _entries(line: int, events: Iterator[yaml.Event], findings: Findings, depth: int) -> Entries:
    entries = Entries(line)
    while isinstance(key := next(events), yaml.NodeEvent):
        key_node = _node(key, events, findings, depth + 1)
        value = _node(cast("yaml.NodeEvent", next(events)), events, findings, depth + 1)
        if not isinstance(key_node, Scalar):
            findings.add(key_node.line, "key_not_text")
        elif key_node.text in entries.entries:
            first = entries.entries[key_node.text][0]
            findings.add(key_node.line, "duplicate_key", key=key_node.text, first=first)
        else:
            entries.entries[key_node.text] = (key_node.line, value)
    return entries
