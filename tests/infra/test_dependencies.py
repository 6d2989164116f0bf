"""The lock is the inventory of what is installed: every package with its version and hashes, and no more than is needed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def locked() -> dict[str, str]:
    """Name and the rest of its entry, for each package of the lock."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries if "==" in entry}


def declared(names: list[str]) -> set[str]:
    return {re.split(r"[\[=<>~ ;]", name)[0].lower() for name in names}


def test_every_package_is_named_with_its_version_and_hash() -> None:
    for name, entry in locked().items():
        assert re.match(r"[a-z0-9.-]+==[0-9][\w.+]*", entry), name
        assert "--hash=sha256:" in entry, name
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [path for path, package in packages.items() if path and "integrity" not in package] == []


def test_what_runs_needs_nothing_that_only_tests_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    running = declared(project["project"]["dependencies"])
    assert running <= set(locked())
    testing = declared(project["dependency-groups"]["dev"])
    assert running & testing == set()
    imported = set()
    for path in (ROOT / "nt_process").rglob("*.py"):
        imported |= set(
            re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    only_tests = {"pytest", "hypothesis", "playwright", "pypdf", "schemathesis", "saml2", "holidays", "tests"}
    assert imported & only_tests == set()
