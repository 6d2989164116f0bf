"""The deadline report as values: chosen, counted and sorted, without a word of any language.

`compile_report` is a pure function of histories, so the same log gives the same report for ever. Each
format (page, PDF, spreadsheet, CSV, JSON) is drawn from the same Report.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from nt_process.engine.definition import PARTIES, PHASES, Text
from nt_process.engine.snapshot import Case
from nt_process.reporting.history import History, Workflows
from nt_process.reporting.rules import (
    AGE_LIMITS,
    OUTCOMES,
    UPCOMING_DAYS,
    ClockOutcome,
    StageTime,
    age_band,
    clock_outcomes,
    median,
    percentile_90,
    quarter_of,
    quarters_until,
    stage_times,
    whole_time,
)

TREND_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. The period bounds what was decided or ended in it, both days included.

    What lies ahead and what is open are always as of the day `as_of`. Empty narrows nothing.
    """

    as_of: date
    process: str = ""
    since: date | None = None
    until: date | None = None
    owner_id: str = ""

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Tally:
    """Clocks of one kind (or of all: `process` and `kind` empty) by outcome."""

    process: str
    kind: str
    label: Text | None
    basis: str
    counts: Mapping[str, int]
    met_target: int
    with_target: int

    @property
    def judged(self) -> int:
        """The denominator of the share: met and late."""
        return self.counts["met"] + self.counts["late"]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def share_met(self) -> Decimal | None:
        """met / (met + late), rounded half up to whole per cent as a fraction of 1; None without any."""
        return share(self.counts["met"], self.judged)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that had not ended on the day of the report. Ages are whole days."""

    case: Case
    phase: str
    label: Text
    age: int
    days_in_state: int
    overdue_clocks: int


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open cases in one state. `ages` counts them by age: under 90, 180 and 365 days, and older."""

    phase: str
    label: Text
    count: int
    ages: tuple[int, ...]
    median_age: Decimal
    oldest: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Duration:
    """How long cases stayed in one phase ("whole": from opening to end), in days.

    `count` cases have left it, in the period when there is one; `still_there` are there today and are
    left out, because how long they will stay is not known. `by_party` sums the days of those who left.
    """

    phase: str
    process: str
    count: int
    median_gross: Decimal | None
    p90_gross: Decimal | None
    median_net: Decimal | None
    p90_net: Decimal | None
    still_there: int
    gross_days: int
    suspended_days: int
    by_party: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Quarter:
    """What was decided, opened and ended in one quarter of a year."""

    year: int
    quarter: int
    met: int
    late: int
    opened: int
    ended: int

    @property
    def share_met(self) -> Decimal | None:
        return share(self.met, self.met + self.late)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report says. `clocks` and `stages` are the rows that all figures are counted from.

    `owners` are the owners, as (id, name), of all cases before the selection narrowed them.
    """

    selection: Selection
    owners: tuple[tuple[str, str], ...]
    cases: int
    opened: int
    ended: int
    clocks: tuple[ClockOutcome, ...]
    stages: tuple[StageTime, ...]
    total: Tally
    tallies: tuple[Tally, ...]
    outside_period: int
    overdue: tuple[ClockOutcome, ...]
    upcoming: tuple[ClockOutcome, ...]
    open_cases: tuple[OpenCase, ...]
    open_groups: tuple[OpenGroup, ...]
    waiting_for: Mapping[str, int]
    durations: tuple[Duration, ...]
    trend: tuple[Quarter, ...]

    @property
    def owner(self) -> str:
        """The name of the owner that the report is narrowed to; empty for all."""
        return dict(self.owners).get(self.selection.owner_id, self.selection.owner_id)


def share(part: int, whole: int) -> Decimal | None:
    """part / whole in whole per cent, rounded half up, as a fraction of 1; None when there is no whole."""
    return None if not whole else (Decimal(part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def compile_report(histories: Iterable[History], workflows: Workflows, selection: Selection) -> Report:
    """The report on the cases that the selection names, all of them folded up to its day `as_of`."""
    found = sorted(histories, key=lambda history: history.case.number)
    chosen = [history for history in found if _is_chosen(history.case, selection)]
    by_case = [(history, clock_outcomes(history)) for history in chosen]
    judged = [outcome for _, outcomes in by_case for outcome in outcomes]
    clocks = [outcome for outcome in judged if _in_period(outcome, selection)]
    stages = [stage for history in chosen for stage in (*stage_times(history), whole_time(history))]
    cases = [history.case for history in chosen]
    open_cases = [
        _open_case(history, outcomes, workflows) for history, outcomes in by_case if not history.case.terminal
    ]
    upcoming = [one for one in judged if one.days_left is not None and one.days_left <= UPCOMING_DAYS]
    return Report(
        selection=selection,
        owners=_owners([history.case for history in found]),
        cases=len(cases),
        opened=sum(selection.covers(case.opened_on) for case in cases),
        ended=sum(case.terminal and selection.covers(case.state_since) for case in cases),
        clocks=tuple(clocks),
        stages=tuple(stages),
        total=_tally("", "", None, "", clocks),
        tallies=_tallies(clocks, workflows),
        outside_period=len(judged) - len(clocks),
        overdue=tuple(sorted((o for o in judged if o.is_overdue), key=lambda o: (-o.days_over, _place(o)))),
        upcoming=tuple(sorted(upcoming, key=lambda o: (o.days_left, _place(o)))),
        open_cases=tuple(open_cases),
        open_groups=_open_groups(open_cases),
        waiting_for=_ordered(Counter(one.case.waits_for for one in open_cases)),
        durations=_durations(stages, selection),
        trend=_trend(judged, cases, selection),
    )


def _is_chosen(case: Case, selection: Selection) -> bool:
    by_process = not selection.process or case.process == selection.process
    return by_process and (not selection.owner_id or case.field("owner_id") == selection.owner_id)


def _owners(cases: Sequence[Case]) -> tuple[tuple[str, str], ...]:
    names = {
        str(case.field("owner_id")): str(case.field("owner")) for case in cases if case.field("owner_id")
    }
    return tuple(sorted(names.items(), key=lambda item: (item[1].casefold(), item[0])))


def _in_period(outcome: ClockOutcome, selection: Selection) -> bool:
    return outcome.decided_on is None or selection.covers(outcome.decided_on)


def _place(outcome: ClockOutcome) -> tuple[str, str]:
    return outcome.case.number, outcome.clock.key


def _ordered(by_party: Mapping[str, int]) -> dict[str, int]:
    """Parties in their one order, so that no two formats list them differently."""
    return {party: by_party[party] for party in PARTIES if by_party.get(party)}


def _tally(
    process: str, kind: str, label: Text | None, basis: str, outcomes: Sequence[ClockOutcome]
) -> Tally:
    counts = Counter(outcome.outcome for outcome in outcomes)
    aims = [outcome.met_target for outcome in outcomes if outcome.met_target is not None]
    return Tally(process, kind, label, basis, {name: counts[name] for name in OUTCOMES}, sum(aims), len(aims))


def _tallies(clocks: Sequence[ClockOutcome], workflows: Workflows) -> tuple[Tally, ...]:
    """One for each kind of clock in each process, in the order of the process's newest file."""
    groups: defaultdict[tuple[str, str], list[ClockOutcome]] = defaultdict(list)
    for outcome in clocks:
        groups[outcome.case.process, outcome.clock.kind].append(outcome)
    tallies = []
    for process in sorted({process for process, _ in groups}):
        newest = workflows[process, max(version for name, version in workflows if name == process)]
        order = {kind: position for position, kind in enumerate(newest.clocks)}
        kinds = [kind for name, kind in groups if name == process]
        for kind in sorted(kinds, key=lambda kind: (order.get(kind, len(order)), kind)):
            outcomes = groups[process, kind]
            case = outcomes[-1].case
            rule = workflows[process, case.workflow_version].clocks[kind]
            tallies.append(_tally(process, kind, rule.label, rule.basis, outcomes))
    return tuple(tallies)


