"""Every page can be read and used by everybody: axe finds nothing, nothing runs over the edge of a phone, and
neither a mouse nor JavaScript is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Page

from nt_process.web.assets import NODE_MODULES
from tests.browser.pages import NOBODY, every_page
from tests.browser.server import LiveServer
from tests.browser.steps import enter, follow
from tests.filled import Filled, fill
from tests.world import PDF, Office

AXE = NODE_MODULES / "axe-core" / "axe.min.js"

# All rules of axe, best practice among them, and the size of targets; with everything unfolded. The menus of the head
# are looked at by themselves, because an open menu lies over what is beneath it.
FIND = """async () => {
    const rules = {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}};
    const unfold = where => document.querySelectorAll(where).forEach(one => { one.open = true; });
    unfold('main details');
    await Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)));
    const page = await axe.run(rules);
    unfold('.site-header details');
    const head = await axe.run('.site-header', rules);
    return [...page.violations, ...head.violations].flatMap(
        one => one.nodes.map(node => one.id + ': ' + node.html.slice(0, 200)));
}"""
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
# Each page is looked at wide and narrow, once light and once dark; the next one the other way round.
SCHEMES = (("light", "dark"), ("dark", "light"))
WIDE, NARROW, NARROWEST = 1280, 390, 320


@pytest.fixture
def filled(office: Office) -> Filled:
    """The filled world, with half of its readers reading English."""
    with office.engine.begin() as connection:
        english = ("colleague", "region", "member", "auditor")
        for name in english:
            connection.exec_driver_sql(
                "UPDATE person SET language = 'en' WHERE id = %(id)s", {"id": office.people[name]}
            )
    return fill(office)


class Readers:
    """A window for each reader, opened when it is first asked for."""

    def __init__(self, window: Callable[..., Page], sign_in: Callable[..., Page]) -> None:
        self._open, self._sign_in = window, sign_in
        self._pages: dict[str, Page] = {}

    def page(self, name: str) -> Page:
        if name not in self._pages:
            calm = {"reduced_motion": "reduce"}
            page = self._open(**calm) if name == NOBODY else self._sign_in(f"{name}@prov.example", **calm)
            page.context.add_init_script(path=AXE)
            self._pages[name] = page
        return self._pages[name]


@pytest.fixture
def readers(window: Callable[..., Page], sign_in: Callable[..., Page]) -> Readers:
    return Readers(window, sign_in)


def look_at(page: Page, schemes: Iterable[str]) -> list[str]:
    """What axe finds on the page as it is, wide and narrow, and where it is wider than the window."""
    found = []
    for width, scheme in zip((WIDE, NARROW), schemes, strict=True):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{width} {scheme} {fault}" for fault in page.evaluate(FIND)]
    for width in (NARROW, NARROWEST):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"wider than {width}"] if page.evaluate(TOO_WIDE) else []
    return found


def test_axe_finds_nothing_on_any_page_and_no_page_is_wider_than_a_phone(
    server: LiveServer, filled: Filled, readers: Readers
) -> None:
    looks = every_page(server.app, filled)
    schemes, secretaries = cycle(SCHEMES), cycle(("secretary", "colleague"))
    faults: list[str] = []
    for look in looks:
        # Of the two in the secretariat, one reads Swedish and one English.
        page = readers.page(next(secretaries) if look.reader == "secretary" else look.reader)
        page.goto(look.path)
        faults += [f"{look.reader} {look.path}: {fault}" for fault in look_at(page, next(schemes))]
    assert not faults, "\n".join(faults)
    assert len(looks) > 60


def test_axe_finds_nothing_where_something_was_refused_or_done(filled: Filled, readers: Readers) -> None:
    """The pages that only an answer to a form shows."""
    faults: list[str] = []
    for scheme, (name, provoke) in zip(cycle(SCHEMES), ANSWERS.items(), strict=False):
        page = readers.page(NOBODY if name == "wrong password" else "secretary")
        provoke(page, filled)
        faults += [f"{name}: {fault}" for fault in look_at(page, scheme)]
    assert not faults, "\n".join(faults)


def press(page: Page, path: str, button: str = "main form[method=post] button", **fields: str) -> None:
    """Fill in the page's form by the names of its fields, and send it."""
    page.goto(path)
    for name, value in fields.items():
        page.locator(f"main [name={name}]").first.fill(value)
    follow(page.locator(button).last)


