"""A company files an application, is asked for a supplement and supplements it: by keyboard, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nt_process.kernel.regions import REGIONS
from tests.browser.steps import enter, follow
from tests.browser.test_accessibility import AXE, look_at, tab_to
from tests.features.portal.world import ANSWERS, OPEN_FILE, SECRET_FILE, Portal
from tests.world import Office


def no_faults(page: Page) -> None:
    """axe finds nothing at 1280 and 390 px, and the page is no wider than a phone."""
    size = page.viewport_size
    assert look_at(page, ("light", "dark")) == [], page.url
    if size is not None:
        page.set_viewport_size(size)


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a control with Tab and answer it with the keys alone."""
    tab_to(page, f"#{name}")
    if page.evaluate("document.activeElement.tagName") == "SELECT":
        chosen = page.locator(f"#{name} option[value='{text}']").inner_text()
        # A list is chosen from by typing the beginning of an alternative.
        page.keyboard.type(chosen[:40])
    else:
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def next_step(page: Page) -> None:
    tab_to(page, "main button[name=next]")
    enter(page)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {"public_file": tmp_path / "oppen.pdf", "secret_file": tmp_path / "hemlig.pdf"}
    found["public_file"].write_bytes(OPEN_FILE)
    found["secret_file"].write_bytes(SECRET_FILE)
    return found


@pytest.mark.parametrize("width", [1280, 390])
def test_a_company_files_and_supplements_an_application_by_keyboard(
    office: Office, sign_in: Callable[..., Page], files: dict[str, Path], width: int
) -> None:
    page = sign_in("company@prov.example", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page.context.add_init_script(path=AXE)
    page.goto("/portal")
    tab_to(page, "a[href='/portal/new']")
    enter(page)
    type_into(page, "medicine", "Provastin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/product")
    for step in ("product", "indication", "prices", "evidence", "model", "budget", "eu", "plan"):
        page.wait_for_url(f"**/{step}")
        _answer_step(page, step)
        if step in ("prices", "budget") and width == 1280:
            no_faults(page)
            page.locator("body").focus()
        next_step(page)
    page.wait_for_url("**/documents")
    _add_document(page, files)
    no_faults(page)
    page.goto(page.url.replace("/documents", "/check"))
    no_faults(page)
    tab_to(page, "main form[method=post]:not([action]) button")
    enter(page)
    number = page.locator("dd.number").inner_text()
    assert re.fullmatch(r"NT-2026-\d{4}", number)
    assert page.locator("code").count() == 4
    no_faults(page)

    Portal(office).office.act("secretary", number, "request_supplement", request="Studien saknas.")
    page.goto("/portal")
    tab_to(page, "main a[href$='/supplement']")
    enter(page)
    assert "Studien saknas." in page.inner_text("main")
    type_into(page, "answer", "Studien bifogas.")
    type_into(page, "secret_answer", "Priset gäller även då.")
    no_faults(page)
    tab_to(page, "main button[name=send]")
    enter(page)
    assert page.locator("dd.number").inner_text() == number
    page.goto("/portal")
    tab_to(page, "main a[href^='/applications/']")
    enter(page)
    assert "Granskning" in page.inner_text("main")
    assert page.get_by_text("stått stilla", exact=False).count() or "Står" not in page.inner_text("main")
    no_faults(page)


def _answer_step(page: Page, step: str) -> None:
    """Every answer of a step; the table of regions is pasted, as people do."""
    names = page.locator("main form [data-keeps]").evaluate_all("all => all.map(one => one.name)")
    for name in names:
        if name in ANSWERS and not name.startswith("budget-"):
            type_into(page, name, ANSWERS[name])
    if step == "budget":
        _paste(page)


def _paste(page: Page) -> None:
    # What was typed is kept by itself, before the table is sent from its own form.
    expect(page.locator("[data-kept=budget_until]")).to_be_visible()
    table = "\n".join(f"{region.name}\t1 000,50\t2000\t3000" for region in REGIONS)
    tab_to(page, "#table")
    page.locator("#table").fill(table)
    tab_to(page, "form[action*='/paste/'] button")
    enter(page)
    assert page.locator("#sum-budget-all").inner_text().replace("\u00a0", " ") == "126 010,50"


def _add_document(page: Page, files: dict[str, Path]) -> None:
    type_into(page, "title", "Prisbilaga")
    tab_to(page, "main details.ds-details summary")
    page.keyboard.press("Enter")
    for name, path in files.items():
        page.locator(f"#{name}").set_input_files(path)
    type_into(page, "place-1", "Sidan 3")
    type_into(page, "reason-1", "Nettopris.")
    type_into(page, "until-1", "2030-01-01")
    tab_to(page, "form[enctype] button")
    enter(page)
    assert "Prisbilaga" in page.inner_text("main table")


def test_what_is_typed_is_kept_and_a_colleague_is_never_overwritten(
    office: Office, sign_in: Callable[..., Page]
) -> None:
    portal = Portal(office)
    application = portal.begin()
    from nt_process.portal import people

    people.add_member(portal.engine, portal.maker(), application, portal.colleague(), "contributor")
    mine, theirs = sign_in("company@prov.example"), sign_in("mate@prov.example")
    path = f"/portal/applications/{application}/evidence"
    mine.goto(path)
    theirs.goto(path)
    mine.locator("#studies").type("Min text")
    expect(mine.locator("[data-kept=studies]")).to_be_visible()
    mine.locator("#studies").type(" och mer")
    expect(mine.locator("[name=v-studies]")).to_have_value("2")
    theirs.locator("#studies").type("Deras")
    expect(theirs.locator("#studies-error")).to_contain_text("Min text och mer")
    expect(theirs.locator("#studies")).to_have_attribute("aria-invalid", "true")
    assert theirs.locator("#studies").input_value() == "Deras"
    mine.reload()
    assert mine.locator("#studies").input_value() == "Min text och mer"


def test_the_wizard_without_javascript(office: Office, sign_in: Callable[..., Page]) -> None:
    application = Portal(office).begin()
    page = sign_in("company@prov.example", java_script_enabled=False)
    page.goto(f"/portal/applications/{application}/prices")
    page.fill("#list_price", "många")
    page.fill("#yearly_cost", "1 234,50")
    follow(page.locator("button[name=save]").first)
    assert page.locator("#list_price-error").is_visible()
    assert page.locator("#list_price").input_value() == "många"
    page.fill("#list_price", "10")
    follow(page.locator("button[name=next]").first)
    assert page.url.endswith("/evidence")
    page.goto(f"/portal/applications/{application}/prices")
    assert page.locator("#yearly_cost").input_value().replace("\u00a0", " ") == "1 234,50"
