"""Two colleagues of one company at the same moment: one gets through, the other is told."""

from __future__ import annotations

from collections.abc import Callable

from nt_process.portal import filing
from nt_process.portal.errors import PortalError
from tests.features.portal.world import Portal
from tests.racing import at_once


def told(command: Callable[[], object]) -> Callable[[], str]:
    def run() -> str:
        try:
            command()
        except PortalError as error:
            return error.reason.code
        return ""

    return run


def test_a_case_has_one_application_that_is_being_written(portal: Portal) -> None:
    number = portal.office.open()
    begin = told(lambda: portal.begin(number))
    assert sorted(at_once(begin, begin, begin)) == ["", "begun", "begun"]


def test_an_application_is_filed_once(portal: Portal) -> None:
    application = portal.begin()
    portal.complete(application)
    send = told(lambda: filing.submit(portal.engine, portal.maker(), application))
    assert sorted(at_once(send, send, send)) == ["", "not_draft", "not_draft"]
    assert portal.one("SELECT count(*) FROM application_filing") == 1
