"""Reads of follow-up. Each takes the actor; the policies leave out what a reader may not see, and so do the statements.

Of a quarter the newest figures hold: those of the newest version of the protocol and the last known file. `as_of` asks for
those that were known at an instant.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.followup.answering import SETTLED
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.regions import BY_CODE

_NEWEST = """
    SELECT DISTINCT ON (f.recommendation_id, f.quarter, f.measure) f.* FROM followup_figure f
    WHERE (CAST(:as_of AS timestamptz) IS NULL OR f.at <= :as_of)
    ORDER BY f.recommendation_id, f.quarter, f.measure, f.version DESC, f.known_number DESC
"""
# The protocol that holds: the newest approved version.
_HOLDS = """
    SELECT DISTINCT ON (x.recommendation_id) x.* FROM followup_protocol x
    JOIN followup_approval a ON a.recommendation_id = x.recommendation_id AND a.version = x.version
    ORDER BY x.recommendation_id, x.version DESC
"""
_OPEN = """
    NOT EXISTS (SELECT FROM followup_answer x WHERE x.alert_id = a.id AND x.verdict = ANY (:settled)
        AND x.id = (SELECT max(y.id) FROM followup_answer y WHERE y.alert_id = a.id))
"""
# The worst first: what varies most. A recommendation without figures stands last.
_LIST = sa.text(f"""
    WITH newest AS ({_NEWEST}), holds AS ({_HOLDS})
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.kind, p.outcome, p.medicine, p.published_at,
           p.content -> 'label' AS label, h.version, h.measure,
           q.id AS figure_id, q.quarter, q.rate, q.expected, q.of_expected, q.variation,
           q.gini, q.ratio, q.by_chance, q.regions_told, q.regions_hidden,
           (SELECT count(*) FROM followup_alert a WHERE a.recommendation_id = p.recommendation_id AND {_OPEN}) AS alerts
    FROM publication p LEFT JOIN holds h ON h.recommendation_id = p.recommendation_id
    LEFT JOIN LATERAL (
        SELECT * FROM newest n WHERE n.recommendation_id = p.recommendation_id AND n.measure = h.measure
        ORDER BY n.quarter DESC LIMIT 1
    ) q ON true
    WHERE p.kind = 'final' AND (:all OR h.version IS NOT NULL)
    ORDER BY h.version IS NULL, q.variation DESC NULLS LAST, p.published_at DESC, p.slug LIMIT 500
""")  # noqa: S608 - constants of this program
_ONE = sa.text("""
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.kind, p.outcome, p.medicine, p.content, p.published_at
    FROM publication p WHERE p.recommendation_id = :id AND p.kind = 'final'
""")
_VERSIONS = sa.text("""
    SELECT x.*, a.person AS approver, a.at AS approved_at FROM followup_protocol x
    LEFT JOIN followup_approval a ON a.recommendation_id = x.recommendation_id AND a.version = x.version
    WHERE x.recommendation_id = :id AND (:all OR a.version IS NOT NULL) ORDER BY x.version
""")
_FIGURES = sa.text(f"""
    SELECT * FROM ({_NEWEST}) f WHERE f.recommendation_id = :id ORDER BY f.measure, f.quarter
""")  # noqa: S608 - a constant of this program
_REGIONS = sa.text("""
    SELECT g.* FROM followup_region_figure g
    WHERE g.figure_id = ANY (:figures) AND (CAST(:own AS text) IS NULL OR g.county_code = :own) ORDER BY g.county_code
