"""Files of sales and counts: what is taken, what is refused and where it says so."""

from __future__ import annotations

import gzip
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.spreadsheet import Sheet, rows_to_xlsx
from nt_process.kernel.messages import translator
from nt_process.settlement import files, rules
from nt_process.settlement.cells import is_personal_number, read_amount, usual_amounts
from nt_process.settlement.papers import NOTHING
from nt_process.settlement.rules import Due, Key
from nt_process.settlement.sheets import COUNTS, SALES, read_file
from nt_process.settlement.texts import FAULTS
from nt_process.terms.values import Cohort, Doses, Outcome, SalesLine
from tests.features.settlement.world import COUNT_HEADER, Q1, Settlement, csv, kr
from tests.requirements import need, shared_data_dir
from tests.world import START

GOOD = ("P1", "Skåne", "Lund", "2025-01", "10", "10 000,50")


def test_rows_as_people_write_them() -> None:
    read = read_file(SALES, csv([GOOD, ("P1", "12", "Malmö", "202502", "2,5", "0")]))
    assert read.fault_count == 0
    assert read.sales == (
        SalesLine("P1", "12", "Lund", date(2025, 1, 1), kr("10"), kr("10000.50")),
        SalesLine("P1", "12", "Malmö", date(2025, 2, 1), kr("2.5"), kr("0")),
    )


def test_a_workbook_is_read_as_well() -> None:
    header = ("package", "region", "unit", "month", "volume", "amount")
    sheet = Sheet("Blad1", header, [("P1", "12", "Lund", date(2025, 1, 17), 10, Decimal("99.90"))])
    read = read_file(SALES, rows_to_xlsx([sheet], made_at=START))
    assert read.sales == (SalesLine("P1", "12", "Lund", date(2025, 1, 1), kr("10"), kr("99.9")),)


@pytest.mark.parametrize(
    ("place", "text", "code", "column"),
    [
        (0, "", "empty_text", "Förpackning"),
        (0, "x" * 121, "text_too_long", "Förpackning"),
        (1, "Norge", "unknown_region", "Region"),
        (2, "", "empty_text", "Enhet"),
        (3, "2025-13", "not_a_month", "Månad"),
        (3, "januari", "not_a_month", "Månad"),
        (4, "-1", "negative_number", "Antal"),
        (4, "tio", "not_a_number", "Antal"),
        (4, "0", "cost_without_volume", "Antal"),
        (5, "0,001", "not_in_ore", "Belopp"),
        (5, "", "empty_number", "Belopp"),
        (2, "19811218-9876", "personal_number", "Enhet"),
    ],
)
def test_a_fault_names_its_row_and_column(place: int, text: str, code: str, column: str) -> None:
    bad = [*GOOD[:place], text, *GOOD[place + 1 :]]
    read = read_file(SALES, csv([GOOD, bad]))
    assert [(fault.code, fault.row, fault.column) for fault in read.faults] == [(code, 3, column)]
    for language in ("sv", "en"):
        assert column in fault_sentence(read.faults[0], translator(language), FAULTS)


def test_the_same_cell_twice_and_every_fault_at_once() -> None:
    assert [(f.code, f.row, f.params["first"]) for f in read_file(SALES, csv([GOOD, GOOD])).faults] == [
        ("stands_twice", 3, 2)
    ]
    bad = [("", "x", "", "y", "z", "w")] * 300
    read = read_file(SALES, csv(bad))
    assert read.fault_count == 1800
    assert len(read.faults) == 200


@pytest.mark.parametrize("heading", ["Personnummer", "pnr", "Patient-ID", "Födelsedatum", "Patientens namn"])
def test_a_column_about_persons_is_refused(heading: str) -> None:
    read = read_file(SALES, csv([(*GOOD, "1")], f"Förpackning;Region;Enhet;Månad;Antal;Belopp;{heading}"))
    assert [(fault.code, fault.column) for fault in read.faults] == [("personal_column", heading)]


