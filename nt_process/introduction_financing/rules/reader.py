"""Reading the file of rules: strictly, with every fault at once, each with its file and line.

The file is parsed as workflow files are (`engine/yaml_tree.py`); here it is said what may stand in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.engine.findings import Findings, WorkflowFault
from nt_process.engine.yaml_tree import Entries, Items, Node, Scalar, parse
from nt_process.introduction_financing.rules.book import EVERY_REGION, PAYERS, Book, CostRule, Source, When
from nt_process.kernel.calendar import read_day
from nt_process.kernel.regions import BY_CODE

FORMAT = "1"
EVERY = "every"
LONGEST_MONTHS = 120

_LISTS: Mapping[str, Collection[str] | None] = {
    "atc": None,
    "channel": ("prescription", "requisition"),
    "patient": ("resident", "other-region", "asylum-seeker", "without-permit"),
    "prescriber": ("own", "without-responsibility", "other-region"),
    "disease": ("hiv", "hepatitis-c", "other"),
}
_FLAGS = ("vaccination", "acute_store", "listed", "introduction")
_RULE_KEYS = (
    "code", "region", "sv", "en", "when", "pays", "months", "extra_cost", "from", "to", "source", "quotation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A file as read. `book` is None when there is any fault: then nothing is told by it."""

    book: Book | None
    faults: tuple[WorkflowFault, ...]


def read(file: str, content: bytes) -> Read:
    """The rules in `content`, or all its faults; `file` is the name that the faults carry."""
    findings = Findings(file)
    tree = parse(content, findings)
    if not isinstance(tree, Entries):
        if tree is not None:
            findings.add(tree.line, "not_a_mapping", where="")
        return Read(None, findings.sorted())
    reader = _Reader(findings)
    book = reader.document(tree)
    return Read(None if findings else book, findings.sorted())


