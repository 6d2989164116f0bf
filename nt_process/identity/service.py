"""Commands on people: create, sign in, tokens. Passwords are argon2 hashes, tokens are kept as hashes only."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy.engine import Connection

from nt_process.engine.definition import ROLES

_HASHER = PasswordHasher()


def _nobodys_hash() -> str:
    """A hash of no password: random bytes, written as this hasher writes what it computes.

    To verify it takes as long as any other. To compute one would take 64 MiB in every process that knows people.
    """
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


# Verified when the address is unknown, so that both answers take the same time.
_NOBODY = _nobodys_hash()
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")
TOKEN_PREFIX = "nt_"  # noqa: S105 - it only tells what kind of token it is
# How long an API token opens anything; then its person makes another.
TOKEN_VALID_FOR = timedelta(days=365)

# Whoever takes an address or a name waits for the one who is just taking it, and then finds it taken.
_HOLD = sa.text("SELECT pg_advisory_xact_lock(:space, hashtext(lower(:name)))")
_ADDRESSES, _ORGANISATIONS = 0x4E54_0018, 0x4E54_0019
_FIND = sa.text("SELECT id, password_hash, disabled_at FROM person WHERE lower(email) = lower(:email)")
_INSERT_PERSON = sa.text("""
    INSERT INTO person (id, email, name, password_hash, language, created_at)
    VALUES (:id, :email, :name, :password_hash, :language, :at)
""")
_INSERT_ORGANISATION = sa.text("""
    INSERT INTO organisation (id, kind, name, county_code) VALUES (:id, :kind, :name, :county_code)
    ON CONFLICT (kind, name) DO UPDATE SET name = excluded.name RETURNING id
""")
_INSERT_MEMBERSHIP = sa.text("""
    INSERT INTO membership (person_id, organisation_id, role, valid_from, valid_to, speaks)
    VALUES (:person_id, :organisation_id, :role, :valid_from, :valid_to, :speaks)
""")
# Of what was typed, as `folded` gives it: the database folds nothing of it besides.
_FIND_FOLDED = sa.text("SELECT id, password_hash, disabled_at FROM person WHERE lower(email) = :folded")
_INSERT_TOKEN = sa.text("""
    INSERT INTO api_token (person_id, token_hash, created_at, expires_at) VALUES (:person_id, :hash, :at, :expires)
""")
_REVOKE_TOKENS = sa.text("UPDATE api_token SET revoked_at = :at WHERE person_id = :id AND revoked_at IS NULL")
_SET_PASSWORD = sa.text("UPDATE person SET password_hash = :hash WHERE id = :id AND disabled_at IS NULL")
_STRENGTHEN = sa.text("UPDATE person SET password_hash = :hash WHERE id = :id AND password_hash = :old")
_USERS = sa.text("""
    SELECT p.email, p.name, coalesce(min(o.name), '') AS organisation,
           coalesce(array_agg(DISTINCT m.role) FILTER (WHERE m.id IS NOT NULL), '{}') AS roles
    FROM person p
    LEFT JOIN membership m ON m.person_id = p.id
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    LEFT JOIN organisation o ON o.id = m.organisation_id
    WHERE p.disabled_at IS NULL GROUP BY p.id ORDER BY min(o.kind) NULLS LAST, sv_sort(p.name)
""")


class IdentityError(ValueError):
    """A person, organisation or membership cannot be made; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Member:
    """One membership to make: where, as what, from and (inclusive) to which day.

    `speaks`: may speak for the organisation in a consultation, in a role that answers there.
    """

    organisation_id: str
    role: str
    valid_from: date
    valid_to: date | None = None
    speaks: bool = True


def hold_address(connection: Connection, email: str) -> None:
    """Let nobody else take this address until the transaction ends: what is asked afterwards then stays so.

    It comes before any lock of a row, so that two who want the same do not wait for one another.
    """
    connection.execute(_HOLD, {"space": _ADDRESSES, "name": email})


def hold_organisations(connection: Connection) -> None:
    """The same for the names, identifiers and numbers of all organisations."""
    connection.execute(_HOLD, {"space": _ORGANISATIONS, "name": ""})


