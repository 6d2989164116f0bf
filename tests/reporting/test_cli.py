"""`nt report deadlines`: a file in each format, the same each time, and clear refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine

from nt_process.infra.database import Databases
from nt_process.reporting.cli import report
from tests.reporting.world import made_world, store
from tests.requirements import need

Run = Callable[..., Result]


@pytest.fixture
def run(engine: Engine, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command against this test's database, which holds a small world, on 30 June 2026."""
    store(engine, made_world(8, date(2026, 6, 30)))
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_MIGRATION_URL", databases.owner_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_NOW", "2026-06-30T12:00:00+02:00")
    monkeypatch.setenv("NT_DATA_DIR", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(report, ["deadlines", *map(str, arguments)])


def test_each_format_is_written_and_the_same_the_next_time(run: Run, tmp_path: Path) -> None:
    need("pango")
    starts = {"pdf": b"%PDF-1.7", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}
    for kind, start in starts.items():
        made = []
        for name in ("one", "two"):
            out = tmp_path / f"{name}.{kind}"
            done = run("--as-of", "2026-03-31", "--format", kind, "--out", out)
            assert done.exit_code == 0, done.output
            made.append(out.read_bytes())
        assert made[0].startswith(start)
        assert made[0] == made[1], kind


def test_it_says_what_it_wrote_as_one_json_document(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    done = run("--format", "json", "--out", out, "--json", "--owner", "BO@prov.example")
    assert json.loads(done.stdout) == {"file": str(out), "bytes": out.stat().st_size}
    assert json.loads(out.read_text())["selection"]["owner_id"]
    assert json.loads(out.read_text())["as_of"] == "2026-06-30"


def test_a_dash_prints_the_file(run: Run) -> None:
    assert json.loads(run("--format", "json", "--out", "-").stdout)["as_of"] == "2026-06-30"


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("--as-of", "i går"), "--as-of"),
        (("--as-of", "2026-07-01"), "--as-of"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "--to"),
        (("--process", "okänd"), "--process"),
        (("--owner", "ingen@prov.example"), "--owner"),
    ],
)
def test_a_refusal_names_the_option_and_writes_nothing(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], place: str
) -> None:
    out = tmp_path / "report.csv"
    done = run("--format", "csv", "--out", out, *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{place}: ")
    as_json = run("--format", "csv", "--out", out, "--json", *arguments)
    assert json.loads(as_json.stdout)["error"].startswith(f"{place}: ")
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    done = run("--format", "json", "--out", tmp_path / "missing" / "report.json")
    assert done.exit_code == 2
    assert "missing" in done.stderr
