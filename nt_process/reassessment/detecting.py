"""What may reopen a case and can be found in the system itself: looked for once each morning, as the system.

Each search answers with happenings; which of them are new, their keys say. Of an agreement only that it is there and when
it ends is read, and nothing of what it says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.service import today_of
from nt_process.horizon.rules import comparable_name
from nt_process.prices.rules import change_percent
from nt_process.reassessment import clocks, rules
from nt_process.reassessment.clocks import Rule
from nt_process.reassessment.triggers import Happening, note

_FIRST_LOOK = sa.text("""
    INSERT INTO reassessment_look (day, at) VALUES (:day, :at) ON CONFLICT DO NOTHING RETURNING day
""")
_CASES = "json_to_recordset(CAST(:cases AS json)) AS k(number text, start date, name text)"
# The item that the case came from, or one that is called as its medicine is; where the list has said something new of the
# indication since.
_INDICATIONS = sa.text(f"""
    SELECT DISTINCT k.number, i.indication AS listed, c.indication AS held,
           (m.made_at AT TIME ZONE 'Europe/Stockholm')::date AS day
    FROM {_CASES} JOIN cases c ON c.number = k.number
    JOIN horizon_item i ON i.merged_into IS NULL AND CASE
        WHEN c.horizon_item_id IS NULL THEN i.names @> ARRAY[k.name]
        ELSE i.id = (SELECT coalesce(x.merged_into, x.id) FROM horizon_item x WHERE x.id = c.horizon_item_id) END
    JOIN LATERAL (
        SELECT f.made_at FROM horizon_change h JOIN horizon_import f ON f.id = h.import_id
        WHERE h.item_id = i.id AND h.field = 'indication' AND h.applied
          AND (f.imported_at AT TIME ZONE 'Europe/Stockholm')::date > k.start
        ORDER BY f.made_at DESC LIMIT 1
    ) m ON true
    ORDER BY k.number, day
""")  # noqa: S608 - constants of this program
# As the price register finds the packages of a case: by its substance or the name of its medicine.
_PRICES = sa.text(f"""
    SELECT k.number, p.article_number AS package, n.valid_from AS day, b.aip AS before, n.aip AS after,
           (SELECT one ->> 'after' FROM reopening_trigger t CROSS JOIN jsonb_array_elements(t.params -> 'packages') one
            WHERE t.case_id = c.id AND t.kind = 'price_change' AND t.happened_on > k.start
              AND one ->> 'package' = p.article_number ORDER BY t.happened_on DESC LIMIT 1) AS told
    FROM {_CASES} JOIN cases c ON c.number = k.number
    JOIN price_package p ON NOT p.parallel_import
        AND ((c.substance <> '' AND lower(p.substance) = lower(c.substance)) OR lower(p.product) = lower(c.medicine))
    JOIN LATERAL (
        SELECT l.aip, l.valid_from FROM list_price l
        WHERE l.package_id = p.id AND l.valid_from <= :today AND l.known_to IS NULL ORDER BY l.valid_from DESC LIMIT 1
    ) n ON n.aip IS NOT NULL AND n.valid_from > k.start
    JOIN LATERAL (
        SELECT l.aip FROM list_price l
        WHERE l.package_id = p.id AND l.valid_from <= k.start AND l.known_to IS NULL ORDER BY l.valid_from DESC LIMIT 1
    ) b ON b.aip IS NOT NULL
""")  # noqa: S608 - constants of this program
# The last day on which an agreement binds anybody; and one whose day to renew has passed without a later version.
_AGREEMENTS = sa.text(f"""
    SELECT k.number, a.id, 'ends' AS how, bound.last AS day
    FROM {_CASES} JOIN agreement a ON a.case_number = k.number
    CROSS JOIN LATERAL (
        SELECT CASE WHEN bool_or(upper(b.days) IS NULL) THEN NULL ELSE max(upper(b.days)) - 1 END AS last
        FROM agreement_binding b WHERE b.agreement_id = a.id AND NOT isempty(b.days)
    ) bound
    WHERE bound.last > k.start AND bound.last <= :until
    UNION ALL
    SELECT k.number, a.id, 'not_renewed', v.renew_by
    FROM {_CASES} JOIN agreement a ON a.case_number = k.number JOIN agreement_version v ON v.agreement_id = a.id
    WHERE v.renew_by > k.start AND v.renew_by < :today AND v.version = (
        SELECT max(b.version) FROM agreement_binding b WHERE b.agreement_id = a.id AND NOT isempty(b.days))
    ORDER BY 1, 4, 2
""")  # noqa: S608 - constants of this program
# What has been delivered and examined.
_EVIDENCE = sa.text(f"""
    SELECT k.number, m.id, min(d.delivered_on) AS day
    FROM {_CASES} JOIN evidence_plan p ON p.case_number = k.number JOIN evidence_milestone m ON m.plan_id = p.id
    JOIN evidence_delivery d ON d.milestone_id = m.id
    LEFT JOIN document f ON f.id = d.document_id LEFT JOIN examination x ON x.sha256 = f.sha256
    WHERE d.delivered_on >= k.start AND coalesce(x.state, 'clean') = 'clean' AND f.withdrawn_at IS NULL
    GROUP BY k.number, m.id ORDER BY 1, 3, 2
