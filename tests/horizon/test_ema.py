"""The agency's file as it comes: layouts, spellings, renamed columns, and files that are something else."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from nt_process.horizon import imports
from nt_process.horizon.ema import read_export
from nt_process.horizon.texts import row_reason
from nt_process.infra.fault_texts import fault_sentences
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from tests.horizon.world import HEADINGS, MADE, export_csv, medicine
from tests.requirements import need, shared_data_dir


def test_the_file_says_when_it_was_made() -> None:
    assert read_export(export_csv([medicine()])).made_at == datetime(2024, 8, 22, 13, 6, tzinfo=UTC)
    assert read_export(export_csv([medicine()], made="22/01/2024")).made_at == datetime(
        2024, 1, 22, 22, 59, tzinfo=UTC
    )
    assert read_export(export_csv([medicine()], made=None)).made_at is None
    assert read_export(export_csv([medicine()], made="35/13/2024 - 15:06")).made_at is None


def test_headings_with_line_breaks_on_row_nine_of_a_very_wide_sheet() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Content type:", "Medicine", "Output automatically generated on:", MADE])
    for _blank in range(7):
        sheet.append([None] * 1024)
    headings = [heading.replace(" ", "\n", 1) for heading in HEADINGS.values()]
    sheet.append([*headings, *[None] * (1024 - len(headings))])
    sheet.append([medicine().get(field) for field in HEADINGS])
    file = io.BytesIO()
    book.save(file)
    export = read_export(file.getvalue())
    assert export.made_at is not None
    assert [(row.row, row.values["name"]) for row in export.rows] == [(10, "Vintergrönt")]


@pytest.mark.parametrize("heading", ["Generic or hybrid", "Generic", "GENERIC  OR HYBRID"])
def test_a_renamed_heading_is_the_same_field(heading: str) -> None:
    content = export_csv([medicine(generic="Yes")], headings={**HEADINGS, "generic": heading})
    assert read_export(content).rows[0].values["generic"] == "Yes"


def test_columns_that_are_not_known_do_no_harm() -> None:
    headings = {**HEADINGS, "unheard_of": "Something the agency adds one day"}
    (row,) = read_export(export_csv([medicine(unheard_of="x")], headings=headings)).rows
    assert "unheard_of" not in row.values


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_export_saved_again_by_a_spreadsheet(separator: str, encoding: str) -> None:
    content = export_csv([medicine()], separator=separator).decode().encode(encoding)
    (row,) = read_export(content).rows
    assert (row.values["name"], row.values["company"]) == ("Vintergrönt", "Lunden Pharma AB")


def test_a_row_that_cannot_be_read_is_told_with_its_reason() -> None:
    content = export_csv([medicine(), medicine(name="a\x00b"), medicine(name="c" * 40_000)])
    unreadable = read_export(content).unreadable
    translate = translator("en")
    assert [fault.row for fault in unreadable] == [5, 6]
    assert [row_reason([fault], translate) for fault in unreadable] == [
        "“Name of medicine”: The text holds a control character (U+0000) that cannot be stored.",
        "“Name of medicine”: The text is longer than 32767 characters.",
    ]


def test_other_peoples_tables_are_refused_with_a_sentence() -> None:
    need("shared_data")
    files = sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir())
    assert len(files) == 20
    for file in files:
        with pytest.raises(BadInput) as refusal:
            imports.read_file(file.name, file.read_bytes())
        for sentence in fault_sentences(refusal.value, translator("en")):
            assert sentence.endswith((".", "?")), file.name


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"PK\x03\x04", b"PK\x03\x04" + b"x" * 1000, b"%PDF-1.7", b"\n\n"]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        imports.read_file("export.xlsx", content)


def test_headings_alone_are_an_empty_file() -> None:
    with pytest.raises(BadInput) as refusal:
        read_export(export_csv([]))
    assert [fault.code for fault in refusal.value.faults] == ["empty_file"]


def test_far_more_than_the_agency_could_send_is_refused() -> None:
    row = ",".join(["x"] * len(HEADINGS)) + "\n"
    head = export_csv([medicine()]).decode()
    with pytest.raises(BadInput) as refusal:
        read_export((head + row * 20_001).encode())
    assert [fault.code for fault in refusal.value.faults] == ["too_many_rows"]


def test_a_small_workbook_that_repeats_one_long_text_is_refused() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADINGS.values()))
    for _row in range(60):
        sheet.append(["x" * 32_000] * len(HEADINGS))
    file = io.BytesIO()
    book.save(file)
    assert len(file.getvalue()) < 100_000
    with pytest.raises(BadInput) as refusal:
        read_export(file.getvalue())
    assert [fault.code for fault in refusal.value.faults] == ["workbook_too_large"]


def test_the_name_of_a_file_is_shown_without_its_path() -> None:
    assert imports.shown_filename("C:\\Users\\x\\export.xlsx") == "export.xlsx"
    assert imports.shown_filename("../../etc/passwd") == "passwd"
    assert imports.shown_filename("a\x00\u202eb\n.xlsx") == "ab.xlsx"
    assert imports.shown_filename("") == "export"
    assert len(imports.shown_filename("x" * 1000)) == imports.MAX_FILENAME
