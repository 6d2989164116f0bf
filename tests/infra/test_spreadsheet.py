"""Tables that leave the system: no cell can run, nothing is lost, and the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.infra.spreadsheet import Sheet, guarded, rows_to_csv, rows_to_xlsx
from tests.requirements import need, shared_data_dir

MADE_AT = datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)
DANGEROUS = ["=1+1", "+46 8 123", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=cmd|' /C calc'!A0"]


def read_csv(content: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def read_xlsx(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_program_would_run_is_preceded_by_an_apostrophe(text: str) -> None:
    assert read_csv(rows_to_csv(["Namn"], [[text]])) == [["Namn"], ["'" + text]]


def test_workbook_cells_are_typed_so_that_text_stays_as_it_is() -> None:
    rows = [["=1+1", 7, Decimal("2.5"), date(2026, 6, 30), None, "https://example.org"]]
    book = openpyxl.load_workbook(
        io.BytesIO(rows_to_xlsx([Sheet("A", list("abcdef"), rows)], made_at=MADE_AT))
    )
    cells = book.worksheets[0][2]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "d", "n", "s"]
    midnight = datetime.combine(date(2026, 6, 30), time.min)
    assert [cell.value for cell in cells] == ["=1+1", 7, 2.5, midnight, None, "https://example.org"]
    assert all(cell.hyperlink is None for cell in cells)


def test_numbers_days_and_instants_in_csv() -> None:
    row = [-3, Decimal("-1234.50"), date(2026, 1, 2), MADE_AT, True, None]
    assert read_csv(rows_to_csv(list("abcdef"), [row]))[1] == [
        "-3", "-1234,50", "2026-01-02", "2026-06-30T23:59:59+02:00", "1", ""
    ]  # fmt: skip
    assert read_csv(rows_to_csv(["a"], [[Decimal("-1234.50")]], swedish=False), ",")[1] == ["-1234.50"]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00")), min_size=1, max_size=5
    )
)
def test_csv_gives_back_every_text(texts: list[str]) -> None:
    assert read_csv(rows_to_csv(texts, [texts])) == [[guarded(text) for text in texts]] * 2


def test_the_same_rows_give_the_same_bytes() -> None:
    sheets = [Sheet("Ärenden", ["Nummer", "Andel"], [["NT-2026-0001", Decimal("0.25")]], frozenset({1}))]
    assert rows_to_xlsx(sheets, made_at=MADE_AT) == rows_to_xlsx(sheets, made_at=MADE_AT)


def test_sheet_names_that_a_workbook_refuses_are_made_to_fit() -> None:
    names = ["A" * 40, "a" * 40, "Vad? [om]: a/b*c\\d", "'", ""]
    content = rows_to_xlsx([Sheet(name, ["x"], []) for name in names], made_at=MADE_AT)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["A" * 31, "a" * 29 + " 2", "Vad   om   a b c d", "Data", "Data 2"]


def test_a_text_longer_than_a_cell_is_cut_visibly_and_not_dropped() -> None:
    [_, [value]] = read_xlsx(rows_to_xlsx([Sheet("A", ["x"], [["å" * 40_000]])], made_at=MADE_AT))
    assert value == "å" * 32_766 + "…"


def test_naughty_strings_pass_through_both_formats() -> None:
    need("shared_data")
    texts = json.loads((shared_data_dir() / "strings" / "blns.json").read_text())
    rows = [[text] for text in texts]
    cells = [row[0] for row in read_csv(rows_to_csv(["x"], rows))[1:]]
    assert [cell.removeprefix("'") for cell in cells] == [
        text.replace("\x00", "").removeprefix("'") for text in texts
    ]
    assert len(read_xlsx(rows_to_xlsx([Sheet("A", ["x"], rows)], made_at=MADE_AT))) == len(texts) + 1
