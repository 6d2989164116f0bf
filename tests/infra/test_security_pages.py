"""What the pages about security name is there: each test, each requirement once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
NAMED = re.compile(r"`([\w/.-]+\.py|…)?::(\w+)(?:\[[^`]*\])?`")
PLACES = re.compile(r"`((?:[\w-]+/)+(?:[\w-]+\.py)?)`")
# How many requirements of levels 1 and 2 each chapter of version 5.0.0 has.
CHAPTERS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9,
            15: 13, 16: 16, 17: 7}  # fmt: skip


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def named(text: str) -> list[tuple[str, str]]:
    """File and function of each test that a page names; “…” is the file that it named last."""
    found, last = [], ""
    for file, function in NAMED.findall(text):
        last = last if file in ("", "…") else file
        found.append((last, function))
    return found


@pytest.mark.parametrize("name", ["security.md", "asvs.md"])
def test_every_test_that_is_named_is_there(name: str) -> None:
    tests = named(page(name))
    assert len(tests) > 20
    texts: dict[str, str] = {}
    absent = []
    for file, function in tests:
        path = TESTS / file
        texts.setdefault(file, path.read_text(encoding="utf-8") if path.is_file() else "")
        if not re.search(rf"^def {function}\(", texts[file], re.MULTILINE):
            absent.append(f"{file}::{function}")
    assert absent == []


def test_every_file_and_place_that_is_named_is_there() -> None:
    """A place is one of the tests or of the program, and “test_races.py” one in each place that is named with it."""
    for name in ("security.md", "asvs.md", "safeguards.md"):
        absent = [
            place
            for place in PLACES.findall(page(name))
            if not any((root / place).exists() for root in (TESTS, ROOT, ROOT / "nt_process"))
        ]
        assert absent == [], name


def test_every_requirement_stands_once() -> None:
    rows = re.findall(r"^\| (\d+)\.(\d+)\.(\d+) \|", page("asvs.md"), re.MULTILINE)
    assert [row for row, count in Counter(rows).items() if count > 1] == []
    assert Counter(int(chapter) for chapter, _section, _number in rows) == CHAPTERS
    assert sum(CHAPTERS.values()) == 253
    numbers = [tuple(map(int, row)) for row in rows]
    assert numbers == sorted(numbers)


def test_every_requirement_says_what_proves_it() -> None:
    for row in re.findall(r"^\| \d.*$", page("asvs.md"), re.MULTILINE):
        _, number, how, proof, _ = (cell.strip() for cell in row.split("|"))
        assert re.search("::|operator$|check$|documentation$|^does not apply: ", proof), number
        assert (how == "–") == proof.startswith("does not apply: "), number
