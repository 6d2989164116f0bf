"""`nt workflow` as scripts and people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nt_process.cli import nt
from tests.engine.small_file import SMALL_FILE


def run(*arguments: object) -> Result:
    return CliRunner().invoke(nt, ["workflow", *map(str, arguments)])


def test_check_without_files_checks_what_is_published() -> None:
    result = run("check", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"ok": True, "faults": []})


def test_check_names_file_and_line_of_every_fault_in_every_file(tmp_path: Path) -> None:
    good, bad, gone = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "gone.yaml"
    good.write_text(SMALL_FILE, encoding="utf-8")
    text = SMALL_FILE.replace("    owner: tlv_assessor\n", "").replace("by: [system]", "by: []")
    bad.write_text(text, encoding="utf-8")
    result = run("check", good, bad, gone, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["ok"]) == (1, False)
    found = {(fault["file"], fault["line"], fault["code"]) for fault in answer["faults"]}
    line = text[: text.index("  assessment:\n")].count("\n") + 1
    assert (str(bad), line, "no_owner") in found
    assert (str(gone), 1, "no_such_file") in found
    assert not any(file == str(good) for file, _line, _code in found)
    assert all(fault["message"] for fault in answer["faults"])


def test_check_for_people_is_one_line_per_fault_that_an_editor_can_follow(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(SMALL_FILE.replace("days: 60", "days: sixty"), encoding="utf-8")
    line = SMALL_FILE[: SMALL_FILE.index("days: 60")].count("\n") + 1
    result = run("check", bad)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith(f"{bad}:{line}: ")


def test_check_speaks_the_language_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NT_LANG", "en")
    result = run("check", tmp_path / "gone.yaml")
    assert "There is no such file." in result.stdout


def test_diagram_writes_svg_or_mermaid() -> None:
    assert run("diagram", "klinik").stdout.startswith("<svg")
    assert run("diagram", "klinik", "--version", 1, "--format", "mermaid").stdout.startswith(
        "stateDiagram-v2"
    )


@pytest.mark.parametrize("arguments", [("nowhere",), ("klinik", "--version", "99")])
def test_diagram_of_what_is_not_there_says_what_is(arguments: tuple[str, ...]) -> None:
    result = run("diagram", *arguments)
    assert result.exit_code != 0
    assert result.stdout == ""


def test_docs_says_which_page_is_stale_and_mends_it(tmp_path: Path) -> None:
    assert run("docs", "--folder", tmp_path).exit_code == 0
    assert run("docs", "--folder", tmp_path, "--check").exit_code == 0
    page = tmp_path / "klinik.md"
    page.write_text("old", encoding="utf-8")
    stale = run("docs", "--folder", tmp_path, "--check")
    assert (stale.exit_code, stale.stdout.strip()) == (1, str(page))
    assert page.read_text(encoding="utf-8") == "old"
    run("docs", "--folder", tmp_path)
    assert page.read_text(encoding="utf-8").startswith("# Hospital medicines (Klinikläkemedel)")
