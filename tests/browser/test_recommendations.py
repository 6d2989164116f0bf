"""A recommendation in a real browser: written by two, approved, signed for a time, and public from then and not before."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import time
from pathlib import Path

from playwright.sync_api import Page

from nt_process.recommendations.publishing import publish_due
from tests.browser.server import LiveServer
from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import seen
from tests.features.recommendations.world import TEXT, at_meeting, print_all
from tests.world import START, Office


def test_from_draft_to_public_page(
    office: Office, server: LiveServer, sign_in: Callable[..., Page], window: Callable[..., Page]
) -> None:
    number = at_meeting(office, medicine="Publicin", substance="publicinum")
    secretary = sign_in("secretary@prov.example")
    address = write(secretary, number)
    colleague = sign_in("colleague@prov.example")
    colleague.goto(address)
    follow(colleague.locator("main").get_by_role("link", name="Skriv", exact=True))
    fill_in(colleague, conditions="Behandlingen följs i register i två år.")
    press(colleague, "Spara som ny version")
    follow(colleague.locator("main").get_by_role("link", name="Jämför med version 1"))
    assert colleague.locator("tr.is-changed").count() == 1
    seen(colleague, "recommendation-compare")
    secretary.goto(address)
    press(secretary, "Godkänn version 2")
    seen(secretary, "recommendation-approved")
    member = sign_in("member@prov.example")
    member.goto(address)
    fill_in(member, publish_on="2026-01-07", publish_clock="9:61")
    press(member, "Underteckna rekommendationen")
    assert "inget klockslag" in member.inner_text("#error-summary")
    fill_in(member, publish_clock="12:00")
    press(member, "Underteckna rekommendationen")
    print_all(office)
    member.reload()
    seen(member, "recommendation-signed")
    anybody = window(java_script_enabled=False)
    assert publish_due(office.engine, START.replace(hour=10, minute=59, second=59)) == 0
    anybody.goto("/public/sv/")
    assert "Publicin" not in anybody.inner_text("main")
    noon = START.replace(hour=11)
    assert publish_due(office.engine, noon) == 1
    server.clock.turn_to(noon.date(), time(12, 1))
    read(anybody, number)
    region = sign_in("region@prov.example")
    region.goto("/recommendations")
    follow(region.locator("main").get_by_role("link", name="Publicin"))
    region.locator("main [name=follows]").select_option("partly")
    press(region, "Spara svaret")
    assert region.locator("#error-summary").is_visible()
    fill_in(region, comment="Vi saknar en mottagning.")
    press(region, "Spara svaret")
    assert "Vi saknar en mottagning." in region.inner_text("main table")
    seen(region, "recommendation-regions")


def write(secretary: Page, number: str) -> str:
    secretary.goto(f"/cases/{number}")
    follow(secretary.get_by_role("link", name="Påbörja rekommendation"))
    seen(secretary, "recommendation-begin")
    press(secretary, "Påbörja och skriv")
    for name in ("outcome", "severity_level", "certainty_level"):
        secretary.locator(f"main [name={name}]").select_option(TEXT[name])
    chosen = ("outcome", "severity_level", "certainty_level")
    fill_in(secretary, **{name: text for name, text in TEXT.items() if text and name not in chosen})
    seen(secretary, "recommendation-write")
    press(secretary, "Spara som ny version")
    assert "Någon annan godkänner den" in secretary.inner_text("main")
    seen(secretary, "recommendation-draft")
    return secretary.url


def read(anybody: Page, number: str) -> None:
    """What anybody sees of it, without scripts."""
    # What was there a moment ago may be answered once more.
    while "Publicin" not in anybody.inner_text("main"):
        anybody.goto("/public/sv/")
    seen_without_scripts(anybody, "public-list")
    anybody.fill("#q", "publicin")
    anybody.locator("main [name=outcome]").select_option("can")
    press(anybody, "Sök")
    follow(anybody.locator("main").get_by_role("link", name="Publicin"))
    assert TEXT["patient_group"] in anybody.inner_text("main")
    seen_without_scripts(anybody, "public-recommendation")
    follow(anybody.locator("main").get_by_role("link", name=number))
    assert "Beslutat, har inte laga kraft" in anybody.inner_text("main")
    seen_without_scripts(anybody, "public-case")
    for name in ("Ärenden", "Sammanträden", "Hur lång tid det tar", "Om"):
        follow(anybody.locator("header").get_by_role("link", name=name, exact=True))
        seen_without_scripts(anybody, f"public-{name}")
    follow(anybody.locator("footer").get_by_role("link", name="Tillgänglighet"))
    follow(anybody.locator("header").get_by_role("link", name="English"))
    assert anybody.locator("html").get_attribute("lang") == "en"
    assert anybody.context.cookies() == []


def seen_without_scripts(page: Page, name: str) -> None:
    """As `seen`; axe is looked after by the test of all pages, as it needs scripts."""
    folder = os.environ.get("NT_PICTURES")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if folder:
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)
