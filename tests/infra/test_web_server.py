"""What reaches the application through gunicorn and the web server in front, and what no caller can say of itself."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import create
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from nt_process import demo_server
from nt_process.app import create_app
from nt_process.settings import Settings

CALLER = ("127.0.0.1", 40_000)


def config() -> Config:
    """As the demo starts it, and as the page about running it says."""
    given = Config()
    programs = {one.name: one.command for one in demo_server._programs(Settings(), 3, 4)}
    command = programs["web"]
    given.set("forwarder_headers", command[command.index("--forwarder-headers") + 1])
    page = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")
    assert '--forwarder-headers ""' in page
    return given


def read(message: bytes) -> Request:
    return next(iter(RequestParser(config(), iter([message]), CALLER)))


def environ(message: bytes) -> dict[str, object]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _response, made = create(read(message), ours, CALLER, ("127.0.0.1", 8000), config())
    return made


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding: xchunked",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: +5",
        b"Content-Length: 5\r\n Folded: 1",
        b"Content-Length : 5",
    ],
)
def test_a_message_whose_length_can_be_read_in_two_ways_is_refused(headers: bytes) -> None:
    message = b"POST /sign-in HTTP/1.1\r\nHost: nt.example\r\n" + headers + b"\r\n\r\n0\r\n\r\n"
    with pytest.raises(ParseException):
        read(message)


def test_a_header_of_the_callers_says_nothing_of_who_or_where() -> None:
    message = (
        b"GET /account HTTP/1.1\r\nHost: nt.example\r\nSCRIPT_NAME: /administration\r\nPATH_INFO: /x\r\n"
        b"REMOTE_USER: secretary\r\nX_FORWARDED_FOR: 192.0.2.1\r\n\r\n"
    )
    made = environ(message)
    assert (made["SCRIPT_NAME"], made["PATH_INFO"]) == ("", "/account")
    assert "REMOTE_USER" not in made
    assert "HTTP_X_FORWARDED_FOR" not in made


@pytest.fixture
def behind(web_engine: Engine, tmp_path: Path) -> Callable[[int], Flask]:
    def make(proxies: int) -> Flask:
        return create_app(Settings(data_dir=tmp_path, proxies=proxies), web_engine)

    return make


@pytest.mark.parametrize(
    ("proxies", "forwarded", "caller"),
    [
        (0, "192.0.2.1", "127.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (2, "203.0.113.9, 192.0.2.1, 198.51.100.2", "192.0.2.1"),
    ],
)
def test_who_calls_is_what_our_own_proxy_says(
    behind: Callable[[int], Flask], proxies: int, forwarded: str, caller: str
) -> None:
    """The last ones in the list are our own proxies'; what comes before them anybody can have written."""
    headers = {
        "X-Forwarded-For": forwarded,
        "X-Forwarded-Host": "elsewhere.example",
        "X-Real-IP": "203.0.113.9",
    }
    with capture_logs() as logs:
        behind(proxies).test_client().get("/api/v1/cases", headers=headers)
    assert [line["address"] for line in logs if line["event"] == "request_refused"] == [caller]
