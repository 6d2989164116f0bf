"""Commands of an administrator on people, organisations and mandates. Each is one transaction with its history.

What may be changed is judged by `rules`, how it is stored by `identity.register`, which writes the history.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.administration import rules
from nt_process.administration.errors import AdministrationError
from nt_process.identity import maker as identity_maker
from nt_process.identity import register
from nt_process.identity.history import By
from nt_process.identity.service import IdentityError, Member
from nt_process.kernel.faults import BadInput, Fault
from nt_process.rights import ADMINISTRATOR

_KINDS = sa.text("SELECT id, kind FROM organisation")
_EXISTS = sa.text("SELECT EXISTS (SELECT FROM person WHERE id = :id)")
_ADMINISTERS = sa.text("""
    SELECT EXISTS (
        SELECT FROM membership WHERE person_id = :person AND role = 'administrator' AND id <> :but
          AND valid_from <= :today AND valid_to IS NULL)
""")
_HELD = sa.text("""
    SELECT id FROM membership WHERE person_id = :person AND valid_from <= :last AND (valid_to IS NULL OR valid_to > :last)
    ORDER BY id
""")
# The people are locked in one order, whoever ends mandates in several organisations at once.
_HELD_IN = sa.text("""
    SELECT id FROM membership
    WHERE organisation_id = :organisation AND valid_from <= :last AND (valid_to IS NULL OR valid_to > :last)
    ORDER BY person_id, id
""")
_IS_ORGANISATION = sa.text("SELECT EXISTS (SELECT FROM organisation WHERE id = :id)")
_LAST_CHANGE = sa.text("""
    SELECT id, actor, at FROM administrative_change
    WHERE (person_id = :person AND :organisation IS NULL) OR (organisation_id = :organisation AND person_id IS NULL)
    ORDER BY id DESC LIMIT 1
""").bindparams(sa.bindparam("person", type_=sa.Uuid), sa.bindparam("organisation", type_=sa.Uuid))

# The faults of the register that are about a field of the form.
_FIELD_OF = {"email_taken": "email", "bad_email": "email", "name_taken": "name", "identifier_taken": "identifier",
             "bad_role": "role", "overlaps": "valid_from"}  # fmt: skip
# Those that are about the whole.
_REFUSALS = {"unknown": "not_found", "not_allowed": "not_allowed", "last_administrator": "last_administrator"}


@dataclass(frozen=True)
class Maker(identity_maker.Maker):
    """An administrator who gives a command. `secret_key` is the installation's, for links."""

    secret_key: str = ""

    @property
    def by(self) -> By:
        return By(self.at, self.actor.id, self.actor.name)


def add_person(engine: Engine, maker: Maker, texts: Mapping[str, str], *, invited: bool) -> str:
    """Make a person with their first mandate; returns the id. Raises BadInput, AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection:
        kinds = _kinds(connection)
        person, mandate = _all_faults(
            lambda: rules.read_person(texts), lambda: rules.read_mandate(texts, kinds, maker.today)
        )
        with _at_its_field():
            details = register.Details(person.email, person.name, person.language)
            person_id = register.add_person(connection, maker.by, details, (_member(mandate),))
        if invited:
            register.invite(connection, maker.by, person_id, maker.secret_key)
    return person_id


def change_person(engine: Engine, maker: Maker, person_id: str, seen: int, texts: Mapping[str, str]) -> None:
    """Change name, address and language. `seen`: the latest change that the page showed. Raises BadInput,
    AdministrationError."""
    require_administrator(maker)
    person = rules.read_person(texts)
    with engine.begin() as connection, _at_its_field():
        _require_seen(connection, seen, person_id=person_id)
        register.change_person(
            connection, maker.by, person_id, register.Details(person.email, person.name, person.language)
        )


def add_mandate(engine: Engine, maker: Maker, person_id: str, texts: Mapping[str, str]) -> None:
    """Give a person a role in an organisation. Nobody gives themselves one. Raises BadInput, AdministrationError."""
    require_administrator(maker)
    _refuse(rules.refuses_role(maker.actor.id, person_id))
    with engine.begin() as connection, _at_its_field():
        if not connection.scalar(_EXISTS, {"id": person_id}):
            raise AdministrationError("not_found")
        mandate = rules.read_mandate(texts, _kinds(connection), maker.today)
        register.add_membership(connection, maker.by, person_id, _member(mandate))


def change_days(engine: Engine, maker: Maker, membership_id: str, texts: Mapping[str, str]) -> str:
    """Change from when to when a mandate holds, and whether its holder speaks for the organisation; returns the
    person's id. Raises BadInput, AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection, _at_its_field():
        held = register.locked_membership(connection, membership_id)
        days = rules.read_days({"valid_from": held.valid_from.isoformat(), **texts}, maker.today)
        _change(connection, maker, held, days, rules.read_tick(texts, "speaks", held.speaks))
    return held.person_id


