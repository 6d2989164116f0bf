"""Commands on who acts for a company: by its administrators, and by the secretariat. Each is one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.companies import changes, membership
from nt_process.companies.errors import CompanyError, Maker, require_secretariat
from nt_process.companies.rules import people as rules
from nt_process.identity.service import hold_address
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.rights import SECRETARIAT

_DOMAINS = sa.text("SELECT domain FROM company_domain WHERE organisation_id = :organisation")
_ADD_DOMAIN = sa.text("""
    INSERT INTO company_domain (organisation_id, domain, at) VALUES (:organisation, :domain, :at)
    ON CONFLICT DO NOTHING
""")
_REMOVE_DOMAIN = sa.text(
    "DELETE FROM company_domain WHERE organisation_id = :organisation AND domain = :domain"
)
_ASK = sa.text("""
    INSERT INTO company_request (id, organisation_id, email, name, language, asked_by, asked_at)
    VALUES (:id, :organisation, :email, :name, :language, :by, :at)
    ON CONFLICT (organisation_id, lower(email)) WHERE state = 'waiting' DO NOTHING
""")
_LOCK_REQUEST = sa.text("SELECT * FROM company_request WHERE id = :id FOR UPDATE")
_DECIDE = sa.text("""
    UPDATE company_request SET state = :state, decided_by = :by, decided_at = :at, reason = :reason WHERE id = :id
""")
_CASE = sa.text("SELECT id FROM cases WHERE number = :number AND company_id = :organisation")
_CONTACT = sa.text("""
    INSERT INTO case_contact (case_id, person_id, at) VALUES (:case, :person, :at)
    ON CONFLICT (case_id) DO UPDATE SET person_id = :person, at = :at
""")


def invite(
    engine: Engine,
    maker: Maker,
    secret_key: str,
    organisation_id: str,
    texts: Mapping[str, str],
    language: str,
) -> bool:
    """Invite a colleague as a contact: True. At another domain than the company's own, the secretariat is asked
    first: False.

    Raises BadInput, CompanyError is_member, already_asked, account_disabled, other_side, not_allowed, not_found.
    """
    colleague = rules.read_colleague(texts)
    with engine.begin() as connection:
        hold_address(connection, colleague.email)
        members = _keep(connection, maker, organisation_id)
        if any(one.email.lower() == colleague.email for one in members.values()):
            raise CompanyError("is_member")
        domains = connection.scalars(_DOMAINS, {"organisation": organisation_id}).all()
        if maker.side == "company" and not rules.is_own(colleague.email, domains):
            _ask(connection, maker, organisation_id, colleague, language)
            return False
        roles = (rules.CONTACT,)
        person_id = membership.take_in(
            connection, maker, organisation_id, colleague, roles, language, secret_key
        )
        subject = _written(colleague.name, colleague.email)
        changes.log(connection, maker, organisation_id, "invited", subject, person_id=person_id)
    return True


def end(engine: Engine, maker: Maker, organisation_id: str, person_id: str) -> None:
    """End somebody's part in the company, at once; the rights and sessions go with it.

    Raises CompanyError last_administrator, not_member, not_allowed, not_found.
    """
    with engine.begin() as connection:
        members = _keep(connection, maker, organisation_id)
        member = _member(members, person_id)
        _not_the_last(members, member)
        # Whoever ends their own part may write nothing of the company afterwards.
        subject = _written(member.name, member.email)
        changes.log(connection, maker, organisation_id, "ended", subject, person_id=member.id)
        membership.end(connection, maker, member.id, organisation_id, rules.COMPANY_ROLES)


def make_administrator(engine: Engine, maker: Maker, organisation_id: str, person_id: str) -> None:
    """Let a contact keep the company's people. Raises CompanyError not_member, not_allowed, not_found."""
    with engine.begin() as connection:
        member = _member(_keep(connection, maker, organisation_id), person_id)
        if rules.ADMINISTRATOR in member.roles:
            return
        membership.give(connection, member.id, organisation_id, rules.ADMINISTRATOR, maker.today)
        subject = _written(member.name, member.email)
        changes.log(connection, maker, organisation_id, "made_administrator", subject, person_id=member.id)


def end_administrator(engine: Engine, maker: Maker, organisation_id: str, person_id: str) -> None:
    """Let an administrator be a contact only. Raises CompanyError last_administrator, not_member, …"""
    with engine.begin() as connection:
        members = _keep(connection, maker, organisation_id)
        member = _member(members, person_id)
        if rules.ADMINISTRATOR not in member.roles:
            return
        _not_the_last(members, member)
        subject = _written(member.name, member.email)
        changes.log(connection, maker, organisation_id, "no_administrator", subject, person_id=member.id)
        if rules.CONTACT not in member.roles:
            membership.give(connection, member.id, organisation_id, rules.CONTACT, maker.today)
        membership.end(connection, maker, member.id, organisation_id, (rules.ADMINISTRATOR,))


