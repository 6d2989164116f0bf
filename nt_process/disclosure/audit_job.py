"""The audit as background work: which job it is, and how the worker does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.disclosure import audit_process, basis, register
from nt_process.disclosure.audit_process import Answer, AuditFailed, Question
from nt_process.disclosure.contributions import Contribution
from nt_process.infra import jobs
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_
from nt_process.kernel.money import MILLION

KIND = "disclosure_audit"
_FAILED = N_(
    "The audit could not be carried out. Ask for it again, and tell the system's administrator if it stays so."
)

_WAITING = sa.text("""
    SELECT r.* FROM disclosure_release r WHERE r.id = :id AND r.round = :round AND r.state = 'requested'
""")
# A year's total is published once, of what is known when the year has ended: the first basis after that.
_PUBLIC = sa.text("""
    SELECT DISTINCT ON (y.year) y.year, b.id FROM disclosure_basis b
    CROSS JOIN LATERAL generate_series(
        extract(year FROM b.first_month)::int, extract(year FROM b.last_month)::int) AS y (year)
    WHERE NOT b.is_part AND b.taken_at >= make_date(y.year + 1, 1, 1)::timestamp AT TIME ZONE 'Europe/Stockholm'
    ORDER BY y.year, b.taken_at, b.id
""")
_LOCKED = sa.text("""
    SELECT FROM disclosure_release WHERE id = :id AND round = :round AND state = 'requested' FOR UPDATE
""")
_READY = sa.text("""
    UPDATE disclosure_release SET state = 'ready', audited_at = :at, after = :after, step_msek = :step WHERE id = :id
""")
_REFUSED = sa.text("""
    UPDATE disclosure_release SET state = 'refused', audited_at = :at, after = :after, refused_for = :code,
        blocked_by = :numbers
    WHERE id = :id
""")
_CELL = sa.text("""
    INSERT INTO disclosure_cell (release_id, round, position, product, region, amount)
    VALUES (:id, :round, :position, :product, :region, :amount)
""")

Ask = Callable[[Question], Answer]


def key_of(release_id: str, number: int) -> str:
    return f"{release_id} {number}"


def ask(connection: Connection, release_id: str, number: int, at: datetime) -> jobs.Job:
    """Have the audit made; `number` counts a release's audits."""
    return jobs.ask(
        connection, KIND, key_of(release_id, number), {"release": release_id, "round": number}, at
    )


def job(connection: Connection, row: Row) -> str:
    """How far the audit has come: waiting, done or failed."""
    found = connection.execute(
        sa.text("SELECT state FROM job WHERE kind = :kind AND key = :key"),
        {"kind": KIND, "key": key_of(str(row["id"]), row["round"])},
    )
    return str(found.scalar() or "failed")


def handlers(
    secret_key: str,
    now: Callable[[], datetime],
    answer: Ask = audit_process.ask,
    before: str | None = None,
) -> Mapping[str, jobs.Handler]:
    """The worker's part. `answer` is how a question is answered: by default in a process of its own.

    `before` is the key that `secret_key` took the place of, if any; as in `carry_out`.
    """

    def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
        carry_out(engine, secret_key, str(params["release"]), int(params["round"]), now(), answer, before)
        return b""

    return {KIND: make}


def carry_out(
    engine: Engine,
    secret_key: str,
    release_id: str,
    number: int,
    at: datetime,
    answer: Ask = audit_process.ask,
    before: str | None = None,
) -> None:
    """Audit a release that waits for it, and record the table or the refusal. Doing it again changes nothing."""
    with engine.connect() as connection:
        found = connection.execute(_WAITING, {"id": release_id, "round": number}).mappings().first()
        if found is None:
            return
        parameters = register.parameters(connection, at.astimezone(STOCKHOLM).date())
        earlier = register.published(connection)
        public = {int(row.year): str(row.id) for row in connection.execute(_PUBLIC)}
        basis_id = str(found["basis_id"])
        bases: dict[str, list[Contribution]] = {}
        for one in {basis_id, *public.values(), *(release.basis for release in earlier)}:
            contributions = basis.read(connection, secret_key, one, before)
            if contributions is not None:
                bases[one] = contributions
    missing = tuple(one.number for one in earlier if one.basis not in bases)
    if missing or not {basis_id, *public.values()} <= bases.keys():
        said = Answer({}, "unreproducible", missing)
    else:
        question = Question(register.request_of(found), basis_id, public, parameters, earlier, bases)
        try:
            said = answer(question)
        except AuditFailed:
            raise OperationError(_FAILED) from None
    with engine.begin() as connection:
        if connection.execute(_LOCKED, {"id": release_id, "round": number}).first() is None:
            return
        place = {"id": release_id, "at": at, "after": len(earlier)}
        if not said.values:
            connection.execute(
                _REFUSED, {**place, "code": said.refused_for, "numbers": list(said.blocked_by)}
            )
            return
        _keep(connection, release_id, number, said)
        connection.execute(_READY, {**place, "step": parameters.step_msek})


def _keep(connection: Connection, release_id: str, number: int, said: Answer) -> None:
    connection.execute(
        _CELL,
        [
            {
                "id": release_id,
                "round": number,
                "position": position,
                "product": cell.product,
                "region": cell.region,
                "amount": None if value is None else value / MILLION,
            }
            for position, (cell, value) in enumerate(said.values.items(), start=1)
        ],
    )