def wrong_password(page: Page, filled: Filled) -> None:
    press(page, "/sign-in", email="secretary@prov.example", password="fel")


def case_without_a_name(page: Page, filled: Filled) -> None:
    press(page, "/cases/new", atc="X")


def refused_action(page: Page, filled: Filled) -> None:
    press(page, f"/cases/{filled.own}/actions/offer_extension", input_new_due="2026-05-30")


def empty_action(page: Page, filled: Filled) -> None:
    press(page, f"/cases/{filled.own}/actions/conclude_agreement")


def document_without_a_file(page: Page, filled: Filled) -> None:
    press(page, f"/cases/{filled.own}/documents")


def unreadable_list(page: Page, filled: Filled) -> None:
    page.goto("/horizon/imports")
    page.locator("#file").set_input_files({"name": "x.xlsx", "mimeType": "", "buffer": b"no workbook"})
    follow(page.locator("main form[enctype] button"))


def several_cases_assigned(page: Page, filled: Filled) -> None:
    page.goto("/")
    page.locator("[name=number]").first.check()
    page.locator("#bulk-owner").select_option("nobody")
    follow(page.locator("form[action$='bulk-assign'] button").last)


def note_written(page: Page, filled: Filled) -> None:
    press(page, f"/cases/{filled.own}", "form[action$='/notes'] button", text="Ring i morgon.")


def token_made(page: Page, filled: Filled) -> None:
    press(page, "/account", "form[action='/account/tokens'] button")


ANSWERS = {
    "wrong password": wrong_password,
    "a case without a name": case_without_a_name,
    "an action that is refused": refused_action,
    "an action that lacks a reason": empty_action,
    "a document without a file": document_without_a_file,
    "a list that cannot be read": unreadable_list,
    "several cases assigned": several_cases_assigned,
    "a note written": note_written,
    "a token made": token_made,
}


# --- the keyboard ---------------------------------------------------------------------------------

FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return {
        what: one.outerHTML.slice(0, 120), shown: box.width > 0 && box.height > 0,
        ring: ring || style.boxShadow !== 'none', body: one === document.body,
    };
}"""
REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility() && one.type !== 'hidden' && !one.disabled).length"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the control has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tab_reaches_every_control_and_shows_where_it_is(
    filled: Filled, sign_in: Callable[..., Page], scheme: str
) -> None:
    page = sign_in("secretary@prov.example", color_scheme=scheme, reduced_motion="reduce")
    for path in (
        "/",
        f"/cases/{filled.own}",
        f"/cases/{filled.own}/actions/conclude_agreement",
        "/calculator",
    ):
        page.goto(path)
        met, hidden = 0, []
        for _ in range(page.evaluate(REACHABLE) + 5):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus["body"]:
                break
            met += 1
            if not (focus["ring"] and focus["shown"]):
                hidden.append(focus["what"])
        assert hidden == [], path
        assert met == page.evaluate(REACHABLE), path


def test_the_first_tab_leads_past_the_menu(filled: Filled, sign_in: Callable[..., Page]) -> None:
    page = sign_in("secretary@prov.example")
    page.goto(f"/cases/{filled.own}")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Till innehållet"
    assert skip.is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1


def test_from_signing_in_to_an_agreement_without_a_mouse(filled: Filled, window: Callable[..., Page]) -> None:
    page = window()
    page.goto("/sign-in")
    tab_to(page, "#email")
    page.keyboard.type("secretary@prov.example")
    tab_to(page, "#password")
    page.keyboard.type("sommar-och-vinter")
    enter(page)
    tab_to(page, f"a[href='/cases/{filled.own}']")
    enter(page)
    tab_to(page, "a[href$='/actions/conclude_agreement']")
    enter(page)
    tab_to(page, "main form button")
    enter(page)
    # Sent without a reason: the focus is on what is wrong, and its link leads to the control.
    assert page.evaluate("document.activeElement.id") == "error-summary"
    tab_to(page, "#error-summary a")
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("name") == "input_reason"
    page.keyboard.type("Parterna är överens.")
    tab_to(page, "main form button")
    enter(page)
    assert page.locator(".ds-alert[data-color=success]").is_visible()
    assert page.locator(".page__head .ds-tag").first.inner_text() == "Väntar på ställningstagande"


@pytest.mark.parametrize("menu", ["menu", "more"])
def test_the_menus_open_and_close_with_the_keyboard(
    sign_in: Callable[..., Page], office: Office, menu: str
) -> None:
    page = sign_in("secretary@prov.example")
    tab_to(page, f".{menu} summary")
    page.keyboard.press("Enter")
    panel = page.locator(f".{menu}__panel")
    assert panel.is_visible()
    page.keyboard.press("Tab")
    assert panel.locator(":focus").count() == 1
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate(f"document.activeElement.matches('.{menu} summary')")


def test_a_filter_that_is_changed_with_the_keyboard_keeps_the_place(
    filled: Filled, sign_in: Callable[..., Page]
) -> None:
    page = sign_in("secretary@prov.example")
    for path, choice in (("/", "#process"), ("/horizon", "#orphan")):
        page.goto(path)
        tab_to(page, choice)
        with page.expect_response(lambda answer: "?" in answer.url):
            page.keyboard.press("ArrowDown")
        page.wait_for_url("**?**")
        assert page.evaluate("document.activeElement.id") == choice[1:], path
        assert page.locator(choice).input_value() != "", path
        page.keyboard.press("Tab")
        assert page.locator("form[role=search] :focus").count() == 1, path


# --- without JavaScript -----------------------------------------------------------------------------


def test_a_working_day_without_javascript(
    filled: Filled, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = sign_in("secretary@prov.example", java_script_enabled=False)
    page.fill("#q", "paus")
    follow(page.locator("form[role=search] button"))
    assert page.locator("tbody tr").count() == 1
    follow(page.locator("tbody a").first)
    follow(page.locator("a[href$='/actions/proceed_without_supplement']"))
    follow(page.locator("main form[method=post] button"))
    assert page.locator(".ds-error-summary").is_visible()
    page.fill("[name=input_reason]", "Studien behövs inte.")
    follow(page.locator("main form[method=post] button"))
    assert page.locator(".ds-alert[data-color=success]").is_visible()
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    page.goto(f"/cases/{filled.own}/documents")
    page.locator("[name=file]").set_input_files(paper)
    page.fill("[name=title]", "Protokoll")
    page.select_option("[name=kind]", "other")
    follow(page.locator("form[enctype] button"))
    assert page.get_by_role("link", name="Protokoll").is_visible()


def test_lists_reports_and_language_without_javascript(filled: Filled, sign_in: Callable[..., Page]) -> None:
    page = sign_in("secretary@prov.example", java_script_enabled=False)
    page.goto("/horizon?status=all")
    page.select_option("#orphan", "yes")
    follow(page.locator("form[role=search] button"))
    assert "orphan=yes" in page.url
    waiting = page.goto("/reports/deadlines.pdf")
    # The page that waits asks again by itself, and can be asked to.
    assert waiting is not None
    assert waiting.header_value("refresh")
    assert page.get_by_role("link", name="Titta igen").is_visible()
    page.goto(f"/cases/{filled.own}")
    follow(page.locator("button[name=language]").first)
    assert page.locator("html").get_attribute("lang") == "en"
    assert re.search(rf"/cases/{filled.own}$", page.url)
    page.click(".menu summary")
    follow(page.locator(".menu__panel form button").first)
    assert "/sign-in" in page.url
