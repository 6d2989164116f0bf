"""A negotiation in a real browser: opened, offered in, settled, and joined by a region; every page looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, look, press
from tests.features.negotiation.world import add_regions, in_negotiation
from tests.world import PDF, Office

PRICE = "7312345,67"
SHOWN = "7\u00a0312\u00a0345,67"


def seen(page: Page, name: str) -> None:
    """Axe finds nothing; with NT_PICTURES the page is kept as a picture, wide and narrow."""
    folder = os.environ.get("NT_PICTURES")
    if folder:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
    look(page)


def test_from_the_first_offer_to_a_region_that_joins(
    office: Office, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    add_regions(office)
    number = in_negotiation(office)
    paper = tmp_path / "fullmakt.pdf"
    paper.write_bytes(PDF)
    secretary, company = sign_in("secretary@prov.example"), sign_in("company@prov.example")
    address = open_negotiation(secretary, number, office.people["member"])
    make_offer(company, address)
    read_and_settle(secretary, address)
    join(sign_in("region@prov.example"), address, paper)
    auditor = sign_in("auditor@prov.example")
    auditor.goto(f"{address}/readings")
    told = auditor.inner_text("main")
    assert "Inför delegationens möte" in told
    assert "Inför införandet" in told
    seen(auditor, "readings")


def open_negotiation(secretary: Page, number: str, member: str) -> str:
    """With the member in its circle, and a round begun; gives its address."""
    secretary.goto(f"/negotiations/new?case={number}")
    fill_in(secretary, threshold="12,5")
    seen(secretary, "new")
    press(secretary, "Öppna en förhandling")
    address = secretary.url
    seen(secretary, "show")
    secretary.goto(f"{address}/circle")
    secretary.select_option("main [name=person]", member)
    press(secretary, "Ta in i kretsen")
    assert "Member" in secretary.locator("main table").inner_text()
    seen(secretary, "circle")
    secretary.goto(f"{address}/offers")
    press(secretary, "Inled omgången")
    return address


def make_offer(company: Page, address: str) -> None:
    company.goto(f"{address}/offers")
    follow(company.get_by_role("link", name="Lämna ett bud"))
    press(company, "Lämna budet")
    assert company.locator("#error-summary").is_visible()
    seen(company, "offer-refused")
    fill_in(company, starts="2026-03-01", packages="Provastin 10 mg", words="Vårt bud till regionerna.")
    add_clause(company, 1, "Enkel rabatt")
    company.get_by_label("Rabatt, procent").fill("12,5")
    add_clause(company, 2, "Fast nettopris")
    company.get_by_label("Nettopris per förpackning").fill(f"Provastin 10 mg: {PRICE}")
    company.get_by_label("Nettopris per förpackning").blur()
    # The words beside the form follow what is typed.
    said = company.locator("#preview", has_text=SHOWN)
    said.wait_for()
    fill_in(company, volume="10", price="9000000")
    press(company, "Räkna ut")
    assert "1\u00a0080\u00a0000\u00a0000,00" in company.locator("#preview").inner_text()
    seen(company, "offer")
    press(company, "Lämna budet")
    seen(company, "offers-company")


def add_clause(page: Page, number: int, name: str) -> None:
    """With a script: the rest of the page stays as it was typed."""
    page.get_by_label("Slag av villkor").select_option(label=name)
    page.get_by_role("button", name="Lägg till villkoret").click()
    page.locator(f"main [name=clause-{number}-kind]").wait_for(state="attached")


def read_and_settle(secretary: Page, address: str) -> None:
    secretary.goto(f"{address}/offers")
    seen(secretary, "offers")
    secretary.locator("main [name=offer]").first.check()
    secretary.locator("#why-offers").fill("Inför delegationens möte")
    press(secretary, "Öppna buden")
    assert SHOWN in secretary.inner_text("main")
    seen(secretary, "compared")
    press(secretary, "Fastställ villkoren")
    for box in secretary.locator("main [name=region][type=checkbox]").all():
        box.check()
    press(secretary, "Bjud in")
    seen(secretary, "regions")


def join(region: Page, address: str, paper: Path) -> None:
    region.goto(f"{address}/regions")
    region.locator("main summary", has_text="Lägg till en fullmakt").click()
    fill_in(region, valid_from="2026-01-01")
    region.locator("#signed-by").fill("Regiondirektören")
    region.locator("main [name=file]").set_input_files(paper)
    press(region, "Spara fullmakten")
    seen(region, "region-before")
    press(region, "Gå in i kretsen")
    region.locator("#why-terms").fill("Inför beslut")
    press(region, "Öppna version 1")
    assert SHOWN in region.inner_text("main")
    region.goto(f"{address}/regions")
    region.locator("#authority").fill("Regionstyrelsen § 12")
    press(region, "Anslut regionen")
    assert "tröskeln på 12,5 procent är nådd" in region.inner_text("main")
    seen(region, "region")
    assert SHOWN not in region.inner_text("main")
    region.locator("#why-terms").fill("Inför införandet")
    press(region, "Öppna version 1")
    assert SHOWN in region.inner_text("main")
    seen(region, "terms")
