"""Introduction in a real browser: five regions decide by keyboard, one departs, and board, map, report and public page tell."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.steps import enter, follow
from tests.browser.test_accessibility import tab_to
from tests.browser.test_negotiation import seen
from tests.features.introduction.world import SKANE, person, published, settle_regions
from tests.world import Office

FOLLOWING = ("01", "03", "04", SKANE)
DEPARTING = "07"


def test_five_regions_decide_and_one_departs(
    office: Office, sign_in: Callable[..., Page], window: Callable[..., Page]
) -> None:
    settle_regions(office)
    recommendation = published(office)
    for code in FOLLOWING:
        decide(sign_in(f"{person(code)}@prov.example"), code)
    region = sign_in(f"{person(DEPARTING)}@prov.example")
    region.set_viewport_size({"width": 390, "height": 900})
    depart(region)
    secretary = sign_in("secretary@prov.example")
    secretary.goto("/introduction")
    seen(secretary, "introduction-index")
    follow(secretary.locator("main").get_by_role("link", name="Provastin"))
    board(secretary)
    secretary.goto("/introduction")
    follow(secretary.locator("main").get_by_role("link", name="Avvikelser"))
    row = secretary.locator("#deviations tbody tr")
    assert row.count() == 1
    assert "Kronoberg" in row.inner_text()
    assert "Vi saknar vårdplatser." in row.inner_text()
    seen(secretary, "introduction-deviations")
    secretary.goto("/introduction/reminders")
    seen(secretary, "introduction-reminders")
    with office.engine.connect() as connection:
        slug = connection.exec_driver_sql("SELECT slug FROM publication").scalar_one()
    anybody = window()
    anybody.goto(f"/public/sv/recommendations/{slug}")
    told = anybody.inner_text("main")
    assert "5 av 21 regioner har beslutat" in told
    assert "Vi saknar vårdplatser." not in told
    tab_to(anybody, "section[aria-labelledby=introduction] summary")
    anybody.keyboard.press("Enter")
    anybody.locator("section[aria-labelledby=introduction] table").wait_for()
    assert "Lokaler, utrustning eller vårdplatser saknas" in anybody.inner_text("main")
    seen(anybody, "introduction-public")
    assert recommendation in region.url


def decide(page: Page, code: str) -> None:
    """From the list of what to do to a decision that follows, without touching the pointer."""
    page.goto("/introduction/mine")
    link = page.locator("main").get_by_role("link", name="Besluta om regionen följer")
    if code == FOLLOWING[0]:
        seen(page, "introduction-mine")
    link.focus()
    enter(page)
    tab_to(page, "main [name=start_on]")
    page.keyboard.type("2026-03-01")
    tab_to(page, "main [name=units]")
    page.keyboard.type("Hudmottagningen; SE-12")
    tab_to(page, "section[aria-labelledby=decide] form button")
    enter(page)
    assert "Regionens beslut är sparat" in page.inner_text("main")
    assert page.locator("main [name=units]").input_value() == "Hudmottagningen; SE-12"
    if code == FOLLOWING[0]:
        tab_to(page, "main [name=funded]")
        page.keyboard.type("2026-01-05")
        tab_to(page, "section[aria-labelledby=steps] form button")
        enter(page)
        seen(page, "introduction-region")


def depart(page: Page) -> None:
    """A departure needs its reason; what was typed stays."""
    page.goto("/introduction/mine")
    page.locator("main").get_by_role("link", name="Besluta om regionen följer").focus()
    enter(page)
    tab_to(page, "main [name=decision]")
    # The last of three, by its first letters or the arrows.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "main [name=responsible]")
    page.keyboard.type("Klara Påhittad")
    tab_to(page, "section[aria-labelledby=decide] form button")
    enter(page)
    assert page.locator("#error-summary").is_visible()
    assert page.locator("main [name=decision]").input_value() == "not"
    seen(page, "introduction-refused")
    page.locator("main [name=reason_code]").select_option("capacity")
    tab_to(page, "main [name=reason]")
    page.keyboard.type("Vi saknar vårdplatser.")
    assert page.locator("main [name=responsible]").input_value() == "Klara Påhittad"
    tab_to(page, "section[aria-labelledby=decide] form button")
    enter(page)
    assert "Regionens beslut är sparat" in page.inner_text("main")


def board(page: Page) -> None:
    """Counts, table and map say the same."""
    figures = [text.split("\n")[0] for text in page.locator("[data-summary] .figure").all_inner_texts()]
    assert figures[:4] == ["4", "0", "1", "16"]
    assert page.locator(".tile.tone-choice-3").count() == 4
    assert "Kronoberg" in page.locator(".tile.tone-choice-4").inner_text()
    assert page.locator(".tile").count() == 21
    row = page.locator("main table tbody tr", has_text="Kronoberg")
    assert "Vi saknar vårdplatser." in row.inner_text()
    assert "Uppsala" not in page.inner_text("[data-waiting]")
    assert "Dalarna" in page.inner_text("[data-waiting]")
    seen(page, "introduction-board")
