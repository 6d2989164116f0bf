"""Commands on subscriptions: asked for, confirmed, changed and ended by whoever holds the mailed link.

Nobody is known here, and the database lets nobody read an address: what a link opens is said by functions (migration 0039).
"""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity import links
from nt_process.identity.service import token_hash
from nt_process.infra.rows import Row, fetch
from nt_process.public.subscriptions.rules import VALID_FOR, Choices

# What the tokens of the two links of a request are made of; the second opens the subscription as long as it is there.
CONFIRMS, OPENS = "subscription confirm ", "subscription "

_ASK = sa.text("""
    INSERT INTO subscription_request (id, email, language, topics, words, atc, region, phase, confirm_hash, link_hash,
        made_at, expires_at)
    VALUES (:id, :email, :language, :topics, :words, :atc, :region, :phase, :confirm_hash, :link_hash, :at, :expires)
""")
_TO_CONFIRM = sa.text("SELECT * FROM subscription_to_confirm(:hash, :at)")
_CONFIRM = sa.text("SELECT confirm_subscription(:hash, :at)")
_OF_LINK = sa.text("SELECT * FROM subscription_of_link(:hash)")
_CHANGE = sa.text("""
    SELECT change_subscription(:hash, :language, CAST(:topics AS text[]), :words, :atc, :region, :phase, :at)
""")
_END = sa.text("SELECT end_subscription(:hash)")


def ask(engine: Engine, secret_key: str, email: str, choices: Choices, at: datetime) -> None:
    """Note that this address wants to subscribe. The same is written, and as fast, whether it is known or not.

    The worker decides whether and when mail goes out, see `pace.admit`.
    """
    request_id = str(uuid.uuid4())
    with engine.begin() as connection:
        connection.execute(
            _ASK,
            {
                **_stated(choices),
                "id": request_id,
                "email": email,
                "confirm_hash": token_hash(links.token_of(secret_key, CONFIRMS + request_id)),
                "link_hash": token_hash(links.token_of(secret_key, OPENS + request_id)),
                "at": at,
                "expires": at + VALID_FOR,
            },
        )


def to_confirm(connection: Connection, token: str, at: datetime) -> Row | None:
    """What the link would confirm, as long as it works. Looking confirms nothing."""
    given = {"hash": token_hash(token), "at": at}
    return next(iter(fetch(connection, _TO_CONFIRM, given)), None)


def confirm(engine: Engine, secret_key: str, token: str, at: datetime) -> str | None:
    """The address subscribes from now on; the token of the link that changes and ends it. None when it does not work."""
    with engine.begin() as connection:
        request_id = connection.scalar(_CONFIRM, {"hash": token_hash(token), "at": at})
    return None if request_id is None else links.token_of(secret_key, f"{OPENS}{request_id}")


def of_link(connection: Connection, token: str) -> Row | None:
    """The subscription that a link opens; `confirmed` is false for one that waits for its confirmation."""
    return next(iter(fetch(connection, _OF_LINK, {"hash": token_hash(token)})), None)


def change(engine: Engine, token: str, choices: Choices, at: datetime) -> bool:
    """Subscribe to something else from now on. False when the link opens no confirmed subscription."""
    with engine.begin() as connection:
        given = {**_stated(choices), "hash": token_hash(token), "at": at}
        return bool(connection.scalar(_CHANGE, given))


def end(engine: Engine, token: str) -> None:
    """Nothing of the address is left, whatever it had asked for. Ending what has ended changes nothing."""
    with engine.begin() as connection:
        connection.execute(_END, {"hash": token_hash(token)})


def _stated(choices: Choices) -> dict[str, object]:
    return {
        "language": choices.language,
        "topics": list(choices.topics),
        "words": choices.words,
        "atc": choices.atc,
        "region": choices.region,
        "phase": choices.phase,
    }
