"""What somebody who asks for a document can do: ask, and with the code that they were given see and fetch the answer.

They are nobody, also to the database: functions there say what the holder of a code may know (migration 0039).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.identity.service import token_hash
from nt_process.infra.rows import Row, fetch
from nt_process.public.requests import rules
from nt_process.public.requests.codes import code_of, typed_code

_ASK = sa.text("SELECT ask_for_document(:id, :hash, :email, :language, :wanted, :designation, :at)")
_OF_CODE = sa.text("SELECT * FROM request_of_code(:hash)")
_FILES = sa.text("SELECT * FROM files_of_code(:hash)")
_PART = sa.text("SELECT part_of_code(:hash, CAST(:id AS uuid), :part) AS data")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was taken in: its number, and the code that its answer is fetched with."""

    name: str
    code: str


def ask(engine: Engine, secret_key: str, texts: Mapping[str, str], language: str, at: datetime) -> Asked:
    """Take in a request. Raises BadInput."""
    found = rules.read_request(texts)
    request_id = str(uuid.uuid4())
    code = code_of(secret_key, request_id)
    given = {
        "id": request_id,
        "hash": token_hash(code),
        "email": found["address"] or "",
        "language": language,
        "wanted": found["wanted"],
        "designation": found["designation"],
        "at": at,
    }
    with engine.begin() as connection:
        return Asked(str(connection.scalar(_ASK, given)), code)


def of_code(connection: Connection, code: str) -> Row | None:
    """The request with its answer, `outcome` None as long as there is none; None for a code that there is not."""
    return next(iter(fetch(connection, _OF_CODE, {"hash": _hash(code)})), None)


def files(connection: Connection, code: str) -> list[Row]:
    """What is handed out, each with the passages that were taken out of it."""
    return fetch(connection, _FILES, {"hash": _hash(code)})


def parts(connection: Connection, code: str, file_id: str) -> Iterator[bytes]:
    """The content of a file that is handed out, piece by piece."""
    part = 0
    while (
        data := fetch(connection, _PART, {"hash": _hash(code), "id": file_id, "part": part})[0]["data"]
    ) is not None:
        yield bytes(data)
        part += 1


def _hash(code: str) -> bytes:
    return token_hash(typed_code(code))
