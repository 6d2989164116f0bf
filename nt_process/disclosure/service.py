"""Commands on releases: ask for one, decide on it, set a parameter. Each is one transaction."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.disclosure import audit_job, register, rules
from nt_process.disclosure.errors import DisclosureError
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.rights import PARAMETER_KEEPERS, RELEASE_DECIDERS, SECRETARIAT, Policy

# One at a time: each release is audited against all that were published before it.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_KEY = 0x4E54_0024
_NEWEST_BASIS = sa.text(
    "SELECT id FROM disclosure_basis WHERE NOT is_part ORDER BY taken_at DESC, id LIMIT 1"
)
_REQUEST = sa.text("""
    INSERT INTO disclosure_release (id, number, title, layout, scope, first_month, months, measure, basis_id,
        requested_by_id, requested_by, requested_at)
    VALUES (:id, (SELECT coalesce(max(number), 0) + 1 FROM disclosure_release), :title, :layout, :scope, :first, :months,
        :measure, :basis, :person_id, :person, :at)
""")
_GET = sa.text("SELECT * FROM disclosure_release WHERE id = :id")
_DECIDE = sa.text("""
    UPDATE disclosure_release SET state = :state, decided_by_id = :person_id, decided_by = :person, decided_at = :at,
        note = :note, sha256 = :sha256
    WHERE id = :id AND state = 'ready'
""")
_AGAIN = sa.text("""
    UPDATE disclosure_release SET state = 'requested', round = round + 1 WHERE id = :id AND state = 'ready'
""")
_SET = sa.text("""
    INSERT INTO disclosure_parameter (name, value, from_day, reason, person, at)
    VALUES (:name, :value, :from_day, :reason, :person, :at)
""")


def request(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Ask for a release of the newest basis, and have it audited; its id. Raises BadInput, DisclosureError."""
    _require(maker, SECRETARIAT)
    release_id = str(uuid.uuid4())
    with engine.begin() as connection:
        parameters = register.parameters(connection, maker.today)
        title, wanted = rules.read_request(texts, parameters, maker.today)
        connection.execute(_LOCK, {"key": _LOCK_KEY})
        basis = connection.scalar(_NEWEST_BASIS)
        if basis is None:
            raise DisclosureError("no_basis")
        connection.execute(
            _REQUEST,
            {
                "id": release_id,
                "title": title,
                "layout": wanted.layout,
                "scope": wanted.scope,
                "first": wanted.first,
                "months": wanted.months,
                "measure": wanted.measure,
                "basis": basis,
                "person_id": maker.actor.id,
                "person": maker.actor.name,
                "at": maker.at,
            },
        )
        audit_job.ask(connection, release_id, 1, maker.at)
    return release_id


def publish(engine: Engine, maker: Maker, release_id: str, note: str = "") -> None:
    """Release a table that its audit found safe, as a second person.

    Raises DisclosureError. After overtaken it is being audited again, and may be decided on when that is done.
    """
    _require(maker, RELEASE_DECIDERS)
    stated = rules.read_line("note", note, rules.MAX_TEXT) if note.strip() else ""
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": _LOCK_KEY})
        row = _to_decide(connection, maker, release_id)
        overtaken = row["after"] != register.count_published(connection)
        if overtaken:
            connection.execute(_AGAIN, {"id": release_id})
            audit_job.ask(connection, release_id, row["round"] + 1, maker.at)
        else:
            cells = register.cells_of(connection, row)
            values = {"state": "published", "note": stated, "sha256": register.fingerprint(row, cells)}
            connection.execute(_DECIDE, {**values, **_decider(maker), "id": release_id})
    if overtaken:
        raise DisclosureError("overtaken")


def decline(engine: Engine, maker: Maker, release_id: str, note: str) -> None:
    """Do not release a table, as a second person, and say why. Raises BadInput, DisclosureError."""
    _require(maker, RELEASE_DECIDERS)
    stated = rules.read_line("note", note, rules.MAX_TEXT)
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": _LOCK_KEY})
        _to_decide(connection, maker, release_id)
        values = {"state": "declined", "note": stated, "sha256": None}
        connection.execute(_DECIDE, {**values, **_decider(maker), "id": release_id})


def audit_again(engine: Engine, maker: Maker, release_id: str) -> None:
    """Have an audit that failed made again. Raises DisclosureError not_found, not_ready."""
    _require(maker, SECRETARIAT)
    with engine.begin() as connection:
        row = _found(connection, release_id)
        if row["state"] != "requested":
            raise DisclosureError("not_ready", state=row["state"])
        audit_job.ask(connection, release_id, row["round"], maker.at)


def set_parameter(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> None:
    """State a parameter's value from a day on. Raises BadInput, DisclosureError not_allowed."""
    _require(maker, PARAMETER_KEEPERS)
    wanted = rules.read_setting(texts, maker.today)
    with engine.begin() as connection:
        connection.execute(
            _SET,
            {
                "name": wanted.name,
                "value": wanted.value,
                "from_day": wanted.from_day,
                "reason": wanted.reason,
                "person": maker.actor.name,
                "at": maker.at,
            },
        )


def _require(maker: Maker, policy: Policy) -> None:
    if not policy.allows(maker.actor.roles):
        raise DisclosureError("not_allowed")


def _decider(maker: Maker) -> dict[str, object]:
    return {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}


def _to_decide(connection: Connection, maker: Maker, release_id: str) -> Row:
    row = _found(connection, release_id)
    if str(row["requested_by_id"]) == maker.actor.id:
        raise DisclosureError("own_request")
    if row["state"] != "ready":
        raise DisclosureError("not_ready", state=row["state"])
    return row


def _found(connection: Connection, release_id: str) -> Row:
    row = None
    with contextlib.suppress(ValueError):
        row = connection.execute(_GET, {"id": uuid.UUID(release_id)}).mappings().first()
    if row is None:
        raise DisclosureError("not_found")
    return row