def test_a_personal_number_is_not_repeated() -> None:
    read = read_file(SALES, csv([("8112189876", *GOOD[1:])]))
    assert read.faults[0].code == "personal_number"
    assert "8112189876" not in str(read.faults)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("811218-9876", True),  # the tax agency's own example
        ("19811218-9876", True),
        ("198112189876", True),
        ("811218+9876", True),
        ("701063-2391", True),  # a coordination number: day 63 is the third
        ("811218-9875", False),  # wrong check digit
        ("811318-9878", False),  # no such month
        ("20010131000123", False),  # a package's number of fourteen digits
        ("123456", False),
    ],
)
def test_what_a_personal_number_is(text: str, expected: bool) -> None:
    assert is_personal_number(text) is expected


def test_counts_of_three_kinds() -> None:
    rows = [
        ("kohort", "12", "2025-01", "8", "", "", "", "800"),
        ("doser", "12", "2025-01", "3", "", "", "5", ""),
        ("utfall", "12", "2025-01", "2", "svar", "uteblivet", "", "200"),
    ]
    counts = read_file(COUNTS, csv(rows, COUNT_HEADER)).counts
    month = date(2025, 1, 1)
    assert counts.cohorts == (Cohort("12", month, 8, kr("800")),)
    assert counts.doses == (Doses("12", month, 5, 3),)
    assert counts.outcomes == (Outcome("12", month, "svar", "failed", 2, kr("200")),)
    bad = read_file(COUNTS, csv([("person", "12", "2025-01", "1,5", "", "", "", "")], COUNT_HEADER))
    assert {fault.code for fault in bad.faults} == {"unknown_word", "not_whole", "empty_number"}


ROWS = [
    GOOD,
    ("P1", "12", "Malmö", "202502", "2,5", "0"),
    ("P2", "01", "Norra kliniken", "2025-03-31", "3", "1234,5"),
    ("P2", "VGR", "Östra", "2025-03", "1", "99,90"),
]


@pytest.mark.parametrize(
    "spelled",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(";", "\t").encode("utf-16"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: text.replace("\r\n", "\n").encode() + b"\n\n",
        lambda text: text.replace("\r\n", "\r\n; ;;\t;;\r\n").encode(),
        lambda text: "\r\n".join(line.replace(";", " ; ") for line in text.split("\r\n")).encode(),
        lambda text: "\r\n".join(f'"{line}"'.replace(";", '";"') for line in text.split("\r\n")).encode(),
        lambda text: f"sep=;\r\n{text}".encode(),
    ],
)  # fmt: skip
def test_a_file_says_the_same_however_it_is_written(spelled: Callable[[str], bytes]) -> None:
    read = read_file(SALES, spelled(csv(ROWS).decode()))
    assert read.faults == ()
    assert read.sales == read_file(SALES, csv(ROWS)).sales
    assert [str(line.amount) for line in read.sales] == ["10000.50", "0", "1234.5", "99.90"]


def test_faults_name_the_rows_of_the_file_whatever_stands_between_them() -> None:
    """Blank rows, a row that is too short and one that is too long: all of them are counted."""
    lines = csv([GOOD, GOOD]).decode().split("\r\n")
    text = [
        lines[0],
        "",
        lines[1],
        ";;;;;",
        "P1;12;Lund",
        lines[2] + ";7",
        "P9;12;Lund;2025-01;1;x",
        lines[2],
    ]
    read = read_file(SALES, "\n".join(text).encode())
    assert [(f.code, f.row) for f in read.faults] == [
        ("ragged_row", 5),
        ("ragged_row", 6),
        ("not_a_number", 7),
    ]
    for quoted in (text, [line.replace("P1", '"P1"') for line in text]):
        again = read_file(SALES, "\n".join([*quoted[:4], lines[2]]).encode())
        assert [(f.code, f.row, f.params["first"]) for f in again.faults] == [("stands_twice", 5, 3)]


