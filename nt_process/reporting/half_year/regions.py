"""Money, agreements, introductions and access: what the regions have together, and what each of them does.

Of agreements there is only that they are there, which regions are bound and since when. Sums are those that the register
of releases has released, as it shows them; none is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from nt_process.kernel.money import ORE, ZERO
from nt_process.kernel.regions import REGIONS
from nt_process.reporting.half_year.facts import (
    Access,
    Agreement,
    Entry,
    Introduction,
    Published,
    Release,
)
from nt_process.reporting.half_year.figures import Column, Row, Table, compared
from nt_process.reporting.half_year.period import Period
from nt_process.reporting.half_year.seen import Seen
from nt_process.reporting.report import share
from nt_process.reporting.rules import median

# The lines of the joint budget: those of the proposal for a joint collaboration model of 2014 ("Budget för
# samverkansmodellen", 11 million SEK), and one for what none of them holds.
LINES = (
    "council",
    "delegation",
    "life_cycle",
    "market",
    "price_database",
    "website",
    "coordination",
    "other",
)
DECISIONS = ("follow", "limits", "not")
FOLLOWS = ("yes", "partly", "no")
# How many regions are bound: from so many.
_BANDS = (len(REGIONS), 11, 1)


def budget(periods: Sequence[Seen], entries: Sequence[Entry]) -> list[Table]:
    """The part `budget`: the whole budget of the period's years, and what was booked in the period and in those years.

    `entries` are the lines that hold for each year, and every cost.
    """
    now = periods[0]
    spent = tuple(_sum(_booked(entries, seen.period.first, seen.day)) for seen in periods)
    return [
        budget_lines(entries, now.period, now.day),
        compared("budget", "spent", [Row("spent_in_period", spent, unit="sek")] if any(spent) else []),
    ]


def budget_lines(entries: Sequence[Entry], period: Period, day: date) -> Table:
    """Each line of the years of a period, and all of them: planned, booked until `day`, left and the share used."""
    own = [one for one in entries if one.year in period.years]
    rows = []
    for line in (*(line for line in LINES if any(one.line == line for one in own)), "total"):
        of_line = [one for one in own if line in ("total", one.line)]
        planned = _sum(one.amount for one in of_line if one.day is None)
        in_years = _sum(_booked(of_line, date.min, day))
        used = (in_years / planned).quantize(Decimal("0.01"), ROUND_HALF_UP) if planned else None
        booked = _sum(_booked(of_line, period.first, day))
        rows.append(
            Row(
                line if line == "total" else f"line:{line}",
                (planned, booked, in_years, planned - in_years, used),
            )
        )
    columns = (
        Column("budget", "sek"),
        Column("spent_in_period", "sek"),
        Column("spent_in_year", "sek"),
        Column("left", "sek"),
        Column("used", "share"),
    )
    return Table("budget", "lines", columns, tuple(rows) if own else ())


def _booked(entries: Iterable[Entry], first: date, last: date) -> Iterator[Decimal]:
    """The costs that were booked on days from `first` to `last`."""
    return (one.amount for one in entries if one.day is not None and first <= one.day <= last)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO).quantize(ORE)


def agreements(
    periods: Sequence[Seen],
    found: Sequence[Agreement],
    releases: Sequence[Release],
    populations: Mapping[str, int],
) -> list[Table]:
    """The part `agreements`."""
    in_force = [[one.regions_on(seen.day) for one in found] for seen in periods]
    there = [[regions for regions in those if regions] for those in in_force]
    everyone = sum(populations.values())
    shares = [median([_basis_points(regions, populations, everyone) for regions in those]) for those in there]
    flow = [
        Row(
            "entered",
            tuple(sum(seen.period.first <= one.first <= seen.day for one in found) for seen in periods),
        ),
        Row(
            "agreements_ended",
            tuple(
                sum(
                    one.last is not None and seen.period.covers(one.last) and one.last < seen.day
                    for one in found
                )
                for seen in periods
            ),
        ),
        Row("in_force", tuple(len(one) for one in there)),
        *(Row(f"joined:{least}", tuple(_in_band(those, least) for those in there)) for least in _BANDS),
        Row(
            "population",
            tuple(None if one is None else (one / 10_000).quantize(Decimal("0.001")) for one in shares),
            unit="share",
        ),
    ]
    return [compared("agreements", "agreements", flow), _released(periods[0], releases)]


def _basis_points(regions: frozenset[str], populations: Mapping[str, int], everyone: int) -> int:
    return sum(populations.get(code, 0) for code in regions) * 10_000 // everyone if everyone else 0


def _in_band(those: Sequence[frozenset[str]], least: int) -> int:
    above = [band for band in _BANDS if band > least]
    return sum(least <= len(regions) < min(above, default=len(REGIONS) + 1) for regions in those)


def _released(seen: Seen, releases: Sequence[Release]) -> Table:
    """What the register of releases released in the period, as it shows it. None: not shown."""
    rows = [
        Row(f"release:{one.number}", (one.title, one.total))
        for one in sorted(releases, key=lambda one: one.number)
        if seen.period.first <= one.day <= seen.day
    ]
    return Table("agreements", "releases", (Column("title", "text"), Column("total", "msek")), tuple(rows))


def introductions(
    periods: Sequence[Seen], published: Sequence[Published], decided: Sequence[Introduction] | None
) -> list[Table]:
    """The part `introductions`: the regions' answers to the recommendations of each period, and what they then decided.

    Every share is of 21 regions for each recommendation, whether they have said anything or not.
    """
    tables = [compared("introductions", "answers", _answers(periods, published))]
    if decided is not None:
        tables += [
            compared("introductions", "decisions", _decisions(periods, published, decided)),
            compared("introductions", "reasons", _reasons(periods, decided)),
        ]
    return tables


def _final(period: Period, seen: Seen, published: Sequence[Published]) -> list[Published]:
    """The recommendations of a period that regions answer: not those to wait."""
    return [one for one in published if one.kind == "final" and period.first <= one.day <= seen.day]


def _answers(periods: Sequence[Seen], published: Sequence[Published]) -> list[Row]:
    own = [_final(seen.period, seen, published) for seen in periods]
    asked = [len(those) * len(REGIONS) for those in own]
    answers = [
        [
            follows
            for one in those
            for follows in {
                region: follows for region, day, follows in one.answers if day <= seen.day
            }.values()
        ]
        for seen, those in zip(periods, own, strict=True)
    ]
    counts = [Counter(those) for those in answers]
    return [
        Row("recommendations", tuple(len(those) for those in own)),
        Row("wanted", tuple(asked)),
        Row("answered", tuple(len(those) for those in answers)),
        Row(
            "share_answered",
            tuple(share(len(a), b) for a, b in zip(answers, asked, strict=True)),
            unit="share",
        ),
        *(Row(f"follows:{name}", tuple(one[name] for one in counts)) for name in FOLLOWS),
    ]


def _decisions(
    periods: Sequence[Seen], published: Sequence[Published], decided: Sequence[Introduction]
) -> list[Row]:
    own = [{one.name for one in _final(seen.period, seen, published)} for seen in periods]
    latest = [_latest(decided, seen, names) for seen, names in zip(periods, own, strict=True)]
    wanted = [len(names) * len(REGIONS) for names in own]
    counts = [Counter(one.decision for one in those) for those in latest]
    follow = [one["follow"] + one["limits"] for one in counts]
    return [
        Row("wanted", tuple(wanted)),
        *(Row(f"introduction:{name}", tuple(one[name] for one in counts)) for name in DECISIONS),
        Row("undecided", tuple(all_ - len(those) for all_, those in zip(wanted, latest, strict=True))),
        Row("share_following", tuple(share(*one) for one in zip(follow, wanted, strict=True)), unit="share"),
    ]


def _latest(decided: Sequence[Introduction], seen: Seen, names: set[str]) -> list[Introduction]:
    """What each region has decided last on each recommendation, by the last day of the period."""
    found: dict[tuple[str, str], Introduction] = {}
    for one in sorted(decided, key=lambda one: one.day):
        if one.day <= seen.day and one.recommendation in names:
            found[one.recommendation, one.region] = one
    return list(found.values())


def _reasons(periods: Sequence[Seen], decided: Sequence[Introduction]) -> list[Row]:
    """Decisions of each period that deviate, by reason."""
    counts = [
        Counter(
            one.reason
            for one in decided
            if one.decision != "follow" and seen.period.first <= one.day <= seen.day
        )
        for seen in periods
    ]
    reasons = sorted({reason for one in counts for reason in one})
    return [Row(f"reason:{reason}", tuple(one[reason] for one in counts)) for reason in reasons]


def access(periods: Sequence[Seen], measured: Sequence[Access] | None) -> list[Table]:
    """The part `access`: of each medicine the last quarter of the period that was measured."""
    if measured is None:
        return []
    now = periods[0]
    latest: dict[str, Access] = {}
    for one in sorted(measured, key=lambda one: one.quarter_ends):
        if now.period.first <= one.quarter_ends <= now.day:
            latest[one.name] = one
    columns = (
        Column("quarter", "text"),
        Column("regions"),
        Column("variation", "number"),
        Column("gini", "number"),
        Column("ratio", "number"),
    )
    rows = [
        Row(
            f"name:{name}",
            (one.quarter_ends.isoformat(), one.regions, *map(_rounded, (one.variation, one.gini, one.ratio))),
        )
        for name, one in sorted(latest.items())
    ]
    return [Table("access", "spread", columns, tuple(rows))]


def _rounded(measure: Decimal | None) -> Decimal | None:
    """With two decimals, half up; None stays none."""
    return None if measure is None else measure.quantize(Decimal("0.01"), ROUND_HALF_UP)
