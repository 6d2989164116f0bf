"""An application held for a command, and who gives it.

Whoever has no part in an application is told that there is none.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.portal.errors import PortalError

_LOCK = sa.text("""
    SELECT a.*, f.content AS form_content, m.role
    FROM application a JOIN application_form f ON f.sha256 = a.form_sha256
    JOIN application_member m ON m.application_id = a.id AND m.person_id = :person AND m.removed_at IS NULL
    WHERE a.id = :id AND a.company_id = ANY (:companies) FOR UPDATE OF a
""")


def hold(connection: Connection, maker: Maker, application_id: str) -> Row:
    """The application with its form and the maker's role in it, held until the transaction ends.

    Raises PortalError not_found when the maker has no part in it.
    """
    known = {
        "id": id_of(application_id),
        "person": uuid.UUID(maker.actor.id),
        "companies": [uuid.UUID(one) for one in maker.actor.company_ids],
    }
    row = connection.execute(_LOCK, known).mappings().first()
    if row is None:
        raise PortalError("not_found")
    return row


def hold_as_coordinator(connection: Connection, maker: Maker, application_id: str) -> Row:
    """As `hold`, for what only a coordinator does. Raises PortalError also not_coordinator."""
    held = hold(connection, maker, application_id)
    if held["role"] != "coordinator":
        raise PortalError("not_coordinator")
    return held


def who(maker: Maker) -> dict[str, object]:
    """The parameters that say who wrote a row, and when."""
    return {"person": uuid.UUID(maker.actor.id), "name": maker.actor.name, "at": maker.at}


def id_of(text: str | None) -> uuid.UUID | None:
    """An id as it was sent; None when it can be nobody's."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