""")
# What a figure of its quarter hides, an alert does not give away: only the region itself reads its own rate then.
_ALERTS = sa.text(f"""
    SELECT a.id, a.recommendation_id, a.county_code, a.direction, a.began, a.quarter, a.expected, a.version, a.at,
           w.rate, w.rate_low, w.rate_high,
           p.medicine, p.case_number, p.slug, p.outcome, x.measure, {_OPEN} AS is_open,
           (SELECT y.verdict FROM followup_answer y WHERE y.alert_id = a.id ORDER BY y.id DESC LIMIT 1) AS verdict
    FROM followup_alert a JOIN publication p ON p.recommendation_id = a.recommendation_id
    JOIN followup_protocol x ON x.recommendation_id = a.recommendation_id AND x.version = a.version
    LEFT JOIN LATERAL (
        SELECT a.rate, a.rate_low, a.rate_high WHERE a.county_code = ANY (:own) OR NOT EXISTS (
            SELECT FROM followup_figure q JOIN followup_region_figure g ON g.figure_id = q.id
            WHERE q.recommendation_id = a.recommendation_id AND q.quarter = a.quarter AND q.measure = x.measure
              AND g.county_code = a.county_code AND g.is_hidden)
    ) w ON true
    WHERE (CAST(:id AS uuid) IS NULL OR a.id = :id)
      AND (CAST(:recommendation AS uuid) IS NULL OR a.recommendation_id = :recommendation)
      AND (:region = '' OR a.county_code = :region)
      AND (:council OR a.county_code = ANY (:own))
    ORDER BY is_open DESC, a.at DESC, a.county_code, a.id LIMIT 500
""")  # noqa: S608 - a constant of this program
_ANSWERS = sa.text("SELECT * FROM followup_answer WHERE alert_id = :id ORDER BY id")
_OWN_REGIONS = sa.text("""
    SELECT DISTINCT o.county_code FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = :person AND m.role = 'region_representative' AND o.county_code IS NOT NULL
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY o.county_code
""")
# A region's own counts as they stand, also those that the others are not shown.
_OWN_COUNTS = sa.text("""
    SELECT DISTINCT ON (c.recommendation_id, c.quarter, c.measure) c.recommendation_id, c.quarter, c.measure, c.quantity,
           c.base, f.source, f.taken_at
    FROM followup_count c JOIN followup_file f ON f.id = c.file_id AND f.taken_number IS NOT NULL
    WHERE c.county_code = :region ORDER BY c.recommendation_id, c.quarter, c.measure, f.taken_number DESC
""")
_SOURCES = sa.text("""
    SELECT f.source, f.legal_basis, max(f.taken_at) AS taken_at, array_agg(DISTINCT c.quarter) AS quarters
    FROM followup_file f JOIN followup_count c ON c.file_id = f.id
    WHERE f.taken_number IS NOT NULL AND c.recommendation_id = :id GROUP BY f.source, f.legal_basis ORDER BY f.source
""")
# Of the agreements of a case: whether outcomes have been counted, and of which month the last. Nothing of what was agreed.
_OUTCOMES = sa.text("""
    SELECT a.id, o.name AS company, min(c.month) AS first, max(c.month) AS last
    FROM agreement a JOIN organisation o ON o.id = a.company_id
    JOIN settlement_count c ON c.agreement_id = a.id AND c.kind = 'outcome'
    JOIN settlement_file f ON f.id = c.file_id AND f.state = 'taken'
    WHERE a.case_number = :number AND :council AND conflict_of_interest(a.case_id, :person, :today) IS NULL
    GROUP BY a.id, o.name ORDER BY o.name, a.id
""")


_SAID = sa.text("""
    SELECT count(x.id) + count(DISTINCT a.id) FROM followup_alert a LEFT JOIN followup_answer x ON x.alert_id = a.id
    WHERE a.recommendation_id = :id
""")


@dataclass(frozen=True, slots=True)
class Followed:
    """A recommendation's follow-up as a reader sees it. `figures` are the newest of each measure and quarter, in order."""

    row: Row
    versions: Sequence[Row]
    figures: Sequence[Row]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def protocol(self) -> Row | None:
        """The version that holds."""
        return next((one for one in reversed(self.versions) if one["approved_at"] is not None), None)

    @property
    def newest(self) -> Row | None:
        return self.versions[-1] if self.versions else None

    def of(self, measure: str) -> list[Row]:
        """The figures of one measure, the earliest quarter first."""
        return [one for one in self.figures if one["measure"] == measure]


