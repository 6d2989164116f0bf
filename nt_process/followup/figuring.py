"""The worker's part: what is told of each quarter is made once, when a file is taken in or a protocol approved.

What is made follows from what was known at that instant alone, so that whoever does it again makes the same; a row that is
there is left. Then every region's run of quarters is judged, and one that stands out is an alert for the secretariat.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases import store
from nt_process.cases.service import today_of, workflow_of
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import evolve
from nt_process.financing.data.populations import POPULATIONS
from nt_process.followup.rules import alerts, quarters
from nt_process.followup.rules.figures import (
    PER_CENT,
    PER_INHABITANTS,
    Counted,
    Expectation,
    Figures,
    Measure,
    Told,
    expected_rate,
    figures,
    rounded,
)
from nt_process.followup.rules.spread import Measured, Spread
from nt_process.infra import jobs
from nt_process.infra.database import driver_of
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.money import ONE

MAKING = "followup_figures"
_INDICATOR = "indicator-"

# The version that held at an instant, of the recommendations that are asked for.
_PROTOCOLS = sa.text("""
    SELECT DISTINCT ON (x.recommendation_id) x.*, p.outcome, p.case_number, r.case_id
    FROM followup_protocol x
    JOIN followup_approval a ON a.recommendation_id = x.recommendation_id AND a.version = x.version AND a.at <= :at
    JOIN publication p ON p.recommendation_id = x.recommendation_id
    JOIN recommendation r ON r.id = x.recommendation_id
    WHERE x.recommendation_id = ANY (:ids) ORDER BY x.recommendation_id, x.version DESC
""")
_IN_FILE = sa.text("""
    SELECT DISTINCT c.recommendation_id, c.quarter, c.measure, f.taken_number
    FROM followup_count c JOIN followup_file f ON f.id = c.file_id AND f.taken_number IS NOT NULL
    WHERE f.id = :file
""")
_NUMBER = sa.text("SELECT coalesce(max(taken_number), 0) FROM followup_file WHERE taken_at <= :at")
_COUNTS = sa.text("""
    SELECT DISTINCT ON (c.quarter, c.measure, c.county_code) c.quarter, c.measure, c.county_code, c.quantity, c.base
    FROM followup_count c JOIN followup_file f ON f.id = c.file_id
    WHERE c.recommendation_id = :id AND f.taken_number <= :known
    ORDER BY c.quarter, c.measure, c.county_code, f.taken_number DESC
""")
_FIGURE = sa.text("""
    INSERT INTO followup_figure (id, recommendation_id, quarter, measure, version, known_number, at, scale, regions_told,
        regions_hidden, total, base, rate, rate_low, rate_high, of_expected, expected, variation, variation_low,
        variation_high, gini, gini_low, gini_high, ratio, ratio_low, ratio_high, by_chance)
    VALUES (:id, :recommendation, :quarter, :measure, :version, :known, :at, :scale, :told, :hidden, :total, :base, :rate,
        :rate_low, :rate_high, :of_expected, :expected, :variation, :variation_low, :variation_high, :gini, :gini_low,
        :gini_high, :ratio, :ratio_low, :ratio_high, :by_chance)
    ON CONFLICT DO NOTHING RETURNING id
""")
_REGION = sa.text("""
    INSERT INTO followup_region_figure (figure_id, county_code, is_told, is_hidden, quantity, base, rate, rate_low,
        rate_high, of_expected, place)
    VALUES (:figure, :region, :is_told, :is_hidden, :quantity, :base, :rate, :rate_low, :rate_high, :of_expected, :place)
""")
# A run is told once, also when what is known of its beginning has changed since.
_ALERT = sa.text("""
    INSERT INTO followup_alert (id, recommendation_id, county_code, direction, began, quarter, rate, rate_low, rate_high,
        expected, version, known_number, at)
    SELECT :id, :recommendation, :region, :direction, :began, :quarter, :rate, :low, :high, :expected, :version, :known,
           :at
    WHERE NOT EXISTS (
        SELECT FROM followup_alert a WHERE a.recommendation_id = :recommendation AND a.county_code = :region
          AND a.direction = :direction AND a.quarter BETWEEN :began AND :last)
    ON CONFLICT DO NOTHING RETURNING id
