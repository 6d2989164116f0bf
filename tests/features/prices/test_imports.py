"""Price lists: shown first, taken in whole, and the same list again changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from nt_process.infra.spreadsheet import Sheet, rows_to_xlsx
from nt_process.kernel.faults import BadInput
from nt_process.prices import imports, queries
from nt_process.prices.errors import PriceError
from tests.features.prices.world import (
    HEADER,
    amounts,
    believed,
    later,
    outcome,
    price_list,
    reasons,
    row,
    scalar,
    take_in,
)
from tests.requirements import need, shared_data_dir
from tests.world import START, Office


def test_a_list_is_taken_in_and_the_same_again_changes_nothing(office: Office) -> None:
    rows = (row(), row(vnr="543210", product="Annat", aip="10,00", aup=""))
    assert outcome(take_in(office, *rows)) == (2, 0, 0, 0)
    before = scalar(office, "SELECT json_agg(l ORDER BY id)::text FROM list_price l")
    assert outcome(take_in(office, *rows, at=later(1))) == (0, 0, 2, 0)
    assert scalar(office, "SELECT json_agg(l ORDER BY id)::text FROM list_price l") == before
    assert amounts(believed(office)) == [("2025-01-01", "1234.50")]
    assert (
        scalar(office, "SELECT organisation_id::text FROM price_package WHERE article_number = '012345'")
        == office.company_id
    )


def test_a_later_list_changes_prices_by_package_and_leaves_the_rest(office: Office) -> None:
    take_in(office, row(), row(vnr="543210", aip="10,00", aup=""))
    report = take_in(office, row(first="2025-07-01", aip="1 100", aup="1 200"), at=later(1))
    assert outcome(report) == (0, 1, 0, 0)
    assert amounts(believed(office)) == [("2025-01-01", "1234.50"), ("2025-07-01", "1100.00")]
    assert amounts(believed(office, "543210")) == [("2025-01-01", "10.00")]
    assert scalar(office, "SELECT count(*) FROM list_price WHERE known_to IS NOT NULL") == 0


def test_a_price_ends_after_its_last_day(office: Office) -> None:
    rows = row(last="2025-03-31"), row(first="2025-06-01")
    take_in(office, *rows)
    assert amounts(believed(office)) == [
        ("2025-01-01", "1234.50"),
        ("2025-04-01", None),
        ("2025-06-01", "1234.50"),
    ]
    assert outcome(take_in(office, *reversed(rows))) == (0, 0, 2, 0)
    assert reasons(take_in(office, row(first="2025-05-01", last="2025-07-01"))) == {
        2: "“Gäller till”: Another price of the package begins on 2025-06-01, before this one ends."
    }


def test_a_correction_supersedes_and_what_was_known_can_be_asked(office: Office) -> None:
    take_in(office, row(aip="100", aup=""))
    take_in(office, row(aip="90", aup=""), at=later(10))
    reader = office.actor("region")
    with office.engine.connect() as connection:

        def asked(known: date | None) -> Decimal:
            found = queries.price_on(connection, reader, "012345", date(2025, 5, 1), known)
            assert found is not None
            return found["aip"]

        assert asked(None) == 90
        assert asked(later(10).date()) == 90
        assert asked(later(9).date()) == 100
        assert asked(date(2026, 1, 6)) is None
    first, second = (
        believed(office),
        scalar(office, "SELECT supersedes IS NOT NULL FROM list_price WHERE aip = 90"),
    )
    assert (amounts(first), second) == ([("2025-01-01", "90.00")], True)


def test_the_database_itself_refuses_overlaps_and_changed_history(office: Office) -> None:
    take_in(office, row(aip="100", aup=""))
    copy = """
        INSERT INTO list_price (package_id, valid_from, aip, source, import_id, known_from)
        SELECT package_id, valid_from, 5, '', import_id, known_from + interval '1 day' FROM list_price
    """
    statements = (
        copy,
        "UPDATE list_price SET aip = 1",
        "DELETE FROM list_price",
        "UPDATE list_price SET known_to = NULL",
    )
    for statement in statements:
        with pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.execute(sa.text(statement))
    assert amounts(believed(office)) == [("2025-01-01", "100.00")]


def test_what_a_package_is_called_follows_the_latest_list_and_the_change_is_kept(office: Office) -> None:
    take_in(office, row(first="2025-06-01"))
    take_in(office, row(first="2025-07-01", product="Provastin Neo", units="30"))
    take_in(office, row(first="2025-02-01", product="Provastin Gammal"))
    assert scalar(office, "SELECT product || ' ' || units::int FROM price_package") == "Provastin Neo 30"
    kept = scalar(
        office, "SELECT json_agg(json_build_array(field, old, new) ORDER BY id) FROM price_package_change"
    )
    assert kept == [["product", "Provastin", "Provastin Neo"], ["units", "28", "30"]]


FAULTY = [
    ({"vnr": "12345"}, "“Varunummer”: “12345” is not an article number of six digits."),
    ({"vnr": ""}, "“Varunummer”: “” is not an article number"),
    ({"product": ""}, "“Produktnamn”: This must be stated."),
    ({"substance": ""}, "“Substans”: This must be stated."),
    ({"atc": "Q1"}, "“ATC-kod”: Write an ATC code"),
    ({"units": "0"}, "“Antal”: “0” is not above zero."),
    ({"units": "1,2345"}, "“Antal”: Write at most 3 decimals."),
    ({"aip": ""}, "“AIP”: A number is missing."),
    ({"aip": "-5"}, "“AIP”: “-5” is not above zero."),
    ({"aip": "5,001"}, "“AIP”: Write at most 2 decimals."),
    ({"aip": "12 34,50"}, "“AIP”: “12 34,50” is not a number."),
    ({"aip": "9999999999999"}, "“AIP”: “9999999999999” is more than the register can hold."),
    ({"aip": "99999999999999999"}, "“AIP”: “99999999999999999” has more digits"),
    ({"aup": "5"}, "“AUP”: AUP is lower than AIP."),
    ({"first": ""}, "“Gäller från”: It is not stated from which day"),
    ({"first": "1 januari"}, "“Gäller från”: “1 januari” is not a date."),
    ({"first": "2025-02-29"}, "“Gäller från”: “2025-02-29” is not a date."),
    ({"last": "2024-12-31"}, "“Gäller till”: The last day is before the first."),
    ({"parallel": "kanske"}, "“Parallellimport”: “kanske” is neither Yes nor No."),
    ({"product": "x" * 301}, "“Produktnamn”: Write at most 300 characters."),
]


@pytest.mark.parametrize(("cells", "told"), FAULTY)
def test_a_row_that_cannot_be_used_is_left_out_naming_the_column(
    office: Office, cells: dict[str, str], told: str
) -> None:
    report = take_in(office, row(vnr="543210"), row(**cells))
    assert outcome(report) == (1, 0, 0, 1)
    assert reasons(report)[3].startswith(told)
    assert reasons(report, "sv")[3] != reasons(report)[3]
    assert scalar(office, "SELECT count(*) FROM price_package") == 1


def test_a_list_says_a_price_once(office: Office) -> None:
    report = take_in(
        office,
        row(),
        row(aip="5", aup=""),
        row(first="2025-02-01", last="2025-03-01"),
        row(first="2025-03-01"),
    )
    assert reasons(report) == {
        3: "“Gäller från”: The package has a price from the same day in row 2, which is the one taken.",
        5: "“Gäller från”: The price begins before the price of row 4 has ended.",
    }


def test_the_first_day_may_be_stated_for_the_whole_list(office: Office) -> None:
    assert outcome(take_in(office, row(first=""), day=date(2025, 3, 1))) == (1, 0, 0, 0)
    assert amounts(believed(office)) == [("2025-03-01", "1234.50")]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (HEADER.replace("AIP", "Pris"), "unknown_column"),
        (HEADER.replace(";AIP", ""), "missing_column"),
        (HEADER.replace("AUP", "Inköpspris"), "duplicate_column"),
    ],
)
def test_a_list_of_other_columns_is_refused_whole(office: Office, header: str, code: str) -> None:
    with pytest.raises(BadInput, match=code):
        imports.read_file("lista.csv", f"{header}\n{row()}".encode(), None)


def test_a_workbook_says_the_same_as_a_text_file(office: Office) -> None:
    cells = row().split(";")
    cells[9], cells[10] = "1234.50", "1300,75"
    content = rows_to_xlsx([Sheet("Lista", HEADER.split(";"), [cells])], made_at=START)
    file = imports.read_file("lista.xlsx", content, None)
    assert outcome(imports.import_list(office.engine, file, START)) == (1, 0, 0, 0)
    assert outcome(take_in(office, row())) == (0, 0, 1, 0)


def test_two_who_take_in_the_same_list_do_it_once(office: Office) -> None:
    secretary = office.actor("secretary")
    file = imports.read_file("lista.csv", price_list(row()), None)
    made = imports.upload(office.engine, file, START, secretary)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: imports.carry_out(office.engine, made, START, secretary), range(4)))
    assert sum(report is not None for report in done) == 1
    assert scalar(office, "SELECT count(*) FROM list_price") == 1


@pytest.mark.parametrize("name", ["member", "region", "company", "tlv", "administrator"])
def test_only_the_secretariat_takes_in_lists(office: Office, name: str) -> None:
    file = imports.read_file("lista.csv", price_list(row()), None)
    with pytest.raises(PriceError):
        imports.import_list(office.engine, file, START, office.actor(name))


def test_other_peoples_files_are_refused_or_left_out_and_never_break_anything(office: Office) -> None:
    need("shared_data")
    for path in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        with pytest.raises(BadInput):
            imports.read_file(path.name, path.read_bytes(), None)
    assert scalar(office, "SELECT count(*) FROM price_import") == 0


def test_strings_of_every_kind_are_stored_as_they_are_or_left_out(office: Office) -> None:
    need("shared_data")
    text = (shared_data_dir() / "strings" / "swedish_nasty_strings.txt").read_text()
    strings = [line for line in text.splitlines() if line.strip() and '"' not in line and ";" not in line]
    rows = [row(vnr=f"{number:06d}", product=string) for number, string in enumerate(strings)]
    report = take_in(office, *rows)
    assert report.created + len(report.rejected) == len(strings)
    assert report.created > len(strings) // 2
    assert outcome(take_in(office, *rows)) == (0, 0, report.created, len(report.rejected))
