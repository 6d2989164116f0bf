"""A party disputes what a run says of it, and the secretariat answers; both texts are sealed.

A dispute changes no run: where it is upheld, figures are corrected and a correction run says the difference.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.agreements.told import Binding
from nt_process.cases.filing import Held
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.faults import BadInput, Fault
from nt_process.sealed import room
from nt_process.sealed.rules import COMPANY, DELEGATION, REGION
from nt_process.settlement import papers, telling
from nt_process.settlement.errors import SettlementError, require_secretariat
from nt_process.settlement.runs import one_agreement, one_run, stated

VERDICTS = ("upheld", "rejected")
LONGEST = 5000

_OWN = sa.text("""
    SELECT s.party, s.organisation_id FROM settlement_statement s
    JOIN membership m ON m.organisation_id = s.organisation_id AND m.person_id = :person
        AND m.role IN ('company_contact', 'region_representative')
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    WHERE s.run_id = :run ORDER BY s.party LIMIT 1
""")
_RAISE = sa.text("""
    INSERT INTO settlement_dispute (id, run_id, party, organisation_id, raised_by, raised_at)
    VALUES (:id, :run, :party, :organisation, :person, :at)
""")
_ONE = sa.text("""
    SELECT d.id, d.run_id, d.party, d.organisation_id, d.state FROM settlement_dispute d WHERE d.id = :id
""")
_RESOLVE = sa.text("""
    UPDATE settlement_dispute SET state = :verdict, resolved_by = :person, resolved_at = :at
    WHERE id = :id AND state = 'open'
""")


def read_text(typed: str, column: str) -> str:
    """What is said in a dispute. Raises BadInput missing, too_long, bad_characters."""
    text = typed.replace("\r\n", "\n").strip()
    if not text:
        raise BadInput(Fault("missing", column=column))
    if len(text) > LONGEST:
        raise BadInput(Fault("too_long", column=column, params={"limit": LONGEST}))
    if any((ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise BadInput(Fault("bad_characters", column=column))
    return text


def own_statement(connection: Connection, maker: Maker, run_id: str) -> Row | None:
    """The statement of a run that is for an organisation the person speaks for."""
    given = {"person": maker.actor.id, "today": maker.today, "run": run_id}
    return next(iter(fetch(connection, _OWN, given)), None)


def run_of(connection: Connection, dispute_id: str) -> str | None:
    """Which run a dispute is about."""
    found = next(iter(fetch(connection, _ONE, {"id": dispute_id})), None)
    return None if found is None else str(found["run_id"])


def dispute(engine: Engine, maker: Maker, run_id: str, reason: str) -> str:
    """Dispute one's own statement of an approved run; returns the dispute's id.

    Raises BadInput, SettlementError not_found, not_a_party, changed (it is disputed already).
    """
    text, made = read_text(reason, "text"), str(uuid.uuid4())
    try:
        with engine.begin() as connection:
            run = one_run(connection, run_id)
            agreement = one_agreement(connection, run["agreement_id"])
            own = own_statement(connection, maker, run_id)
            if own is None or run["state"] != "approved":
                raise SettlementError("not_a_party")
            role = "company_contact" if own["party"] == papers.COMPANY else "region_representative"
            Held(connection, maker.actor.id, agreement.number, maker.at).record(
                "settlement_disputed", role, stated(run)
            )
            connection.execute(
                _RAISE,
                {
                    "id": made,
                    "run": run_id,
                    "party": own["party"],
                    "organisation": own["organisation_id"],
                    "person": maker.actor.id,
                    "at": maker.at,
                },
            )
            _seal(connection, agreement, made, own, text, 1, maker)
            telling.tell_office(connection, "settlement_disputed", run_id, agreement, maker)
    except IntegrityError:
        raise SettlementError("changed") from None
    return made


def resolve(engine: Engine, maker: Maker, dispute_id: str, verdict: str, answer: str) -> str:
    """Answer a dispute; returns the run's id. Raises BadInput, SettlementError not_found, not_allowed, changed."""
    require_secretariat(maker)
    if verdict not in VERDICTS:
        raise BadInput(Fault("missing", column="verdict"))
    text = read_text(answer, "answer")
    with engine.begin() as connection:
        found = next(iter(fetch(connection, _ONE, {"id": dispute_id})), None)
        if found is None:
            raise SettlementError("not_found")
        run = one_run(connection, str(found["run_id"]))
        agreement = one_agreement(connection, run["agreement_id"])
        held = Held(connection, maker.actor.id, agreement.number, maker.at)
        given = {"id": dispute_id, "verdict": verdict, "person": maker.actor.id, "at": maker.at}
        if connection.execute(_RESOLVE, given).rowcount == 0:
            raise SettlementError("changed")
        held.record("settlement_resolved", "secretariat", {**stated(run), "verdict": verdict})
        _seal(connection, agreement, dispute_id, found, text, 2, maker)
        telling.tell_party(
            connection, "settlement_resolved", run["id"], found["organisation_id"], agreement, maker
        )
    return str(run["id"])


def _seal(
    connection: Connection,
    agreement: Binding,
    dispute_id: str,
    of: Row,
    text: str,
    version: int,
    maker: Maker,
) -> None:
    is_company = of["party"] == papers.COMPANY
    room.seal(
        connection,
        agreement.negotiation_id,
        papers.DISPUTE,
        dispute_id,
        text.encode(),
        version,
        at=maker.at,
        readers=(DELEGATION, COMPANY) if is_company else (DELEGATION, REGION),
        organisation_id=None if is_company else str(of["organisation_id"]),
    )
