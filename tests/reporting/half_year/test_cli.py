"""`nt report half-year`: a file in each format, the same each time, and clear refusals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from nt_process.infra.database import Databases
from nt_process.reporting.cli import report
from tests.reporting.world import made_world, store
from tests.requirements import need


def test_each_format_is_written_and_what_cannot_be_read_is_refused(
    engine: Engine, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("pango")
    store(engine, made_world(8, date(2026, 6, 30)))
    monkeypatch.setenv("NT_DATABASE_URL", databases.app_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_MIGRATION_URL", databases.owner_url.render_as_string(hide_password=False))
    monkeypatch.setenv("NT_NOW", "2026-07-30T12:00:00+02:00")
    monkeypatch.setenv("NT_DATA_DIR", str(tmp_path))
    asked = ["half-year", "--period", "2026-1", "--known-on", "2026-07-15"]
    starts = {"pdf": b"%PDF-1.7", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}
    for kind, start in starts.items():
        out = tmp_path / f"report.{kind}"
        done = CliRunner().invoke(report, [*asked, "--format", kind, "--out", str(out)])
        assert done.exit_code == 0, done.output
        assert out.read_bytes().startswith(start)
    told = CliRunner().invoke(report, [*asked, "--format", "json", "--out", "-"])
    assert told.stdout.encode() == (tmp_path / "report.json").read_bytes()
    assert json.loads(told.stdout)["known_on"] == "2026-07-15"
    printed = (tmp_path / "report.pdf").read_bytes()
    for claim in (b'pdfuaid:part="1"', b'pdfaid:conformance="A"'):
        assert claim in printed
    for wrong, place in (
        (["--period", "2026-3"], "--period"),
        (["--period", "2026-1", "--known-on", "2026-07-30"], "--known-on"),
        (["--period", "2026-1", "--known-on", "2026-02-30"], "--known-on"),
    ):
        refused = CliRunner().invoke(report, ["half-year", *wrong, "--format", "json", "--out", "-"])
        assert refused.exit_code == 2
        assert place in refused.stderr
