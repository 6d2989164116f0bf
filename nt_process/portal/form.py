"""A form as values: sections of fields, read from a file or from what was stored when something was filed with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from nt_process.engine.definition import Text
from nt_process.kernel.regions import REGIONS

NEWEST = Path(__file__).parent / "forms" / "application_v1.yaml"
YEARS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `when` names the answer of another field that makes it required."""

    name: str
    label: Text
    type: str
    required: bool = False
    secret: bool = False
    help: Text | None = None
    when: tuple[str, str] | None = None
    choices: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """One step. With `claim`, its secret answers are secret unless the company says that they are not."""

    name: str
    label: Text
    fields: tuple[Field, ...]
    claim: bool = False
    help: Text | None = None

    @property
    def claim_fields(self) -> tuple[Field, ...]:
        return _claim(self.name) if self.claim else ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Everything that is answered here, cell by cell."""
        single = [cell for one in self.fields for cell in cells(one)]
        return (*single, *self.claim_fields)


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    version: int
    sha256: str
    content: str
    sections: Mapping[str, Section]

    @property
    def fields(self) -> Mapping[str, Field]:
        return {one.name: one for section in self.sections.values() for one in section.all_fields}

    def section_of(self, name: str) -> Section | None:
        """The section that a field is answered in."""
        for section in self.sections.values():
            if any(one.name == name for one in section.all_fields):
                return section
        return None


def cells(one: Field) -> Iterator[Field]:
    """The field itself, or each cell of a table of regions and years."""
    if one.type != "regions":
        yield one
        return
    for region in REGIONS:
        for year in YEARS:
            label = Text(f"{region.name}, år {year}", f"{region.name}, year {year}")
            yield Field(cell(one.name, region.code, year), label, "money", one.required, one.secret)


def cell(name: str, code: str, year: int) -> str:
    return f"{name}-{code}-{year}"


# The provisions of the Public Access to Information and Secrecy Act (2009:400) that an application meets.
PROVISIONS: Mapping[str, Text] = {
    "31:16": Text(
        "31 kap. 16 § OSL, affärsförbindelse med myndighet",
        "Chapter 31, section 16, dealings with an authority",
    ),
    "30:23": Text(
        "30 kap. 23 § OSL, tillsyn och utredning", "Chapter 30, section 23, supervision and inquiry"
    ),
    "19:3": Text("19 kap. 3 § OSL, det allmännas upphandling", "Chapter 19, section 3, public procurement"),
    "other": Text("Annan bestämmelse, anges i skälen", "Another provision, stated in the reasons"),
}


@lru_cache(maxsize=16)
def _claim(section: str) -> tuple[Field, ...]:
    claimed = (f"{section}_secret", "yes")
    return (
        Field(
            claimed[0],
            Text("Begärs sekretess för uppgifterna?", "Is secrecy claimed for this?"),
            "choice",
            required=True,
            choices={
                "yes": Text("Ja", "Yes"),
                "no": Text("Nej, de får läsas av alla", "No, everyone may read it"),
            },
        ),
        Field(
            f"{section}_provision",
            Text("Bestämmelse", "Provision"),
            "choice",
            when=claimed,
            choices=PROVISIONS,
        ),
        Field(
            f"{section}_reason",
            Text("Skäl: vilken skada kan uppstå?", "Reason: what harm may come?"),
            "text",
            when=claimed,
        ),
        Field(
            f"{section}_until",
            Text("Sekretess till och med", "Secret until"),
            "date",
            when=claimed,
            help=Text("Högst 20 år framåt.", "At most 20 years ahead."),
        ),
    )


@lru_cache(maxsize=1)
def newest() -> Form:
    """The form that new applications are written with."""
    return parse(NEWEST.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def parse(content: str) -> Form:
    """A form from its file's text; the hash is of exactly that text."""
    tree = yaml.safe_load(content)
    sections = {name: _section(name, one) for name, one in tree["sections"].items()}
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Form(tree["name"], tree["version"], digest, content, sections)


def _section(name: str, tree: Mapping[str, Any]) -> Section:
    fields = tuple(_field(one, given) for one, given in tree["fields"].items())
    return Section(name, Text(**tree["label"]), fields, bool(tree.get("claim")), _text(tree.get("help")))


def _field(name: str, tree: Mapping[str, Any]) -> Field:
    when = tree.get("when")
    return Field(
        name,
        Text(**tree["label"]),
        tree["type"],
        bool(tree.get("required")),
        bool(tree.get("secret")),
        _text(tree.get("help")),
        next(iter(when.items())) if when else None,
        {key: Text(**label) for key, label in tree.get("choices", {}).items()},
    )


def _text(tree: Mapping[str, str] | None) -> Text | None:
    return None if tree is None else Text(**tree)
