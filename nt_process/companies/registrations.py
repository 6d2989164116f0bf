"""Commands on registrations: sent in, confirmed by the mailed link, approved or refused. Each is one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.companies import changes, membership
from nt_process.companies.errors import CompanyError, Maker, require_secretariat
from nt_process.companies.rules import people as rules
from nt_process.identity import links
from nt_process.identity.history import By, note
from nt_process.identity.service import create_organisation, hold_address, hold_organisations, token_hash
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM

# How long the link can be confirmed; after that the registration is forgotten.
VALID_FOR = timedelta(days=3)

_REGISTER = sa.text("""
    SELECT register_company(:id, :hash, :company, :identifier, :email, :name, :language, :at, :expires, :pause_after)
""")
_CONFIRM = sa.text("SELECT confirm_registration(:hash, :at)")
_LOCK = sa.text("SELECT * FROM registration WHERE id = :id FOR UPDATE")
_NAME_TAKEN = sa.text(
    "SELECT EXISTS (SELECT FROM organisation WHERE kind = 'company' AND lower(name) = lower(:name))"
)
_IDENTIFIER_OF = sa.text("SELECT organisation_id FROM company_identity WHERE identifier = :identifier")
_IDENTIFY = sa.text("""
    INSERT INTO company_identity (organisation_id, identifier, at) VALUES (:organisation, :identifier, :at)
    ON CONFLICT (organisation_id) DO NOTHING
""")
_ADD_DOMAIN = sa.text("""
    INSERT INTO company_domain (organisation_id, domain, at) VALUES (:organisation, :domain, :at)
    ON CONFLICT DO NOTHING
""")
_APPROVED = sa.text("""
    UPDATE registration SET state = 'approved', organisation_id = :organisation, decided_by = :by, decided_at = :at
    WHERE id = :id
""")
_REFUSED = sa.text("""
    UPDATE registration SET state = 'refused', reason = :reason, decided_by = :by, decided_at = :at,
        mail_after = :at, mail_attempts = 0
    WHERE id = :id
""")
_FORGET = sa.text("DELETE FROM registration WHERE state = 'unconfirmed' AND expires_at <= :at")


def register(
    engine: Engine, secret_key: str, texts: Mapping[str, str], language: str, at: datetime
) -> rules.Applicant:
    """Have a confirming link mailed. Nothing in the answer tells whether the company or the address is known.

    Nobody is sent more than one in `links.LEAST_PAUSE`. Raises BadInput.
    """
    applicant, registration_id = rules.read_applicant(texts), uuid.uuid4()
    with engine.begin() as connection:
        connection.execute(
            _REGISTER,
            {
                "id": registration_id,
                "hash": token_hash(links.token_of(secret_key, f"registration {registration_id}")),
                "company": applicant.company,
                "identifier": applicant.identifier,
                "email": applicant.email,
                "name": applicant.name,
                "language": language,
                "at": at,
                "expires": at + VALID_FOR,
                "pause_after": at - links.LEAST_PAUSE,
            },
        )
    return applicant


def confirm(engine: Engine, token: str, at: datetime) -> bool:
    """The address is the applicant's: the registration waits for the secretariat, who are told. Works once."""
    with engine.begin() as connection:
        found = connection.scalar(_CONFIRM, {"hash": token_hash(token), "at": at})
        if found is None:
            return False
        today = at.astimezone(STOCKHOLM).date()
        changes.tell_secretariat(connection, "registration_waiting", str(found), at, today)
    return True


def approve(
    engine: Engine, maker: Maker, secret_key: str, registration_id: str, join: str, *, administrator: bool
) -> str:
    """Take the company in, or the person into the company with the id `join`; returns the company's id.

    The person is mailed an invitation. Raises CompanyError not_found, not_allowed, decided, name_taken,
    identifier_taken, account_disabled, other_side.
    """
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        # Two approvals of the same company, number or person are judged one after the other.
        hold_organisations(connection)
        asked = _lock(connection, registration_id)
        hold_address(connection, asked["email"])
        organisation = join or _new_company(connection, asked)
        membership.lock(connection, organisation)
        keepers = membership.administrators(membership.held(connection, organisation, maker.today))
        roles = [rules.CONTACT]
        # A company has an administrator from the start.
        if administrator or not keepers:
            roles.append(rules.ADMINISTRATOR)
        colleague = rules.Colleague(asked["email"], asked["name"])
        person_id = membership.take_in(
            connection, maker, organisation, colleague, roles, asked["language"], secret_key
        )
        _identify(connection, asked, organisation, maker)
        given = {"organisation": organisation, "by": maker.actor.name, "at": maker.at, "id": asked["id"]}
        connection.execute(_APPROVED, given)
        kind = "joined" if join else "registered"
        subject = f"{asked['name']} <{asked['email']}>"
        changes.log(connection, maker, organisation, kind, subject, person_id=person_id)
    return organisation


def refuse(engine: Engine, maker: Maker, registration_id: str, reason: str) -> None:
    """Say no, with a reason that the applicant reads behind the link. Raises BadInput, CompanyError."""
    require_secretariat(maker.actor)
    stated = rules.read_reason(reason)
    with engine.begin() as connection:
        asked = _lock(connection, registration_id)
        given = {"reason": stated, "by": maker.actor.name, "at": maker.at, "id": asked["id"]}
        connection.execute(_REFUSED, given)
        # No company's history: there is no company.
        told = f"{asked['company']} ({asked['identifier']}), {asked['name']} <{asked['email']}>"
        note(connection, By(maker.at, maker.actor.id, maker.actor.name), "registration_refused", new=told)


def forget_unconfirmed(engine: Engine, at: datetime) -> int:
    """Drop what nobody confirmed in time; how many there were."""
    with engine.begin() as connection:
        return connection.execute(_FORGET, {"at": at}).rowcount


def _lock(connection: Connection, registration_id: str) -> Row:
    found = connection.execute(_LOCK, {"id": registration_id}).mappings().first()
    if found is None or found["state"] == "unconfirmed":
        raise CompanyError("not_found")
    if found["state"] != "waiting":
        raise CompanyError("decided", person=found["decided_by"], at=found["decided_at"])
    return found


def _new_company(connection: Connection, asked: Row) -> str:
    """A company by the name that was stated; one of that name or number is joined, and not made again."""
    if connection.scalar(_NAME_TAKEN, {"name": asked["company"]}):
        raise CompanyError("name_taken")
    if connection.scalar(_IDENTIFIER_OF, {"identifier": asked["identifier"]}) is not None:
        raise CompanyError("identifier_taken")
    return create_organisation(connection, "company", asked["company"])


def _identify(connection: Connection, asked: Row, organisation: str, maker: Maker) -> None:
    """What the registration says of a company that did not say it before."""
    known = connection.scalar(_IDENTIFIER_OF, {"identifier": asked["identifier"]})
    if known is None:
        given = {"organisation": organisation, "identifier": asked["identifier"], "at": maker.at}
        connection.execute(_IDENTIFY, given)
    domain = rules.domain_of(asked["email"])
    connection.execute(_ADD_DOMAIN, {"organisation": organisation, "domain": domain, "at": maker.at})
