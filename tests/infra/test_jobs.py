"""Background jobs: asked for often, done once, whoever dies; given up with words; forgotten in the end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from nt_process.infra import jobs
from nt_process.infra.operation import OperationError

AT = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)


class Bench:
    """A worker's handlers, what they were called with, and a clock that the test sets."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.at = AT
        self.called: list[dict[str, Any]] = []
        self.answers: list[bytes | Exception] = []

    def ask(self, key: str = "a", **params: object) -> jobs.Job:
        with self.engine.begin() as connection:
            return jobs.ask(connection, "prov", key, params, self.at)

    def work(self) -> bool:
        return jobs.work(self.engine, {"prov": self.handle}, lambda: self.at)

    def handle(self, _engine: Engine, params: Mapping[str, Any]) -> bytes:
        self.called.append(dict(params))
        answer = self.answers.pop(0) if self.answers else b"made"
        if isinstance(answer, Exception):
            raise answer
        return answer

    def result(self, key: str = "a") -> bytes | None:
        with self.engine.connect() as connection:
            return jobs.result(connection, "prov", key)


@pytest.fixture
def bench(engine: Engine) -> Bench:
    return Bench(engine)


def test_a_job_that_many_ask_for_is_done_once(bench: Bench) -> None:
    assert {bench.ask(language="sv").state for _ in range(5)} == {"waiting"}
    assert bench.result() is None
    assert bench.work()
    assert not bench.work()
    assert bench.called == [{"language": "sv"}]
    assert bench.ask().state == "done"
    assert bench.result() == b"made"


def test_two_workers_never_take_the_same_job(bench: Bench) -> None:
    for number in range(20):
        bench.ask(str(number), number=number)
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        while bench.work():
            pass

    workers = [threading.Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(call["number"] for call in bench.called) == list(range(20))


def test_a_job_whose_worker_died_is_free_again_when_its_lease_has_run_out(bench: Bench) -> None:
    bench.ask()
    with pytest.raises(SystemExit):
        jobs.work(bench.engine, {"prov": _dies}, lambda: bench.at)
    assert not bench.work()
    bench.at += jobs.LEASE
    assert bench.work()
    assert bench.result() == b"made"


def _dies(_engine: Engine, _params: Mapping[str, Any]) -> bytes:
    # As if the process had been killed: nothing is written about it.
    raise SystemExit


def test_a_passing_fault_is_tried_again_and_a_lasting_one_given_up(bench: Bench) -> None:
    bench.ask()
    bench.answers = [RuntimeError("hemligt"), RuntimeError("hemligt"), RuntimeError("hemligt")]
    for _ in range(jobs.MAX_ATTEMPTS):
        assert bench.work()
        bench.at += jobs.PAUSE_AFTER_FAILURE
    assert not bench.work()
    job = bench.ask()
    assert job.state == "failed"
    assert job.fault
    assert "hemligt" not in job.fault


def test_work_that_cannot_be_done_says_why_at_once_and_is_tried_when_asked_for_later(bench: Bench) -> None:
    bench.ask()
    bench.answers = [OperationError("Pango is missing")]
    assert bench.work()
    assert bench.ask().fault == "Pango is missing"
    assert not bench.work()
    bench.at += jobs.ASK_AGAIN_AFTER + timedelta(seconds=1)
    assert bench.ask().state == "waiting"
    assert bench.work()
    assert bench.result() == b"made"


def test_a_late_worker_cannot_overwrite_what_another_has_finished(bench: Bench) -> None:
    bench.ask()

    def slow(engine: Engine, params: Mapping[str, Any]) -> bytes:
        bench.at += jobs.LEASE
        assert bench.work()
        return b"late"

    jobs.work(bench.engine, {"prov": slow}, lambda: bench.at)
    assert bench.result() == b"made"


def test_results_are_forgotten_after_a_while_and_made_again_when_asked_for(bench: Bench) -> None:
    bench.ask()
    bench.work()
    bench.at += jobs.KEPT + timedelta(seconds=1)
    assert bench.ask("b").state == "waiting"
    assert bench.result("a") is None
    assert bench.ask("a").state == "waiting"
