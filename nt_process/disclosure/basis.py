"""What totals are made of, taken in and sealed; opened again only by the audit.

Whatever gives contributions (a file, a settlement) gives them through `take_in`, and whatever needs them reads them
through `read`: nothing else knows how they are kept.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.disclosure import rules
from nt_process.disclosure.contributions import Contribution, commitment
from nt_process.disclosure.errors import DisclosureError
from nt_process.identity.maker import Maker
from nt_process.identity.secret_box import SecretBox
from nt_process.infra import jobs
from nt_process.infra.tabular import Field, pick_columns, read_table
from nt_process.kernel.faults import BadInput, Fault
from nt_process.rights import SECRETARIAT

MAX_BYTES = 10 * 1024 * 1024
MAX_FAULTS = 50

FIELDS = (
    Field("negotiation", ("förhandling",)),
    Field("company", ("company group", "företag", "företagsgrupp", "koncern")),
    Field("product", ("atc", "atc code", "atc-kod", "produktgrupp")),
    Field("region", ()),
    Field("month", ("månad",)),
    Field("amount", ("rebate", "återbäring", "belopp")),
    Field("sales", ("försäljning",)),
)

FILE, SETTLED, BOTH = "file", "settled", "both"
PUTTING_TOGETHER = "disclosure_basis"

# No two are of the same instant, so that one of them is the newest.
_ADD = sa.text("""
    INSERT INTO disclosure_basis (id, taken_at, person, kind, is_part, contributions, first_month, last_month, commitment)
    VALUES (:id, greatest(:at, (SELECT max(b.taken_at) + interval '1 microsecond' FROM disclosure_basis b)), :person,
        :kind, :is_part, :count, :first, :last, :commitment)
""")
_NEWEST = sa.text("""
    SELECT id, commitment FROM disclosure_basis WHERE kind = :kind ORDER BY taken_at DESC LIMIT 1
""")
_ANY_SETTLED = sa.text("SELECT EXISTS (SELECT FROM disclosure_basis WHERE kind = 'settled')")
_SEAL = sa.text("INSERT INTO disclosure_sealed (basis_id, sealed) VALUES (:id, :sealed)")
_OPEN = sa.text("""
    SELECT b.commitment, s.sealed FROM disclosure_basis b JOIN disclosure_sealed s ON s.basis_id = b.id WHERE b.id = :id
""")


def read_file(content: bytes) -> list[Contribution]:
    """The contributions in a table (CSV or XLSX). Raises BadInput with every fault, and nothing is taken by half."""
    if len(content) > MAX_BYTES:
        raise BadInput(Fault("file_too_large", params={"limit_mb": MAX_BYTES // 1024**2}))
    table = read_table(content)
    records = pick_columns(table, FIELDS)
    faults, found = list(table.faults), []
    seen: dict[tuple[str, ...], int] = {}
    for record in records:
        try:
            one = rules.read_contribution(record.values, decimal_comma=table.decimal_comma)
        except BadInput as refusal:
            faults.extend(
                replace(fault, row=record.row, column=record.headings.get(str(fault.column), fault.column))
                for fault in refusal.faults
            )
            continue
        key = (one.negotiation, one.company, one.product, one.region, one.month.isoformat())
        if key in seen:
            faults.append(Fault("twice", record.row, params={"earlier": seen[key]}))
        seen[key] = record.row
        found.append(one)
    if not found and not faults:
        faults.append(Fault("empty_file"))
    if faults:
        raise BadInput(*faults[:MAX_FAULTS])
    return found


def take_in(engine: Engine, maker: Maker, secret_key: str, contributions: Sequence[Contribution]) -> str:
    """Seal the contributions of a file; its id. Each is one negotiation, product, region and month.

    It is the newest basis, unless something has been settled here: then the two are put together first, in the
    background. Raises DisclosureError not_allowed. `contributions` is not empty.
    """
    _require_secretariat(maker)
    with engine.begin() as connection:
        is_part = bool(connection.scalar(_ANY_SETTLED))
        basis_id = keep(connection, maker, secret_key, contributions, FILE, is_part=is_part)
        if is_part:
            _ask(connection, maker, basis_id)
    return basis_id


def put_together(engine: Engine, maker: Maker) -> None:
    """Have the newest basis made of what has been settled and what the latest file says of the rest.

    Raises DisclosureError not_allowed.
    """
    _require_secretariat(maker)
    with engine.begin() as connection:
        _ask(connection, maker, maker.at.isoformat())


def _ask(connection: Connection, maker: Maker, key: str) -> None:
    jobs.ask(connection, PUTTING_TOGETHER, key, {"person": maker.actor.id}, maker.at)


def _require_secretariat(maker: Maker) -> None:
    if not SECRETARIAT.allows(maker.actor.roles):
        raise DisclosureError("not_allowed")


def keep(
    connection: Connection,
    maker: Maker,
    secret_key: str,
    contributions: Sequence[Contribution],
    kind: str,
    *,
    is_part: bool,
) -> str:
    """Seal contributions, in a transaction of the caller's; the id they are kept under."""
    basis_id = str(uuid.uuid4())
    months = [one.month for one in contributions]
    values = {
        "id": basis_id,
        "at": maker.at,
        "person": maker.actor.name,
        "kind": kind,
        "is_part": is_part,
        "count": len(contributions),
        "first": min(months),
        "last": max(months),
        "commitment": commitment(_commitment_key(secret_key), contributions),
    }
    connection.execute(_ADD, values)
    sealed = _box(secret_key).seal(_packed(contributions), basis_id)
    connection.execute(_SEAL, {"id": basis_id, "sealed": sealed})
    return basis_id


