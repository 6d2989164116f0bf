"""A file on its way into a case, in a browser: refused where it was chosen, waiting, stopped; for every reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from nt_process.cases import documents
from nt_process.infra import uploads
from tests.browser.steps import follow
from tests.browser.test_accessibility import AXE, SCHEMES, look_at
from tests.infra.uploads.hostile import pdf
from tests.world import PDF, START, Office

# Where no scanner ever answers.
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture
def scanner_away() -> Iterator[Callable[[], None]]:
    """From when it is called, every file waits."""
    yield lambda: uploads.use_antivirus(NOBODY)
    uploads.use_antivirus("")


def choose(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "application/pdf", "buffer": content})
    page.get_by_label("Rubrik").fill("Ansökan om prövning")
    page.get_by_label("Typ av handling").select_option("application")
    follow(page.get_by_role("button", name="Lägg till handlingen"))


def test_a_file_is_refused_where_it_was_chosen_or_waits_and_may_be_stopped(
    office: Office, sign_in: Callable[..., Page], scanner_away: Callable[[], None]
) -> None:
    number = office.open()
    page = sign_in("secretary@prov.example", reduced_motion="reduce")
    page.context.add_init_script(path=AXE)
    page.goto(f"/cases/{number}/documents")
    choose(page, "ansökan.pdf", b"%PDF-1.7 och inget mer")
    assert "Filen är skadad" in page.locator("#error-summary").inner_text()
    assert page.get_by_label("Rubrik").input_value() == "Ansökan om prövning", "what was typed is kept"
    choose(page, "ansökan.pdf", PDF)
    page.get_by_role("link", name="Ansökan om prövning").wait_for()
    assert page.get_by_text("Undersöks").count() == 0, "an ordinary file is examined at once"
    scanner_away()
    choose(page, "komplettering.pdf", pdf(lambda document: None))
    page.get_by_text("Undersöks", exact=True).wait_for()
    assert look_at(page, SCHEMES[0]) == []
    # Something is wrong with it after all; the worker finds out.
    uploads.use_antivirus("")
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE examination SET kind = 'docx'")
    assert documents.examine_waiting(office.engine, lambda: START + timedelta(hours=1))
    page.reload()
    page.get_by_text("Stoppad", exact=True).wait_for()
    assert "komplettering.pdf: Filen" in page.get_by_role("table").inner_text()
    assert page.get_by_role("link", name="Ansökan om prövning").count() == 1
    assert look_at(page, SCHEMES[1]) == []
