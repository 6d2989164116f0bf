"""Proving who one is: the password at a place, and the second factor in a session. Every try is counted first, and
each stands in the log with its outcome: how, from where, and who it was, or which account under a name of its own.
"""

from __future__ import annotations

import enum
import hashlib
import hmac

import structlog
from flask import g, request

from nt_process import web
from nt_process.account.entry_forms import SecondFactorForm
from nt_process.identity import passkeys, second_factor, service, sessions, throttle
from nt_process.identity.secret_box import SecretBox
from nt_process.web import known_device


class Refusal(enum.Enum):
    """Why a proof was not accepted."""

    WRONG = "wrong"
    TOO_MANY = "too_many"


log = structlog.get_logger()


def note_proved(kind: str, person_id: str) -> None:
    """Log that somebody has proved who they are: by password, code, passkey, provider or link."""
    log.info("proved", kind=kind, person=person_id, **_from_where())


def note_refused(kind: str, error: str, *, person_id: str = "", account: bytes = b"") -> None:
    """Log that a proof was not accepted, and why. What a stranger typed becomes a name that nobody can read."""
    if account:
        key = web.settings().secret_key().encode()
        person_id = f"account {hmac.digest(key, b'account in the log' + account, hashlib.sha256)[:6].hex()}"
    log.warning("proof_refused", kind=kind, error=error, person=person_id, **_from_where())


def note_link_used(email: str) -> None:
    """Log that a password was chosen through a mailed link."""
    note_proved("link", service.find_person(web.connection(), email) or "")


def _from_where() -> dict[str, str]:
    return {"address": request.remote_addr or "", "request_id": g.get("request_id", "")}


def secret_box() -> SecretBox:
    settings = web.settings()
    return SecretBox(settings.secret_key(), "authenticator", settings.secret_key_before())


def site() -> passkeys.Site:
    return passkeys.Site.of(web.settings().base_url)


def by_password(email: str, password: str) -> str | Refusal:
    """The person's id, or why not. The answer and its time are the same whether there is such a person."""
    account, place = throttle.account_key(email), known_device.place_of(email)
    if not throttle.may_try(web.connection(), "password", account, place, web.now()):
        note_refused("password", Refusal.TOO_MANY.value, account=account)
        return Refusal.TOO_MANY
    person_id = service.check_password(web.connection(), email, password)
    if person_id is None:
        note_refused("password", Refusal.WRONG.value, account=account)
        return Refusal.WRONG
    note_proved("password", person_id)
    throttle.succeeded(web.connection(), "password", account, place, web.now())
    return person_id


def by_second_factor(person_id: str, session_id: str, form: SecondFactorForm) -> Refusal | None:
    """None when the code or the passkey's answer is right; else why not."""
    account, kind = throttle.account_key(person_id), "passkey" if form.passkey.data else "code"
    if not throttle.may_try(web.connection(), "second_factor", account, throttle.EVERYWHERE, web.now()):
        note_refused(kind, Refusal.TOO_MANY.value, person_id=person_id)
        return Refusal.TOO_MANY
    if not _is_right(person_id, session_id, form):
        note_refused(kind, Refusal.WRONG.value, person_id=person_id)
        return Refusal.WRONG
    note_proved(kind, person_id)
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