def _open_case(history: History, outcomes: Sequence[ClockOutcome], workflows: Workflows) -> OpenCase:
    case = history.case
    state = workflows[case.process, case.workflow_version].states[case.state]
    return OpenCase(
        case=case,
        phase=history.stays[-1].phase,
        label=state.labels["secretariat"],
        age=history.elapsed,
        days_in_state=(history.as_of - case.state_since).days,
        overdue_clocks=sum(outcome.is_overdue for outcome in outcomes),
    )


def _open_groups(open_cases: Sequence[OpenCase]) -> tuple[OpenGroup, ...]:
    """By phase and by what the state is called, so that processes that call it the same stand together."""
    groups: defaultdict[tuple[str, Text], list[OpenCase]] = defaultdict(list)
    for one in open_cases:
        groups[one.phase, one.label].append(one)
    rows = []
    for (phase, label), members in groups.items():
        ages = [one.age for one in members]
        middle = median(ages)
        bands = Counter(age_band(age) for age in ages)
        rows.append(
            OpenGroup(
                phase=phase,
                label=label,
                count=len(members),
                ages=tuple(bands[band] for band in range(len(AGE_LIMITS) + 1)),
                median_age=middle if middle is not None else Decimal(0),
                oldest=max(ages),
                overdue=sum(bool(one.overdue_clocks) for one in members),
            )
        )
    return tuple(sorted(rows, key=lambda row: (PHASES.index(row.phase), -row.count, row.label.en)))


