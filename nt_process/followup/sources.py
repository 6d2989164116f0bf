"""Where counts come from, as data: each source with its name and the ground on which it may hand them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("sources.yaml")


@dataclass(frozen=True, slots=True)
class Source:
    """A source; `names` by language, and the legal basis as a Swedish official would write it."""

    code: str
    names: Mapping[str, str]
    basis: str


@lru_cache(maxsize=1)
def known() -> Mapping[str, Source]:
    """The sources by their code, in the order of the file."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {row["code"]: Source(row["code"], row["name"], row["basis"]) for row in rows}


def name(code: str, language: str) -> str:
    """What a source is called; its code when it is not in the file any more."""
    found = known().get(code)
    return code if found is None else found.names[language]