amount_texts = st.one_of(
    st.from_regex(r"[0-9]{1,12}([.,][0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["", "-1", "1 000", "1 00", "0,001", "1e3", "tio", "8112189876", "1\n2", "١٢", " 7 ", "1,2,3", "#N/A"]
    ),
)


@given(st.lists(amount_texts, min_size=1, max_size=6), st.booleans())
def test_amounts_read_at_once_are_those_read_one_by_one(texts: list[str], comma: bool) -> None:
    at_once = usual_amounts(texts)
    if at_once is not None:
        assert at_once == [read_amount(text, decimal_comma=comma) for text in texts]
        assert not any(map(is_personal_number, texts))


def test_a_hostile_file_is_told_about_in_both_languages() -> None:
    """Files of other columns name what is missing; the same breakages of a file of sales name their rows."""
    need("shared_data")
    for path in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        read = read_file(SALES, path.read_bytes())
        assert read.faults, path.name
        for fault in read.faults:
            assert fault_sentence(fault, translator("sv"), FAULTS) != fault_sentence(
                fault, translator("en"), FAULTS
            )
    good = csv([*(("P1", "12", f"Enhet {n}", "2025-01", "1", "10") for n in range(20)), *ROWS])
    for content, code, row, column in (
        (good.replace(b"Norra kliniken", b"Norra\x00kliniken"), "control_character", 24, "Enhet"),
        (good.replace(b"Norra kliniken", b'"Norra kliniken'), "unclosed_quote", 24, None),
        (good.replace(b"Norra kliniken", b'"Nor"ra kliniken'), "stray_quote", 24, None),
        (good.replace(b"Norra kliniken", b"N" * 1_000_000), "cell_too_long", 24, "Enhet"),
        (good.replace(b"Norra kliniken", b"\xff\xfe\xff"), "mixed_encoding", 24, None),
        (good.replace(b"Norra kliniken", b"#N/A"), "spreadsheet_error", 24, "Enhet"),
        (good.replace(b"1234,5", b"1.234,50"), "not_a_number", 24, "Belopp"),
        (good.replace(b"2025-03-31", b"31/02/2025"), "not_a_month", 24, "Månad"),
        (good.replace(b"2025-03-31", b"45747x"), "not_a_month", 24, "Månad"),
        (good.replace(b"Antal", b"Enhet"), "duplicate_column", 1, "Enhet"),
        (good.splitlines()[0], "empty_file", None, None),
        (gzip.compress(good), "compressed_file", None, None),
    ):
        read = read_file(SALES, content)
        faults = [(f.code, f.row, f.column) for f in read.faults] or [("empty_file", None, None)]
        assert (code, row, column) in faults
        for fault in read.faults:
            for language in ("sv", "en"):
                sentence = fault_sentence(fault, translator(language), FAULTS)
                assert row is None or str(row) in sentence
    assert (
        read_file(SALES, good.replace(b"Norra kliniken", b"=cmd|'/c calc'!A1")).sales[22].unit
        == "=cmd|'/c calc'!A1"
    )


# A workbook's reader is loaded when the first one comes.
@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for kind in (SALES, COUNTS):
        read = read_file(kind, content)
        assert read.rows == 0 or read.faults or read.sales or read.counts is not None


def test_nothing_is_taken_in_by_half(settlement: Settlement) -> None:
    bad = settlement.hand_in([GOOD, ("P1", "12", "Lund", "2025-02", "x", "1")], taken=False)
    with settlement.office.engine.connect() as connection:
        assert files.found(connection, bad)["state"] == "faulty"  # type: ignore[index]
        assert connection.scalar(sa.text("SELECT count(*) FROM settlement_sale")) == 0
    assert files.newest(connection_of(settlement)) == 0


def connection_of(settlement: Settlement) -> sa.Connection:
    return settlement.office.engine.connect()


