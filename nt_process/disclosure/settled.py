"""Approved settlements become what totals are made of, in the background and without anybody's reading them.

Each approval keeps what all agreements' latest runs say, as a part. When the secretariat says so, and with every new file,
that part and the latest file are put together: of an agreement that is settled here its latest approved run counts, of all
others the file. A basis is made by somebody's word and not by every approval, because each one that a release is made of
is held against all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.service import today_of
from nt_process.disclosure import basis
from nt_process.disclosure.contributions import Contribution
from nt_process.identity.actor import load_by_id
from nt_process.identity.maker import Maker
from nt_process.infra import jobs
from nt_process.settlement import contributed
from nt_process.settlement.runs import TOTALS

# One after the other: each is the one before it with something changed.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_KEY = 0x4E54_0031


def handlers(
    secret_key: str, now: Callable[[], datetime], before: str | None = None
) -> Mapping[str, jobs.Handler]:
    """The worker's part. `before` is the key that `secret_key` took the place of, if any."""

    def keep(engine: Engine, params: Mapping[str, Any]) -> bytes:
        take_over(engine, secret_key, str(params["person"]), str(params["run"]), now(), before)
        return b""

    def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
        put_together(engine, secret_key, str(params["person"]), now(), before)
        return b""

    return {TOTALS: keep, basis.PUTTING_TOGETHER: make}


def take_over(
    engine: Engine, secret_key: str, person_id: str, run_id: str, at: datetime, before: str | None = None
) -> None:
    """Keep what a run that was approved by `person_id`, and opened in their name, says of its agreement.

    Done again, or for a run that another has followed, it changes nothing. Raises as `room.reveal`.
    """
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": _LOCK_KEY})
        latest = contributed.latest(connection)
        actor = load_by_id(connection, person_id, today_of(at))
        if actor is None or run_id not in latest:
            return
        others = set(latest.values()) - {latest[run_id]}
        found = [
            *(
                one
                for one in basis.newest(connection, secret_key, basis.SETTLED, before)
                if one.negotiation in others
            ),
            *(
                Contribution(one.number, one.company, one.atc, one.region, one.month, one.rebate, one.sales)
                for one in contributed.of_run(connection, actor, run_id, at)
            ),
        ]
        _keep(connection, Maker(actor, at), secret_key, found, basis.SETTLED, before)


def put_together(
    engine: Engine, secret_key: str, person_id: str, at: datetime, before: str | None = None
) -> None:
    """Make the newest basis of what has been settled and what the latest file says of the rest; `person_id` said so."""
    with engine.begin() as connection:
        connection.execute(_LOCK, {"key": _LOCK_KEY})
        actor = load_by_id(connection, person_id, today_of(at))
        if actor is None:
            return
        settled = basis.newest(connection, secret_key, basis.SETTLED, before)
        here = {one.negotiation for one in settled}
        of_file = basis.newest(connection, secret_key, basis.FILE, before)
        found = [*(one for one in of_file if one.negotiation not in here), *settled]
        _keep(connection, Maker(actor, at), secret_key, found, basis.BOTH, before)


def _keep(
    connection: Connection,
    maker: Maker,
    secret_key: str,
    found: list[Contribution],
    kind: str,
    before: str | None,
) -> None:
    if found and not basis.is_newest(connection, secret_key, found, kind, before):
        basis.keep(connection, maker, secret_key, found, kind, is_part=kind == basis.SETTLED)
