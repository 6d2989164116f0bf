"""Files in the database: once for each content, whole, and within bounds."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine

from nt_process.infra import files

AT = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)
# Two whole parts and a little more.
CONTENT = bytes(range(256)) * 4 * 2048 + b"the end"


def test_content_comes_back_as_it_was_in_parts_of_one_mebibyte(engine: Engine) -> None:
    with engine.begin() as connection:
        digest = files.store(connection, CONTENT, "text/plain", AT)
        parts = list(files.open_parts(connection, digest))
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert [len(part) for part in parts] == [files.PART_SIZE, files.PART_SIZE, 7]
    assert b"".join(parts) == CONTENT


def test_the_same_content_is_kept_once(engine: Engine) -> None:
    with engine.begin() as connection:
        assert files.store(connection, CONTENT, "text/plain", AT) == files.store(
            connection, CONTENT, "text/csv", AT
        )
        assert connection.exec_driver_sql("SELECT count(*) FROM file_part").scalar() == 3


@pytest.mark.parametrize("size", [0, files.MAX_SIZE + 1])
def test_nothing_and_too_much_are_refused(engine: Engine, size: int) -> None:
    with engine.begin() as connection, pytest.raises(files.FileTooLargeError):
        files.store(connection, b"x" * size, "text/plain", AT)


def test_unknown_content_has_no_parts(engine: Engine) -> None:
    with engine.connect() as connection:
        assert list(files.open_parts(connection, "0" * 64)) == []
