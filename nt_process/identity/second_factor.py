"""The second factor: a code from an authenticator app (RFC 6238), or a recovery code when all else is lost.

A time step is accepted once, and never one before the last: who looks over a shoulder has seen a code that
is worth nothing. Recovery codes are 140 random bits each, so that a plain hash is enough to store, and work once.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.secret_box import SecretBox
from nt_process.identity.service import token_hash

STEP_SECONDS = 30
# Clocks of telephones differ; one step to either side is accepted.
TOLERANCE = 1
RECOVERY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")
RECOVERY_GROUPS, _GROUP = 7, 4
_RECOVERY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_RECOVERY_CODE = re.compile(f"[{_RECOVERY_LETTERS}]{{{RECOVERY_GROUPS * _GROUP}}}")

_FACTORS = sa.text("""
    SELECT EXISTS (SELECT FROM authenticator WHERE person_id = :person AND confirmed_at IS NOT NULL) AS authenticator,
           (SELECT count(*) FROM passkey WHERE person_id = :person) AS passkeys,
           (SELECT count(*) FROM recovery_code WHERE person_id = :person AND used_at IS NULL) AS codes
""")
_PREPARE = sa.text("""
    INSERT INTO authenticator AS a (person_id, secret) VALUES (:person, :secret)
    ON CONFLICT (person_id) DO UPDATE SET secret = :secret, last_step = 0 WHERE a.confirmed_at IS NULL
""")
_SECRET = sa.text("SELECT secret, confirmed_at FROM authenticator WHERE person_id = :person")
_USE_STEP = sa.text("""
    UPDATE authenticator SET last_step = :step, confirmed_at = coalesce(confirmed_at, :at), secret = :sealed
    WHERE person_id = :person AND last_step < :step AND secret = :secret
""")
_REMOVE = sa.text("DELETE FROM authenticator WHERE person_id = :person")
_FORGET_CODES = sa.text("DELETE FROM recovery_code WHERE person_id = :person")
_ADD_CODE = sa.text("INSERT INTO recovery_code (person_id, code_hash) VALUES (:person, :hash)")
_USE_CODE = sa.text("""
    UPDATE recovery_code SET used_at = :at WHERE person_id = :person AND code_hash = :hash AND used_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can prove themselves with, beside the password."""

    authenticator: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.authenticator or self.passkeys > 0


def factors(connection: Connection, person_id: str) -> Factors:
    row = connection.execute(_FACTORS, {"person": person_id}).one()
    return Factors(row.authenticator, row.passkeys, row.codes)


def prepare_authenticator(connection: Connection, box: SecretBox, person_id: str) -> None:
    """Make a secret for an app that is being set up. One that is in use already stays as it is."""
    sealed = box.seal(pyotp.random_base32().encode(), person_id)
    connection.execute(_PREPARE, {"person": person_id, "secret": sealed})


def unconfirmed_secret(connection: Connection, box: SecretBox, person_id: str) -> str | None:
    """The secret (base32) of an app that is being set up; it is shown until a code from it has come."""
    row = connection.execute(_SECRET, {"person": person_id}).one_or_none()
    if row is None or row.confirmed_at is not None:
        return None
    opened = box.open(row.secret, person_id)
    return None if opened is None else opened.decode()


def provisioning_uri(secret: str, email: str) -> str:
    """What an app reads from the square: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="NT process")


def confirm_authenticator(
    connection: Connection, box: SecretBox, person_id: str, code: str, at: datetime
) -> bool:
    """Take the app into use with its first code; False when the code is not of the secret that was shown."""
    return _use_code(connection, box, person_id, code, at, confirmed=False)


def check_authenticator(
    connection: Connection, box: SecretBox, person_id: str, code: str, at: datetime
) -> bool:
    """True for a code of the person's app that has not been used, nor any later one."""
    return _use_code(connection, box, person_id, code, at, confirmed=True)


def remove_authenticator(connection: Connection, person_id: str) -> None:
    connection.execute(_REMOVE, {"person": person_id})


def make_recovery_codes(connection: Connection, person_id: str) -> list[str]:
    """Make new codes, shown once, in a transaction of the caller's; those made before stop working."""
    codes = [[_random_group() for _ in range(RECOVERY_GROUPS)] for _ in range(RECOVERY_CODES)]
    connection.execute(_FORGET_CODES, {"person": person_id})
    connection.execute(
        _ADD_CODE, [{"person": person_id, "hash": token_hash("".join(code))} for code in codes]
    )
    return ["-".join(code) for code in codes]


def _random_group() -> str:
    return "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_GROUP))


def use_recovery_code(connection: Connection, person_id: str, code: str, at: datetime) -> bool:
    """True once for each of the person's codes, however it is spaced and cased."""
    plain = re.sub(r"[\s-]", "", code).upper()
    if not _RECOVERY_CODE.fullmatch(plain):
        return False
    used = connection.execute(_USE_CODE, {"person": person_id, "hash": token_hash(plain), "at": at})
    return used.rowcount == 1


def _use_code(
    connection: Connection, box: SecretBox, person_id: str, code: str, at: datetime, *, confirmed: bool
) -> bool:
    plain = re.sub(r"\s", "", code)
    row = connection.execute(_SECRET, {"person": person_id}).one_or_none()
    if row is None or (row.confirmed_at is not None) != confirmed or not _CODE.fullmatch(plain):
        return False
    opened = box.open(row.secret, person_id)
    if opened is None:
        return False
    step = _step_of(pyotp.TOTP(opened.decode()), plain, at)
    if step is None:
        return False
    # Sealed anew at each use, so that a key which was replaced is soon needed by nothing.
    sealed = box.seal(opened, person_id)
    used = {"person": person_id, "step": step, "at": at, "secret": row.secret, "sealed": sealed}
    return connection.execute(_USE_STEP, used).rowcount == 1


def _step_of(totp: pyotp.TOTP, code: str, at: datetime) -> int | None:
    """The time step, near the present one, whose code this is."""
    present = int(at.timestamp()) // STEP_SECONDS
    for step in range(present - TOLERANCE, present + TOLERANCE + 1):
        if secrets.compare_digest(totp.generate_otp(step), code):
            return step
    return None
