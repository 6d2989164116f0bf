"""Price lists to test with, as files, and what the register holds after them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from nt_process.kernel.messages import translator
from nt_process.prices import imports
from nt_process.prices.imports import Report
from nt_process.prices.texts import row_reason
from tests.world import START, Office

HEADER = "Varunummer;Produktnamn;Substans;ATC-kod;Styrka;Form;Antal;Enhet;Företag;AIP;AUP;Gäller från;Gäller till;Parallellimport"
COLUMNS = dict(
    zip(
        ("vnr", "product", "substance", "atc", "strength", "form", "units", "unit", "company", "aip", "aup",
         "first", "last", "parallel"),
        ("012345", "Provastin", "provastinum", "A16AB01", "10 mg", "Tablett", "28", "tablett", "Älvdal Bio AB",
         "1 234,50", "1 300,75", "2025-01-01", "", "nej"),
        strict=True,
    )
)  # fmt: skip


def row(**cells: str) -> str:
    return ";".join((COLUMNS | cells).values())


def price_list(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows)).encode()


def take_in(office: Office, *rows: str, day: date | None = None, at: datetime = START) -> Report:
    file = imports.read_file("lista.csv", price_list(*rows), day)
    return imports.import_list(office.engine, file, at)


def outcome(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.rejected)


def reasons(report: Report, language: str = "en") -> dict[int, str]:
    return {number: row_reason(faults, translator(language)) for number, faults in report.rejected.items()}


def believed(office: Office, number: str = "012345") -> list[tuple[str, Decimal | None]]:
    """The prices that are believed now, by first day."""
    with office.engine.connect() as connection:
        found = connection.execute(
            sa.text("""
                SELECT l.valid_from::text, l.aip FROM list_price l JOIN price_package p ON p.id = l.package_id
                WHERE p.article_number = :number AND l.known_to IS NULL ORDER BY l.valid_from
            """),
            {"number": number},
        )
        return [(first, aip) for first, aip in found]


def scalar(office: Office, statement: str) -> object:
    with office.engine.connect() as connection:
        return connection.scalar(sa.text(statement))


def later(days: int) -> datetime:
    return START + timedelta(days=days)


def furnish(office: Office) -> dict[str, object]:
    """Two packages with a correction among their prices, and a price list that waits to be taken in."""
    take_in(
        office,
        row(),
        row(vnr="543210", product="Provastin Import", aip="990,00", aup="1 050,00", parallel="ja"),
    )
    take_in(
        office, row(aip="1200,00", aup="1290"), row(first="2025-07-01", aip="1100", aup="1200"), at=later(1)
    )
    file = imports.read_file(
        "nasta.csv", price_list(row(first="2026-02-01", aip="1000", aup="1100"), row(vnr="fel")), None
    )
    waiting = imports.upload(office.engine, file, later(2), office.actor("secretary"))
    return {"article_number": "012345", "form": "csv", "import_id": waiting, "day": "2025-08-01"}


def amounts(rows: Iterable[tuple[str, Decimal | None]]) -> list[tuple[str, str | None]]:
    return [(first, None if aip is None else f"{aip:.2f}") for first, aip in rows]
