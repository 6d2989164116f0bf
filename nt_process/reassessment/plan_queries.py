"""Reads of evidence plans: for the council's side, the plan's company and the regions, each as far as it is theirs."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.reassessment.errors import ReassessmentError

# Of the letter of intent the council's side and the company read; of an agreement that it is there, once it has been sent.
_SEEN = """((:internal AND conflict_of_interest(p.case_id, :person, acting_day()) IS NULL) OR :regions
    OR p.company_id = ANY (:companies))"""
_WHOLE = "(:internal OR p.company_id = ANY (:companies))"
_NEWEST = """
    JOIN LATERAL (SELECT * FROM evidence_plan_version x WHERE x.plan_id = p.id ORDER BY x.version DESC LIMIT 1) v ON true
"""
# Deliveries that count: their file, if there is one, has neither been stopped nor withdrawn.
_DELIVERED = """
    LEFT JOIN LATERAL (
        SELECT min(d.delivered_on) AS delivered_on FROM evidence_delivery d
        LEFT JOIN document f ON f.id = d.document_id LEFT JOIN examination x ON x.sha256 = f.sha256
        WHERE d.milestone_id = m.id AND f.withdrawn_at IS NULL AND coalesce(x.state, 'clean') <> 'quarantined'
    ) done ON true
"""
_DAY = """
    JOIN LATERAL (SELECT * FROM evidence_milestone_day x WHERE x.milestone_id = m.id ORDER BY x.number DESC LIMIT 1) y ON true
"""
_PLAN = f"""
    SELECT p.id, p.case_id, p.case_number, p.company_id, c.medicine, c.company, v.version, v.question, v.side,
           v.data_owner, v.register, CASE WHEN {_WHOLE} THEN v.intent ELSE '' END AS intent, v.person, v.at,
           v.agreement_id, EXISTS (
               SELECT FROM agreement a WHERE a.id = v.agreement_id AND (:internal OR a.sent_at IS NOT NULL)) AS of_agreement
    FROM evidence_plan p JOIN cases c ON c.id = p.case_id {_NEWEST}
    WHERE {_SEEN}
"""  # noqa: S608 - constants of this program
_ONE = sa.text(f"{_PLAN} AND p.id = :id")
_LIST = sa.text(f"""
    SELECT found.*, todo.next, coalesce(todo.done, 0) AS done, coalesce(todo.many, 0) AS many
    FROM ({_PLAN} AND (:number = '' OR p.case_number = :number)) found
    LEFT JOIN LATERAL (
        SELECT min(y.due) FILTER (WHERE done.delivered_on IS NULL) AS next, count(done.delivered_on) AS done,
               count(*) AS many
        FROM evidence_milestone m {_DAY} {_DELIVERED} WHERE m.plan_id = found.id
    ) todo ON true
    ORDER BY todo.next NULLS LAST, found.case_number, found.id LIMIT 500
""")  # noqa: S608 - constants of this program
_MILESTONES = sa.text(f"""
    SELECT m.id, m.what, m.responsible, y.number, y.due, y.reason, done.delivered_on
    FROM evidence_milestone m {_DAY} {_DELIVERED} WHERE m.plan_id = :id ORDER BY y.due, m.at, m.id
""")  # noqa: S608 - constants of this program
_MILESTONE = sa.text(f"""
    SELECT m.id, m.plan_id, m.what, m.responsible, y.number, y.due, done.delivered_on, p.case_number, p.company_id,
           p.case_id
    FROM evidence_milestone m JOIN evidence_plan p ON p.id = m.plan_id {_DAY} {_DELIVERED}
    WHERE m.id = :id AND {_SEEN}
""")  # noqa: S608 - constants of this program
_DELIVERIES = sa.text(f"""
    SELECT d.milestone_id, d.delivered_on, d.note, d.document_id, d.side, d.person, d.at, f.filename,
           coalesce(x.state, 'clean') AS examined, f.withdrawn_at
    FROM evidence_delivery d JOIN evidence_milestone m ON m.id = d.milestone_id JOIN evidence_plan p ON p.id = m.plan_id
    LEFT JOIN document f ON f.id = d.document_id LEFT JOIN examination x ON x.sha256 = f.sha256
    WHERE p.id = :id AND {_WHOLE} ORDER BY d.at, d.id
""")  # noqa: S608 - constants of this program
_AGREEMENTS = sa.text("""
    SELECT a.id, a.made_at FROM agreement a WHERE :internal AND a.case_number = :number ORDER BY a.made_at, a.id
""")
_VERSIONS = sa.text(
    "SELECT version, person, at FROM evidence_plan_version WHERE plan_id = :id ORDER BY version DESC"
)


def listed(connection: Connection, actor: SignedIn, number: str = "") -> list[Row]:
    """The plans with their next milestone's day and how many are delivered; what is due first."""
    return list(connection.execute(_LIST, {**_reader(actor), "number": number}).mappings())


def one_of(connection: Connection, actor: SignedIn, plan_id: str) -> Row:
    """One plan as it was written last. Raises ReassessmentError not_found."""
    row = connection.execute(_ONE, {**_reader(actor), "id": uuid.UUID(plan_id)}).mappings().first()
    if row is None:
        raise ReassessmentError("not_found")
    return row


def milestones(connection: Connection, plan_id: object) -> list[Row]:
    """The milestones of a plan that the caller has found, by their days."""
    return list(connection.execute(_MILESTONES, {"id": plan_id}).mappings())


def milestone(connection: Connection, actor: SignedIn, milestone_id: str) -> Row:
    """One milestone with its plan's case and company. Raises ReassessmentError not_found."""
    row = connection.execute(_MILESTONE, {**_reader(actor), "id": uuid.UUID(milestone_id)}).mappings().first()
    if row is None:
        raise ReassessmentError("not_found")
    return row


def deliveries(connection: Connection, actor: SignedIn, plan_id: object) -> dict[Any, list[Row]]:
    """What has been delivered for each milestone (by id), for the council's side and the company."""
    found: dict[Any, list[Row]] = {}
    for row in connection.execute(_DELIVERIES, {**_reader(actor), "id": plan_id}).mappings():
        found.setdefault(row["milestone_id"], []).append(row)
    return found


def versions(connection: Connection, plan_id: object) -> list[Row]:
    """Who wrote which version of a plan that the caller has found; the latest first."""
    return list(connection.execute(_VERSIONS, {"id": plan_id}).mappings())


def agreements(connection: Connection, actor: SignedIn, number: str) -> list[Row]:
    """The agreements of a case that a plan can be referred to by."""
    return list(connection.execute(_AGREEMENTS, {"internal": actor.is_internal, "number": number}).mappings())


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {
        "internal": actor.is_internal,
        "person": uuid.UUID(actor.id),
        "regions": "region_representative" in actor.roles,
        "companies": [uuid.UUID(one) for one in actor.company_ids],
    }
