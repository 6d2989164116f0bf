"""A meeting of the council in a real browser: from an agenda with one conflict of interest to minutes that are closed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import seen
from tests.features.council.world import MEETING, Council, add_members, in_council
from tests.world import FIRST_DAY, Office


def test_from_an_agenda_with_one_conflict_to_approved_minutes(
    office: Office, sign_in: Callable[..., Page]
) -> None:
    add_members(office)
    number, council = in_council(office), Council(office).plan(MEETING | {"day": FIRST_DAY.isoformat()})
    secretary = sign_in("secretary@prov.example")
    build(secretary, council)
    declare(sign_in("cecilia@prov.example"), council, number)
    find_conflict(secretary, council, number)
    cecilia = sign_in("cecilia@prov.example")
    cecilia.goto(f"/meetings/{council.id}/agenda")
    assert "du är jävig och lämnar rummet" in cecilia.inner_text("main")
    attend(secretary, council)
    decide(secretary, council, number)
    minutes(secretary, council)
    for name, capacity in (("astrid", "ordförande"), ("bertil", "justerare")):
        member = sign_in(f"{name}@prov.example")
        member.goto(f"/meetings/{council.id}/minutes")
        seen(member, "council-approve")
        press(member, f"Godkänn som {capacity}")
        assert "Du har godkänt protokollet" in member.inner_text("main")
    secretary.goto(f"/meetings/{council.id}/minutes")
    told = secretary.inner_text("main")
    assert "protokollet godkänt" in told
    assert "Cecilia är jävig, lämnar rummet kl. 09.00" in told
    assert told.count("Rådet samverkar om läkemedlet.") == 1
    seen(secretary, "council-minutes")


def build(page: Page, council: Council) -> None:
    page.goto(f"/meetings/{council.id}")
    follow(page.locator("main").get_by_role("link", name="Dagordning").first)
    follow(page.get_by_role("link", name="Lägg till punkter"))
    seen(page, "council-build")
    press(page, "Lägg till")
    fill_in(page, title="Rapport från förhandlingarna")
    press(page, "Lägg till punkten")
    page.goto(f"/meetings/{council.id}/agenda")
    press(page, "Publicera dagordningen")
    seen(page, "council-agenda")


def declare(page: Page, council: Council, number: str) -> None:
    page.goto(f"/meetings/{council.id}/agenda")
    seen(page, "council-agenda-member")
    follow(page.locator("main .ds-alert").get_by_role("link", name=number))
    assert f"/cases/{number}/interests" in page.url


def find_conflict(page: Page, council: Council, number: str) -> None:
    council.conflict("cecilia", number)
    page.goto(f"/meetings/{council.id}/agenda/conflicts")
    assert "Jäv" in page.inner_text("table")
    seen(page, "council-conflicts")


def attend(page: Page, council: Council) -> None:
    page.goto(f"/meetings/{council.id}/sitting")
    people = council.office.people
    page.locator(f"[name='p{people['astrid']}-role']").select_option("chair")
    page.locator(f"[name='p{people['bertil']}-adjusts']").check()
    fill_in(page, ended="11:00")
    press(page, "Spara närvaron")
    seen(page, "council-sitting")


def decide(page: Page, council: Council, number: str) -> None:
    follow(page.get_by_role("link", name=number).first)
    fill_in(page, outcome="Rådet samverkar om läkemedlet.", reasons="Stort behov.", taken_at="09:20")
    press(page, "Spara utgången")
    assert "Personen är jävig" in page.inner_text("#error-summary")
    seen(page, "council-deal-refused")
    cecilia = council.office.people["cecilia"]
    page.locator(f"[name='p{cecilia}-left']").fill("09:00")
    page.locator(f"[name='p{cecilia}-back']").fill("09:30")
    press(page, "Spara utgången")
    seen(page, "council-deal")
    press(page, "Besluta om nationell samverkan")
    assert "Taget: Besluta om nationell samverkan" in page.inner_text("main")
    follow(page.get_by_role("link", name="Nästa punkt"))
    press(page, "Spara utgången")


def minutes(page: Page, council: Council) -> None:
    page.goto(f"/meetings/{council.id}/minutes")
    press(page, "Skriv utkast av det som är antecknat")
    press(page, "Be om godkännande")
    follow(page.locator("main").get_by_role("link", name="Redigera"))
    seen(page, "council-edit")
