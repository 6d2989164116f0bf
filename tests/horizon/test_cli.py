"""`nt import ema` as a script meets it: its one JSON document, its exit code, and what it says on error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nt_process.cli import nt
from nt_process.infra.database import Databases
from tests.horizon.world import export_csv, medicine


@pytest.fixture
def _at_hand(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("NT_LANG", "en")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(nt, ["import", "ema", *arguments])


@pytest.mark.usefixtures("_at_hand")
def test_one_json_document_with_every_row_accounted_for(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(export_csv([medicine(), medicine(category="Veterinary"), medicine(orphan="Maybe")]))
    expected = {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": [
            {"row": 5, "reason": "A veterinary medicine, which the council does not deal with."},
            {"row": 6, "reason": "“Orphan medicine”: “Maybe” is neither Yes nor No."},
        ],
    }
    first, second = run(str(file), "--json"), run(str(file), "--json")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert json.loads(first.stdout) == expected
    assert json.loads(second.stdout) == {**expected, "created": 0, "unchanged": 1}
    assert "New: 0. Changed: 0. Unchanged: 1. Left out: 2." in run(str(file)).stdout


def test_a_file_that_is_something_else_is_refused_before_any_database_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("a,b\n1,2\n")
    answer = run(str(file), "--json")
    assert answer.exit_code == 1
    assert list(json.loads(answer.stdout)) == ["error"]
    spoken = run(str(file))
    assert (spoken.exit_code, spoken.stdout) == (1, "")
    assert json.loads(answer.stdout)["error"] == spoken.stderr.strip()


@pytest.mark.parametrize("name", ["absent.xlsx", "."])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    answer = run(str(tmp_path / name), "--json")
    assert answer.exit_code == 1
    assert str(tmp_path) in json.loads(answer.stdout)["error"]


def test_a_database_that_cannot_be_reached_is_a_document_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(export_csv([medicine()]))
    monkeypatch.setenv("NT_DATABASE_URL", "postgresql://nt_app@127.0.0.1:1/nt")
    answer = run(str(file), "--json")
    assert answer.exit_code == 2
    assert list(json.loads(answer.stdout)) == ["error"]
