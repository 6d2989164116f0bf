"""Time against limits: how long the cases took, gross and net, in whose court they lay, and which limits were met.

Medians and quartiles are of the cases that left a stage in the period; those still there are left out and counted beside.
A time limit belongs to the period in which it was met or became late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nt_process.engine.definition import PARTIES, PHASES
from nt_process.reporting.half_year.figures import Cell, Column, Row, Table, compared
from nt_process.reporting.half_year.seen import Seen
from nt_process.reporting.report import share
from nt_process.reporting.rules import OUTCOMES, StageTime, median

# Every stage up to and including the recommendation, together: the way to the decision.
BEFORE_INTRODUCTION = PHASES[: PHASES.index("recommendation") + 1]
STAGES = ("whole", "to_introduction", *(phase for phase in PHASES if phase != "closed"))
# Why a time limit is not in the share of those met: in the order of the deadline report.
EXCLUDED = OUTCOMES[2:]
_QUARTILES = (
    Column("count"),
    Column("q1_gross", "days"),
    Column("median_gross", "days"),
    Column("q3_gross", "days"),
    Column("q1_net", "days"),
    Column("median_net", "days"),
    Column("q3_net", "days"),
    Column("still_there"),
)


def tables(periods: Sequence[Seen]) -> list[Table]:
    """The part `time`."""
    now = periods[0]
    return [
        compared("time", "met", _met(periods)),
        _by_limit(now),
        compared("time", "excluded", _excluded(periods)),
        compared("time", "durations", _durations(periods)),
        _by_stage(now),
        _parties(now),
    ]


def _met(periods: Sequence[Seen]) -> list[Row]:
    totals = [seen.report.total for seen in periods]
    return [
        Row("met", tuple(one.counts["met"] for one in totals)),
        Row("late", tuple(one.counts["late"] for one in totals)),
        Row("judged", tuple(one.judged for one in totals)),
        Row("share_met", tuple(one.share_met for one in totals), unit="share"),
        Row("with_aim", tuple(one.with_target for one in totals)),
        Row("within_aim", tuple(share(one.met_target, one.with_target) for one in totals), unit="share"),
    ]


def _by_limit(seen: Seen) -> Table:
    """Each kind of limit that was judged in the period, or was there and is left out."""
    columns = ("met", "late", "share_met", *OUTCOMES[2:])
    return Table(
        "time",
        "limits",
        tuple(Column(name, "share" if name == "share_met" else "count") for name in columns),
        tuple(
            Row(
                f"limit:{one.process}:{one.kind}",
                (
                    one.counts["met"],
                    one.counts["late"],
                    one.share_met,
                    *(one.counts[name] for name in OUTCOMES[2:]),
                ),
                f"process:{one.process}",
            )
            for one in seen.report.tallies
        ),
    )


def _excluded(periods: Sequence[Seen]) -> list[Row]:
    return [
        Row(
            f"excluded:{name}",
            tuple(seen.report.total.counts[name] for seen in periods),
        )
        for name in EXCLUDED
    ]


def _durations(periods: Sequence[Seen]) -> list[Row]:
    """Median days, gross and net, with how many cases they are of, for each stage that some case left."""
    rows: list[Row] = []
    for stage in STAGES:
        found = [left(seen, stage) for seen in periods]
        if not any(found):
            continue
        group = f"phase:{stage}"
        rows += [
            Row("count", tuple(len(one) for one in found), group),
            Row("median_gross", tuple(median([s.gross for s in one]) for one in found), group, "days"),
            Row("median_net", tuple(median([s.net for s in one]) for one in found), group, "days"),
        ]
    return rows


def _by_stage(seen: Seen) -> Table:
    processes = sorted({stage.case.process for stage in seen.report.stages})
    rows = []
    for process in ("", *processes) if len(processes) > 1 else processes:
        for stage in STAGES:
            there = sum(
                one.left_on is None and one.phase in _of(stage) and process in ("", one.case.process)
                for one in seen.report.stages
            )
            gone = left(seen, stage, process)
            if gone or there:
                rows.append(Row(f"phase:{stage}", (*_quartiles(gone), there), f"process:{process or 'all'}"))
    return Table("time", "stages", _QUARTILES, tuple(rows))


def _of(stage: str) -> tuple[str, ...]:
    return BEFORE_INTRODUCTION if stage == "to_introduction" else (stage,)


def _quartiles(stages: Sequence[StageTime]) -> tuple[Cell, ...]:
    gross, net = [one.gross for one in stages], [one.net for one in stages]
    return (
        len(stages),
        quartile(gross, 1), median(gross), quartile(gross, 3),
        quartile(net, 1), median(net), quartile(net, 3),
    )  # fmt: skip


def _parties(seen: Seen) -> Table:
    """The days of the cases that left each stage, by the party whose move it was. They add up to the gross days."""
    rows = []
    for stage in STAGES:
        gone = left(seen, stage)
        if gone:
            by_party = tuple(sum(one.days_of(party) for one in gone) for party in PARTIES)
            gross, suspended = sum(one.gross for one in gone), sum(one.suspended for one in gone)
            rows.append(Row(f"phase:{stage}", (*by_party, gross, suspended)))
    names = (*(f"party:{party}" for party in PARTIES), "gross", "suspended")
    return Table("time", "parties", tuple(Column(name, "days") for name in names), tuple(rows))


def left(seen: Seen, stage: str, process: str = "") -> list[StageTime]:
    """The cases that left a stage in the period, for good as far as was known at its end; "" is all processes.

    `to_introduction`: those that left the recommendation, with all their days until then.
    """
    if stage == "to_introduction":
        return [_until_introduction(one, seen) for one in left(seen, "recommendation", process)]
    return [
        one
        for one in seen.report.stages
        if one.phase == stage
        and process in ("", one.case.process)
        and one.left_on is not None
        and seen.period.covers(one.left_on)
    ]


def _until_introduction(recommended: StageTime, seen: Seen) -> StageTime:
    """All of a case's stages before its introduction as one."""
    own = [
        one
        for one in seen.report.stages
        if one.case.number == recommended.case.number and one.phase in BEFORE_INTRODUCTION
    ]
    days = Counter[str]()
    for one in own:
        days.update(dict(one.by_party))
    return replace(
        recommended,
        phase="to_introduction",
        entered_on=recommended.case.opened_on,
        gross=sum(one.gross for one in own),
        suspended=sum(one.suspended for one in own),
        by_party=tuple(sorted(days.items())),
    )


def quartile(values: Sequence[int], number: int) -> Decimal | None:
    """The smallest value that at least `number` quarters of all do not exceed (nearest rank); None for no values."""
    ordered = sorted(values)
    return Decimal(ordered[-(-number * len(ordered) // 4) - 1]) if ordered else None
