"""A log line carries what is on the list and nothing that a person typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from nt_process.infra.logging import configure_logging
from nt_process.settings import Settings


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_an_entry_names_process_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(), "worker")
    structlog.get_logger().info("mail_sent", count=3)
    (entry,) = lines(capsys)
    assert entry["event"] == "mail_sent"
    assert (entry["process"], entry["level"], entry["count"]) == ("worker", "info", 3)
    assert str(entry["timestamp"]).endswith("Z")


def test_an_unknown_key_leaves_only_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    structlog.get_logger().info("offer_read", net_price="4711 kr", case="NT-2026-0001")
    (entry,) = lines(capsys)
    assert entry["dropped"] == ["net_price"]
    assert "4711" not in json.dumps(entry)
    assert entry["case"] == "NT-2026-0001"


def test_an_exception_is_located_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    try:
        int("rebate 12 %")
    except ValueError as error:
        structlog.get_logger().error("unexpected_error", exc_info=error)
        logging.getLogger("library").exception("failed on %s", "rebate 12 %")
    ours, library = lines(capsys)
    for entry in (ours, library):
        assert entry["error"] == "ValueError"
        assert "test_logging.py" in str(entry["passed"])
        assert "rebate" not in json.dumps(entry)
    assert (library["event"], library["logger"]) == ("failed on %s", "library")


def test_no_value_makes_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings())
    forged = 'x"}\n{"event": "proved", "person": "somebody"}\r\x85\u2028\x1b[2J'
    structlog.get_logger().warning("request_refused", endpoint=forged, address=forged)
    logging.getLogger("library").warning("said %s", forged)
    ours, library = lines(capsys)
    assert ours["endpoint"] == ours["address"] == forged
    assert (ours["event"], library["event"]) == ("request_refused", "said %s")


def test_text_is_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="text"))
    structlog.get_logger().info("started", port=8080)
    text = capsys.readouterr().err
    assert "started" in text
    assert "8080" in text
    assert "{" not in text
