"""Reads of a region's own rule with everything that has been stated of it."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.rights import OWN_SIDE

_VERSIONS = sa.text("SELECT * FROM cost_rule WHERE id = :id AND :may_read ORDER BY version DESC")


def versions(connection: Connection, actor: SignedIn, rule_id: uuid.UUID) -> list[Row]:
    """The versions of a rule, the newest first; none for who may not read it."""
    given = {"id": rule_id, "may_read": OWN_SIDE.allows(actor.roles)}
    return list(connection.execute(_VERSIONS, given).mappings())
