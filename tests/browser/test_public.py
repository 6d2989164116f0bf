"""Somebody whom nobody knows, with a keyboard and a telephone: subscribes to recommendations, and asks for a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

from playwright.sync_api import Page

from nt_process.notices.tick import tick
from tests.browser.server import LiveServer
from tests.browser.steps import enter, follow
from tests.browser.test_companies import fill_in, follow_mail, press
from tests.browser.test_negotiation import seen
from tests.features.public.world import ADDRESS, masked
from tests.features.recommendations.world import Draft, at_meeting, printed_by_hand
from tests.notices.mailbox import receiving
from tests.world import START, Office

TELEPHONE = {"viewport": {"width": 390, "height": 844}}


def by_keyboard(page: Page, name: str) -> None:
    """Tab until the keyboard stands at a control of the main part, and see that it is shown where that is."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()") == name:
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_a_reader_subscribes_is_told_once_and_leaves(
    office: Office, server: LiveServer, window: Callable[..., Page]
) -> None:
    draft = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum"))
    noon = START + timedelta(hours=3)
    draft.signed(noon)
    printed_by_hand(office)
    reader = window(**TELEPHONE)
    reader.goto("/public/sv/")
    follow(reader.locator("footer").get_by_role("link", name="Prenumerera via e-post"))
    seen(reader, "public-subscribe")
    reader.set_viewport_size(TELEPHONE["viewport"])
    by_keyboard(reader, "address")
    reader.keyboard.type("ingen adress")
    enter(reader)
    assert "ingen e-postadress" in reader.inner_text("#error-summary")
    seen(reader, "public-subscribe-refused")
    reader.set_viewport_size(TELEPHONE["viewport"])
    fill_in(reader, address="")
    by_keyboard(reader, "topics")
    reader.locator("#address").focus()
    reader.keyboard.type(ADDRESS)
    enter(reader)
    assert ADDRESS in reader.inner_text("main")
    seen(reader, "public-subscribed")
    with receiving() as mailbox:
        confirm = follow_mail(server, mailbox, "/public/sv/confirm-subscription")
        reader.goto(confirm)
        seen(reader, "public-confirm")
        reader.set_viewport_size(TELEPHONE["viewport"])
        by_keyboard(reader, "Bekräfta prenumerationen")
        enter(reader)
        assert "bekräftad" in reader.inner_text("main")
        seen(reader, "public-subscription")
        server.clock.turn_to(noon.date(), time(13, 1))
        tick(office.engine, noon)
        path = follow_mail(server, mailbox, "/public/sv/recommendations/")
        assert mailbox.recipients == [[ADDRESS], [ADDRESS]]
        reader.goto(path)
        assert "Publicin" in reader.inner_text("h1")
        ends = re.search(r"<https?://[^/]+(/\S+)>", mailbox.messages[-1]["List-Unsubscribe"])
        assert ends is not None
        reader.goto(ends[1])
        seen(reader, "public-unsubscribe")
        reader.set_viewport_size(TELEPHONE["viewport"])
        by_keyboard(reader, "Avsluta prenumerationen")
        enter(reader)
        assert "raderad" in reader.inner_text("main")
    assert reader.context.cookies() == []


def test_somebody_asks_for_a_document_and_fetches_it_with_a_code(
    office: Office,
    server: LiveServer,
    window: Callable[..., Page],
    sign_in: Callable[..., Page],
    tmp_path: Path,
) -> None:
    number = at_meeting(office, medicine="Publicin", substance="publicinum")
    tick(office.engine, START)
    anybody = window(**TELEPHONE)
    anybody.goto(f"/public/sv/register?case={number}&kind=application")
    seen(anybody, "public-register")
    follow(anybody.locator("main").get_by_role("link", name="Begär ut").first)
    anybody.set_viewport_size(TELEPHONE["viewport"])
    # Which of the documents of one instant is numbered first is open.
    assert re.fullmatch(rf"{number}:[12]", anybody.locator("#designation").input_value())
    seen(anybody, "public-ask")
    anybody.set_viewport_size(TELEPHONE["viewport"])
    by_keyboard(anybody, "wanted")
    anybody.keyboard.type("Ansökan om Publicin, gärna i sin helhet.")
    by_keyboard(anybody, "Skicka begäran")
    enter(anybody)
    code = anybody.locator("main dd strong").inner_text()
    seen(anybody, "public-asked")
    tick(office.engine, START + timedelta(minutes=1))
    answer(sign_in("secretary@prov.example"), tmp_path)
    anybody.set_viewport_size(TELEPHONE["viewport"])
    anybody.goto("/public/sv/reply")
    by_keyboard(anybody, "code")
    anybody.keyboard.type(code.lower())
    enter(anybody)
    said = anybody.inner_text("main")
    assert "kammarrätten" in said
    assert "Sidan 3" in said
    seen(anybody, "public-reply")
    with anybody.expect_download() as fetched:
        anybody.locator("main").get_by_role("button", name="Hämta").click()
    assert Path(fetched.value.path()).read_bytes() == masked().content
    assert anybody.context.cookies() == []


def answer(secretary: Page, folder: Path) -> None:
    """What the secretary does with the request that the notice leads to."""
    paper = folder / "maskad.pdf"
    paper.write_bytes(masked().content)
    secretary.goto("/notices")
    follow(secretary.locator("main a[href^='/requests/']").first)
    seen(secretary, "request-waiting")
    secretary.locator("[name=file]").set_input_files(paper)
    secretary.locator("main [name=masked]").select_option("yes")
    press(secretary, "Lägg till filen")
    fill_in(secretary, passage="Sidan 3, andra stycket", provision="OSL 31 kap. 16 §")
    press(secretary, "Anteckna uppgiften")
    secretary.locator("main [name=outcome]").select_option("masked")
    fill_in(secretary, reasons="Uppgifterna rör bolagets affärsförhållanden.")
    press(secretary, "Svara på begäran")
    assert "övertäckt" in secretary.inner_text("#error-summary")
    seen(secretary, "request-refused")
    secretary.locator("main [name=gone]").check()
    press(secretary, "Svara på begäran")
    seen(secretary, "request-answered")
    secretary.goto("/requests/")
    seen(secretary, "requests")
