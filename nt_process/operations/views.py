"""What operations asks: is it ready (/healthz), and how is it doing (/metrics)."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from nt_process import web

bp = Blueprint("operations", __name__)

_READY = sa.text("SELECT count(*) FROM workflow_version")
_FIGURES = sa.text("""
    SELECT (SELECT count(*) FROM cases WHERE NOT terminal) AS open_cases,
           (SELECT count(*) FROM cases WHERE NOT terminal AND next_due < :today) AS overdue_cases,
           (SELECT count(*) FROM clock WHERE remind_on <= :today) AS reminders_waiting,
           (SELECT count(*) FROM notice WHERE mail = 'pending') AS mail_pending,
           (SELECT count(*) FROM notice WHERE mail = 'failed') AS mail_failed,
           (SELECT coalesce(extract(epoch FROM :now - min(created_at)), 0)
            FROM notice WHERE mail = 'pending' AND mail_after <= :now) AS mail_oldest_seconds
""")
_HEARTBEATS = sa.text("SELECT process, extract(epoch FROM :now - at) AS age FROM heartbeat ORDER BY process")

_HELP = {
    "open_cases": "Cases that have not ended",
    "overdue_cases": "Open cases with a last day that has passed",
    "reminders_waiting": "Reminders that are due and not yet sent",
    "mail_pending": "Mail waiting to be sent",
    "mail_failed": "Mail given up after repeated attempts",
    "mail_oldest_seconds": "Age of the oldest mail that should have been sent",
}


@bp.get("/healthz")
def healthz() -> Response:
    """200 once the database answers with the schema in place; the error handler answers otherwise."""
    try:
        web.connection().execute(_READY).scalar_one()
    except sa.exc.SQLAlchemyError:
        return Response("database not ready\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@bp.get("/metrics")
def metrics() -> Response:
    """Figures for monitoring, in Prometheus's text format. No figure says anything about a single case."""
    registry = CollectorRegistry()
    web.act_as_system()
    parameters = {"now": web.now(), "today": web.today()}
    row = web.connection().execute(_FIGURES, parameters).mappings().one()
    for name, help_text in _HELP.items():
        Gauge(f"nt_{name}", help_text, registry=registry).set(float(row[name]))
    age = Gauge(
        "nt_heartbeat_age_seconds", "Since a process last said it was alive", ["process"], registry=registry
    )
    for beat in web.connection().execute(_HEARTBEATS, parameters):
        age.labels(beat.process).set(float(beat.age))
    return Response(generate_latest(registry), mimetype=CONTENT_TYPE_LATEST)
