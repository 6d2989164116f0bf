"""The regions' mandates: powers of attorney with their days, given and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.documents import judge, safe_name
from nt_process.cases.filing import Held
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.kernel import typed as fields
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.reasons import Reason
from nt_process.negotiation.accession import REGIONS, ids_of, own_region, standing_of
from nt_process.negotiation.errors import Maker, NegotiationError
from nt_process.negotiation.offers import Attachment
from nt_process.negotiation.region_readers import mandate_of, of_region
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.service import circle_changed, held_negotiation, role_of
from nt_process.sealed import circle

_AUTHORITY = partial(fields.line, limit=300)

_GIVE = sa.text("""
    INSERT INTO negotiation_mandate (id, negotiation_id, organisation_id, valid_from, valid_to, authority, filename, sha256,
        added_by, added_at)
    VALUES (gen_random_uuid(), :id, :region, :valid_from, :valid_to, :authority, :filename, :sha256, :by, :at)
""")
_WITHDRAW = sa.text("""
    UPDATE negotiation_mandate SET withdrawn_on = :today, withdrawn_by = :by
    WHERE id = :mandate AND negotiation_id = :id AND organisation_id = :region AND withdrawn_on IS NULL RETURNING id
""")


def give_mandate(
    engine: Engine, maker: Maker, negotiation_id: str, typed: Mapping[str, str], file: Attachment | None
) -> None:
    """Keep a region's power of attorney, with its days, who gave it and the document: by the region, or for it by the
    secretariat. Raises BadInput, NegotiationError.
    """
    readers = {**fields.SPAN, "authority": fields.required(_AUTHORITY)}
    found = fields.read(typed, readers)
    fields.in_order(found)
    if file is None:
        raise BadInput(Fault("no_file", column="file"))
    media_type = judge(file.filename, file.content)
    if isinstance(media_type, Reason):
        raise BadInput(Fault(media_type.code, column="file", params=media_type.params))
    with held_negotiation(engine, maker, negotiation_id) as (connection, _negotiation, held):
        region = _mandating(connection, maker, typed.get("region", ""))
        sha256 = files.store(connection, file.content, media_type, maker.at)
        given = {"id": negotiation_id, "region": region.id, **found}
        given |= {"filename": safe_name(file.filename, media_type), "sha256": sha256}
        connection.execute(_GIVE, {**given, "by": maker.actor.name, "at": maker.at})
        held.record("negotiation_mandate", role_of(maker), {"region": region.name})


def withdraw_mandate(engine: Engine, maker: Maker, negotiation_id: str, mandate_id: str, region: str) -> None:
    """From today on the mandate does not hold, and who reads by it stands outside the circle. Raises NegotiationError."""
    with held_negotiation(engine, maker, negotiation_id) as (connection, negotiation, held):
        own = _mandating(connection, maker, region)
        given = {"mandate": mandate_id, "id": negotiation_id, "region": own.id}
        if (
            connection.execute(_WITHDRAW, {**given, "today": maker.today, "by": maker.actor.name}).first()
            is None
        ):
            raise NegotiationError("not_found")
        held.record("negotiation_mandate_withdrawn", role_of(maker), {"region": own.name})
        _leave_without_mandate(connection, maker, negotiation_id, negotiation, held, own.id)


def _leave_without_mandate(
    connection: Connection, maker: Maker, negotiation_id: str, negotiation: Row, held: Held, region: object
) -> None:
    """Who reads for a region that is asked to join reads no more when it has taken back its mandate."""
    now = standing_of(connection, maker, negotiation_id, str(region))
    mandate = mandate_of(connection, maker, negotiation_id, region)
    if rules.refuses_entry(now, has_mandate=mandate is not None) is None:
        return
    for one in of_region(connection, maker, negotiation_id, str(region)):
        circle.end(connection, negotiation_id, str(one["id"]), maker.actor.name, maker.at)
        circle_changed(connection, negotiation, held, maker, "ended", one["person"])


def _mandating(connection: Connection, maker: Maker, region: str) -> sa.Row[Any]:
    """The region whose mandate it is: the maker's own, or for the secretariat the one that was chosen."""
    if "secretariat" not in maker.actor.roles:
        return own_region(connection, maker, region)
    row = connection.execute(REGIONS, {"ids": ids_of([region])}).first()
    if row is None:
        raise BadInput(Fault("not_a_choice", column="region"))
    return row
