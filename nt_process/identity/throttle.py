"""How often one may try: a growing delay for each account and place, and a limit for each address.

The delay belongs to the pair of account and place, never to the account alone: whoever guesses at a bidder's
password from elsewhere delays nobody but themselves. A device that the account's owner has signed in from
before is a place of its own, and the address's limit does not concern it, so that neither does a rival on
the same network. A try is counted before it is made, so that many at once are not one.

The second factor is only asked for after a right password. There the delay is the account's, whatever the
place: nobody without the password can cause it, and a code of six digits stands no guessing from everywhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.service import folded

# Tries without any delay; from then on one second, two, four … up to the longest.
FREE_TRIES = 5
LONGEST_DELAY = timedelta(minutes=15)
# After so long without a try, all is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)
# From one address, whatever the accounts. A whole region may stand behind one address.
ADDRESS_TRIES = 100
ADDRESS_PERIOD = timedelta(minutes=15)
_EVERYWHERE = "everywhere"

_TRY = sa.text("""
    INSERT INTO attempt AS a (kind, account, place, tries, last_at)
    SELECT :kind, :account, :place, 1, :at
    WHERE :exempt OR :address_tries > (
        SELECT coalesce(sum(tries), 0) FROM attempt
        WHERE kind = :kind AND place = :place AND last_at > :address_since)
    ON CONFLICT (kind, account, place) DO UPDATE
        SET tries = CASE WHEN a.last_at < :forgotten THEN 1 ELSE least(a.tries, 1000) + 1 END, last_at = :at
        WHERE a.tries < :free OR a.last_at < :forgotten
           OR a.last_at + least(interval '1 second' * 2 ^ least(a.tries - :free, 20), :longest) <= :at
    RETURNING tries
""")
_SUCCEEDED = sa.text("""
    DELETE FROM attempt
    WHERE (kind = :kind AND account = :account AND place = :place) OR last_at < :forgotten
""")


@dataclass(frozen=True, slots=True)
class Place:
    """From where a try comes: a network address, or a device that this account has used before."""

    name: str
    is_known: bool = False


def account_key(name: str) -> bytes:
    """What an account is counted under, whether there is one of that name or not: see `service.folded`."""
    return hashlib.sha256(folded(name).encode()).digest()


def from_address(address: str) -> Place:
    """The place that an address is. One subscriber has all of an IPv6 /64, so that is one place."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Place(f"address {address[:50]}")
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return Place(f"address {IPv6Address(int(parsed) >> 64 << 64)}/64")
    return Place(f"address {getattr(parsed, 'ipv4_mapped', None) or parsed}")


def from_device(device: str) -> Place:
    return Place(f"device {device}", is_known=True)


EVERYWHERE = Place(_EVERYWHERE, is_known=True)


def may_try(connection: Connection, kind: str, account: bytes, place: Place, at: datetime) -> bool:
    """Count a try of this kind ("password", "second_factor" or "link"), unless it comes too soon.

    The answer does not depend on whether the account exists.
    """
    given = {
        "kind": kind,
        "account": account,
        "place": place.name,
        "exempt": place.is_known,
        "at": at,
        "free": FREE_TRIES,
        "longest": LONGEST_DELAY,
        "forgotten": at - FORGOTTEN_AFTER,
        "address_tries": ADDRESS_TRIES,
        "address_since": at - ADDRESS_PERIOD,
    }
    return connection.execute(_TRY, given).first() is not None


def succeeded(connection: Connection, kind: str, account: bytes, place: Place, at: datetime) -> None:
    """Forget the tries that led here, and everyone's that are too old to count."""
    connection.execute(
        _SUCCEEDED,
        {"kind": kind, "account": account, "place": place.name, "forgotten": at - FORGOTTEN_AFTER},
    )