def newest(
    connection: Connection, secret_key: str, kind: str, before: str | None = None
) -> list[Contribution]:
    """The newest contributions of a kind; none when there are none. Only the system may ask. `before` as `read`."""
    row = connection.execute(_NEWEST, {"kind": kind}).first()
    return [] if row is None else read(connection, secret_key, str(row.id), before) or []


def is_newest(
    connection: Connection,
    secret_key: str,
    contributions: Sequence[Contribution],
    kind: str,
    before: str | None = None,
) -> bool:
    """Whether the newest of a kind are just these. `before` as `read`."""
    row = connection.execute(_NEWEST, {"kind": kind}).first()
    return row is not None and row.commitment in _commitments(secret_key, before, contributions)


def read(
    connection: Connection, secret_key: str, basis_id: str, before: str | None = None
) -> list[Contribution] | None:
    """The contributions of a basis; None when they are not those that were taken in. Only the system may ask.

    `before` is the key that `secret_key` took the place of: what was sealed under it is still read.
    """
    row = connection.execute(_OPEN, {"id": basis_id}).first()
    content = None if row is None else _box(secret_key, before).open(bytes(row.sealed), basis_id)
    if row is None or content is None:
        return None
    found = _unpacked(content)
    return found if row.commitment in _commitments(secret_key, before, found) else None


def _box(secret_key: str, before: str | None = None) -> SecretBox:
    return SecretBox(secret_key, "disclosure basis", before)


def _commitments(secret_key: str, before: str | None, contributions: Sequence[Contribution]) -> set[str]:
    """What a basis of these contributions is committed to, under the present key and the one before it."""
    return {commitment(_commitment_key(key), contributions) for key in (secret_key, before) if key}


def _commitment_key(secret_key: str) -> bytes:
    return hashlib.sha256(f"nt-process disclosure commitment {secret_key}".encode()).digest()


def rows_of(contributions: Sequence[Contribution]) -> list[list[str]]:
    """Contributions as plain values, in the order of the fields of `Contribution`."""
    return [
        [
            one.negotiation,
            one.company,
            one.product,
            one.region,
            one.month.isoformat(),
            format(one.amount, "f"),
            format(one.sales, "f"),
        ]
        for one in contributions
    ]


def from_rows(rows: Sequence[Sequence[str]]) -> list[Contribution]:
    """The other way."""
    return [
        Contribution(
            negotiation, company, product, region, date.fromisoformat(month), Decimal(amount), Decimal(sales)
        )
        for negotiation, company, product, region, month, amount, sales in rows
    ]


def _packed(contributions: Sequence[Contribution]) -> bytes:
    return zlib.compress(json.dumps(rows_of(contributions), ensure_ascii=False).encode())


def _unpacked(content: bytes) -> list[Contribution]:
    return from_rows(json.loads(zlib.decompress(content)))
