"""Whoever asks faster than a person can is told to wait, and nobody else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from nt_process.app import create_app
from nt_process.settings import Settings
from nt_process.web.pace import MINUTE, Pace
from tests.world import START, Office, sign_in


@given(st.integers(1, 50), st.lists(st.floats(0, 90), max_size=120))
def test_no_minute_gives_more_than_was_saved_and_regained(per_minute: int, pauses: list[float]) -> None:
    now = 0.0
    pace = Pace(per_minute, lambda: now)
    allowed = []
    for pause in pauses:
        now += pause
        if pace.allows("one"):
            allowed.append(now)
    for first in allowed:
        within = [at for at in allowed if first <= at < first + MINUTE]
        assert len(within) <= 2 * per_minute


@given(st.integers(1, 50))
def test_each_has_their_own_and_gets_it_back(per_minute: int) -> None:
    now = 0.0
    pace = Pace(per_minute, lambda: now)
    assert [pace.allows("one") for _ in range(per_minute + 1)] == [True] * per_minute + [False]
    assert pace.allows("another")
    now += MINUTE / per_minute * 1.001
    assert [pace.allows("one"), pace.allows("one")] == [True, False]


def test_no_limit_is_no_limit() -> None:
    pace = Pace(0)
    assert all(pace.allows("one") for _ in range(10_000))


@pytest.fixture
def paced(web_engine: Engine, tmp_path: object) -> Callable[[], Flask]:
    def make() -> Flask:
        settings = Settings(data_dir=tmp_path, NT_SECRET_KEY="test", NT_NOW=START, requests_per_minute=30)  # type: ignore[call-arg, arg-type]
        app = create_app(settings, web_engine)
        app.config.update(WTF_CSRF_ENABLED=False)
        return app

    return make


def test_a_program_under_somebodys_name_is_stopped_and_the_others_go_on(
    office: Office, paced: Callable[[], Flask]
) -> None:
    app = paced()
    program, other = sign_in(app.test_client(), "company"), sign_in(app.test_client(), "rival")
    answers = [program.get("/account").status_code for _ in range(40)]
    assert answers[:30] == [200] * 30
    assert answers[-1] == 429
    assert "429" not in program.get("/account").text
    assert other.get("/account").status_code == 200
    assert program.get("/healthz").status_code == 200


def test_a_program_that_reads_the_api_is_told_when_to_come_back(
    office: Office, paced: Callable[[], Flask]
) -> None:
    client = paced().test_client()
    answers = [client.get("/api/v1/cases") for _ in range(40)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].mimetype == "application/problem+json"
