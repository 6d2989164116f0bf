"""The sweep that makes signed recommendations public, at or after the instant that was signed for, once each.

In one transaction, which holds the case: the public row, the printed document among the case's own, the step of the
case's workflow that the position means, and the notices to the regions. Any number of schedulers may do it at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from nt_process.cases import store
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.filing import Held
from nt_process.cases.service import today_of, workflow_of
from nt_process.engine.decide import unchanged
from nt_process.engine.snapshot import evolve
from nt_process.identity.telling import tell_role
from nt_process.infra.database import driver_of
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.recommendations import pdf_job
from nt_process.recommendations.rules import document

# The step that a position means, in the order in which they are tried; what the case's state does not allow is left.
_STEPS: Mapping[str, tuple[str, ...]] = {
    document.FINAL: ("decide_recommendation",),
    document.INTERIM: ("publish_interim_wait", "renew_interim_wait"),
}

_RIPE = """
    s.recalled_at IS NULL AND s.publish_at <= :at
    AND NOT EXISTS (SELECT FROM publication p WHERE p.recommendation_id = s.recommendation_id)
"""
_DUE = sa.text(f"""
    SELECT s.id, r.case_id, s.pdf_sha256 IS NOT NULL AS printed
    FROM recommendation_signature s JOIN recommendation r ON r.id = s.recommendation_id
    WHERE {_RIPE} ORDER BY s.publish_at, s.id
""")  # noqa: S608 - a constant of this program
_LOCK = sa.text("SELECT FROM cases WHERE id = :case_id FOR UPDATE")
_ONE = sa.text(f"""
    SELECT s.*, r.case_id, r.case_number, r.number, r.kind, r.earlier_id, r.relation
    FROM recommendation_signature s JOIN recommendation r ON r.id = s.recommendation_id
    WHERE s.id = :id AND s.pdf_sha256 IS NOT NULL AND {_RIPE} FOR UPDATE OF s
""")  # noqa: S608 - a constant of this program
_PUBLISH = sa.text("""
    INSERT INTO publication (recommendation_id, signature_id, slug, case_number, kind, outcome, medicine, substance, atc,
        valid_to, content, text_hash, signed_by, earlier_id, relation, pdf_sha256, publish_at, published_at)
    SELECT s.recommendation_id, s.id, :slug, s.content ->> 'case', s.content ->> 'kind', s.content ->> 'outcome',
           s.content ->> 'medicine', s.content ->> 'substance', s.content ->> 'atc', (s.content ->> 'valid_to')::date,
           s.content, s.text_hash, s.person, :earlier, :relation, s.pdf_sha256, s.publish_at, :at
    FROM recommendation_signature s WHERE s.id = :id
""")
_TELL = sa.text("""
    INSERT INTO notice (person_id, case_id, kind, subject, created_at, mail, mail_after)
    SELECT DISTINCT p.id, CAST(:case_id AS uuid), 'recommendation_published', CAST(:recommendation AS text),
           CAST(:at AS timestamptz), CASE p.mail WHEN 'each' THEN 'pending' ELSE p.mail END, CAST(:at AS timestamptz)
    FROM membership m JOIN person p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.role = 'region_representative' AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
""")

log = structlog.get_logger()


def publish_due(engine: Engine, at: datetime) -> int:
    """Publish every signed recommendation whose instant has come by `at` (UTC) and whose document is printed; how many.

    One whose document is not printed yet waits for it, and has it asked for once more.
    """
    with engine.connect() as connection:
        due = connection.execute(_DUE, {"at": at}).all()
    published = 0
    for one in due:
        try:
            with engine.begin() as connection:
                if one.printed:
                    published += _publish(connection, {"id": one.id, "case_id": one.case_id, "at": at})
                else:
                    pdf_job.ask(connection, str(one.id), at)
        except (SQLAlchemyError, RuntimeError):
            # Whatever is wrong with this one, the next is to be public in time; this is tried again at the next sweep.
            log.exception("not_published", signature=str(one.id))
    if published:
        log.info("published", count=published)
    return published


def _publish(connection: Connection, given: Mapping[str, Any]) -> bool:
    """False when another scheduler was faster, or it has been recalled meanwhile."""
    # The case first, as every command does, so that none waits for the other.
    connection.execute(_LOCK, given)
    row = connection.execute(_ONE, given).mappings().first()
    if row is None:
        return False
    named = {"slug": document.slug(row["case_number"], row["number"]), "earlier": row["earlier_id"]}
    connection.execute(_PUBLISH, {**given, **named, "relation": row["relation"]})
    _note(connection, row, given["at"])
    try:
        with connection.begin_nested():
            reasons = _file(connection, row, given["at"])
    except (Refused, CaseNotFound, OperationError) as error:
        # Whoever signed may act no more. It is public all the same; the secretariat adds the document by hand.
        log.warning("not_filed", case=row["case_number"], exc_info=error)
        reasons = tuple(one.code for one in error.reasons) if isinstance(error, Refused) else ("not_filed",)
    if reasons:
        _tell_refused(connection, row, reasons, given["at"])
    told = {"case_id": row["case_id"], "recommendation": row["recommendation_id"], "at": given["at"]}
    connection.execute(_TELL, {**told, "today": today_of(given["at"])})
    return True


def _note(connection: Connection, row: Row, at: datetime) -> None:
    """Say it in the case's log."""
    stated = {"number": row["number"], "kind": row["kind"], "hash": row["text_hash"]}
    _log_event(connection, row, "recommendation_published", stated, at)


def _log_event(
    connection: Connection, row: Row, kind: str, stated: Mapping[str, object], at: datetime
) -> None:
    driver = driver_of(connection)
    loaded = store.load_as_system(driver, str(row["case_id"]))
    if loaded is None:
        raise RuntimeError(f"{row['case_number']} has no case")
    event = unchanged(loaded.case, kind, loaded.actor, "system", at, inputs=stated)
    store.write(driver, workflow_of(loaded.case), loaded, evolve(loaded.case, event), event)


def _tell_refused(connection: Connection, row: Row, reasons: Sequence[str], at: datetime) -> None:
    """What is public without its case having followed is seen: an event, and a task for the secretariat."""
    stated = {"recommendation": str(row["recommendation_id"]), "reasons": ", ".join(reasons)}
    _log_event(connection, row, "publication_step_refused", stated, at)
    tell_role(
        connection,
        "secretariat",
        "publication_step_refused",
        stated["recommendation"],
        at,
        case_id=row["case_id"],
    )


def _file(connection: Connection, row: Row, at: datetime) -> tuple[str, ...]:
    """Put the document among the case's, in the name of who signed, and take the step that the position means. The reasons
    for which no such step could be taken, none when one was.
    """
    content = row["content"]
    slug = document.slug(row["case_number"], row["number"])
    title = f"{content['label']['sv']}: {content['medicine']}"
    held = Held(connection, str(row["person_id"]), row["case_number"], at)
    held.add_document("recommendation", title, f"rekommendation-{slug}.pdf", row["pdf_sha256"], row["role"])
    stated = {"outcome": content["outcome"], "motivation": content["summary"]}
    if row["kind"] == document.INTERIM:
        stated = {"reason": content["summary"]}
    reasons: tuple[str, ...] = ()
    for step in _STEPS[row["kind"]]:
        try:
            held.take(step, stated)
        except Refused as refusal:
            reasons = reasons or tuple(one.code for one in refusal.reasons)
        else:
            return ()
    return reasons