class _Reader:
    """Reads the tree, and keeps every fault."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.sources: dict[str, Source] = {}

    def document(self, tree: Entries) -> Book:
        self._known(tree, ("format", "version", "sources", "rules"), "file")
        if self._text(tree, "format", "file") != FORMAT:
            self.findings.add(tree.line, "unknown_format", known=FORMAT)
        version = self._number(tree, "version", "file", 1, 9999)
        for name, (line, node) in self._mapping(tree, "sources", "file").items():
            self.sources[name] = self._source(name, line, node)
        _line, node = tree.entries.get("rules", (tree.line, None))
        if not isinstance(node, Items):
            self.findings.add(_line, "not_a_list", key="rules", where="file")
            return Book(version, ())
        read = [(one.line, self._rule(one)) for one in node.items]
        rules = [(line, rule) for line, rule in read if rule is not None]
        self._whole(tree.line, rules)
        return Book(version, tuple(rule for _line, rule in rules))

    def _whole(self, line: int, rules: list[tuple[int, CostRule]]) -> None:
        """Nothing stands twice or behind what always applies, and the last rule of every region always applies."""
        first: dict[tuple[str, str], int] = {}
        always: dict[str, int] = {}
        for at, rule in rules:
            key = (rule.region, rule.code)
            if key in first:
                self.findings.add(at, "rule_twice", rule=rule.code, first=first[key])
            first.setdefault(key, at)
            if rule.region in always:
                self.findings.add(at, "never_tried", rule=rule.code, first=always[rule.region])
            if rule.always:
                always.setdefault(rule.region, at)
        if EVERY_REGION not in always:
            self.findings.add(line, "no_rule_for_the_rest")

    def _rule(self, node: Node) -> CostRule | None:
        if not isinstance(node, Entries):
            self.findings.add(node.line, "not_a_mapping", where="rules")
            return None
        code = self._text(node, "code", "rule")
        self._known(node, _RULE_KEYS, code)
        rule = CostRule(
            code=code,
            region=self._region(node, code),
            titles={language: self._text(node, language, code) for language in ("sv", "en")},
            when=self._when(node, code),
            shares=self._shares(node, code),
            source=self._of_source(node, code),
            quotation=self._text(node, "quotation", code),
            valid_from=self._day(node, "from", code),
            valid_to=self._day(node, "to", code),
        )
        if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
            self.findings.add(node.entries["to"][0], "ends_before_start", where=code)
        return self._introduction(node, rule)

    def _introduction(self, node: Entries, rule: CostRule) -> CostRule:
        """What only a rule on introduction financing says: for how long, and who pays the extra cost."""
        if not rule.when.introduction:
            for key in ("months", "extra_cost"):
                if key in node.entries:
                    self.findings.add(node.entries[key][0], "not_an_introduction", key=key, where=rule.code)
            return rule
        months = self._number(node, "months", rule.code, 1, LONGEST_MONTHS)
        payer = self._text(node, "extra_cost", rule.code)
        if payer and payer not in PAYERS:
            self.findings.add(node.entries["extra_cost"][0], "unknown_payer", name=payer, known=PAYERS)
        return replace(rule, months=months, extra_cost=payer)

    def _region(self, node: Entries, code: str) -> str:
        written = self._text(node, "region", code)
        if written and written != EVERY and written not in BY_CODE:
            self.findings.add(node.entries["region"][0], "unknown_region", name=written)
        return EVERY_REGION if written == EVERY else written

    def _when(self, node: Entries, code: str) -> When:
        found: dict[str, Any] = {}
        if "when" not in node.entries:
            return When()
        entries = self._mapping(node, "when", code)
        for name, (line, value) in entries.items():
            if name in _FLAGS:
                found[name] = True
                if not isinstance(value, Scalar) or value.text != "true":
                    self.findings.add(line, "only_true", key=name, where=code)
            elif name in _LISTS:
                found[name] = self._names(name, line, value, code)
            else:
                self.findings.add(line, "unknown_key", key=name, where=code, hint="")
        return When(**found)

    def _names(self, name: str, line: int, value: Node, code: str) -> tuple[str, ...]:
        if not isinstance(value, Items) or not value.items:
            self.findings.add(line, "not_a_list", key=name, where=code)
            return ()
        known, names = _LISTS[name], []
        for one in value.items:
            text = one.text if isinstance(one, Scalar) else ""
            names.append(text)
            allowed = (
                text in known
                if known is not None
                else text.isascii() and text.isalnum() and text == text.upper()
            )
            if not text or not allowed:
                self.findings.add(one.line, "unknown_value", name=text, key=name, where=code)
        return tuple(names)

    def _shares(self, node: Entries, code: str) -> tuple[tuple[str, Decimal], ...]:
        shares = []
        entries = self._mapping(node, "pays", code)
        for payer, (line, value) in entries.items():
            if payer not in PAYERS:
                self.findings.add(line, "unknown_payer", name=payer, known=PAYERS)
            text = value.text if isinstance(value, Scalar) else ""
            if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100):
                self.findings.add(line, "not_a_share", name=payer, where=code)
                continue
            shares.append((payer, Decimal(text)))
        total = sum(share for _payer, share in shares)
        if entries and total != 100:
            self.findings.add(node.entries["pays"][0], "shares_not_whole", where=code, total=int(total))
        return tuple(shares)

    def _source(self, name: str, line: int, node: Node) -> Source:
        if not isinstance(node, Entries):
            self.findings.add(line, "not_a_mapping", where=name)
            return Source("")
        self._known(node, ("title", "publisher", "dated"), name)
        dated = self._day(node, "dated", name)
        return Source(self._text(node, "title", name), self._text(node, "publisher", name), dated)

    def _of_source(self, node: Entries, code: str) -> Source:
        name = self._text(node, "source", code)
        if name and name not in self.sources:
            self.findings.add(node.entries["source"][0], "unknown_source", name=name)
        return self.sources.get(name, Source(""))

    # --- what stands in a place -------------------------------------------------------------------

    def _known(self, node: Entries, known: Collection[str], where: str) -> None:
        for key, (line, _value) in node.entries.items():
            if key not in known:
                self.findings.add(line, "unknown_key", key=key, where=where, hint="")

    def _at(self, node: Entries, key: str, where: str) -> tuple[int, Node | None]:
        if key not in node.entries:
            self.findings.add(node.line, "missing_key", key=key, where=where)
            return node.line, None
        return node.entries[key]

    def _text(self, node: Entries, key: str, where: str) -> str:
        line, value = self._at(node, key, where)
        if value is None:
            return ""
        if not isinstance(value, Scalar):
            self.findings.add(line, "not_a_text", key=key, where=where)
            return ""
        text = " ".join(value.text.split())
        if not text:
            self.findings.add(line, "empty_text", key=key, where=where)
        return text

    def _mapping(self, node: Entries, key: str, where: str) -> Mapping[str, tuple[int, Node]]:
        line, value = self._at(node, key, where)
        if value is None:
            return {}
        if not isinstance(value, Entries) or not value.entries:
            self.findings.add(line, "not_a_mapping", where=key)
            return {}
        return value.entries

    def _number(self, node: Entries, key: str, where: str, least: int, most: int) -> int:
        text = self._text(node, key, where)
        if text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most:
            return int(text)
        if text:
            self.findings.add(
                node.entries[key][0], "not_within", key=key, where=where, least=least, most=most
            )
        return least

    def _day(self, node: Entries, key: str, where: str) -> date | None:
        if key not in node.entries:
            return None
        found = read_day(self._text(node, key, where))
        if found is None:
            self.findings.add(node.entries[key][0], "not_a_day", key=key, where=where)
        return found