def _durations(stages: Sequence[StageTime], selection: Selection) -> tuple[Duration, ...]:
    """For all processes together first and, when there are several, for each; phases in their order."""
    processes = sorted({stage.case.process for stage in stages})
    rows = []
    for process in ("", *processes) if len(processes) > 1 else processes:
        for phase in (*PHASES, "whole"):
            members = [s for s in stages if s.phase == phase and process in ("", s.case.process)]
            if members:
                rows.append(_duration(phase, process, members, selection))
    return tuple(rows)


def _duration(phase: str, process: str, stages: Sequence[StageTime], selection: Selection) -> Duration:
    left = [stage for stage in stages if stage.left_on is not None and selection.covers(stage.left_on)]
    gross, net = [stage.gross for stage in left], [stage.net for stage in left]
    by_party: Counter[str] = Counter()
    for stage in left:
        by_party.update(dict(stage.by_party))
    return Duration(
        phase=phase,
        process=process,
        count=len(left),
        median_gross=median(gross),
        p90_gross=percentile_90(gross),
        median_net=median(net),
        p90_net=percentile_90(net),
        still_there=sum(stage.left_on is None for stage in stages),
        gross_days=sum(gross),
        suspended_days=sum(gross) - sum(net),
        by_party=_ordered(by_party),
    )


def _trend(
    judged: Sequence[ClockOutcome], cases: Sequence[Case], selection: Selection
) -> tuple[Quarter, ...]:
    """The last eight quarters, or fewer when the period begins later. Only what lies in the period counts."""
    last = min(selection.until or selection.as_of, selection.as_of)
    counts: Counter[tuple[tuple[int, int], str]] = Counter()
    for outcome in judged:
        if outcome.decided_on is not None and selection.covers(outcome.decided_on):
            counts[quarter_of(outcome.decided_on), outcome.outcome] += 1
    for case in cases:
        if selection.covers(case.opened_on):
            counts[quarter_of(case.opened_on), "opened"] += 1
        if case.terminal and selection.covers(case.state_since):
            counts[quarter_of(case.state_since), "ended"] += 1
    first = quarter_of(selection.since) if selection.since else (0, 0)
    return tuple(
        Quarter(*name, *(counts[name, what] for what in ("met", "late", "opened", "ended")))
        for name in quarters_until(last, TREND_QUARTERS)
        if name >= first
    )
