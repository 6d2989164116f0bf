"""Runs: proposed by one, computed in the background, approved by another, and never changed afterwards.

A run says what is due to date at the end of a quarter and adds the difference to the run that was approved before it.
For the quarter that was approved last a new run is a correction; corrections of earlier months come with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.agreements import told
from nt_process.agreements.told import Binding
from nt_process.cases.filing import Held
from nt_process.cases.service import today_of
from nt_process.identity.actor import SignedIn, load_by_id
from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.infra.collecting import collected_later
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.faults import BadInput
from nt_process.sealed import circle, room
from nt_process.sealed.rules import COMPANY, DELEGATION, REGION
from nt_process.settlement import files, papers, rules, telling
from nt_process.settlement.errors import SettlementError, require_secretariat
from nt_process.settlement.rules import Computation, Due, Terms

COMPUTING = "settlement_run"
# What has been approved goes into what totals are made of; whoever keeps those carries it out.
TOTALS = "settlement_totals"

_LAST = sa.text("""
    SELECT r.id, r.until, r.number FROM settlement_run r
    WHERE r.agreement_id = :id AND r.state = 'approved' ORDER BY r.number DESC LIMIT 1
""")
_PROPOSE = sa.text("""
    INSERT INTO settlement_run (id, agreement_id, number, until, kind, after_run, known_number, state, proposed_by,
        proposed_at)
    SELECT :id, :agreement, coalesce(max(r.number), 0) + 1, :until, :kind, :after, :known, 'computing', :person, :at
    FROM settlement_run r WHERE r.agreement_id = :agreement
""")
_RUN = sa.text("""
    SELECT r.id, r.agreement_id, r.number, r.until, r.kind, r.after_run, r.known_number, r.state, r.proposed_by,
           r.proposed_at
    FROM settlement_run r WHERE r.id = :id
""")
_COMPUTED = sa.text("""
    UPDATE settlement_run SET state = 'proposed', row_count = :rows WHERE id = :id AND state = 'computing'
""")
_FAILED = sa.text("UPDATE settlement_run SET state = 'failed' WHERE id = :id AND state = 'computing'")
_STATE = sa.text("""
    INSERT INTO settlement_statement (run_id, party, organisation_id, units)
    VALUES (:run, :party, :organisation, :units)
""")
_APPROVE = sa.text("""
    UPDATE settlement_run SET state = 'approved', decided_by = :person, decided_at = :at
    WHERE id = :id AND state = 'proposed' AND proposed_by <> :person
      AND after_run IS NOT DISTINCT FROM (
          SELECT l.id FROM settlement_run l WHERE l.agreement_id = settlement_run.agreement_id AND l.state = 'approved'
          ORDER BY l.number DESC LIMIT 1)
""")
_ATC = sa.text("SELECT atc <> '' FROM cases WHERE id = :id")
_DECLINE = sa.text("""
    UPDATE settlement_run SET state = 'declined', decided_by = :person, decided_at = :at
    WHERE id = :id AND state = 'proposed'
""")

log = structlog.get_logger()


def propose(engine: Engine, maker: Maker, agreement_id: str, until: str) -> str:
    """Have what is due at the end of a quarter computed; returns the run's id.

    `until` is the quarter's last day. Raises SettlementError not_found, not_allowed, not_a_quarter, not_over,
    settled_already, run_open.
    """
    require_secretariat(maker)
    made = str(uuid.uuid4())
    try:
        with engine.begin() as connection:
            agreement = one_agreement(connection, agreement_id)
            last = fetch(connection, _LAST, {"id": agreement_id})
            day = _quarter(agreement, last[0] if last else None, until, maker.today)
            connection.execute(
                _PROPOSE,
                {
                    "id": made,
                    "agreement": uuid.UUID(agreement_id),
                    "until": day,
                    "kind": "correction" if last and last[0]["until"] == day else "ordinary",
                    "after": last[0]["id"] if last else None,
                    "known": files.newest(connection),
                    "person": uuid.UUID(maker.actor.id),
                    "at": maker.at,
                },
            )
            jobs.ask(connection, COMPUTING, made, {"run": made, "at": maker.at.isoformat()}, maker.at)
    except IntegrityError:
        raise SettlementError("run_open") from None
    return made


def _quarter(agreement: Binding, last: Row | None, text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettlementError("not_a_quarter", value=text[:40]) from None
    if not 1990 < day.year < 2200 or day != rules.quarter_end(day.year, (day.month + 2) // 3):
        raise SettlementError("not_a_quarter", value=text[:40])
    if day >= today:
        raise SettlementError("not_over")
    settled = None if last is None else last["until"]
    if day not in rules.quarters_open(agreement.first, settled, today):
        raise SettlementError("settled_already" if settled else "not_a_quarter", value=text[:40])
    return day


def one_agreement(connection: Connection, agreement_id: object) -> Binding:
    """An agreement that binds or has bound somebody. Raises SettlementError not_found."""
    found = next(iter(told.binding(connection, agreement_id)), None)
    if found is None:
        raise SettlementError("not_found")
    return found


def one_run(connection: Connection, run_id: str) -> Row:
    """Raises SettlementError not_found."""
    found = next(iter(fetch(connection, _RUN, {"id": run_id})), None)
    if found is None:
        raise SettlementError("not_found")
    return found


def approve(engine: Engine, maker: Maker, run_id: str) -> None:
    """Approve what somebody else has proposed. From then on the parties read their statements.

    Who approves has to stand where the statements can be read. Raises SettlementError not_found, not_allowed, same_person,
    outside, no_atc, changed, overtaken.
    """
    require_secretariat(maker)
    with engine.begin() as connection:
        run = one_run(connection, run_id)
        agreement = one_agreement(connection, run["agreement_id"])
        if run["state"] != "proposed":
            raise SettlementError("changed")
        if str(run["proposed_by"]) == maker.actor.id:
            raise SettlementError("same_person")
        stands = circle.stands(connection, maker.actor, agreement.negotiation_id, maker.today)
        if all(one.side != DELEGATION for one in stands):
            raise SettlementError("outside")
        if not connection.scalar(_ATC, {"id": agreement.case_id}):
            raise SettlementError("no_atc")
        held = Held(connection, maker.actor.id, agreement.number, maker.at)
        given = {"id": run_id, "person": uuid.UUID(maker.actor.id), "at": maker.at}
        if connection.execute(_APPROVE, given).rowcount == 0:
            raise SettlementError(
                "overtaken" if one_run(connection, run_id)["state"] == "proposed" else "changed"
            )
        held.record("settlement_approved", "secretariat", stated(run))
        jobs.ask(connection, TOTALS, run_id, {"person": maker.actor.id, "run": run_id}, maker.at)
        telling.tell_parties(connection, "settlement_statement", run_id, agreement, maker)


def decline(engine: Engine, maker: Maker, run_id: str) -> None:
    """Put a proposed run aside; another can be proposed. Whoever proposed it may do so too.

    Raises SettlementError not_found, not_allowed, changed.
    """
    require_secretariat(maker)
    with engine.begin() as connection:
        run = one_run(connection, run_id)
        agreement = one_agreement(connection, run["agreement_id"])
        held = Held(connection, maker.actor.id, agreement.number, maker.at)
        given = {"id": run_id, "person": uuid.UUID(maker.actor.id), "at": maker.at}
        if connection.execute(_DECLINE, given).rowcount == 0:
            raise SettlementError("changed")
        held.record("settlement_declined", "secretariat", stated(run))


def stated(run: Row) -> dict[str, object]:
    """What the case's log says of a run: which quarter and which number, and no amount."""
    return {"run": str(run["id"]), "quarter": rules.quarter_of(run["until"]), "kind": run["kind"]}


