"""Proving who one is: the password at a place, and the second factor in a session. Every try is counted first."""

from __future__ import annotations

import enum

from nt_process import web
from nt_process.account.entry_forms import SecondFactorForm
from nt_process.identity import passkeys, second_factor, service, sessions, throttle
from nt_process.identity.secret_box import SecretBox
from nt_process.web import known_device


class Refusal(enum.Enum):
    """Why a proof was not accepted."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


def secret_box() -> SecretBox:
    return SecretBox(web.settings().secret_key(), "authenticator")


def site() -> passkeys.Site:
    return passkeys.Site.of(web.settings().base_url)


def by_password(email: str, password: str) -> str | Refusal:
    """The person's id, or why not. The answer and its time are the same whether there is such a person."""
    account, place = throttle.account_key(email), known_device.place_of(email)
    if not throttle.may_try(web.connection(), "password", account, place, web.now()):
        return Refusal.TOO_MANY
    person_id = service.check_password(web.connection(), email, password)
    if person_id is None:
        return Refusal.WRONG
    throttle.succeeded(web.connection(), "password", account, place, web.now())
    return person_id


def by_second_factor(person_id: str, session_id: str, form: SecondFactorForm) -> Refusal | None:
    """None when the code or the passkey's answer is right; else why not."""
    account = throttle.account_key(person_id)
    if not throttle.may_try(web.connection(), "second_factor", account, throttle.EVERYWHERE, web.now()):
        return Refusal.TOO_MANY
    if not _is_right(person_id, session_id, form):
        return Refusal.WRONG
    throttle.succeeded(web.connection(), "second_factor", account, throttle.EVERYWHERE, web.now())
    return None


def passkey_question(person_id: str, session_id: str) -> str | None:
    """What the browser is to ask a passkey (JSON), remembered in the session; None when there is no passkey."""
    question = passkeys.ask_to_prove(web.connection(), site(), person_id)
    if question is None:
        return None
    sessions.ask(web.connection(), session_id, question.challenge, web.now())
    return question.options


def _is_right(person_id: str, session_id: str, form: SecondFactorForm) -> bool:
    connection, now = web.connection(), web.now()
    if form.passkey.data:
        asked = sessions.asked(connection, session_id, now)
        return asked is not None and passkeys.prove(
            connection, site(), person_id, form.passkey.data, asked, now
        )
    code = form.code.data or ""
    return second_factor.check_authenticator(
        connection, secret_box(), person_id, code, now
    ) or second_factor.use_recovery_code(connection, person_id, code, now)
