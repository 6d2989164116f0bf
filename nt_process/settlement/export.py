"""A statement as rows: by clause and package for each region or unit, in a workbook and on printed pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from nt_process.infra.spreadsheet import Cell, Sheet, rows_to_xlsx
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.regions import BY_CODE
from nt_process.settlement import papers, rules, texts
from nt_process.settlement.papers import Statement

ROWS_A_PAGE = 34

Line = tuple[tuple[object, ...], Decimal]


def lines(statement: Statement) -> list[Line]:
    """By region or unit, package, version, clause and month; the sum of them is the statement's."""
    place = "region" if statement.party == papers.COMPANY else "unit"
    return rules.summed(statement.due, place, "package", "version", "clause", "kind", "month")


def totals(statement: Statement) -> list[Line]:
    """By region or unit alone."""
    return rules.summed(statement.due, "region" if statement.party == papers.COMPANY else "unit")


def named(statement: Statement, place: object) -> str:
    """A region by its name; a unit as its region calls it."""
    if statement.party == papers.COMPANY and str(place) in BY_CODE:
        return BY_CODE[str(place)].name
    return str(place)


def workbook(statement: Statement, title: str, language: str, made_at: datetime) -> bytes:
    """Two sheets, the sums and every line, each with its total; the totals are equal."""
    _ = translator(language)
    place = _(N_("Region")) if statement.party == papers.COMPANY else _(N_("Unit"))
    whole, due = _(N_("Total")), _(N_("Due, SEK"))
    sums = [[named(statement, name), amount] for (name,), amount in totals(statement)]
    rows: list[list[Cell]] = [
        [
            named(statement, at),
            str(package),
            _(texts.CLAUSE_MESSAGES[str(kind)]),
            str(clause),
            f"{month:%Y-%m}",
            amount,
        ]
        for (at, package, _version, clause, kind, month), amount in lines(statement)
    ]
    header = [place, _(N_("Package")), _(N_("Clause")), _(N_("Clause number")), _(N_("Month")), due]
    sheets = [
        Sheet(_(N_("Sums")), [place, due], [*sums, [whole, statement.sum]], title=title),
        Sheet(_(N_("Lines")), header, [*rows, [whole, "", "", "", "", statement.sum]], title=title),
    ]
    return rows_to_xlsx(sheets, made_at=made_at, title=_(N_("Statement of rebate")))
