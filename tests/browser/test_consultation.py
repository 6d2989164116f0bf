"""A consultation from its preparation to what became of each comment, by everyone who has part in it, in a browser.

Five regions answer, one of them late and one with "no comment". At 1280 and 390 pixels, and where it matters by
the keyboard alone; axe finds nothing on any page that is passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.server import LiveServer
from tests.browser.steps import enter, follow
from tests.browser.test_accessibility import AXE, NARROW, WIDE, look_at, tab_to
from tests.features.consultation.world import LAST_DAY, Consultation, move_in
from tests.world import Office

CALM = {"reduced_motion": "reduce"}
ANSWERING = ("region", "uppsala", "halland", "gotland", "dalarna")


@pytest.fixture
def consultation(office: Office) -> Consultation:
    move_in(office)
    return Consultation(office)


def press(page: Page, button: str) -> None:
    """Tab to the button with these words, and press it."""
    page.evaluate(
        "words => [...document.querySelectorAll('main button, main a')].filter(one => one.checkVisibility()"
        " && one.textContent.trim().startsWith(words)).at(-1).dataset.wanted = 'yes'",
        button,
    )
    tab_to(page, "[data-wanted=yes]")
    enter(page)


def type_into(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(text)


def clean(page: Page, where: str) -> None:
    found = look_at(page, ("light", "dark"))
    page.set_viewport_size({"width": WIDE, "height": 900})
    assert found == [], where


class Windows:
    """A window for everyone who has part in the round, opened when they are first asked for."""

    def __init__(self, sign_in: Callable[..., Page]) -> None:
        self._sign_in = sign_in
        self._pages: dict[str, Page] = {}

    def of(self, name: str) -> Page:
        if name not in self._pages:
            page = self._sign_in(f"{name}@prov.example", **CALM)
            page.context.add_init_script(path=AXE)
            self._pages[name] = page
        return self._pages[name]


def test_a_consultation_from_its_preparation_to_what_became_of_each_comment(
    server: LiveServer, office: Office, consultation: Consultation, sign_in: Callable[..., Page]
) -> None:
    windows = Windows(sign_in)
    address = prepare_and_open(windows.of("secretary"), office.open())
    for name in ANSWERING:
        if name == "dalarna":
            server.clock.turn_to(LAST_DAY + timedelta(days=1))
        answer(windows.of(name), name)
    halland = windows.of("halland")
    assert "Synpunkt från uppsala" not in halland.inner_text("main")
    refused = halland.goto(f"{address}/compilation")
    assert refused is not None
    assert refused.status == 404, "nobody reads another's answer before the round is closed"
    close_and_decide(windows.of("secretary"), address)
    for name in ("dalarna", "region"):
        read_what_became_of_it(windows.of(name), address, name)
    look_at_the_regions(windows.of("secretary"), address)


def prepare_and_open(page: Page, case: str) -> str:
    """The secretary prepares a round on the case and opens it to all regions, without a mouse; its address."""
    page.goto(f"/cases/{case}")
    tab_to(page, f"a[href='/consultations/new?case={case}']")
    enter(page)
    type_into(page, "#title", "Remiss om Provastin")
    press(page, "Gå vidare")
    type_into(page, "#last_day", LAST_DAY.isoformat())
    type_into(page, "#q1_text", "Hur påverkas vården hos er?")
    tab_to(page, "#q1_required")
    page.keyboard.press("Space")
    press(page, "En fråga till")
    type_into(page, "#q2_text", "Bör läkemedlet införas ordnat?")
    tab_to(page, "#q2_kind")
    page.keyboard.type("Ja")
    tab_to(page, "#all_regions")
    page.keyboard.press("Space")
    assert page.locator("[name=region]:checked").count() == 6
    clean(page, "preparing")
    press(page, "Spara och öppna")
    assert page.locator(".ds-alert[data-color=success]").is_visible(), page.inner_text("main")
    clean(page, "opened")
    return page.url


def answer(page: Page, name: str) -> None:
    """A region finds the round in its menu and answers it."""
    page.set_viewport_size({"width": NARROW if name == "uppsala" else WIDE, "height": 900})
    page.goto("/")
    tab_to(page, ".site-nav a[href='/consultations']")
    enter(page)
    tab_to(page, "main tbody a[href$='/answer']")
    enter(page)
    if name == "gotland":
        press(page, "Svara ”inget att erinra”")
        assert "Inget att erinra" in page.inner_text("main")
        return
    if name == "region":
        # Sent without what must be answered: the focus is on what is wrong, and leads to it.
        press(page, "Skicka svaret")
        assert page.evaluate("document.activeElement.id") == "error-summary"
        clean(page, "a faulty answer")
        tab_to(page, "#error-summary a")
        page.keyboard.press("Enter")
        page.keyboard.type(f"Synpunkt från {name}")
    else:
        type_into(page, "textarea[id^=text_]", f"Synpunkt från {name}")
    tab_to(page, "input[type=radio][value='']")
    page.keyboard.press("ArrowLeft")
    # What is written is kept by itself, for the colleagues too.
    page.locator("#kept", has_text="sparades").wait_for()
    press(page, "Skicka svaret")
    assert page.locator(".ds-alert[data-color=success]").is_visible(), page.inner_text("main")
    assert ("Besvarat för sent" if name == "dalarna" else "Besvarat") in page.inner_text("main")
    if name == "region":
        clean(page, "answered")


def close_and_decide(page: Page, address: str) -> None:
    """The secretary closes the round and goes through the comments: choose, reason, on to the next."""
    page.goto(address)
    assert "5 av 6 har svarat." in page.inner_text("main")
    page.locator("summary", has_text="Stäng remissen").click()
    press(page, "Stäng remissen")
    press(page, "Ställningstaganden")
    clean(page, "dispositions")
    page.reload()
    for number, moves in enumerate((0, 1, 2, 0)):
        # The first one that waits has the focus.
        assert page.evaluate("document.activeElement.type") == "radio"
        page.keyboard.press("Space")
        for _ in range(moves):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type(f"Skäl nummer {number}")
        page.keyboard.press("Tab")
        enter(page)
    assert "4 av 4 synpunkter" in page.inner_text("main")
    press(page, "Underrätta remissinstanserna")
    assert page.locator(".ds-alert[data-color=success]").is_visible()


def read_what_became_of_it(page: Page, address: str, name: str) -> None:
    """A commenter is told, sees what became of it, and reads what the others have let them read."""
    page.goto("/notices")
    follow(page.locator(f"main a[href='{urlsplit(address).path}']").first)
    page.goto(f"{address}/answer")
    text = page.inner_text("main")
    assert f"Synpunkt från {name}" in text
    assert re.search(r"Följs( delvis| inte)?\s+Skäl nummer \d", text)
    clean(page, "what became of it")
    page.goto(f"{address}/compilation")
    text = page.inner_text("main")
    assert [one for one in ANSWERING if one != "gotland" and f"Synpunkt från {one}" not in text] == []
    clean(page, "the compilation as a region reads it")


def look_at_the_regions(page: Page, address: str) -> None:
    """The 21 regions on a map and as a table, and the compilation."""
    page.goto(f"{address}/regions")
    tiles = page.locator(".tile").all_inner_texts()
    assert len(tiles) == page.locator("tbody tr").count() == 21
    found = {tile.split("\n")[0]: tile.split("\n")[-1] for tile in tiles}
    expected = {
        "Skåne": "Besvarat",
        "Dalarna": "Besvarat för sent",
        "Gotland": "Inget att erinra",
        "Kalmar": "Inte besvarat",
        "Norrbotten": "Inte tillfrågad",
    }
    assert {name: found[name] for name in expected} == expected
    clean(page, "regions")
    page.goto(f"{address}/compilation")
    clean(page, "compilation")


def test_an_answer_is_written_and_sent_without_javascript(
    server: LiveServer, office: Office, consultation: Consultation, sign_in: Callable[..., Page]
) -> None:
    consultation.open(office.open(), ("Region Skåne", "Patientföreningen Åsnan"))
    page = sign_in("patient@prov.example", java_script_enabled=False)
    assert page.url.endswith("/consultations"), "who sees no cases begins here"
    follow(page.locator("main tbody a[href$='/answer']").first)
    page.locator("textarea").first.fill("Vi väntar på det här läkemedlet.")
    follow(page.locator("main button[value=save]").last)
    assert page.locator("textarea").first.input_value() == "Vi väntar på det här läkemedlet."
    follow(page.locator("main button[value=submit]"))
    assert page.locator(".ds-alert[data-color=success]").is_visible()