# --- the worker's part ----------------------------------------------------------------------------


def compute(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """Compute a run and seal what comes of it, in one transaction. The result of the job itself is empty.

    Terms that cannot be computed, or a proposer who no longer stands in the circle, make the run fail.
    """
    run_id, at = str(params["run"]), datetime.fromisoformat(params["at"])
    try:
        with collected_later(), engine.begin() as connection:
            run = one_run(connection, run_id)
            if run["state"] == "computing":
                _compute(connection, run, at)
    except (BadInput, room.NotForYou) as error:
        # Neither says a figure; the terms themselves are not told to the log.
        log.warning("settlement_failed", run=run_id, why=type(error).__name__)
        with engine.begin() as connection:
            connection.execute(_FAILED, {"id": run_id})
    return b""


HANDLERS: Mapping[str, jobs.Handler] = {COMPUTING: compute}


def _compute(connection: Connection, run: Row, at: datetime) -> None:
    agreement = one_agreement(connection, run["agreement_id"])
    actor = load_by_id(connection, str(run["proposed_by"]), today_of(at))
    if actor is None:
        raise room.NotForYou
    reason = f"{agreement.number} {rules.quarter_of(run['until'])}"
    terms = [Terms(*one) for one in told.contracts(connection, actor, agreement, reason, at)]
    before = _before(connection, actor, agreement, run, reason, at)
    sales = files.sales(connection, agreement.packages, run["until"], run["known_number"])
    counted = files.counts(connection, agreement.id, run["until"], run["known_number"])
    computed = rules.compute(terms, sales, counted, run["until"], agreement.version_in)
    due = rules.difference(computed.due, before)
    _seal(connection, agreement, run, computed, due, at)
    connection.execute(_COMPUTED, {"id": run["id"], "rows": computed.lines})
    Held(connection, actor.id, agreement.number, at).record("settlement_proposed", "secretariat", stated(run))


def _before(
    connection: Connection, actor: SignedIn, agreement: Binding, run: Row, reason: str, at: datetime
) -> Due:
    """What was due to date in the run before."""
    if run["after_run"] is None:
        return papers.NOTHING
    secret = room.reveal(
        connection,
        actor,
        agreement.negotiation_id,
        papers.RESULT,
        str(run["after_run"]),
        reason,
        at=at,
        unattended=True,
    )
    return papers.read_result(secret).to_date


def _seal(
    connection: Connection,
    agreement: Binding,
    run: Row,
    computed: Computation,
    due: Due,
    at: datetime,
) -> None:
    negotiation, run_id = agreement.negotiation_id, str(run["id"])
    result = papers.Result(computed.due, papers.figures_of(computed))
    room.seal(
        connection,
        negotiation,
        papers.RESULT,
        run_id,
        papers.result_bytes(result),
        at=at,
        readers=(DELEGATION,),
    )
    organisation = agreement.organisations
    for statement in papers.statements(computed, due, organisation):
        is_company = statement.party == papers.COMPANY
        whose = agreement.company_id if is_company else organisation[statement.party]
        room.seal(
            connection,
            negotiation,
            papers.STATEMENT,
            papers.row_id(run_id, statement.party),
            papers.statement_bytes(statement),
            at=at,
            readers=(DELEGATION, COMPANY) if is_company else (DELEGATION, REGION),
            organisation_id=None if is_company else whose,
        )
        connection.execute(
            _STATE,
            {
                "run": run["id"],
                "party": statement.party,
                "organisation": uuid.UUID(whose),
                "units": [] if is_company else statement.units,
            },
        )
