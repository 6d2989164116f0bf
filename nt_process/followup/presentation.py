"""Figures in words and charts: the same for the page and the printed report, in either language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from nt_process.followup import charts, messages
from nt_process.followup.charts import Shown
from nt_process.followup.queries import Followed
from nt_process.followup.rules import quarters
from nt_process.infra.rows import Row
from nt_process.kernel.messages import N_, Translate
from nt_process.kernel.regions import BY_CODE, REGIONS, Region

INDICATOR = "indicator-"
_DASH = "–"


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region in a quarter: its row, and how it stands: a place, hidden, untold or unexpected."""

    region: Region
    row: Row | None
    standing: str


@dataclass(frozen=True, slots=True)
class Presenter:
    """Numbers and names in a language."""

    language: str
    translate: Translate

    def number(self, value: Decimal | int | None, decimals: int = 1) -> str:
        """A number with so many decimals; a dash for none."""
        if value is None:
            return _DASH
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(value, pattern, locale=self.language))

    def amount(self, value: Decimal | None) -> str:
        """A count, with decimals only where it has them."""
        return _DASH if value is None else str(format_decimal(value, "#,##0.##", locale=self.language))

    def interval(self, row: Row | None, name: str, decimals: int = 1) -> str:
        """A measure with its interval: 3,2 (2,1–4,8)."""
        if row is None or row[name] is None:
            return _DASH
        low, high = (self.number(row[f"{name}_{end}"], decimals) for end in ("low", "high"))
        return f"{self.number(row[name], decimals)} ({low}{_DASH}{high})"

    def percent(self, row: Row | None, name: str) -> str:
        """A share with its interval in percent: 23 % (18–29)."""
        if row is None or row[name] is None:
            return _DASH
        low, high = (self.number(100 * row[f"{name}_{end}"], 0) for end in ("low", "high"))
        return f"{self.number(100 * row[name], 0)} % ({low}{_DASH}{high})"

    def measure(self, code: str, protocol: Row | None) -> str:
        """What a measure is called: its own name, or the indicator's in the protocol."""
        if not code.startswith(INDICATOR):
            return self.translate(messages.MEASURE_MESSAGES[code])
        number = int(code.removeprefix(INDICATOR))
        known = protocol["indicators"] if protocol is not None else []
        if number <= len(known):
            return str(known[number - 1]["name"])
        return self.translate(N_("Indicator %(number)s"), number=number)

    def per(self, figure: Row) -> str:
        """What a rate is for."""
        if figure["scale"] == 100:
            return self.translate(N_("percent"))
        return self.translate(N_("for 100 000 inhabitants"))


def chosen_figure(followed: Followed, measure: str, quarter: str) -> Row | None:
    """The figure that is asked for; without such one the newest of the protocol's measure."""
    own = followed.protocol["measure"] if followed.protocol is not None else ""
    found = followed.of(measure) or followed.of(own)
    return next((one for one in found if one["quarter"].isoformat() == quarter), found[-1] if found else None)


def lines(rows: Sequence[Row]) -> list[RegionLine]:
    """All 21 regions, also those of which nothing is known."""
    by_code = {row["county_code"]: row for row in rows}
    return [
        RegionLine(region, by_code.get(region.code), standing(by_code.get(region.code))) for region in REGIONS
    ]


def standing(row: Row | None) -> str:
    """How a region stands: below, within, above, hidden, untold, or unexpected."""
    if row is None or not row["is_told"]:
        return "untold"
    if row["is_hidden"]:
        return "hidden"
    return str(row["place"] or "unexpected")


def by_rate(found: Sequence[RegionLine]) -> list[RegionLine]:
    """The highest rate first; those without one last, by name."""
    told = [one for one in found if one.row is not None and one.row["rate"] is not None]
    rest = [one for one in found if one.row is None or one.row["rate"] is None]
    return sorted(told, key=lambda one: (-(one.row or {})["rate"], one.region.name)) + rest


def regions_chart(found: Sequence[RegionLine], figure: Row, presenter: Presenter, title: str) -> str:
    """The regions with their intervals."""
    tones = {"below": "below", "within": "within", "above": "above"}
    shown = [
        Shown(
            one.region.name,
            None if one.row is None else one.row["rate"],
            None if one.row is None else one.row["rate_low"],
            None if one.row is None else one.row["rate_high"],
            tones.get(one.standing, "none"),
            presenter.number(one.row["rate"])
            if one.row is not None and one.row["rate"] is not None
            else presenter.translate(messages.PLACE_MESSAGES[one.standing]),
        )
        for one in by_rate(found)
    ]
    return charts.regions(title, shown, figure["expected"])


def quarters_chart(figures: Sequence[Row], presenter: Presenter, title: str) -> str:
    """The country over the quarters, the last eight of them."""
    shown = [
        Shown(
            quarters.named(one["quarter"]),
            one["rate"],
            one["rate_low"],
            one["rate_high"],
            "within",
            presenter.number(one["rate"]),
            one["expected"],
        )
        for one in figures[-8:]
    ]
    return charts.over_quarters(title, shown)


def tally(found: Sequence[RegionLine]) -> Mapping[str, int]:
    """How many regions stand how; they add up to all."""
    standings = [one.standing for one in found]
    return {name: standings.count(name) for name in messages.PLACE_MESSAGES if name in standings}


def region_name(code: str) -> str:
    return BY_CODE[code].name if code in BY_CODE else code
