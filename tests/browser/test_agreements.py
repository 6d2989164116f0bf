"""An agreement in a real browser: drafted from settled terms, sent, read and signed by company and region."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import seen
from tests.features.agreements.world import Deal
from tests.features.negotiation.world import Table, in_negotiation
from tests.world import Office

SHOWN = "7 312 345,67"


def test_from_settled_terms_to_a_region_that_is_party(office: Office, sign_in: Callable[..., Page]) -> None:
    deal = Deal(Table(office, in_negotiation(office)).open())
    deal.settle()
    deal.join("region")
    secretary = sign_in("secretary@prov.example")
    address = draft_and_send(secretary, deal.table.id)
    for email, authority in (("company", "Firmateckning"), ("region", "Regionstyrelsen § 40")):
        read_and_sign(sign_in(f"{email}@prov.example"), address, authority)
    secretary.goto(f"{address}?on=2026-06-01")
    told = secretary.inner_text("main")
    assert "Region Skåne" in told
    assert "Regionstyrelsen § 40" in told
    seen(secretary, "agreement-signed")
    secretary.goto(address.rpartition("/")[0])
    assert "Undertecknat" in secretary.inner_text("main")
    seen(secretary, "agreements")


def draft_and_send(secretary: Page, negotiation: str) -> str:
    secretary.goto("/agreements")
    follow(secretary.locator("main").get_by_role("link", name="Upprätta avtal").first)
    assert negotiation in secretary.url
    fill_in(secretary, last_day="2035-01-31")
    press(secretary, "Upprätta avtalet")
    assert secretary.locator("#error-summary").is_visible()
    seen(secretary, "agreement-draft")
    fill_in(secretary, last_day="", renew_by="2027-12-01")
    press(secretary, "Upprätta avtalet")
    press(secretary, "Skicka för undertecknande")
    seen(secretary, "agreement-sent")
    return secretary.url


def read_and_sign(party: Page, address: str, authority: str, shown: str = SHOWN) -> None:
    """`shown` stands in the text, which is opened for it."""
    party.goto(address)
    assert SHOWN not in _text(party)
    follow(party.locator("main").get_by_role("link", name="Läs och underteckna"))
    party.locator("#why").fill("Inför underskrift")
    press(party, "Öppna texten")
    assert shown in _text(party)
    seen(party, "agreement-text")
    fill_in(party, authority=authority)
    press(party, "Underteckna avtalet")
    assert authority in _text(party)


def _text(page: Page) -> str:
    return " ".join(page.inner_text("main").replace("\u202f", " ").split())
