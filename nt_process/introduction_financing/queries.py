"""Reads of periods of introduction financing. Each takes the actor: the council's side and the regions see who pays from
when; amounts are the region's own, and of what was sold also the secretariat's, who handed it on.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.introduction_financing.regions import regions_here
from nt_process.introduction_financing.rules.period import Economy, Period, economy
from nt_process.kernel.search import prefix_query
from nt_process.rights import OWN_SIDE, Policy

MAX_SHOWN = 1000
SUMS = Policy(frozenset({"secretariat", "management"}))

_ROWS = """
    SELECT f.id, f.organisation_id, f.county_code, f.medicine, f.atc, f.indication, f.version, f.remind_months, f.remind_on,
           p.start_on, p.months, p.moves_on, p.because, c.number AS case_number,
           f.organisation_id = ANY (CAST(:own AS uuid[])) AS own
    FROM introduction_financing f
    JOIN introduction_period p ON p.financing_id = f.id AND p.version = f.version
    LEFT JOIN cases c ON c.id = f.case_id
    WHERE :may_read
"""
_LIST = sa.text(f"""{_ROWS}
      AND (:region = '' OR f.county_code = :region)
      AND (:q = '' OR to_tsvector('simple', search_fold(f.medicine || ' ' || f.atc || ' ' || f.indication))
                      @@ to_tsquery('simple', :q))
    ORDER BY p.moves_on < :today, p.moves_on, sv_sort(f.medicine), f.county_code, f.id LIMIT {MAX_SHOWN}
""")
_ONE = sa.text(f"{_ROWS} AND f.id = :id")
_OF_MEDICINE = sa.text(f"{_ROWS} AND f.atc = :atc ORDER BY f.county_code, p.start_on, f.id")
_PERIODS = sa.text("""
    SELECT version, start_on, months, moves_on, because, reason, person, at FROM introduction_period
    WHERE financing_id = :id AND :may_read ORDER BY version DESC
""")
# What counts: of a month what the region states goes before what was sold, and the newest before older ones.
_ACTUALS = sa.text("""
    SELECT DISTINCT ON (a.financing_id, a.month) a.financing_id, a.month, a.amount, a.origin, a.person, a.at
    FROM introduction_actual a
    WHERE a.financing_id = ANY (CAST(:ids AS uuid[]))
      AND (a.organisation_id = ANY (CAST(:own AS uuid[])) OR (:office AND a.origin = 'sales'))
    ORDER BY a.financing_id, a.month, a.origin = 'entered' DESC, a.id DESC
""")
_BUDGETS = sa.text("""
    SELECT DISTINCT ON (b.financing_id) b.financing_id, b.amount, b.person, b.at FROM introduction_budget b
    WHERE b.financing_id = ANY (CAST(:ids AS uuid[])) AND b.organisation_id = ANY (CAST(:own AS uuid[]))
    ORDER BY b.financing_id, b.id DESC
""")
_SUMS = sa.text("SELECT * FROM introduction_sums() WHERE :sums ORDER BY sv_sort(medicine), atc")


@dataclass(frozen=True, slots=True)
class FinancingFile:
    """A period as one reader sees it. `months`: what is known of its months, by the month; `money` is None for who sees
    no amounts of it."""

    row: Row
    versions: Sequence[Row]
    months: Mapping[date, Row]
    budget: Row | None
    money: Economy | None

    @property
    def period(self) -> Period:
        return period_of(self.row)


def period_of(row: Row) -> Period:
    return Period(row["start_on"], row["months"])


def periods(
    connection: Connection, actor: SignedIn, today: date, region: str = "", words: str = ""
) -> list[Row]:
    """The periods, those that end next first and those that have ended last; at most MAX_SHOWN."""
    given = {"region": region, "q": prefix_query(words), **_reader(connection, actor, today)}
    return list(connection.execute(_LIST, given).mappings())


def of_medicine(connection: Connection, actor: SignedIn, today: date, atc: str) -> list[Row]:
    """The periods of a medicine (its whole ATC code) in all regions."""
    return list(
        connection.execute(_OF_MEDICINE, {"atc": atc, **_reader(connection, actor, today)}).mappings()
    )


def financing_file(
    connection: Connection, actor: SignedIn, today: date, financing_id: uuid.UUID
) -> FinancingFile | None:
    """One period, or None when there is none for this reader."""
    given = {"id": financing_id, **_reader(connection, actor, today)}
    row = connection.execute(_ONE, given).mappings().first()
    if row is None:
        return None
    months = _actuals(connection, given, [financing_id]).get(financing_id, {})
    budget = _budgets(connection, given, [financing_id]).get(financing_id)
    money = None
    if row["own"] or months:
        money = _economy(row, budget, months)
    versions = connection.execute(_PERIODS, given).mappings().all()
    return FinancingFile(row, versions, months, budget, money)


def economies(
    connection: Connection, actor: SignedIn, today: date, rows: Sequence[Row]
) -> dict[uuid.UUID, Economy]:
    """How those of the periods stand of which the reader sees amounts, by id."""
    given, ids = _reader(connection, actor, today), [row["id"] for row in rows]
    actuals, budgets = _actuals(connection, given, ids), _budgets(connection, given, ids)
    return {
        row["id"]: _economy(row, budgets.get(row["id"]), actuals.get(row["id"], {}))
        for row in rows
        if row["own"] or row["id"] in actuals
    }


def sums(connection: Connection, actor: SignedIn) -> list[Row]:
    """Sums over regions, medicine by medicine, for the secretariat and the management; None where fewer than three
    regions have stated something."""
    return list(connection.execute(_SUMS, {"sums": SUMS.allows(actor.roles)}).mappings())


def _economy(row: Row, budget: Row | None, months: Mapping[date, Row]) -> Economy:
    amounts: dict[date, Decimal] = {month: one["amount"] for month, one in months.items()}
    return economy(period_of(row), None if budget is None else budget["amount"], amounts)


def _actuals(
    connection: Connection, given: Mapping[str, Any], ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, dict[date, Row]]:
    found: dict[uuid.UUID, dict[date, Row]] = {}
    for row in connection.execute(_ACTUALS, {**given, "ids": list(ids)}).mappings():
        found.setdefault(row["financing_id"], {})[row["month"]] = row
    return found


def _budgets(
    connection: Connection, given: Mapping[str, Any], ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Row]:
    rows = connection.execute(_BUDGETS, {**given, "ids": list(ids)}).mappings()
    return {row["financing_id"]: row for row in rows}


def _reader(connection: Connection, actor: SignedIn, today: date) -> dict[str, Any]:
    here = regions_here(connection, actor, today).values()
    return {
        "may_read": OWN_SIDE.allows(actor.roles),
        "own": [one.organisation_id for one in here if one.own],
        "office": "secretariat" in actor.roles,
        "today": today,
    }
