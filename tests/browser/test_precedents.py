"""In a real browser: a precedent from the decision to the reader who finds it, and a net price from the price register."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.steps import enter, follow
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import seen
from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, in_negotiation
from tests.features.precedents.world import decided
from tests.features.prices.world import row, take_in
from tests.world import Office

REASONS = "Stor nytta vägs mot ett osäkert underlag."


def test_from_a_decision_to_whoever_searches(office: Office, sign_in: Callable[..., Page]) -> None:
    decided(office)
    secretary, colleague = sign_in("secretary@prov.example"), sign_in("colleague@prov.example")
    secretary.goto("/precedents")
    follow(secretary.locator("main").get_by_role("link", name="Att skriva och godkänna"))
    seen(secretary, "precedents-pending")
    follow(secretary.locator("main").get_by_role("link", name="Provastin"))
    write(secretary)
    address = secretary.url
    assert "väntar på godkännande" in _text(secretary).lower()
    assert not secretary.get_by_role("button", name="Godkänn", exact=True).is_visible()
    seen(secretary, "precedent-waits")
    colleague.goto("/precedents/pending")
    follow(colleague.locator("main").get_by_role("link", name="Provastin").first)
    seen(colleague, "precedent-judge")
    press(colleague, "Godkänn")
    seen(colleague, "precedent-told")
    region = sign_in("region@prov.example")
    search(region)
    follow(region.locator("main").get_by_role("link", name="Provastin"))
    assert region.url == address
    assert REASONS in _text(region)
    assert "750 000–1 000 000 kr" in _text(region)
    rival = sign_in("rival@prov.example")
    rival.goto(address)
    assert "Svårighetsgrad" in _text(rival)
    assert REASONS not in _text(rival)
    seen(rival, "precedent-public")


def write(secretary: Page) -> None:
    assert "Nyttan uppväger kostnaden." in secretary.locator("#reasons").input_value()
    fill_in(secretary, patients="120", qaly_from="760 000", qaly_to="1 000 000", reasons=REASONS)
    for name, value in (("severity", "high"), ("certainty", "low"), ("rarity", "rare")):
        secretary.locator(f"#{name}").select_option(value)
    for box in ("#contract-financial", "#is_public", "#public_parts-grounds"):
        secretary.locator(box).check()
    press(secretary, "Spara för någon annans godkännande")
    assert secretary.locator("#error-summary").is_visible()
    assert secretary.locator("#public_parts-grounds").is_checked()
    seen(secretary, "precedent-fault")
    fill_in(secretary, qaly_from="750 000")
    press(secretary, "Spara för någon annans godkännande")


def search(region: Page) -> None:
    region.goto("/precedents")
    fill_in(region, qaly_from="900000", q="osäkert")
    region.locator("#severity").select_option("high")
    region.locator("#q").focus()
    enter(region)
    assert "1 avgörande" in _text(region)
    seen(region, "precedents")
    region.locator("#severity").select_option("low")
    region.locator("#q").focus()
    enter(region)
    assert "Inget avgörande passar" in _text(region)
    region.go_back()
    assert "1 avgörande" in _text(region)


def test_a_region_opens_the_net_price_from_the_register(office: Office, sign_in: Callable[..., Page]) -> None:
    take_in(office, row(aip="7 200,80", aup="8000"))
    deal = Deal(Table(office, in_negotiation(office)).open())
    deal.settle({"starts": "2026-01-01", "packages": "012345", "discount": "12,5", "cap": "9000000"})
    deal.join("region")
    deal.draft().send()
    deal.sign("company")
    deal.sign("region")
    region, other = sign_in("region@prov.example"), sign_in("colleague@prov.example")
    other.goto("/prices/packages/012345")
    assert "Nettopris" not in _text(other)
    region.goto("/prices?q=Provastin")
    follow(region.locator("main").get_by_role("link", name="Provastin"))
    seen(region, "package-net-price")
    follow(region.locator("main").get_by_role("link", name="Öppna nettopriset"))
    assert "6 300,70" not in _text(region)
    region.locator("#why").fill("Kontroll av faktura")
    press(region, "Öppna nettopriset")
    assert "6 300,70 kr" in _text(region)
    assert "utgiftstak" in _text(region).lower()
    seen(region, "net-price")
    follow(region.locator("main").get_by_role("link", name="Vem som har öppnat vad"))
    assert "Vnr 012345: Kontroll av faktura" in _text(region)


def _text(page: Page) -> str:
    return " ".join(page.inner_text("main").replace("\u202f", " ").replace("\u00a0", " ").split())
