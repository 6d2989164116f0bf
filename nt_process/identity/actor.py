"""Who is signed in: a person, the roles held today, and what follows for what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.engine.definition import AUDIENCE_OF_ROLE, PARTY_OF_ROLE
from nt_process.infra.rows import Row, fetch

# These see every case. A company contact sees the cases of the companies they act for, TLV those it has part in.
SEES_ALL_CASES = frozenset(
    {
        "secretariat",
        "council_member",
        "region_representative",
        "management",
        "auditor",
        "administrator",
    }
)

# The council's own side: they read notes, inputs and documents that are not shared with the parties.
INTERNAL = frozenset({"secretariat", "council_member", "management", "auditor", "administrator"})

# These take part in preparing or deciding cases, and declare their interests each year and for each case.
FILES_DECLARATIONS = frozenset(
    {
        "secretariat",
        "council_member",
        "region_representative",
        "tlv_assessor",
        "expert",
        "patient_representative",
    }
)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session opens pages: since it was last used, and since it began."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """The session a person came with: when they last proved who they are, and if with a second factor."""

    id: str
    last_seen_at: datetime
    confirmed_at: datetime
    strong: bool


@dataclass(frozen=True)
class SignedIn:
    """A person with the memberships that hold today. Read anew at every request: rights follow at once.

    Three constants and `get_id` are what Flask-Login asks of a user. They are written here, so that rules, the worker
    and the scheduler know people without loading a web framework.
    """

    is_authenticated = True
    is_active = True
    is_anonymous = False

    id: str
    name: str
    email: str
    language: str
    organisation: str
    roles: frozenset[str]
    company_ids: tuple[str, ...]
    # None for who is known by an API token, or is not at the keyboard at all.
    session: Session | None = None

    def get_id(self) -> str:
        return self.id

    @property
    def sees_all_cases(self) -> bool:
        return bool(self.roles & SEES_ALL_CASES)

    @property
    def is_tlv(self) -> bool:
        return "tlv_assessor" in self.roles

    @property
    def files_declarations(self) -> bool:
        return bool(self.roles & FILES_DECLARATIONS)

    @property
    def is_internal(self) -> bool:
        return bool(self.roles & INTERNAL)

    @property
    def audience(self) -> str:
        """For which reader states are named: secretariat, region, company or public."""
        order = ("secretariat", "region", "company")
        held = {AUDIENCE_OF_ROLE[role] for role in self.roles}
        return next((audience for audience in order if audience in held), "public")

    @property
    def party(self) -> str:
        """On which side of a case this person stands: council, region, company or tlv."""
        if self.is_internal:
            return "council"
        return next((PARTY_OF_ROLE[role] for role in sorted(self.roles)), "none")

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()


_BY = """
    SELECT p.id, p.name, p.email, p.language,
           coalesce(array_agg(m.role) FILTER (WHERE m.id IS NOT NULL), '{}') AS roles,
           coalesce(array_agg(m.organisation_id::text) FILTER (WHERE m.role = 'company_contact'), '{}') AS companies,
           coalesce(min(o.name), '') AS organisation
    FROM person p
    LEFT JOIN membership m ON m.person_id = p.id
        AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    LEFT JOIN organisation o ON o.id = m.organisation_id
    WHERE p.disabled_at IS NULL AND
"""
_BY_ID = sa.text(_BY + " p.id = :key GROUP BY p.id")
_BY_TOKEN = sa.text(f"""{_BY}
    p.id = (SELECT t.person_id FROM api_token t
            WHERE t.token_hash = :key AND t.revoked_at IS NULL AND t.expires_at > :at) GROUP BY p.id
""")  # noqa: S608 - both are constants of this program
_BY_SESSION = sa.text(f"""
    SELECT found.*, s.id AS session_id, s.last_seen_at, s.confirmed_at, s.strong
    FROM session s CROSS JOIN LATERAL ({_BY} p.id = s.person_id GROUP BY p.id) AS found
    WHERE s.token_hash = :key AND s.ended_at IS NULL AND NOT s.pending
      AND s.last_seen_at > :seen_after AND s.began_at > :began_after
""")  # noqa: S608 - both are constants of this program


def load_by_id(connection: Connection, person_id: str, today: date) -> SignedIn | None:
    """The person, unless unknown or disabled."""
    return _signed_in(connection.execute(_BY_ID, {"key": person_id, "today": today}).mappings().first())


def load_by_token(connection: Connection, token_hash: bytes, at: datetime, today: date) -> SignedIn | None:
    """The person whose API token this is, unless it is unknown, revoked or too old, or the person disabled."""
    given = {"key": token_hash, "at": at, "today": today}
    return _signed_in(connection.execute(_BY_TOKEN, given).mappings().first())


def load_by_session(
    connection: Connection, token_hash: bytes, at: datetime, today: date, limits: SessionLimits
) -> SignedIn | None:
    """The person whose session this is, unless it is unknown, pending, ended or too old, or they are disabled."""
    given = {
        "key": token_hash,
        "today": today,
        "seen_after": at - limits.idle,
        "began_after": at - limits.absolute,
    }
    row = next(iter(fetch(connection, _BY_SESSION, given)), None)
    if row is None:
        return None
    session = Session(str(row["session_id"]), row["last_seen_at"], row["confirmed_at"], row["strong"])
    return _signed_in(row, session)


def _signed_in(row: Row | None, session: Session | None = None) -> SignedIn | None:
    if row is None:
        return None
    return SignedIn(
        id=str(row["id"]),
        name=row["name"],
        email=row["email"],
        language=row["language"],
        organisation=row["organisation"],
        roles=frozenset(row["roles"]),
        company_ids=tuple(sorted(set(row["companies"]))),
        session=session,
    )