def choose_contact(engine: Engine, maker: Maker, organisation_id: str, number: str, person_id: str) -> None:
    """Say whom the secretariat turns to in a case of the company. Raises CompanyError not_member, not_found, …"""
    with engine.begin() as connection:
        member = _member(_keep(connection, maker, organisation_id), person_id)
        if rules.CONTACT not in member.roles:
            raise CompanyError("not_member")
        case = connection.scalar(_CASE, {"number": number, "organisation": organisation_id})
        if case is None:
            raise CompanyError("not_found")
        connection.execute(_CONTACT, {"case": case, "person": member.id, "at": maker.at})
        changes.log(
            connection, maker, organisation_id, "contact", f"{number}: {member.name}", person_id=member.id
        )


def add_domain(engine: Engine, maker: Maker, organisation_id: str, domain: str) -> None:
    """The secretariat takes a domain for the company's own. Raises BadInput, CompanyError domain_there, …"""
    require_secretariat(maker.actor)
    found = rules.read_domain(domain)
    with engine.begin() as connection:
        _keep(connection, maker, organisation_id)
        given = {"organisation": organisation_id, "domain": found, "at": maker.at}
        if connection.execute(_ADD_DOMAIN, given).rowcount != 1:
            raise BadInput(Fault("domain_there", column="domain", params={"domain": found}))
        changes.log(connection, maker, organisation_id, "domain_added", found)


def remove_domain(engine: Engine, maker: Maker, organisation_id: str, domain: str) -> None:
    """From now on colleagues with mail there need the secretariat's yes. Who is in already stays."""
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        _keep(connection, maker, organisation_id)
        given = {"organisation": organisation_id, "domain": domain.replace("\x00", "")[:200]}
        if connection.execute(_REMOVE_DOMAIN, given).rowcount == 1:
            changes.log(connection, maker, organisation_id, "domain_removed", given["domain"])


def approve_request(engine: Engine, maker: Maker, secret_key: str, request_id: str) -> str:
    """Let the colleague at another domain in; returns the company's id. Raises CompanyError."""
    require_secretariat(maker.actor)
    with engine.begin() as connection:
        asked = _lock_request(connection, request_id)
        organisation = str(asked["organisation_id"])
        hold_address(connection, asked["email"])
        membership.lock(connection, organisation)
        colleague = rules.Colleague(asked["email"], asked["name"])
        roles = (rules.CONTACT,)
        person_id = membership.take_in(
            connection, maker, organisation, colleague, roles, asked["language"], secret_key
        )
        _decide(connection, maker, asked, "approved", "", person_id)
    return organisation


def refuse_request(engine: Engine, maker: Maker, request_id: str, reason: str) -> str:
    """Say no, with a reason that the company reads; returns the company's id. Raises BadInput, CompanyError."""
    require_secretariat(maker.actor)
    stated = rules.read_reason(reason)
    with engine.begin() as connection:
        asked = _lock_request(connection, request_id)
        _decide(connection, maker, asked, "refused", stated)
    return str(asked["organisation_id"])


def _keep(connection: Connection, maker: Maker, organisation_id: str) -> dict[str, membership.Member]:
    """The company's people, to be changed by this maker and nobody else meanwhile."""
    membership.lock(connection, organisation_id)
    members = membership.held(connection, organisation_id, maker.today)
    if maker.actor.id not in membership.administrators(members) and not SECRETARIAT.allows(maker.actor.roles):
        raise CompanyError("not_allowed")
    return members


def _member(members: Mapping[str, membership.Member], person_id: str) -> membership.Member:
    if person_id not in members:
        raise CompanyError("not_member")
    return members[person_id]


def _not_the_last(members: dict[str, membership.Member], member: membership.Member) -> None:
    refused = rules.refuses_end(membership.administrators(members), member.id)
    if refused:
        raise CompanyError(refused, name=member.name)


def _ask(
    connection: Connection, maker: Maker, organisation_id: str, colleague: rules.Colleague, language: str
) -> None:
    given = {"email": colleague.email, "name": colleague.name, "language": language, "at": maker.at}
    asked = {**given, "id": uuid.uuid4(), "organisation": organisation_id, "by": maker.actor.name}
    if connection.execute(_ASK, asked).rowcount != 1:
        raise CompanyError("already_asked")
    changes.tell_secretariat(connection, "request_waiting", organisation_id, maker.at, maker.today)
    changes.log(connection, maker, organisation_id, "asked", _written(colleague.name, colleague.email))


def _lock_request(connection: Connection, request_id: str) -> Row:
    found = connection.execute(_LOCK_REQUEST, {"id": request_id}).mappings().first()
    if found is None:
        raise CompanyError("not_found")
    if found["state"] != "waiting":
        raise CompanyError("decided", person=found["decided_by"], at=found["decided_at"])
    return found


def _decide(
    connection: Connection, maker: Maker, asked: Row, state: str, reason: str, person_id: str | None = None
) -> None:
    given = {"state": state, "by": maker.actor.name, "at": maker.at, "reason": reason, "id": asked["id"]}
    connection.execute(_DECIDE, given)
    organisation = str(asked["organisation_id"])
    subject = _written(asked["name"], asked["email"])
    changes.log(connection, maker, organisation, state, subject, reason, person_id=person_id)
    changes.tell_administrators(connection, "request_decided", organisation, maker)


def _written(name: str, email: str) -> str:
    return f"{name} <{email}>"