""")  # noqa: S608 - constants of this program
_JCA = sa.text(f"""
    SELECT k.number, d.id, (d.added_at AT TIME ZONE 'Europe/Stockholm')::date AS day
    FROM {_CASES} JOIN cases c ON c.number = k.number JOIN document d ON d.case_id = c.id
    LEFT JOIN examination x ON x.sha256 = d.sha256
    WHERE d.kind = 'jca_report' AND d.withdrawn_at IS NULL AND coalesce(x.state, 'clean') = 'clean'
      AND (d.added_at AT TIME ZONE 'Europe/Stockholm')::date > k.start
    ORDER BY 1, 3, 2
""")  # noqa: S608 - constants of this program
# What the follow-up has raised since: a region that stood out two quarters in a row.
_ALERTS = sa.text(f"""
    SELECT k.number, a.id, (a.at AT TIME ZONE 'Europe/Stockholm')::date AS day
    FROM {_CASES} JOIN publication p ON p.case_number = k.number
    JOIN followup_alert a ON a.recommendation_id = p.recommendation_id
    WHERE (a.at AT TIME ZONE 'Europe/Stockholm')::date >= k.start
    ORDER BY 1, 3, 2
""")  # noqa: S608 - constants of this program

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked through: the cases as JSON (number, start, name), the day, and the numbers of the rules."""

    cases: str
    today: date
    rule: Rule


def look_each_morning(engine: Engine, at: datetime) -> int:
    """Look for what may reopen cases, once each day (in Stockholm), whoever is first; how many new happenings there were."""
    with engine.begin() as connection:
        if connection.scalar(_FIRST_LOOK, {"day": today_of(at), "at": at}) is None:
            return 0
        found = look(connection, at)
    if found:
        log.info("reopening_triggers", count=found)
    return found


def look(connection: Connection, at: datetime) -> int:
    """Look for what may reopen cases, in the caller's transaction; how many new happenings there were."""
    today = today_of(at)
    starts: dict[str, clocks.Clock] = {}
    for one in clocks.every(connection, today):
        number = one.row["case_number"]
        if one.state != "closed" and (number not in starts or starts[number].start < one.start):
            starts[number] = one
    if not starts:
        return 0
    named = [
        {"number": number, "start": str(one.start), "name": comparable_name(one.row["medicine"])}
        for number, one in sorted(starts.items())
    ]
    asked = Look(json.dumps(named), today, clocks.rule(connection))
    return sum(note(connection, one, at) for search in SEARCHES for one in list(search(connection, asked)))


def _indications(connection: Connection, asked: Look) -> Iterator[Happening]:
    for row in connection.execute(_INDICATIONS, {"cases": asked.cases}):
        if rules.other_indication(row.listed, row.held):
            key = rules.key_of(row.listed)
            yield Happening(
                row.number, rules.NEW_INDICATION, key, row.day, params={"listed": row.listed[:2000]}
            )


def _prices(connection: Connection, asked: Look) -> Iterator[Happening]:
    rows = connection.execute(_PRICES, {"cases": asked.cases, "today": asked.today})
    prices = [
        rules.Price(
            row.number, row.package, row.day, row.before if row.told is None else Decimal(row.told), row.after
        )
        for row in rows
    ]
    for (number, day), moved in rules.price_happenings(prices, asked.rule.price_percent).items():
        packages = [
            {
                "package": one.package,
                "before": str(one.before),
                "after": str(one.after),
                "percent": str(change_percent(one.before, one.after)),
            }
            for one in moved
        ]
        yield Happening(number, rules.PRICE_CHANGE, str(day), day, params={"packages": packages})


def _agreements(connection: Connection, asked: Look) -> Iterator[Happening]:
    until = asked.today + timedelta(days=asked.rule.agreement_days)
    given = {"cases": asked.cases, "today": asked.today, "until": until}
    for row in connection.execute(_AGREEMENTS, given):
        key = f"{row.id} {row.how} {row.day}"
        yield Happening(
            row.number, rules.AGREEMENT_ENDS, key, row.day, params={"how": row.how, "agreement": str(row.id)}
        )


def _evidence(connection: Connection, asked: Look) -> Iterator[Happening]:
    for row in connection.execute(_EVIDENCE, {"cases": asked.cases}):
        yield Happening(
            row.number, rules.NEW_EVIDENCE, str(row.id), row.day, params={"milestone": str(row.id)}
        )


def _jca(connection: Connection, asked: Look) -> Iterator[Happening]:
    for row in connection.execute(_JCA, {"cases": asked.cases}):
        yield Happening(row.number, rules.JCA_UPDATED, str(row.id), row.day, params={"document": str(row.id)})


def _alerts(connection: Connection, asked: Look) -> Iterator[Happening]:
    for row in connection.execute(_ALERTS, {"cases": asked.cases}):
        yield Happening(row.number, rules.ALERT, str(row.id), row.day, params={"alert": str(row.id)})


SEARCHES: Sequence[Callable[[Connection, Look], Iterator[Happening]]] = (
    _indications,
    _prices,
    _agreements,
    _evidence,
    _jca,
    _alerts,
)