def create_organisation(connection: Connection, kind: str, name: str, county_code: str | None = None) -> str:
    """Make an organisation, or return the one of that kind and name."""
    parameters = {"id": uuid.uuid4(), "kind": kind, "name": name, "county_code": county_code}
    return str(connection.execute(_INSERT_ORGANISATION, parameters).scalar_one())


def create_person(
    connection: Connection,
    email: str,
    name: str,
    memberships: tuple[Member, ...],
    at: datetime,
    *,
    password: str | None = None,
    language: str = "sv",
) -> str:
    """Make a person with their memberships. Raises IdentityError (bad_email, email_taken, bad_role)."""
    if not _EMAIL.fullmatch(email):
        raise IdentityError("bad_email")
    hold_address(connection, email)
    if connection.execute(_FIND, {"email": email}).first() is not None:
        raise IdentityError("email_taken")
    if any(member.role not in ROLES for member in memberships):
        raise IdentityError("bad_role")
    person_id = uuid.uuid4()
    password_hash = None if password is None else _HASHER.hash(password)
    connection.execute(
        _INSERT_PERSON,
        {
            "id": person_id,
            "email": email,
            "name": name,
            "password_hash": password_hash,
            "language": language,
            "at": at,
        },
    )
    for member in memberships:
        connection.execute(
            _INSERT_MEMBERSHIP,
            {
                "person_id": person_id,
                "organisation_id": member.organisation_id,
                "role": member.role,
                "valid_from": member.valid_from,
                "valid_to": member.valid_to,
                "speaks": member.speaks,
            },
        )
    return str(person_id)


def folded(typed: str) -> str:
    """An address as it is compared and counted: what differs only here is the same to both.

    Spaces around it, and what no address holds and the database does not take (NUL, half a surrogate pair), are
    nothing. Whoever looks an account up by what was typed does so by this, and counts tries under it.
    """
    return typed.replace("\x00", "").encode("utf-8", "ignore").decode().strip().lower()


def set_password(connection: Connection, person_id: str, password: str, at: datetime) -> None:
    """Replace a person's password, and end what a thief of the old one may have made: the tokens of the API.

    In a transaction of the caller's. What a password must be is the caller's to check, see `identity.passwords`.
    """
    connection.execute(_SET_PASSWORD, {"id": person_id, "hash": _HASHER.hash(password)})
    revoke_tokens(connection, person_id, at)


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def check_password(connection: Connection, email: str, password: str) -> str | None:
    """The person's id when address and password are right; unknown, wrong and disabled are one answer."""
    row = connection.execute(_FIND_FOLDED, {"folded": folded(email)}).first()
    stored = row.password_hash if row is not None and row.password_hash is not None else _NOBODY
    try:
        _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    if row is None or row.disabled_at is not None:
        return None
    if _HASHER.check_needs_rehash(stored):
        # Made when hashes were cheaper: this is the moment at which the password is at hand.
        renewed = {"id": row.id, "old": stored, "hash": _HASHER.hash(password)}
        connection.execute(_STRENGTHEN, renewed)
    return str(row.id)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def create_token(connection: Connection, person_id: str, at: datetime) -> str:
    """Make an API token and return it; it is never shown again, and works for TOKEN_VALID_FOR."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    given = {"person_id": person_id, "hash": token_hash(token), "at": at, "expires": at + TOKEN_VALID_FOR}
    connection.execute(_INSERT_TOKEN, given)
    return token


def revoke_tokens(connection: Connection, person_id: str, at: datetime) -> None:
    """Make all API tokens of the person invalid at once."""
    connection.execute(_REVOKE_TOKENS, {"id": person_id, "at": at})


def find_person(connection: Connection, email: str) -> str | None:
    row = connection.execute(_FIND, {"email": email}).first()
    return None if row is None or row.disabled_at is not None else str(row.id)


def list_users(connection: Connection, today: date) -> list[dict[str, object]]:
    """Every person who may sign in, as {"email", "name", "organisation", "roles"}."""
    rows = connection.execute(_USERS, {"today": today}).mappings()
    return [
        {
            "email": row["email"],
            "name": row["name"],
            "organisation": row["organisation"],
            "roles": sorted(row["roles"]),
        }
        for row in rows
    ]
