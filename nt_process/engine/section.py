"""Reading one mapping of a workflow file, key by key, with a fault for whatever does not fit.

A section remembers the line of everything it hands out in `places` (dotted path -> line), so that
later checks can point at it. What nobody asked for when the section is finished is an unknown key.
Every accessor answers with something usable even when the file is wrong, so that reading goes on
and all faults are found in one pass.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

from nt_process.engine.definition import Text
from nt_process.engine.findings import Findings
from nt_process.engine.yaml_tree import Entries, Items, Node, Scalar

NOWHERE = Text("", "")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_WHOLE = re.compile(r"-?[0-9]{1,6}")


def closest(name: str, known: Collection[str]) -> str:
    """The known name that was probably meant, or an empty text."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), "")


class Section:
    """One mapping of the file. `where` is its dotted path, empty for the whole file."""

    def __init__(self, node: Node | None, line: int, where: str, places: dict[str, int], findings: Findings):
        self.where, self.line, self.places, self.findings = where, line, places, findings
        self._asked: list[str] = []
        self._entries: dict[str, tuple[int, Node]] = {}
        if isinstance(node, Entries):
            self._entries = node.entries
        elif node is not None:
            findings.add(node.line, "not_a_mapping", where=where)

    def path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def take(self, key: str) -> Node | None:
        """The value of `key`, or None when the key is absent."""
        self._asked.append(key)
        found = self._entries.get(key)
        if found is None:
            return None
        self.places[self.path(key)] = found[0]
        return found[1]

    def has(self, key: str) -> bool:
        return key in self._entries

    def line_of(self, key: str) -> int:
        return self._entries[key][0] if key in self._entries else self.line

    def finish(self) -> None:
        for key, (line, _) in self._entries.items():
            if key not in self._asked:
                meant = closest(key, self._asked)
                known = tuple(dict.fromkeys(self._asked))
                self.findings.add(line, "unknown_key", key=key, where=self.where, meant=meant, known=known)

    def missing(self, key: str) -> None:
        self.findings.add(self.line, "missing_key", key=key, where=self.where)

    def section(self, key: str) -> Section:
        """The mapping under `key`; an empty one when absent."""
        return Section(self.take(key), self.line_of(key), self.path(key), self.places, self.findings)

    def named(self, key: str) -> Iterator[tuple[str, Section]]:
        """The mappings under `key` by their names, which must be identifiers."""
        inner = self.section(key)
        for name, (line, node) in inner._entries.items():  # noqa: SLF001
            inner.take(name)
            if not _NAME.fullmatch(name):
                self.findings.add(line, "bad_name", name=name)
            yield name, Section(node, line, inner.path(name), self.places, self.findings)

    def text(self, key: str, *, required: bool = True) -> str:
        node = self.take(key)
        if node is None:
            if required:
                self.missing(key)
            return ""
        return self._scalar(node, key)

    def _scalar(self, node: Node, key: str) -> str:
        if not isinstance(node, Scalar):
            self.findings.add(node.line, "not_a_text", key=key, where=self.where)
            return ""
        if not node.text.strip():
            self.findings.add(node.line, "empty_text", key=key, where=self.where)
        return node.text.strip()

    def word(self, key: str, known: Collection[str], kind: str, *, required: bool = True) -> str:
        """A text that is one of `known`; otherwise a fault that names the closest."""
        value = self.text(key, required=required)
        if value:
            self.check_word(value, known, kind, self.line_of(key))
        return value

    def check_word(self, value: str, known: Collection[str], kind: str, line: int) -> None:
        if value not in known:
            meant = closest(value, known)
            self.findings.add(line, "unknown_name", kind=kind, name=value, meant=meant, known=tuple(known))

    def words(self, key: str, known: Collection[str], kind: str) -> tuple[str, ...]:
        """A list of texts that are each one of `known`."""
        values = []
        for line, value in self.texts(key):
            self.check_word(value, known, kind, line)
            values.append(value)
        return tuple(values)

    def texts(self, key: str) -> Iterator[tuple[int, str]]:
        """The texts of a list with their lines; a repeated one is a fault."""
        seen: set[str] = set()
        for node in self.nodes(key):
            value = self._scalar(node, key)
            if value in seen:
                self.findings.add(node.line, "repeated", name=value, key=key, where=self.where)
            elif value:
                seen.add(value)
                yield node.line, value

    def nodes(self, key: str) -> list[Node]:
        """The items of a list; no items when the key is absent."""
        node = self.take(key)
        if node is None:
            return []
        if isinstance(node, Items):
            return node.items
        self.findings.add(node.line, "not_a_list", key=key, where=self.where)
        return []

    def whole(self, key: str) -> int | None:
        """A whole number, or None when the key is absent or holds something else."""
        node = self.take(key)
        return None if node is None else self.number(node, key)

    def number(self, node: Node, key: str) -> int | None:
        if isinstance(node, Scalar) and node.plain and _WHOLE.fullmatch(node.text):
            return int(node.text)
        self.findings.add(node.line, "not_a_number", key=key, where=self.where)
        return None

    def flag(self, key: str) -> bool | None:
        """true or false, or None when the key is absent or holds something else."""
        node = self.take(key)
        if node is None:
            return None
        if isinstance(node, Scalar) and node.plain and node.text in {"true", "false"}:
            return node.text == "true"
        self.findings.add(node.line, "not_true_or_false", key=key, where=self.where)
        return None

    def bilingual(self, key: str, *, required: bool = True) -> Text:
        """A text in both languages: {sv: …, en: …}."""
        if not self.has(key):
            self.take(key)
            if required:
                self.missing(key)
            return NOWHERE
        inner = self.section(key)
        text = Text(inner.text("sv"), inner.text("en"))
        inner.finish()
        return text

    def pairs(self, key: str) -> Iterator[tuple[int, str, str]]:
        """The items of a list of `name` or `name: argument`, as (line, name, argument or "")."""
        for node in self.nodes(key):
            if isinstance(node, Scalar):
                yield node.line, node.text.strip(), ""
            elif isinstance(node, Entries) and len(node.entries) == 1:
                name, (line, value) = next(iter(node.entries.items()))
                yield line, name, self._scalar(value, name)
            else:
                self.findings.add(node.line, "not_a_pair", key=key, where=self.where)