""")
_LOCK_CASE = sa.text("SELECT FROM cases WHERE id = :case_id FOR UPDATE")
_TELL = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, CAST(:case_id AS uuid), 'followup_alert', CAST(:alert AS text), CAST(:at AS timestamptz),
           CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.role = 'secretariat' AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
""")

Which = tuple[date, str]
"""A quarter and a measure."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known of a recommendation: its protocol, the number of the last file, and the counts by region."""

    protocol: Row
    number: int
    counts: Mapping[Which, Mapping[str, Counted]]
    at: datetime


def ask_for_file(connection: Connection, file_id: str, at: datetime) -> None:
    """Have the figures made of what a file that is taken in at `at` tells of; in a transaction of the caller's."""
    jobs.ask(connection, MAKING, f"file {file_id}", {"file": file_id, "at": at.isoformat()}, at)


def ask_for_protocol(connection: Connection, recommendation_id: str, version: int, at: datetime) -> None:
    """Have all figures of a recommendation made anew, by a version that is approved at `at`."""
    params = {"recommendation": recommendation_id, "at": at.isoformat()}
    jobs.ask(connection, MAKING, f"protocol {recommendation_id} {version}", params, at)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part."""
    at = datetime.fromisoformat(params["at"])
    with engine.begin() as connection:
        wanted = _of_file(connection, params["file"]) if "file" in params else {}
        if "recommendation" in params:
            number = int(connection.scalar(_NUMBER, {"at": at}) or 0)
            wanted = {uuid.UUID(params["recommendation"]): (number, None)}
        for protocol in fetch(connection, _PROTOCOLS, {"ids": list(wanted), "at": at}):
            number, only = wanted[protocol["recommendation_id"]]
            counts = _counts(connection, protocol["recommendation_id"], number)
            _make(connection, _Known(protocol, number, counts, at), only)
    return b""


HANDLERS: Mapping[str, jobs.Handler] = {MAKING: make}


def _of_file(connection: Connection, file_id: str) -> dict[uuid.UUID, tuple[int, set[Which] | None]]:
    found: dict[uuid.UUID, tuple[int, set[Which] | None]] = {}
    for row in fetch(connection, _IN_FILE, {"file": file_id}):
        _, which = found.setdefault(row["recommendation_id"], (row["taken_number"], set()))
        if which is not None:
            which.add((row["quarter"], row["measure"]))
    return found


def _counts(
    connection: Connection, recommendation: uuid.UUID, number: int
) -> dict[Which, dict[str, Counted]]:
    """By quarter and measure, each region's count as it stood; inhabitants are those of the quarter."""
    found: dict[Which, dict[str, Counted]] = {}
    for row in fetch(connection, _COUNTS, {"id": recommendation, "known": number}):
        base = row["base"]
        if not row["measure"].startswith(_INDICATOR):
            base = Decimal(inhabitants(row["quarter"])[row["county_code"]])
        place = found.setdefault((row["quarter"], row["measure"]), {})
        place[row["county_code"]] = Counted(row["quantity"], base)
    return found


def inhabitants(quarter: date) -> Mapping[str, int]:
    """The regions' inhabitants on the last day before a quarter's end for which they are known; else on the first one."""
    known = [day for day in POPULATIONS if day <= quarters.last_day(quarter)]
    return POPULATIONS[max(known, default=min(POPULATIONS))]


def _make(connection: Connection, known: _Known, only: set[Which] | None) -> None:
    main = known.protocol["measure"]
    # What is counted besides waits for a version of the protocol that counts by it: only then is it known how much of it a
    # patient uses, and with that what is a small number.
    made = {
        (quarter, measure): of_quarter(known.protocol, quarter, measure, counted)
        for (quarter, measure), counted in known.counts.items()
        if measure == main or measure.startswith(_INDICATOR)
    }
    for which, one in made.items():
        if only is None or which in only:
            _store(connection, known, which, one)
    if only is None or any(measure == main for _, measure in only):
        of_main = {quarter: one for (quarter, measure), one in made.items() if measure == main}
        _judge(connection, known, of_main)