def listed(connection: Connection, actor: SignedIn, as_of: datetime | None = None) -> list[Row]:
    """Every published recommendation for the council's side, and for the regions those that are followed."""
    return fetch(connection, _LIST, {"all": actor.is_internal, "as_of": as_of, "settled": list(SETTLED)})


def followed(
    connection: Connection, actor: SignedIn | None, recommendation_id: str, as_of: datetime | None = None
) -> Followed | None:
    """One recommendation's follow-up; None where there is none for this reader. No actor: the system, for the council."""
    wanted = {"id": uuid.UUID(recommendation_id), "as_of": as_of}
    row = next(iter(fetch(connection, _ONE, wanted)), None)
    if row is None:
        return None
    sees_all = actor is None or actor.is_internal
    versions = fetch(connection, _VERSIONS, {**wanted, "all": sees_all})
    if not sees_all and not versions:
        return None
    return Followed(row, versions, fetch(connection, _FIGURES, wanted))


def regions(connection: Connection, figure_ids: Sequence[Any], own: str | None = None) -> list[Row]:
    """What is told of each region in some figures, as it is shown to everyone who may read it."""
    return fetch(connection, _REGIONS, {"figures": list(figure_ids), "own": own})


def own_regions(connection: Connection, actor: SignedIn, today: date) -> list[str]:
    """The county codes of the regions that the reader may speak of."""
    rows = fetch(connection, _OWN_REGIONS, {"person": actor.id, "today": today})
    return [row["county_code"] for row in rows if row["county_code"] in BY_CODE]


def alerts(
    connection: Connection,
    actor: SignedIn,
    today: date,
    *,
    recommendation: str | None = None,
    region: str = "",
    alert: str | None = None,
) -> list[Row]:
    """Alerts, those that wait first: all for the council's side, and for a region its own."""
    given = {
        "id": uuid.UUID(alert) if alert else None,
        "recommendation": uuid.UUID(recommendation) if recommendation else None,
        "region": region,
        "council": actor.is_internal,
        "own": own_regions(connection, actor, today),
        "settled": list(SETTLED),
    }
    return fetch(connection, _ALERTS, given)


def all_alerts(connection: Connection, recommendation: str) -> list[Row]:
    """Every alert of a recommendation, for what the system prints for the council's side."""
    given = {
        "id": None,
        "recommendation": uuid.UUID(recommendation),
        "region": "",
        "council": True,
        "own": [],
    }
    return fetch(connection, _ALERTS, {**given, "settled": list(SETTLED)})


def answers(connection: Connection, alert_id: str) -> list[Row]:
    """What has been said of an alert that the reader may see."""
    return fetch(connection, _ANSWERS, {"id": uuid.UUID(alert_id)})


def said(connection: Connection, recommendation_id: str) -> int:
    """How many alerts and answers there are: what changes when something is said of an alert."""
    return int(connection.scalar(_SAID, {"id": uuid.UUID(recommendation_id)}) or 0)


def own_counts(connection: Connection, region: str) -> list[Row]:
    """What a region's own counts say; for the council's side and the region itself."""
    return fetch(connection, _OWN_COUNTS, {"region": region})


def told_by(connection: Connection, recommendation_id: str) -> list[Row]:
    """Which sources have told of a recommendation, on what ground, and of which quarters."""
    return fetch(connection, _SOURCES, {"id": uuid.UUID(recommendation_id)})


def outcomes(connection: Connection, actor: SignedIn, case_number: str, today: date) -> list[Row]:
    """For the council's side: which agreements of a case have outcomes counted. Existence and months only."""
    given = {"number": case_number, "council": actor.is_internal, "person": actor.id, "today": today}
    return fetch(connection, _OUTCOMES, given)
