"""When the database is away, every address answers that the system is not available, as a page or a problem."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/", "/horizon", "/cases/NT-2026-0001", "/reports/deadlines", "/metrics"])
def test_a_signed_in_reader_gets_a_page_that_says_so(
    app: Flask, as_person: Callable[[str], FlaskClient], path: str
) -> None:
    reader = as_person("secretary")
    lose_the_database(app)
    with structlog.testing.capture_logs() as log:
        answer = reader.get(path)
    assert answer.status_code == 503
    assert "Systemet är inte tillgängligt" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
    assert [entry["event"] for entry in log] == ["unexpected_error"]


def test_a_program_gets_a_problem_and_the_monitoring_a_word(app: Flask) -> None:
    lose_the_database(app)
    with structlog.testing.capture_logs():
        problem = app.test_client().get("/api/v1/cases", headers={"Authorization": "Bearer nt_x"})
    assert (problem.status_code, problem.mimetype) == (503, "application/problem+json")
    assert app.test_client().get("/healthz").status_code == 503


def lose_the_database(app: Flask) -> None:
    app.testing = False
    app.extensions["nt_engine"] = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
