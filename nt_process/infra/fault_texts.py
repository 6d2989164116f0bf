"""Sentences for faults in what people hand in: what is wrong, where, and what to do.

A feature with faults of its own passes its texts as well, so one function explains them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, Translate

READING_FAULTS = {
    # The whole file, see tabular.py and its two readers.
    "file_too_large": N_("The file is larger than %(limit_mb)s MB. Divide it and try again."),
    "empty_file": N_("The file holds no rows. Check that the right file was chosen."),
    "compressed_file": N_("The file is a compressed archive. Unpack it and hand in the table itself."),
    "old_or_protected_workbook": N_(
        "The file is a workbook of an old format or is protected by a password. "
        "Save it as XLSX without a password."
    ),
    "not_a_table": N_("The file is not a table. Hand in CSV or XLSX."),
    "unreadable_encoding": N_("A letter cannot be read. Save the file as UTF-8."),
    "mixed_encoding": N_(
        "The file mixes two character encodings, so letters would be lost. Save it again as UTF-8."
    ),
    "unclosed_quote": N_("A quotation mark is opened and never closed. Close it or remove it."),
    "stray_quote": N_("A quotation mark stands inside a quoted cell. Write it twice or remove it."),
    "damaged_workbook": N_("The workbook is damaged and cannot be read. Save it again as XLSX."),
    "workbook_too_large": N_("The workbook is too large when unpacked. Divide it and try again."),
    "workbook_with_macros": N_("The workbook contains macros. Save it as XLSX without macros."),
    "unsafe_file": N_("The file contains something that no table has. Save it again as XLSX or CSV."),
    "header_not_found": N_("The headings %(columns)s are not found. Check that the right file was chosen."),
    "unnamed_column": N_("The column has no heading. Name it or remove it."),
    "duplicate_column": N_("Two columns hold the same thing. Keep one of them."),
    "missing_column": N_("The column is missing. The first row is to hold the headings."),
    "unknown_column": N_("The column is not known here. Known columns: %(known)s."),
    "too_many_columns": N_("There are more than %(limit)s columns."),
    "too_many_rows": N_("There are more than %(limit)s rows. Divide the file and try again."),
    # A row or a cell.
    "ragged_row": N_("The row has %(found)s cells, but the headings are %(expected)s."),
    "cell_too_long": N_("The text is longer than %(limit)s characters."),
    "control_character": N_("The text holds a control character (%(character)s) that cannot be stored."),
    "spreadsheet_error": N_(
        "The spreadsheet's formula gave an error (%(value)s). Correct it in the spreadsheet."
    ),
    "empty_number": N_("A number is missing."),
    "decimal_comma": N_(
        "“%(value)s” has a decimal comma in a file whose separator is a comma. "
        "Write a decimal point, or save the file with semicolons."
    ),
    "thousand_separator": N_("“%(value)s” has spaces between its digits. Write the digits together."),
    "not_a_number": N_("“%(value)s” is not a number."),
    "number_too_long": N_("“%(value)s” has more digits than any amount here can have."),
    "not_whole": N_("“%(value)s” is not a whole number."),
    "empty_date": N_("A date is missing."),
    "not_a_date": N_("“%(value)s” is not a date. Write it as YYYY-MM-DD."),
    "no_such_day": N_("There is no day “%(value)s”. Check the month and the day."),
    "date_out_of_range": N_("“%(value)s” lies outside the years 1900 to 2199."),
}

# What is typed in a field, see kernel/typed.py.
TYPED_FAULTS: Mapping[str, str] = {
    "missing": N_("This must be stated."),
    "bad_characters": N_("It holds characters that cannot be stored. Remove them."),
    "too_long": N_("Write at most %(limit)s characters."),
    "not_a_choice": N_("Choose one of the alternatives."),
    "not_a_day": N_("“%(value)s” is not a day. Write it as YYYY-MM-DD."),
    "not_a_time": N_("“%(value)s” is not a time of day. Write it as 14:00."),
    "ends_before_start": N_("The last day lies before the first."),
    "not_a_number": N_("“%(value)s” is not a number. Write it as 1234,50."),
    "too_large": N_("Write at most %(most)s."),
    "too_many_decimals": N_("Write at most %(decimals)s decimals."),
    "not_within": N_("Write a whole number from %(least)s to %(most)s."),
}

_ROW_AND_COLUMN = N_("Row %(row)s, column “%(column)s”: %(problem)s")
_ROW = N_("Row %(row)s: %(problem)s")
_COLUMN = N_("“%(column)s”: %(problem)s")


def fault_sentence(fault: Fault, translate: Translate, more_texts: Mapping[str, str] | None = None) -> str:
    """The fault as one line in the reader's language, beginning with the place.

    Raises KeyError when neither this file nor `more_texts` has a text for the fault's code.
    """
    texts = {**READING_FAULTS, **(more_texts or {})}
    params, column = dict(fault.params), fault.column
    if fault.code == "unknown_column":
        # Headings that the reader is told to write are in the reader's language; those of the file stay as they are.
        params["known"] = ", ".join(translate(name) for name in str(params["known"]).split(", "))
    if fault.code == "missing_column" and column is not None:
        column = translate(column)
    problem = translate(texts[fault.code], **params)
    if fault.row is not None and column is not None:
        return translate(_ROW_AND_COLUMN, row=fault.row, column=column, problem=problem)
    if fault.row is not None:
        return translate(_ROW, row=fault.row, problem=problem)
    if column is not None:
        return translate(_COLUMN, column=column, problem=problem)
    return problem


def fault_sentences(
    refusal: BadInput, translate: Translate, more_texts: Mapping[str, str] | None = None
) -> list[str]:
    return [fault_sentence(fault, translate, more_texts) for fault in refusal.faults]