def disable(engine: Engine, maker: Maker, person_id: str) -> None:
    """Disable a person at once, with sessions and links. Raises AdministrationError."""
    require_administrator(maker)
    _refuse(rules.refuses_disabling(maker.actor.id, person_id))
    with engine.begin() as connection, _at_its_field():
        if not register.disable(connection, maker.by, person_id):
            raise AdministrationError("nothing_to_do")


def enable(engine: Engine, maker: Maker, person_id: str) -> None:
    """Let a disabled person in again. Raises AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection, _at_its_field():
        if not register.enable(connection, maker.by, person_id):
            raise AdministrationError("nothing_to_do")


def invite(engine: Engine, maker: Maker, person_id: str) -> None:
    """Mail a new link with which the person chooses a password. Raises AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection, _at_its_field():
        if not register.invite(connection, maker.by, person_id, maker.secret_key):
            raise AdministrationError("not_sent")


def end_sessions(engine: Engine, maker: Maker, person_id: str, session_id: str | None = None) -> None:
    """End a person's sessions, or one of them. Raises AdministrationError nothing_to_do."""
    require_administrator(maker)
    with engine.begin() as connection:
        if not register.end_sessions(connection, maker.by, person_id, session_id):
            raise AdministrationError("nothing_to_do")


def reset_second_factor(engine: Engine, maker: Maker, person_id: str) -> None:
    """Take away a person's second factors, who then sets up a new one. Raises AdministrationError."""
    require_administrator(maker)
    _refuse(rules.refuses_reset(maker.actor.id, person_id))
    with engine.begin() as connection, _at_its_field():
        register.reset_second_factor(connection, maker.by, person_id)


def end_mandates(engine: Engine, maker: Maker, person_id: str, last_day: date) -> None:
    """Let every mandate that a person holds after `last_day` end on it. Raises AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection:
        if not connection.scalar(_EXISTS, {"id": person_id}):
            raise AdministrationError("not_found")
        asked = {"person": person_id, "last": last_day}
        _end_all(connection, maker, connection.scalars(_HELD, asked).all(), last_day)


def end_mandate(engine: Engine, maker: Maker, membership_id: str, last_day: date) -> None:
    """Let a mandate end on a day before its last one. Raises BadInput, AdministrationError."""
    _change_held(engine, maker, membership_id, lambda held: _until(held, last_day, rules.refuses_ending))


def extend_mandate(engine: Engine, maker: Maker, membership_id: str, last_day: date) -> None:
    """Let a mandate that has a last day hold to a later one. Raises BadInput, AdministrationError."""
    _change_held(engine, maker, membership_id, lambda held: _until(held, last_day, rules.refuses_extending))


def let_speak(engine: Engine, maker: Maker, membership_id: str, speaks: bool) -> None:
    """Say whether who holds a mandate speaks for the organisation in a consultation. Raises AdministrationError."""

    def change(held: register.Mandate) -> tuple[rules.Days, bool]:
        _refuse(rules.refuses_silence(held.role, held.speaks, speaks))
        return _days(held), speaks

    _change_held(engine, maker, membership_id, change)


def end_mandates_in(engine: Engine, maker: Maker, organisation_id: str, last_day: date) -> None:
    """Let every mandate that is held in an organisation after `last_day` end on it, or none. Raises
    AdministrationError."""
    require_administrator(maker)
    with engine.begin() as connection:
        if not connection.scalar(_IS_ORGANISATION, {"id": organisation_id}):
            raise AdministrationError("not_found")
        asked = {"organisation": organisation_id, "last": last_day}
        _end_all(connection, maker, connection.scalars(_HELD_IN, asked).all(), last_day)


def add_organisation(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Raises BadInput, AdministrationError."""
    require_administrator(maker)
    wanted = rules.read_organisation(texts)
    with engine.begin() as connection, _at_its_field():
        return register.add_organisation(connection, maker.by, wanted.kind, wanted.name, wanted.identifier)


