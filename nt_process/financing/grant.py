"""The state grant for the pharmaceutical benefit: its parts, and what each region receives.

Source: SKR, EkonomiNytt on the state grant 2023, tables 1, 2, 3 and 5. The needs model's price tags
per population group are not published, so the model's outcome per inhabitant is an input here; what
can be computed is how a grant follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.money import KRONA, ZERO, exact, largest_remainder


@dataclass(frozen=True, slots=True)
class GrantParts:
    """The agreed amounts of table 1 and what goes to SKR of them, million SEK."""

    benefit: Decimal
    other: Decimal
    hepatitis_c: Decimal
    sol_services: Decimal
    horizon_scanning: Decimal

    @property
    def gross(self) -> Decimal:
        return self.benefit + self.other + self.hepatitis_c

    @property
    def to_skr(self) -> Decimal:
        """What SKR passes on: prescription services and the horizon scanning membership."""
        return self.sol_services + self.horizon_scanning

    @property
    def to_regions(self) -> Decimal:
        """What is paid to the regions before the state's share of the rebate is taken off."""
        return self.gross - self.to_skr


@dataclass(frozen=True, slots=True)
class RegionGrant:
    """One region's grant in SEK. A figure that needs an unpublished input is None."""

    code: str
    grant_sek: Decimal
    share: Decimal
    population: int | None
    grant_sek_per_inh: Decimal | None
    previous_sek: Decimal | None
    change_sek: Decimal | None
    change_share: Decimal | None


@exact
def region_grants(
    grants: Mapping[str, Decimal],
    populations: Mapping[str, int] | None = None,
    previous: Mapping[str, Decimal] | None = None,
) -> list[RegionGrant]:
    """Each region's share of the grant, grant per inhabitant and change since the year before.

    `grants` and `previous` in SEK per region code, `populations` in inhabitants. share = grant /
    sum of grants; per inhabitant = grant / population; change = grant - previous, as an amount and
    as a share of `previous`. Nothing is rounded. Source: tables 2 and 5.
    """
    total = sum(grants.values(), ZERO)
    rows = []
    for code, grant in grants.items():
        population = populations[code] if populations else None
        before = previous[code] if previous else None
        rows.append(
            RegionGrant(
                code=code,
                grant_sek=grant,
                share=grant / total,
                population=population,
                grant_sek_per_inh=grant / population if population else None,
                previous_sek=before,
                change_sek=grant - before if before is not None else None,
                change_share=(grant - before) / before if before else None,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class DistributedGrant:
    """One region's part of a total, with its steps: SEK per inhabitant, then SEK."""

    code: str
    needs_sek_per_inh: Decimal
    scaled_needs_sek_per_inh: Decimal
    solidarity_net_sek_per_inh: Decimal
    grant_sek_per_inh: Decimal
    unrounded_sek: Decimal
    grant_sek: Decimal


@exact
def distribute(
    total_sek: Decimal,
    needs: Mapping[str, Decimal],
    populations: Mapping[str, int],
    solidarity_net: Mapping[str, Decimal],
) -> list[DistributedGrant]:
    """Distribute a grant of `total_sek` (whole SEK) by the needs model and the solidarity financing.

    `needs` and `solidarity_net` in SEK per inhabitant. The model cost is scaled so that its mean
    over all inhabitants equals the grant per inhabitant: scale = total / sum(population * needs).
    A region's grant = population * (scale * needs + solidarity net). In whole SEK the parts are
    set by largest remainder, so that they add up to the total. Source: "Modellkostnaden justeras
    sedan så att genomsnittet för samtliga regioner sammanfaller med det av staten avsatta
    statsbidraget", and table 5.

    Raises ValueError when the total is so small that a region's grant would be negative.
    """
    scale = total_sek / sum((needs[code] * populations[code] for code in needs), ZERO)
    per_inhabitant = {code: scale * needs[code] + solidarity_net[code] for code in needs}
    unrounded = {code: per_inhabitant[code] * populations[code] for code in needs}
    whole = largest_remainder(total_sek, unrounded, KRONA)
    return [
        DistributedGrant(
            code=code,
            needs_sek_per_inh=needs[code],
            scaled_needs_sek_per_inh=scale * needs[code],
            solidarity_net_sek_per_inh=solidarity_net[code],
            grant_sek_per_inh=per_inhabitant[code],
            unrounded_sek=unrounded[code],
            grant_sek=whole[code],
        )
        for code in needs
    ]
