"""Signing a recommendation for the instant at which it is to be public, and recalling it before then.

What is signed is the text that was approved, by its hash. From then on it is printed; the scheduler publishes it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import ProofNeeded
from nt_process.recommendations import pdf_job
from nt_process.recommendations.errors import RecommendationError
from nt_process.recommendations.rules import document, judging
from nt_process.recommendations.service import (
    content_of,
    held_recommendation,
    needs_check,
    newest,
    require_open,
    require_writer,
    role_of,
)
from nt_process.rights import COUNCIL_MEMBERS
from nt_process.sealed.room import PROOF_LASTS

_APPROVED = sa.text("""
    SELECT EXISTS (SELECT FROM recommendation_approval
        WHERE recommendation_id = :id AND version = :version AND text_hash = :hash)
""")
_SIGN = sa.text("""
    INSERT INTO recommendation_signature (id, recommendation_id, version, text_hash, content, person_id, person, role,
        proved_at, second_factor, at, publish_at)
    VALUES (:signature, :id, :version, :hash, CAST(:content AS jsonb), :person, :name, :role, :proved, :strong, :at,
        :publish_at)
""")
_RECALL = sa.text("""
    UPDATE recommendation_signature SET recalled_by = :by, recalled_at = :at
    WHERE recommendation_id = :id AND recalled_at IS NULL
""")


def sign(
    engine: Engine, maker: Maker, recommendation_id: str, version: int, typed: Mapping[str, str]
) -> datetime:
    """Sign the approved version, whose text (by its hash, `shown`) was shown, and give the instant of its publication.

    A member of the council does it, shortly after a proof of who they are. `publish_on` and `publish_clock` are Swedish
    time; nothing typed is at once. Raises BadInput, ProofNeeded, RecommendationError (not_allowed, changed, changed_text,
    not_approved, not_checked, signed, published, dropped).
    """
    if not COUNCIL_MEMBERS.allows(maker.actor.roles):
        raise RecommendationError("not_allowed")
    session = maker.actor.session
    if session is None or maker.at - session.confirmed_at > PROOF_LASTS:
        raise ProofNeeded
    wanted = judging.publish_at(typed.get("publish_on", ""), typed.get("publish_clock", ""), maker.at)
    if isinstance(wanted, Fault):
        raise BadInput(wanted)
    with held_recommendation(engine, maker, recommendation_id) as (connection, row, held):
        require_open(row)
        content = content_of(row, newest(connection, row, version), maker.today)
        shown = document.text_hash(content)
        given = {"id": row["id"], "version": version, "hash": shown}
        if shown != typed.get("shown"):
            raise RecommendationError("changed_text")
        if not connection.scalar(_APPROVED, given):
            raise RecommendationError("not_approved")
        if needs_check(connection, row["case_id"], given):
            raise RecommendationError("not_checked")
        signature = uuid.uuid4()
        given |= {
            "signature": signature,
            "content": json.dumps(content),
            "role": "council_member",
            "at": maker.at,
        }
        given |= {"person": maker.actor.id, "name": maker.actor.name, "publish_at": wanted}
        connection.execute(_SIGN, {**given, "proved": session.confirmed_at, "strong": session.strong})
        pdf_job.ask(connection, str(signature), maker.at)
        held.record("recommendation_signed", "council_member", {"version": version, "hash": shown})
    return wanted


def recall(engine: Engine, maker: Maker, recommendation_id: str) -> None:
    """Take back a signature whose recommendation is not public yet, so that it can be changed.

    Raises RecommendationError (not_signed, published).
    """
    require_writer(maker)
    with held_recommendation(engine, maker, recommendation_id) as (connection, row, held):
        if row["is_published"]:
            raise RecommendationError("published")
        done = connection.execute(_RECALL, {"id": row["id"], "by": maker.actor.name, "at": maker.at})
        if not done.rowcount:
            raise RecommendationError("not_signed")
        held.record("recommendation_recalled", role_of(maker), {})
