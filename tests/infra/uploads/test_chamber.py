"""The chamber's places: one for each person's file at a time, waited for as long as its sender has patience."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest

from nt_process.infra import acting
from nt_process.infra.uploads import chamber
from nt_process.infra.uploads.chamber import NotNow
from tests.world import PDF

TODAY = date(2026, 1, 7)


@pytest.fixture(autouse=True)
def _nobody_known_afterwards() -> Iterator[None]:
    yield
    acting.forget()


def examine(person: str, seconds: float = 0.01) -> bool:
    """Whether a place was free in the time there was."""
    acting.become(person, TODAY)
    try:
        with chamber._place(acting.person(), seconds):
            return True
    except NotNow:
        return False


def test_whoever_has_a_file_examined_keeps_one_place_and_no_more() -> None:
    with chamber._place("mallory", None):
        assert not examine("mallory")
        assert examine("alice")
        with chamber._place("bob", None):
            assert not examine("alice")
        assert examine("alice")


def test_a_place_is_waited_for() -> None:
    occupied, leave = threading.Event(), threading.Event()

    def occupy() -> None:
        with chamber._place("alice", None):
            occupied.set()
            leave.wait()

    other = threading.Thread(target=occupy)
    other.start()
    occupied.wait()
    threading.Timer(0.05, leave.set).start()
    assert examine("alice", 30.0)
    other.join()


def test_who_waits_in_vain_is_told_that_nothing_is_known_of_the_file() -> None:
    acting.become("alice", TODAY)
    with chamber._place("alice", None), pytest.raises(NotNow):
        chamber.examine("pdf", PDF, seconds=0.01, wait=False)
    chamber.examine("pdf", PDF, seconds=chamber.WORKER_SECONDS, wait=False)