def change_organisation(
    engine: Engine, maker: Maker, organisation_id: str, seen: int, texts: Mapping[str, str]
) -> None:
    """Rename an organisation or give it another identifier; its kind stays. Raises BadInput, AdministrationError."""
    require_administrator(maker)
    wanted = rules.read_organisation({**texts, "kind": "council"})
    with engine.begin() as connection, _at_its_field():
        _require_seen(connection, seen, organisation_id=organisation_id)
        register.change_organisation(connection, maker.by, organisation_id, wanted.name, wanted.identifier)


# --- what all share -------------------------------------------------------------------------------


class _at_its_field:  # noqa: N801 - it is used as a word of the language
    """What the register refuses is said at the field that it is about, or as a refusal of the whole."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, IdentityError):
            if error.code in _REFUSALS:
                raise AdministrationError(_REFUSALS[error.code]) from None
            raise BadInput(Fault(error.code, column=_FIELD_OF[error.code])) from None


def _change_held(
    engine: Engine,
    maker: Maker,
    membership_id: str,
    change: Callable[[register.Mandate], tuple[rules.Days, bool]],
) -> None:
    """Give one mandate the days, and the say, that `change` makes of what is held."""
    require_administrator(maker)
    with engine.begin() as connection, _at_its_field():
        held = register.locked_membership(connection, membership_id)
        days, speaks = change(held)
        _change(connection, maker, held, days, speaks)


def _until(
    held: register.Mandate, last_day: date, refuses: Callable[[rules.Days, date], str | None]
) -> tuple[rules.Days, bool]:
    _refuse(refuses(_days(held), last_day))
    return rules.Days(held.valid_from, last_day), held.speaks


def _days(held: register.Mandate) -> rules.Days:
    return rules.Days(held.valid_from, held.valid_to)


def _end_all(connection: Connection, maker: Maker, ids: Sequence[object], last_day: date) -> None:
    held = [register.locked_membership(connection, str(one)) for one in ids]
    # Somebody may have ended one of them before the locks were given.
    held = [one for one in held if rules.refuses_ending(_days(one), last_day) is None]
    if not held:
        raise AdministrationError("nothing_to_do")
    for one in held:
        _change(connection, maker, one, rules.Days(one.valid_from, last_day), one.speaks)


def _change(
    connection: Connection, maker: Maker, held: register.Mandate, days: rules.Days, wanted: bool
) -> None:
    before, speaks = _days(held), rules.may_speak(held.role, wanted)
    _refuse(rules.refuses_speaking(maker.actor.id, held.person_id, held.speaks, speaks))
    if days == before:
        with _at_its_field():
            register.change_membership(connection, maker.by, held, held.valid_from, held.valid_to, speaks)
        return
    asked = {"person": held.person_id, "but": held.id, "today": maker.today}
    other = bool(connection.scalar(_ADMINISTERS, asked))
    _refuse(rules.refuses_days(maker.actor.id, held.person_id, held.role, before, days, other))
    with _at_its_field():
        register.change_membership(connection, maker.by, held, days.valid_from, days.valid_to, speaks)


def _all_faults(
    person: Callable[[], rules.PersonInput], mandate: Callable[[], rules.MandateInput]
) -> tuple[rules.PersonInput, rules.MandateInput]:
    """Both parts of a form; what is wrong with either is told at once."""
    faults: list[Fault] = []
    read: list[rules.PersonInput | rules.MandateInput] = []
    for part in (person, mandate):
        try:
            read.append(part())
        except BadInput as refused:
            faults += refused.faults
    if faults:
        raise BadInput(*faults)
    return read[0], read[1]  # type: ignore[return-value]  # pyrefly: ignore


def _member(mandate: rules.MandateInput) -> Member:
    days = mandate.days
    return Member(mandate.organisation_id, mandate.role, days.valid_from, days.valid_to, mandate.speaks)


def _kinds(connection: Connection) -> dict[str, str]:
    return {str(row.id): row.kind for row in connection.execute(_KINDS)}


def require_administrator(maker: Maker) -> None:
    if not ADMINISTRATOR.allows(maker.actor.roles):
        raise AdministrationError("not_allowed")


def _refuse(code: str | None) -> None:
    if code is not None:
        raise AdministrationError(code)


def _require_seen(
    connection: Connection, seen: int, *, person_id: str | None = None, organisation_id: str | None = None
) -> None:
    latest = connection.execute(
        _LAST_CHANGE,
        {
            "person": None if person_id is None else uuid.UUID(person_id),
            "organisation": None if organisation_id is None else uuid.UUID(organisation_id),
        },
    ).first()
    if latest is not None and latest.id > seen:
        raise AdministrationError("changed", actor=latest.actor, at=latest.at, seen=latest.id)
