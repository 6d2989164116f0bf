"""Tables as people hand them in: every spelling of one file reads alike, every breakage is named."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import openpyxl.xml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.infra.fault_texts import READING_FAULTS, fault_sentence
from nt_process.infra.tabular import Field, pick_columns, read_table
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from tests.requirements import need, shared_data_dir

FIELDS = (
    Field("name", ("Läkemedelsnamn",)),
    Field("active_substance", ("Aktiv substans",)),
    Field("atc_code", ("ATC-kod",)),
    Field("marketing_authorisation_holder", ("Innehavare",)),
    Field("marketing_authorisation_date", ("Datum för godkännande",)),
    Field("approval_type", ("Typ av godkännande",)),
    Field("indication", ("Indikation",)),
)


def dialect(name: str) -> bytes:
    need("shared_data")
    return (shared_data_dir() / "hostile" / "csv_dialects" / name).read_bytes()


def refusal(content: bytes) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(BadInput) as refused:
        read_table(content)
    return [(fault.code, fault.row, fault.column) for fault in refused.value.faults]


@pytest.mark.parametrize(
    "name",
    [
        "01_utf8_bom_semicolon_crlf.csv",
        "03_utf16le_tab.txt",
        "04_utf8_nfd.csv",
        "17_mac_cr_only.csv",
        "19_swedish_header.csv",
    ],
)
def test_every_spelling_of_a_file_reads_alike(name: str) -> None:
    reference = pick_columns(read_table(dialect("00_reference.csv")), FIELDS)
    records = pick_columns(read_table(dialect(name)), FIELDS)
    assert [record.values for record in records] == [record.values for record in reference]
    assert [record.row for record in records] == list(range(2, 14))


def test_windows_1252_reads_alike_but_for_what_it_cannot_write() -> None:
    reference = read_table(dialect("00_reference.csv"))
    older = read_table(dialect("02_cp1252_semicolon_crlf.csv"))
    as_written = [
        tuple(cell.encode("cp1252", "replace").decode("cp1252") for cell in row.cells)
        for row in reference.rows
    ]
    assert [row.cells for row in older.rows] == as_written


@pytest.mark.parametrize("name", ["05_dates_dd_mm_yyyy.csv", "06_excel_serial_dates.csv"])
def test_days_in_other_spellings_are_kept_as_written(name: str) -> None:
    table = read_table(dialect(name))
    assert table.faults == ()
    assert table.rows[0].cells[4] in {"19/01/2026", "46041"}


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("09_duplicate_header.csv", [("duplicate_column", 1, "name")]),
        ("11_unbalanced_quote.csv", [("unclosed_quote", 14, None)]),
        ("18_gzip_named_csv.csv", [("compressed_file", None, None)]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(name: str, faults: list[object]) -> None:
    assert refusal(dialect(name)) == faults


@pytest.mark.parametrize(
    ("name", "faults", "rows"),
    [
        ("12_ragged_rows.csv", [("ragged_row", 14, None), ("ragged_row", 15, None)], 12),
        ("15_nul_bytes.csv", [("control_character", 2, "approval_type")], 11),
        ("16_huge_field_1MB.csv", [("cell_too_long", 14, "indication")], 12),
        ("07_header_only.csv", [], 0),
        ("10_duplicate_rows.csv", [], 24),
        ("14_bad_dates.csv", [], 12),
    ],
)
def test_a_row_that_cannot_be_read_leaves_the_others(name: str, faults: list[object], rows: int) -> None:
    table = read_table(dialect(name))
    assert [(fault.code, fault.row, fault.column) for fault in table.faults] == faults
    assert len(table.rows) == rows


def test_formulas_are_kept_as_text() -> None:
    cells = read_table(dialect("13_formula_injection.csv")).rows[-1].cells
    assert cells[:4] == ("=1+1", "@SUM(A1)", "+46", "-1")


def test_a_file_without_headings_names_what_is_missing_and_what_is_unknown() -> None:
    with pytest.raises(BadInput) as refused:
        pick_columns(read_table(dialect("08_no_header.csv")), FIELDS)
    codes = [fault.code for fault in refused.value.faults]
    assert codes.count("missing_column") == len(FIELDS)
    assert ("unknown_column", 1, "Aqneursa") in [(f.code, f.row, f.column) for f in refused.value.faults]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"", "empty_file", None),
        (b"\n\n \n", "empty_file", None),
        (b"%PDF-1.7", "not_a_table", None),
        (b"<html><table>", "not_a_table", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_or_protected_workbook", None),
        (b"PK\x03\x04 no zip at all", "damaged_workbook", None),
        ("a;b\nå;1\nä;".encode() + b"\xe4\n", "mixed_encoding", 3),
        (b"a;b\n\x81;1\n", "unreadable_encoding", 2),
        (b'a,b\n"x"y,1\n', "stray_quote", 2),
        (b"a,,c\n1,2,3\n", "unnamed_column", 1),
        (b"a\x00,b\n1,2\n", "control_character", 1),
        (",".join(f"c{number}" for number in range(501)).encode(), "too_many_columns", 1),
    ],
)
def test_hostile_bytes_are_refused_with_their_place(content: bytes, code: str, row: int | None) -> None:
    assert [(fault[0], fault[1]) for fault in refusal(content)] == [(code, row)]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        faults = read_table(content).faults
    except BadInput as refused:
        faults = refused.faults
    for fault in faults:
        assert fault_sentence(fault, translator("en"))


@pytest.mark.parametrize(
    ("content", "header", "decimal_comma"),
    [
        (b"region;cost\nA;1,5\n", ("region", "cost"), True),
        (b"region\tcost\nA\t1,5\n", ("region", "cost"), True),
        (b"region,cost\nA,1.5\n", ("region", "cost"), False),
        (b"sep=;\nregion;cost, per year\nA;1\n", ("region", "cost, per year"), True),
        (b"region;cost;\nA;1;\n", ("region", "cost"), True),
        (b"region\nA\n", ("region",), False),
        (b'"region";"a;b"\n"A";"1"\n', ("region", "a;b"), True),
    ],
)
def test_the_separator_is_found_and_says_how_decimals_are_written(
    content: bytes, header: tuple[str, ...], decimal_comma: bool
) -> None:
    table = read_table(content)
    assert table.header == header
    assert table.decimal_comma is decimal_comma
    assert table.rows[0].cells[0] == "A"


def test_headings_may_stand_under_a_title() -> None:
    content = b"Report 2026;\n;\nName;ATC\nX;L01\n"
    table = read_table(content, expects=["atc", "name"])
    assert (table.header_row, table.header, table.rows[0].number) == (3, ("Name", "ATC"), 4)
    with pytest.raises(BadInput) as refused:
        read_table(content, expects=["Substance"])
    assert refused.value.faults[0].code == "header_not_found"


def test_two_headings_for_one_field_are_refused() -> None:
    with pytest.raises(BadInput) as refused:
        pick_columns(read_table(b"atc_code,ATC-kod\nL01,L01\n"), (FIELDS[2],))
    assert [(fault.code, fault.column) for fault in refused.value.faults] == [("duplicate_column", "ATC-kod")]


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def test_a_workbook_reads_as_its_sheet_shows_it() -> None:
    content = workbook(
        ("region", "kostnad", "dag", None),
        ("Örebro", 217.3, date(2026, 1, 19), None),
        (None, None, None, None),
        ("Skåne", 0.1 + 0.2, None, None),
        ("Gotland", 2_432_579, "i går", None),
    )
    table = read_table(content)
    assert table.header == ("region", "kostnad", "dag")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ("Örebro", "217.3", "2026-01-19")),
        (4, ("Skåne", "0.3", "")),
        (5, ("Gotland", "2432579", "i går")),
    ]
    assert Decimal(table.rows[1].cells[1]) == Decimal("0.3")


def test_a_formula_error_in_a_workbook_is_named() -> None:
    table = read_table(workbook(("a", "b"), (1, "#DIV/0!"), (2, 3)))
    assert [(fault.code, fault.row, fault.column) for fault in table.faults] == [
        ("spreadsheet_error", 2, "b")
    ]


def rezipped(content: bytes, **changed: bytes) -> bytes:
    """The workbook with some of its parts, named by their last word, exchanged or added."""
    stored = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.infolist():
            stem = entry.filename.rsplit("/", 1)[-1].split(".")[0]
            package.writestr(entry.filename, changed.pop(stem, None) or source.read(entry))
        for name, added in changed.items():
            package.writestr(f"xl/{name}.bin", added)
    return stored.getvalue()


ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<worksheet><sheetData><row><c><v>&b;</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sheet1": ENTITY_BOMB}, "damaged_workbook"),
        ({"sheet1": b"<worksheet><sheetData><row>"}, "damaged_workbook"),
        ({"vbaProject": b"macro"}, "workbook_with_macros"),
        ({"padding": b"0" * 3_000_000}, "workbook_too_large"),
    ],
)
def test_a_crafted_workbook_is_refused(changed: dict[str, bytes], code: str) -> None:
    assert openpyxl.xml.DEFUSEDXML, "openpyxl must read XML through defusedxml"
    assert refusal(rezipped(workbook(("a", "b"), (1, 2)), **changed)) == [(code, None, None)]


def test_a_zip_that_is_no_workbook_is_a_compressed_file() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as package:
        package.writestr("a.csv", "a,b")
    assert refusal(stored.getvalue()) == [("compressed_file", None, None)]


def test_the_real_export_of_the_medicines_agency_is_read_whole() -> None:
    need("shared_data")
    content = (shared_data_dir() / "ema/ema_medicines_2024-08-22.xlsx").read_bytes()
    table = read_table(content, expects=["Name of medicine", "EMA product number"])
    assert (table.header_row, len(table.header), len(table.rows)) == (9, 39, 2_433)
    assert table.faults == ()


def test_every_reading_fault_has_a_sentence_that_can_be_filled() -> None:
    values = dict.fromkeys(
        ("limit_mb", "columns", "known", "limit", "found", "expected", "character", "value"), "7"
    )
    for text in READING_FAULTS.values():
        assert "%(" not in text % values
