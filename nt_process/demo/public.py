"""The public site's other side in the demo world: people who subscribe, and requests for documents that wait or were answered."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity import links
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.public.register.entering import enter
from nt_process.public.requests import asking, service
from nt_process.public.requests.sweep import remind_requests
from nt_process.public.subscriptions import happenings
from nt_process.public.subscriptions import service as subscriptions
from nt_process.public.subscriptions.rules import Choices

# Plainly invented addresses; who reads there is nobody.
_SUBSCRIBERS = (
    ("patientforening@kantarell.example", Choices("sv", ("recommendations", "stages"))),
    ("redaktion@blabarsbladet.example", Choices("sv", ("recommendations", "meetings"))),
    ("market.access@lingonberry.example", Choices("en", ("stages",), atc="L01")),
)
# How many days ago, what, in which words it was answered (empty: it waits), and with what address.
_REQUESTS = (
    (41, "Alla ansökningar som kom in i förra månaden.", "not_held", "Ingen ansökan kom in den månaden.", ""),
    (
        23,
        "Avtalet om det senast avtalade läkemedlet, med priset.",
        "refused",
        "Priset och villkoren rör bolagets affärsförhållanden (OSL 31 kap. 16 §), och utan dem återstår inget.",
        "",
    ),
    (5, "Protokollet från rådets senaste sammanträde.", "", "", "redaktion@blabarsbladet.example"),
    (1, "Det hälsoekonomiska underlaget i det ärende som ni senast tog ställning i.", "", "", ""),
)
_NEWEST = sa.text("SELECT id FROM subscription_request WHERE email = :address")
_ASKED = sa.text("SELECT id FROM document_request ORDER BY made_at DESC, number DESC LIMIT 1")
_SECRETARY = sa.text("""
    SELECT p.id::text AS id, p.name FROM person p JOIN membership m ON m.person_id = p.id
    WHERE m.role = 'secretariat' AND p.disabled_at IS NULL AND m.valid_to IS NULL ORDER BY p.name LIMIT 1
""")
_SUBSCRIBED = 6


def public_life(office: Office, today: date, chance: random.Random, secret_key: str) -> Iterator[datetime]:
    """Requests, the older of them answered; subscribers of the last days, who are told of what has happened since."""
    for days, wanted, outcome, reasons, address in _REQUESTS[:2]:
        at = yield from _request(office, today, chance, secret_key, days, wanted, address)
        at += timedelta(hours=2)
        yield at
        _answer(office, at, outcome, reasons)
    at = _later(today, _SUBSCRIBED, chance)
    yield at
    for address, choices in _SUBSCRIBERS:
        _subscribe(office, secret_key, address, choices, at)
    for days, wanted, _outcome, _reasons, address in _REQUESTS[2:]:
        at = yield from _request(office, today, chance, secret_key, days, wanted, address)
        happenings.notice(office.engine, at)
    at = working_hour(last_working_day(today), chance).replace(hour=5)
    yield at
    happenings.notice(office.engine, at)
    remind_requests(office.engine, at)
    enter(office.engine, at)


def _later(today: date, days: int, chance: random.Random) -> datetime:
    return working_hour(last_working_day(today - timedelta(days=days)), chance)


def _request(
    office: Office, today: date, chance: random.Random, secret_key: str, days: int, wanted: str, address: str
) -> Generator[datetime, None, datetime]:
    at = _later(today, days, chance)
    yield at
    texts = {"wanted": wanted, "designation": "", "address": address}
    asking.ask(office.engine, secret_key, texts, "sv", at)
    return at


def _answer(office: Office, at: datetime, outcome: str, reasons: str) -> None:
    """In the name of whoever stands first in the secretariat."""
    with office.engine.connect() as connection:
        request_id = str(connection.scalar(_ASKED))
        secretary = connection.execute(_SECRETARY).one()
    actor = SignedIn(secretary.id, secretary.name, "", "sv", "", frozenset({"secretariat"}), ())
    given = {"outcome": outcome, "reasons": reasons}
    service.assign(office.engine, Maker(actor, at), request_id, secretary.id)
    service.decide(office.engine, Maker(actor, at), request_id, given, gone=False)


def _subscribe(office: Office, secret_key: str, address: str, choices: Choices, at: datetime) -> None:
    subscriptions.ask(office.engine, secret_key, address, choices, at)
    with office.engine.connect() as connection:
        request_id = connection.scalar(_NEWEST, {"address": address})
    token = links.token_of(secret_key, f"{subscriptions.CONFIRMS}{request_id}")
    subscriptions.confirm(office.engine, secret_key, token, at)
