"""What regions have stated of who pays, as the rules ask for it: their own rules, their lists, their periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.financing.regional import CENTRAL, PRESCRIBER_UNIT, Introduction
from nt_process.infra.rows import Row
from nt_process.introduction_financing.rules.book import CostRule, Source, When
from nt_process.kernel.money import ZERO

# As known at an instant; what was stated after it is left out.
_RULES = sa.text("""
    SELECT * FROM (
        SELECT DISTINCT ON (id) * FROM cost_rule
        WHERE (CAST(:region AS text) IS NULL OR county_code = :region)
          AND (CAST(:known_at AS timestamptz) IS NULL OR at <= :known_at)
        ORDER BY id, version DESC
    ) r WHERE NOT removed ORDER BY county_code, kind DESC, valid_from, title, id
""")
_LISTED = sa.text("""
    SELECT * FROM (
        SELECT DISTINCT ON (county_code, year, atc) * FROM solidarity_listing
        WHERE (CAST(:region AS text) IS NULL OR county_code = :region)
          AND (CAST(:known_at AS timestamptz) IS NULL OR at <= :known_at)
        ORDER BY county_code, year, atc, id DESC
    ) l WHERE NOT removed ORDER BY year DESC, sv_sort(medicine), atc
""")
_PERIODS = sa.text("""
    SELECT f.county_code, f.atc, p.start_on, p.months FROM introduction_financing f
    JOIN LATERAL (
        SELECT * FROM introduction_period x WHERE x.financing_id = f.id
          AND (CAST(:known_at AS timestamptz) IS NULL OR x.at <= :known_at)
        ORDER BY x.version DESC LIMIT 1
    ) p ON true
    WHERE f.atc = :atc AND (CAST(:region AS text) IS NULL OR f.county_code = :region)
    ORDER BY p.start_on, f.id
""")


def own_rules(connection: Connection, region: str, known_at: datetime | None = None) -> tuple[CostRule, ...]:
    """A region's own rules, in the order in which they are tried: shares before introductions, as in the book."""
    return rules_of_all(connection, region, known_at).get(region, ())


def rules_of_all(
    connection: Connection, region: str | None = None, known_at: datetime | None = None
) -> Mapping[str, tuple[CostRule, ...]]:
    """The regions' own rules by county code; as known at an instant (UTC), or now."""
    found: dict[str, list[CostRule]] = defaultdict(list)
    for row in connection.execute(_RULES, {"region": region, "known_at": known_at}).mappings():
        found[row["county_code"]].append(rule_of(row))
    return {code: tuple(rules) for code, rules in found.items()}


def rule_of(row: Row) -> CostRule:
    """A stored rule as the rules try it."""
    is_share = row["kind"] == "share"
    central = Decimal(row["central_pct"] or 0)
    shares = tuple(
        (payer, share)
        for payer, share in (
            ((CENTRAL, central), (PRESCRIBER_UNIT, 100 - central))
            if is_share
            else ((PRESCRIBER_UNIT, Decimal(100)),)
        )
        if share
    )
    return CostRule(
        code=f"own_{row['kind']}",
        region=row["county_code"],
        titles={"sv": row["title"], "en": row["title"]},
        when=When(atc=(row["atc"],) if row["atc"] else (), introduction=not is_share),
        shares=shares,
        source=Source(row["origin"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        extra_cost=None if is_share else CENTRAL,
        months=row["months"],
        own_id=str(row["id"]),
    )


def listings(
    connection: Connection, region: str | None = None, known_at: datetime | None = None
) -> list[Row]:
    """What stands on the regions' lists, the latest year first."""
    return list(connection.execute(_LISTED, {"region": region, "known_at": known_at}).mappings())


def years_listed(rows: list[Row], region: str, atc: str) -> frozenset[int]:
    """The years in which a region's list has a medicine: with its code, or the beginning of it."""
    return frozenset(
        row["year"] for row in rows if row["county_code"] == region and atc.startswith(row["atc"])
    )


def introductions(
    connection: Connection, atc: str, region: str | None = None, known_at: datetime | None = None
) -> Mapping[str, tuple[Introduction, ...]]:
    """The periods of introduction financing of a medicine by county code, in the order of their first days."""
    found: dict[str, list[Introduction]] = defaultdict(list)
    given = {"atc": atc, "region": region, "known_at": known_at}
    for row in connection.execute(_PERIODS, given):
        found[row.county_code].append(Introduction(row.start_on, ZERO, row.months))
    return {code: tuple(periods) for code, periods in found.items()}
