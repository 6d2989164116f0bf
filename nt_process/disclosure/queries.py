"""What the pages show of the register, for whoever may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.disclosure import register
from nt_process.disclosure.layouts import Cell
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.rights import PARAMETER_READERS, RELEASE_READERS

MOST = 200

_LIST = sa.text("""
    SELECT id, number, title, layout, scope, first_month, months, measure, state, requested_by, requested_at, decided_at
    FROM disclosure_release
    WHERE :may_read AND (:state = '' OR state = :state)
    ORDER BY number DESC LIMIT :most
""")
_COUNTS = sa.text("SELECT state, count(*) AS count FROM disclosure_release WHERE :may_read GROUP BY state")
_GET = sa.text("""
    SELECT r.*, b.taken_at FROM disclosure_release r JOIN disclosure_basis b ON b.id = r.basis_id
    WHERE r.id = :id AND (:may_read OR :as_system)
""")
_NAMED = sa.text("""
    SELECT id, number, title FROM disclosure_release WHERE number = ANY (:numbers) ORDER BY number
""")
_BASES = sa.text("""
    SELECT taken_at, person, kind, contributions, first_month, last_month FROM disclosure_basis
    WHERE :may_read AND NOT is_part ORDER BY taken_at DESC LIMIT :most
""")
# Whether anything has been settled, or handed in, that no basis holds yet.
_PARTS_LEFT = sa.text("""
    SELECT :may_read AND EXISTS (
        SELECT FROM disclosure_basis p WHERE p.is_part AND NOT EXISTS (
            SELECT FROM disclosure_basis b WHERE b.kind = 'both' AND b.taken_at > p.taken_at))
""")
_PARAMETERS = sa.text("""
    SELECT name, value, from_day, reason, person, at FROM disclosure_parameter WHERE :may_read ORDER BY id DESC
""")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A release with its table (millions of SEK; None: not shown) and the earlier releases that block it.

    `cells` is empty until it has been audited, and for one that was refused.
    """

    row: Row
    cells: Mapping[Cell, Decimal | None]
    blocked_by: Sequence[Row]

    @property
    def total(self) -> Cell:
        return register.request_of(self.row).total


def listed(connection: Connection, actor: SignedIn, state: str = "") -> list[Row]:
    """The register, the latest first; with `state` only those in it."""
    parameters = {"may_read": RELEASE_READERS.allows(actor.roles), "state": state, "most": MOST}
    return fetch(connection, _LIST, parameters)


def counts(connection: Connection, actor: SignedIn) -> dict[str, int]:
    """How many releases there are in each state."""
    found = fetch(connection, _COUNTS, {"may_read": RELEASE_READERS.allows(actor.roles)})
    return {row["state"]: row["count"] for row in found}


def release(connection: Connection, actor: SignedIn | None, release_id: str) -> ReleaseFile | None:
    """One release; None when there is none, or not for this reader. Actor None: the system."""
    may_read = actor is not None and RELEASE_READERS.allows(actor.roles)
    parameters = {"id": release_id, "may_read": may_read, "as_system": actor is None}
    row = connection.execute(_GET, parameters).mappings().first()
    if row is None:
        return None
    shows = row["state"] in ("ready", "published", "declined")
    cells = register.cells_of(connection, row) if shows else {}
    blocking = fetch(connection, _NAMED, {"numbers": list(row["blocked_by"])}) if row["blocked_by"] else []
    return ReleaseFile(row, cells, blocking)


def bases(connection: Connection, actor: SignedIn) -> list[Row]:
    """When which contributions were taken in, the latest first; nothing of what they are."""
    return fetch(connection, _BASES, {"may_read": RELEASE_READERS.allows(actor.roles), "most": MOST})


def has_more(connection: Connection, actor: SignedIn) -> bool:
    """Whether something has been settled that the newest basis does not hold."""
    return bool(connection.scalar(_PARTS_LEFT, {"may_read": RELEASE_READERS.allows(actor.roles)}))


def parameters(connection: Connection, actor: SignedIn) -> list[Row]:
    """Every value that was ever stated, the latest first."""
    return fetch(connection, _PARAMETERS, {"may_read": PARAMETER_READERS.allows(actor.roles)})