def of_quarter(protocol: Row, quarter: date, measure: str, counted: Mapping[str, Counted]) -> Figures:
    """The figures of one quarter: of the protocol's own measure against what it expects, or of an indicator."""
    if measure.startswith(_INDICATOR):
        return figures(counted, Measure(PER_CENT, ONE, protocol["hidden_below"]), Expectation())
    expected = Expectation(
        expected_rate(protocol["first_quarter"], protocol["path"], quarter),
        protocol["expected_patients"],
        sum(inhabitants(quarter).values()),
    )
    measured = Measure(PER_INHABITANTS, protocol["per_patient"], protocol["hidden_below"])
    return figures(counted, measured, expected)


def _store(connection: Connection, known: _Known, which: Which, made: Figures) -> None:
    quarter, measure = which
    total = made.total
    row = {
        "id": uuid.uuid4(),
        "recommendation": known.protocol["recommendation_id"],
        "quarter": quarter,
        "measure": measure,
        "version": known.protocol["version"],
        "known": known.number,
        "at": known.at,
        "scale": PER_CENT if measure.startswith(_INDICATOR) else PER_INHABITANTS,
        "told": len(made.regions),
        "hidden": len(made.hidden),
        "expected": rounded(made.expected),
        **_of_place(total),
        "total": total and total.quantity,
        **_of_spread(made.spread),
    }
    if connection.execute(_FIGURE, row).first() is None:
        return
    told = [
        {
            "figure": row["id"],
            "region": region,
            "is_told": region in made.regions,
            "is_hidden": region in made.hidden,
            **_of_place(None if region in made.hidden else made.regions.get(region)),
        }
        for region in sorted(inhabitants(quarter))
    ]
    connection.execute(_REGION, told)


def _of_place(told: Told | None) -> dict[str, object]:
    return {
        "quantity": told and told.quantity,
        "base": told and told.base,
        "rate": told and rounded(told.rate.value),
        "rate_low": told and rounded(told.rate.low),
        "rate_high": told and rounded(told.rate.high),
        "of_expected": told and rounded(told.of_expected),
        "place": told and told.place,
    }


def _of_spread(spread: Spread | None) -> dict[str, object]:
    return {
        "by_chance": None if spread is None else rounded(spread.by_chance),
        **_of_measure("variation", None if spread is None else spread.variation),
        **_of_measure("gini", None if spread is None else spread.gini),
        **_of_measure("ratio", None if spread is None else spread.ratio),
    }


def _of_measure(name: str, measured: Measured | None) -> dict[str, object]:
    return {
        name: measured and rounded(measured.value),
        f"{name}_low": measured and rounded(measured.low),
        f"{name}_high": measured and rounded(measured.high),
    }


def _judge(connection: Connection, known: _Known, made: Mapping[date, Figures]) -> None:
    """Raise the alerts that are new. What is judged is what was counted, also where it is not shown."""
    for region in sorted({region for one in made.values() for region in one.regions}):
        places = {
            quarter: one.regions[region].place for quarter, one in made.items() if region in one.regions
        }
        for run in alerts.runs(places, known.protocol["outcome"]):
            told = made[run.quarter].regions[region]
            row = {
                "id": uuid.uuid4(),
                "recommendation": known.protocol["recommendation_id"],
                "region": region,
                "direction": run.direction,
                "began": run.began,
                "quarter": run.quarter,
                "last": run.last,
                "rate": rounded(told.rate.value),
                "low": rounded(told.rate.low),
                "high": rounded(told.rate.high),
                "expected": rounded(made[run.quarter].expected),
                "version": known.protocol["version"],
                "known": known.number,
                "at": known.at,
            }
            if connection.execute(_ALERT, row).first() is not None:
                _tell(connection, known, row)


def _tell(connection: Connection, known: _Known, alert: Mapping[str, Any]) -> None:
    """Say it in the case's log, which names no region, and to the secretariat."""
    case_id = known.protocol["case_id"]
    connection.execute(_LOCK_CASE, {"case_id": case_id})
    driver = driver_of(connection)
    loaded = store.load_as_system(driver, str(case_id))
    if loaded is None:
        raise RuntimeError(f"{known.protocol['case_number']} has no case")
    stated = {"direction": alert["direction"], "quarter": quarters.named(alert["quarter"])}
    event = unchanged(loaded.case, "followup_alert", loaded.actor, "system", known.at, inputs=stated)
    store.write(driver, workflow_of(loaded.case), loaded, evolve(loaded.case, event), event)
    given = {"case_id": case_id, "alert": str(alert["id"]), "at": known.at, "today": today_of(known.at)}
    connection.execute(_TELL, given)
