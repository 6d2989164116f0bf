"""How the regions stand on a day: as a table, as a map, and what share of the population that covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nt_process.financing.data import populations
from nt_process.infra.rows import Row
from nt_process.kernel.regions import REGIONS, Region, find_region
from nt_process.negotiation import texts
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.rules.accession import Cover, Entry, Settled, Standing
from nt_process.web import region_map


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region on a day. `organisation_id` is None for a region that has no account here."""

    region: Region
    organisation_id: str | None
    standing: Standing
    inhabitants: int
    history: tuple[Row, ...]

    @property
    def tile_name(self) -> str:
        return region_map.name_on_tile(self.region)

    @property
    def tone(self) -> str:
        return texts.STANDING_TONES[self.standing.state]


@dataclass(frozen=True, slots=True)
class RegionPage:
    """The 21 regions on a day, and their cover of the population on `counted_on`."""

    day: date
    lines: list[RegionLine]
    cover: Cover
    counted_on: date
    version: int | None

    @property
    def tiles(self) -> list[RegionLine | None]:
        return region_map.grid({one.region.code: one for one in self.lines})

    def line_of(self, organisation_id: str) -> RegionLine | None:
        return next((one for one in self.lines if one.organisation_id == organisation_id), None)


def region_page(
    organisations: Sequence[Row], accessions: Sequence[Row], terms: Sequence[Row], day: date
) -> RegionPage:
    """Put together from the regions that there are, the ledger, and the versions of the terms."""
    accounts = {_code(row): str(row["id"]) for row in organisations}
    entries = [
        Entry(str(row["organisation_id"]), row["kind"], row["day"], row["version"]) for row in accessions
    ]
    versions = [Settled(row["version"], row["settled_on"]) for row in terms]
    counted_on = populations.LATEST_DAY
    inhabitants = populations.POPULATIONS[counted_on]
    lines = []
    for region in REGIONS:
        account = accounts.get(region.code)
        own = [one for one in entries if one.region == account]
        history = tuple(
            row for row in accessions if str(row["organisation_id"]) == account and row["day"] <= day
        )
        standing = rules.standing(own, versions, day)
        lines.append(RegionLine(region, account, standing, inhabitants[region.code], history))
    found = {one.region.code: one.standing for one in lines}
    return RegionPage(
        day, lines, rules.cover(found, inhabitants), counted_on, rules.version_on(versions, day)
    )


def _code(row: Row) -> str:
    """The region's county code, known by its name where it has none."""
    found = find_region(row["county_code"] or row["name"])
    return "" if found is None else found.code
