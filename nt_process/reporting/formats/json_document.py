"""The deadline report as plain JSON values: stable English keys and codes, the same in every language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from nt_process.reporting.report import Duration, OpenGroup, Report, Tally
from nt_process.reporting.rules import AGE_LIMITS, ClockOutcome


def report_json(report: Report) -> dict[str, Any]:
    """The report as values that JSON can hold. Days are whole or half days, shares fractions of 1."""
    chosen = report.selection
    return {
        "as_of": chosen.as_of.isoformat(),
        "selection": {
            "process": chosen.process or None,
            "from": _day(chosen.since),
            "to": _day(chosen.until),
            "owner_id": chosen.owner_id or None,
        },
        "cases": {"total": report.cases, "opened": report.opened, "ended": report.ended},
        "time_limits": {
            "total": _tally(report.total),
            "by_kind": [_tally(tally) for tally in report.tallies],
            "outside_period": report.outside_period,
        },
        "overdue": [_clock(outcome) for outcome in report.overdue],
        "upcoming": [_clock(outcome) for outcome in report.upcoming],
        "open_cases": {
            "total": len(report.open_cases),
            "waiting_for": dict(report.waiting_for),
            "age_limits_days": list(AGE_LIMITS),
            "by_state": [_open_group(group) for group in report.open_groups],
        },
        "stages": [_duration(duration) for duration in report.durations],
        "trend": [
            {
                "year": row.year,
                "quarter": row.quarter,
                "met": row.met,
                "late": row.late,
                "share_met": _number(row.share_met),
                "cases_opened": row.opened,
                "cases_ended": row.ended,
            }
            for row in report.trend
        ],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    place = {"process": tally.process, "clock": tally.kind, "basis": tally.basis} if tally.kind else {}
    return {
        **place,
        **tally.counts,
        "judged": tally.judged,
        "share_met": _number(tally.share_met),
        "with_aim": tally.with_target,
        "met_within_aim": tally.met_target,
    }


def _clock(outcome: ClockOutcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "case": case.number,
        "process": case.process,
        "medicine": case.field("medicine") or "",
        "clock": outcome.clock.key,
        "due": _day(outcome.due),
        "days_over": outcome.days_over,
        "days_left": outcome.days_left,
        "state": case.state,
        "waits_for": case.waits_for,
        "owner": case.field("owner") or None,
    }


def _open_group(group: OpenGroup) -> dict[str, Any]:
    return {
        "phase": group.phase,
        "label": {"sv": group.label.sv, "en": group.label.en},
        "cases": group.count,
        "by_age": list(group.ages),
        "median_age": _number(group.median_age),
        "oldest": group.oldest,
        "with_overdue": group.overdue,
    }


def _duration(duration: Duration) -> dict[str, Any]:
    return {
        "phase": duration.phase,
        "process": duration.process or None,
        "cases": duration.count,
        "still_there": duration.still_there,
        "gross": {"median": _number(duration.median_gross), "p90": _number(duration.p90_gross)},
        "net": {"median": _number(duration.median_net), "p90": _number(duration.p90_net)},
        "days": {
            "gross": duration.gross_days,
            "suspended": duration.suspended_days,
            "by_party": dict(duration.by_party),
        },
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(value: Decimal | None) -> float | int | None:
    """JSON knows one kind of number; whole ones are written without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
