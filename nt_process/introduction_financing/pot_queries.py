"""Reads of the pot: its terms, its medicines, the forecast year by year, and the reader's own region's part."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.financing.orphan_grant import OrphanProduct, Terms
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.introduction_financing.regions import regions_here
from nt_process.introduction_financing.rules import pot
from nt_process.introduction_financing.rules.pot import OwnShare, PotYear
from nt_process.rights import OWN_SIDE

_TERMS = sa.text("SELECT * FROM orphan_pot WHERE :may_read ORDER BY version DESC LIMIT 100")
_MEDICINES = """
    SELECT m.id, m.medicine, m.atc, m.indication, m.version, m.remind_months, m.remind_on, c.number AS case_number,
           x.start_on, x.ends_on, x.yearly_cost, x.reason, x.origin, x.person, x.at
    FROM orphan_medicine m JOIN orphan_exclusivity x ON x.medicine_id = m.id AND x.version = m.version
    LEFT JOIN cases c ON c.id = m.case_id
    WHERE :may_read
"""
_LIST = sa.text(f"{_MEDICINES} ORDER BY x.ends_on, sv_sort(m.medicine), m.id")
_ONE = sa.text(f"{_MEDICINES} AND m.id = :id")
_VERSIONS = sa.text("""
    SELECT * FROM orphan_exclusivity WHERE medicine_id = :id AND :may_read ORDER BY version DESC
""")
_SUMS = sa.text("SELECT year, told, amount FROM orphan_cost_sums() WHERE :may_read ORDER BY year")
_OWN = sa.text("""
    SELECT DISTINCT ON (organisation_id, year) organisation_id, year, amount, person, at FROM orphan_cost
    WHERE organisation_id = ANY (CAST(:own AS uuid[])) ORDER BY organisation_id, year DESC, id DESC
""")


@dataclass(frozen=True, slots=True)
class OwnYear:
    """What orphan drugs cost one of the reader's regions in a year; `share` is None while too few regions have told."""

    code: str
    row: Row
    share: OwnShare | None


@dataclass(frozen=True, slots=True)
class Pot:
    """The pot as one reader sees it. `years` is empty until its terms have been stated."""

    terms: Row | None
    history: Sequence[Row]
    medicines: Sequence[Row]
    told: Mapping[int, int]
    years: Sequence[PotYear]
    own: Sequence[OwnYear]

    @property
    def shortage(self) -> PotYear | None:
        return pot.first_shortage(self.years)


def the_pot(connection: Connection, actor: SignedIn | None, today: date) -> Pot:
    """Everything that the reader may know of the pot; None is the system, which prints what all may read."""
    given = _reader(connection, actor, today)
    history = connection.execute(_TERMS, given).mappings().all()
    medicines = connection.execute(_LIST, given).mappings().all()
    sums = connection.execute(_SUMS, given).mappings().all()
    years: list[PotYear] = []
    if history:
        outcomes: dict[int, Decimal] = {
            row["year"]: pot.in_millions(row["amount"]) for row in sums if row["amount"] is not None
        }
        products = [
            OrphanProduct(row["medicine"], row["yearly_cost"], row["start_on"], row["ends_on"])
            for row in medicines
        ]
        years = pot.forecast(products, outcomes, terms_of(history[0]), today)
    told = {row["year"]: row["told"] for row in sums}
    own = _own(connection, given, years)
    return Pot(history[0] if history else None, history, medicines, told, years, own)


def orphan(
    connection: Connection, actor: SignedIn, today: date, orphan_id: uuid.UUID
) -> tuple[Row, Sequence[Row]] | None:
    """A medicine of the pot, and what has been stated of it, the newest first; None when there is none."""
    given = {"id": orphan_id, **_reader(connection, actor, today)}
    row = connection.execute(_ONE, given).mappings().first()
    return None if row is None else (row, connection.execute(_VERSIONS, given).mappings().all())


def terms_of(row: Row) -> Terms:
    """The terms as the calculation takes them."""
    bases = {int(year): Decimal(level) for year, level in row["bases"].items()}
    return Terms(row["first_year"], row["pot"], row["indexation_pct"], shortage=row["way"], new_bases=bases)


def _own(connection: Connection, given: Mapping[str, Any], years: Sequence[PotYear]) -> list[OwnYear]:
    known = {one.row.year: one for one in years if one.outcome}
    codes = {str(one.organisation_id): one.code for one in given["regions"] if one.own}
    return [
        OwnYear(codes[str(row["organisation_id"])], row, _share(row, known.get(row["year"])))
        for row in connection.execute(_OWN, {"own": given["own"]}).mappings()
    ]


def _share(row: Row, year: PotYear | None) -> OwnShare | None:
    # Both amounts of the year are in millions, so their quotient is that of kronor too.
    return None if year is None else pot.share_of(row["amount"], year.row)


def _reader(connection: Connection, actor: SignedIn | None, today: date) -> dict[str, Any]:
    here = regions_here(connection, actor, today).values()
    return {
        "may_read": actor is None or OWN_SIDE.allows(actor.roles),
        "regions": list(here),
        "own": [one.organisation_id for one in here if one.own],
    }