def test_a_later_file_replaces_what_it_speaks_of_and_nothing_else(settlement: Settlement) -> None:
    settlement.hand_in(
        [
            ("P1", "12", "Lund", "2025-01", "10", "10000"),
            ("P1", "12", "Malmö", "2025-01", "10", "10000"),
            ("P1", "12", "Lund", "2025-02", "10", "10000"),
        ]
    )
    made = settlement.hand_in([("P1", "12", "Lund", "2025-01", "1", "1000")], taken=False)
    with settlement.office.engine.connect() as connection:
        summary = files.found(connection, made)["summary"]  # type: ignore[index]
        assert (summary["replaced"], summary["told"]) == (1, 1)
    files.take(settlement.office.engine, settlement.maker(), made)
    settlement.work()
    with settlement.office.engine.connect() as connection:
        now = files.sales(connection, ["P1"], Q1, files.newest(connection))
        before = files.sales(connection, ["P1"], Q1, 1)
    assert sorted((line.unit, line.month.month, int(line.amount)) for line in now) == [
        ("Lund", 1, 1000),
        ("Lund", 2, 10000),
    ]
    assert len(before) == 3


def test_thousands_of_rows_in_bulk_with_progress(settlement: Settlement) -> None:
    rows = [("P1", "12", f"Enhet {n}", "2025-01", "1", "1000") for n in range(12_000)]
    told: list[tuple[int, int]] = []
    read = read_file(SALES, csv(rows), lambda done, of: told.append((done, of)))
    assert told == [(5000, 12_000), (10_000, 12_000)]
    assert read.rows == 12_000
    settlement.hand_in(rows)
    with settlement.office.engine.connect() as connection:
        assert len(files.sales(connection, ["P1"], Q1, 1)) == 12_000


def test_a_workbook_tells_how_far_it_has_come_and_not_of_how_many() -> None:
    header = ("package", "region", "unit", "month", "volume", "amount")
    rows = [("P1", "12", f"Enhet {n}", "2025-01", 1, 1000) for n in range(6000)]
    told: list[tuple[int, int]] = []
    content = rows_to_xlsx([Sheet("Blad1", header, rows)], made_at=START)
    assert read_file(SALES, content, lambda done, of: told.append((done, of))).rows == 6000
    assert told == [(5000, 0)]


def key(year: int) -> Key:
    return Key(1, 1, "simple_discount", "P", "12", "A", date(year, 1, 1))


def test_the_states_share_by_year() -> None:
    """Four tenths in 2022, three in 2023, and from 2024 four tenths off the grant in advance."""
    due = {key(2022): kr("100.01"), key(2023): kr("100.01"), key(2024): kr("100.01"), key(2030): kr("1")}
    shares = {one.year: one for one in rules.state_share(Due.of(due))}
    assert {year: one.shares and one.shares.state for year, one in shares.items()} == {
        2022: kr("40.00"),
        2023: kr("30.00"),
        2024: kr("40.00"),
        2030: None,
    }
    assert [year for year, one in shares.items() if one.is_deducted] == [2022, 2023]


amounts = st.integers(min_value=-100_000, max_value=100_000).map(lambda cents: Decimal(cents).scaleb(-2))
dues = st.dictionaries(st.builds(key, st.integers(2022, 2030)), amounts, max_size=6).map(Due.of)


@given(dues, dues, dues)
def test_differences_add_up_to_the_last(one: Due, two: Due, three: Due) -> None:
    steps = [rules.difference(one, NOTHING), rules.difference(two, one), rules.difference(three, two)]
    assert sum(rules.total(step) for step in steps) == rules.total(three)
    assert rules.difference(one, one) == {}
    whole = Counter(three)
    whole.subtract(one)
    assert rules.difference(three, one) == {key: amount for key, amount in whole.items() if amount}


@given(st.lists(amounts, max_size=20), st.integers(1, 9))
def test_every_page_carries_its_sum_to_the_next(found: list[Decimal], size: int) -> None:
    pages = rules.paged([((number,), amount) for number, amount in enumerate(found)], size)
    assert pages[0].brought == 0
    assert all(page.carried == after.brought for page, after in pairwise(pages))
    assert pages[-1].carried == sum(found)
    assert sum(len(page.rows) for page in pages) == len(found)
