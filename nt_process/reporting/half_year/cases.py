"""Cases and decisions: how many were opened, decided, ended and withdrawn, and where the open ones stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nt_process.engine.definition import PARTIES
from nt_process.reporting.half_year.facts import Published
from nt_process.reporting.half_year.figures import Column, Row, Table, compared
from nt_process.reporting.half_year.seen import Seen, Step

# Which actions of the processes decide something of the council's, and what. Benefit is TLV's to decide.
DECISIONS: Mapping[str, str] = {
    "decide_recommendation": "recommendation",
    "publish_interim_wait": "interim",
    "renew_interim_wait": "interim",
    "confirm_recommendation": "confirmed",
    "select": "selected",
    "do_not_select": "not_selected",
    "decline_application": "not_selected",
    "grant_price_increase": "price",
    "refuse_price_increase": "price",
    "tacit_approval": "price",
}
DECISION_KINDS = tuple(dict.fromkeys(DECISIONS.values()))
WITHDRAWALS = frozenset({"withdraw", "withdraw_price_increase"})
# The positions that a recommendation takes, in their order.
OUTCOMES = ("should", "can", "should_not", "wait")
FLOW = ("open_before", "opened", "ended", "open_after", "standing", "elsewhere", "decided", "withdrawn")


def flow(seen: Seen, process: str = "") -> dict[str, int]:
    """The counts of FLOW. Open before, and opened, less ended, is open after: always.

    standing: open cases of which a time limit stands still; elsewhere: open cases in which the move is not the
    council's. decided and withdrawn count cases, each once.
    """
    report = seen.report
    stages = [one for one in report.stages if one.phase == "whole" and process in ("", one.case.process)]
    opened = sum(seen.period.covers(one.case.opened_on) for one in stages)
    ended = sum(one.left_on is not None and seen.period.covers(one.left_on) for one in stages)
    still_open = [one.case for one in report.open_cases if process in ("", one.case.process)]
    steps = [step for step in seen.steps if process in ("", step.process)]
    return {
        "open_before": len(still_open) + ended - opened,
        "opened": opened,
        "ended": ended,
        "open_after": len(still_open),
        "standing": sum(
            any(clock.status == "suspended" for clock in case.open_clocks) for case in still_open
        ),
        "elsewhere": sum(case.waits_for != "council" for case in still_open),
        "decided": _cases(steps, DECISIONS),
        "withdrawn": _cases(steps, WITHDRAWALS),
    }


def _cases(steps: Iterable[Step], actions: Iterable[str]) -> int:
    wanted = frozenset(actions)
    return len({step.case for step in steps if step.action in wanted})


def tables(periods: Sequence[Seen], published: Sequence[Published]) -> list[Table]:
    """The parts `cases` and `decisions`. `periods` are the report's own and those before it."""
    return [
        compared("cases", "flow", _rows(FLOW, [flow(seen) for seen in periods])),
        _by_process(periods[0]),
        compared("cases", "waiting", _rows(PARTIES, [seen.report.waiting_for for seen in periods], "party")),
        compared("decisions", "kinds", _rows(DECISION_KINDS, [_kinds(seen) for seen in periods], "decision")),
        _outcomes(periods, published),
    ]


def _rows(codes: Iterable[str], counts: Sequence[Mapping[str, int]], kind: str = "") -> list[Row]:
    """A row for each code; of a kind only those that count anything."""
    rows = [
        Row(f"{kind}:{code}" if kind else code, tuple(one.get(code, 0) for one in counts)) for code in codes
    ]
    return [row for row in rows if not kind or any(row.cells)]


def _by_process(seen: Seen) -> Table:
    processes = sorted({stage.case.process for stage in seen.report.stages})
    return Table(
        "cases",
        "by_process",
        tuple(Column(name) for name in FLOW),
        tuple(Row(f"process:{process}", tuple(flow(seen, process).values())) for process in processes),
    )


def _kinds(seen: Seen) -> Counter[str]:
    """Decisions by kind; a case in which the same is decided twice counts twice."""
    return Counter(DECISIONS[step.action] for step in seen.steps if step.action in DECISIONS)


def _outcomes(periods: Sequence[Seen], published: Sequence[Published]) -> Table:
    """Recommendations by position: those of the report's period with and without conditions, and all of each period."""
    now = [one for one in published if periods[0].period.first <= one.day <= periods[0].day]

    def row(code: str) -> Row:
        own = [one for one in now if code in ("total", f"outcome:{one.outcome}")]
        counts = (
            sum(
                seen.period.first <= one.day <= seen.day and code in ("total", f"outcome:{one.outcome}")
                for one in published
            )
            for seen in periods
        )
        with_conditions = sum(one.has_conditions for one in own)
        return Row(code, (with_conditions, len(own) - with_conditions, *counts))

    codes = ("with_conditions", "without_conditions", "now", "before", "earlier")
    rows = [row("total"), *(row(f"outcome:{name}") for name in OUTCOMES)]
    return Table(
        "decisions",
        "outcomes",
        tuple(Column(code) for code in codes),
        tuple(one for one in rows if any(one.cells)),
    )
