"""The page of the printed tables: the command's account, and what it says where the tables are not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from nt_process.financing.verification.accounts import Outcome
from nt_process.financing.verification.verify import COLUMNS_BY_TABLE, read_tables, verify
from nt_process.infra.spreadsheet import XLSX_TYPE
from tests.requirements import need, shared_data_dir

SignIn = Callable[[str], FlaskClient]

SHOWN = (Outcome.EXACT, Outcome.WITHIN_ROUNDING, Outcome.DISCREPANCY, Outcome.UNEXPLAINED)


@pytest.fixture
def tables() -> Path:
    need("shared_data")
    return shared_data_dir() / "seed-tables"


def visit(app: Flask, client: FlaskClient, tables: Path, path: str = "/financing/verify") -> TestResponse:
    settings = app.extensions["nt_settings"]
    app.extensions["nt_settings"] = settings.model_copy(update={"tables_dir": tables})
    client.post("/language", data={"language": "en"})
    return client.get(path)


def figures(page: str) -> list[int]:
    return [int(text) for text in re.findall(r'<div class="panel figure"><strong[^>]*>(\d+)<', page)]


def test_every_cell_is_accounted_for(app: Flask, as_person: SignIn, tables: Path) -> None:
    page = visit(app, as_person("auditor"), tables)
    counted = verify("", read_tables(tables)).outcomes()
    assert figures(page.text) == [counted[name] for name in SHOWN]
    assert figures(page.text)[3] == 0
    assert "Every cell is accounted for." in page.text
    assert "577 351 900 / 158 853" in page.text.replace("\u00a0", " ")


def test_one_table_is_shown_cell_by_cell(app: Flask, as_person: SignIn, tables: Path) -> None:
    page = visit(app, as_person("auditor"), tables, "/financing/verify?table=needs_model_groups").text
    assert len(re.findall(r'<td class="card-title">', page)) >= 110


def test_the_files_hold_every_cell(app: Flask, as_person: SignIn, tables: Path) -> None:
    client = as_person("auditor")
    csv = visit(app, client, tables, "/financing/verify.csv")
    assert len(csv.text.splitlines()) == 1 + sum(1 for _ in verify("", read_tables(tables)).checks())
    assert client.get("/financing/verify.xlsx").mimetype == XLSX_TYPE


def test_a_figure_that_is_not_what_it_was_is_called_unexplained(
    app: Flask, as_person: SignIn, tables: Path
) -> None:
    client = as_person("auditor")
    changed = read_tables(tables)
    changed["solidarity_financing_2023"] = changed["solidarity_financing_2023"].replace(b"217", b"271", 1)
    page = hand_in(client, changed)
    assert figures(page.text)[3] > 0


def test_without_the_tables_the_page_says_what_to_do(app: Flask, as_person: SignIn, tmp_path: Path) -> None:
    client = as_person("auditor")
    page = visit(app, client, tmp_path / "finns-inte")
    assert page.status_code == 200
    assert "NT_TABLES_DIR" in page.text
    assert client.get("/financing/verify.csv").location == "/financing/verify"


def test_tables_may_be_handed_in_all_together(as_person: SignIn, tables: Path) -> None:
    client = as_person("region")
    client.post("/language", data={"language": "en"})
    contents = read_tables(tables)
    assert "Every cell is accounted for." in hand_in(client, contents).text
    del contents["budget_2014_proposal"]
    page = hand_in(client, {**contents, "något annat": b"a,b\n1,2\n"})
    assert page.status_code == 422
    assert "budget_2014_proposal" in page.text
    assert "No rule accounts for the table något annat." in page.text


def test_hostile_tables_are_refused_in_words(as_person: SignIn, tables: Path) -> None:
    client = as_person("region")
    contents = read_tables(tables)
    for file in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir())[::3]:
        page = hand_in(client, {**contents, "needs_model_groups": file.read_bytes()})
        assert page.status_code == 422, file.name
    assert hand_in(client, {}).status_code == 422


def hand_in(client: FlaskClient, contents: dict[str, bytes]) -> TestResponse:
    assert not contents or set(contents) & set(COLUMNS_BY_TABLE)
    files = MultiDict(
        [("tables", (io.BytesIO(content), f"{name}.csv")) for name, content in contents.items()]
    )
    return client.post("/financing/verify", data=files)
