"""A re-assessment in a real browser: a changed price reopens a case, which is found to stand; and a company delivers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import seen
from tests.features.prices import world as prices
from tests.features.reassessment.world import followed
from tests.world import PDF, Office


def test_from_a_changed_price_to_an_outcome(office: Office, sign_in: Callable[..., Page]) -> None:
    case = followed(office, medicine="Omprövin")
    prices.take_in(office, prices.row(first="2024-01-01", aip="1000", aup="1100"))
    prices.take_in(office, prices.row(first="2026-01-02", aip="700", aup="800"))
    assert case.look() == 1
    secretary = sign_in("secretary@prov.example")
    secretary.goto("/reassessment")
    seen(secretary, "reassessment-list")
    follow(secretary.locator("main").get_by_role("link", name="Ändrat pris"))
    assert "−30,0" in secretary.inner_text("main")
    seen(secretary, "reassessment-trigger")
    secretary.locator("main [name=verdict]").select_option("reopen")
    press(secretary, "Spara bedömningen")
    assert secretary.locator("#error-summary").is_visible()
    fill_in(secretary, reason="Priset har sänkts så mycket att bedömningen kan ändras.")
    press(secretary, "Spara bedömningen")
    follow(secretary.locator("main").get_by_role("link", name=case.number))
    assert "Omprövas" in secretary.inner_text("main")
    seen(secretary, "reassessment-case")
    secretary.locator("main [name=outcome]").select_option("stands")
    fill_in(secretary, reasons="Priset ändrar inte rådets bedömning av nyttan.")
    press(secretary, "Registrera utfallet")
    assert "Rekommendationen står fast" in secretary.inner_text("main")
    assert "Ska omprövas senast 7 jan. 2028" in secretary.inner_text("main")
    assert case.state == "follow_up"
    seen(secretary, "reassessment-stands")


def test_a_company_delivers_a_milestone(office: Office, sign_in: Callable[..., Page]) -> None:
    case = followed(office, medicine="Omprövin")
    secretary = sign_in("secretary@prov.example")
    secretary.goto(f"/cases/{case.number}")
    follow(secretary.locator("main").get_by_role("link", name="Omprövning", exact=True))
    follow(secretary.get_by_role("link", name="Gör en evidensplan"))
    fill_in(
        secretary,
        question="Håller effekten längre än två år?",
        data_owner="Älvdal Bio AB",
        register="Provregistret",
    )
    seen(secretary, "reassessment-plan-form")
    press(secretary, "Spara")
    fill_in(secretary, what="Rapport över två år", responsible="Medicinska chefen", due="2026-06-01")
    press(secretary, "Lägg till milstolpen")
    company = sign_in("company@prov.example")
    company.goto("/reassessment")
    seen(company, "reassessment-company")
    follow(company.locator("main").get_by_role("link", name="Håller effekten"))
    follow(company.get_by_role("link", name="Leverera"))
    seen(company, "reassessment-deliver")
    fill_in(company, note="Rapporten bifogas.")
    company.locator("main [name=file]").set_input_files(
        {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(company, "Leverera")
    assert "Levererad" in company.inner_text("main")
    assert "rapport.pdf" in company.inner_text("main")
    seen(company, "reassessment-plan")
