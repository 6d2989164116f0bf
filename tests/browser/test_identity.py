"""Signing in as a person meets it: a passkey in a real browser, an app without a script, and no fault for axe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.engine import Engine

from tests.browser.server import LiveServer, serve
from tests.browser.steps import follow
from tests.world import PASSWORD, START, Office

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
WIDTHS = (1280, 390)


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[LiveServer]:
    """Passkeys are made for a host by name, so here the application has one."""
    with serve(engine, tmp_path, START, host="localhost") as server:
        yield server


@pytest.fixture
def window(browser: Browser, server: LiveServer, office: Office) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.address, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


def with_authenticator(page: Page) -> None:
    """A device that makes passkeys and whose owner always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def password_step(page: Page, name: str = "secretary") -> None:
    page.goto("/sign-in")
    page.fill("#email", f"{name}@prov.example")
    page.fill("#password", PASSWORD)
    follow(page.locator("main form button").first)


def submit(page: Page, selector: str) -> None:
    follow(page.locator(selector).first)


def faults(page: Page) -> list[str]:
    """What axe finds wrong on the page at both widths, and text that runs out of it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"scrolls sideways at {width}")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return found


def test_a_passkey_is_made_and_then_asked_for(window: BrowserContext) -> None:
    page = window.new_page()
    with_authenticator(page)
    password_step(page)
    page.goto("/account/security")
    submit(page, "form[action$='/passkey'] button")
    assert faults(page) == []
    page.fill("#name", "Work telephone")
    submit(page, "[data-passkey] button")
    assert "Work telephone" in page.inner_text("main")
    assert len(page.locator(".code-list code").all()) == 10
    assert faults(page) == []
    page.locator("summary", has_text="Secretary").click()
    submit(page, "form[action$='/sign-out'] button")
    password_step(page)
    assert page.url.endswith("/sign-in")
    assert faults(page) == []
    submit(page, "[data-passkey] button")
    assert "/sign-in" not in page.url
    page.goto("/account/security")
    assert "senast använd" in page.locator(".notice", has_text="Work telephone").inner_text()


def test_signing_out_leaves_nothing_in_the_window(window: BrowserContext) -> None:
    """Also when the server is not reached any more."""
    page = window.new_page()
    password_step(page)
    page.goto("/account")
    page.route("**/sign-out", lambda route: route.abort("aborted"))
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_function("document.body.childElementCount === 0")
    assert "Secretary" not in page.content()


def test_a_page_that_is_left_open_is_asked_for_anew_unless_something_was_typed(
    window: BrowserContext,
) -> None:
    """After half an hour, as a session lasts outside these tests."""
    page, written = window.new_page(), window.new_page()
    for one in (page, written):
        one.add_init_script(
            "addEventListener('DOMContentLoaded', () => { document.body.dataset.idleMinutes = '30' }, true)"
        )
        one.clock.install()
    password_step(page)
    page.goto("/account")
    written.goto("/account/security/password")
    written.fill("#present", "påbörjat")
    for one in (page, written):
        one.evaluate("window.leftOpen = true")
    with page.expect_navigation():
        page.clock.fast_forward(33 * 60_000)
    assert page.evaluate("window.leftOpen") is None
    written.clock.fast_forward(33 * 60_000)
    assert written.evaluate("window.leftOpen") is True
    assert written.locator("#present").input_value() == "påbörjat"


def test_no_script_is_needed_for_an_app(browser: Browser, server: LiveServer, office: Office) -> None:
    window = browser.new_context(base_url=server.address, java_script_enabled=False)
    page = window.new_page()
    password_step(page)
    page.goto("/account/security")
    submit(page, "form[action$='/authenticator'] button")
    app = pyotp.TOTP(page.locator("#secret").input_value())
    assert page.locator(".qr-code svg").is_visible()
    page.fill("#code", app.at(server.clock.instant))
    submit(page, "main form[action$='/authenticator'] button")
    codes = page.locator(".code-list code").all_inner_texts()
    assert len(codes) == 10
    window.clear_cookies()
    server.clock.instant += timedelta(minutes=1)
    password_step(page)
    page.fill("#code", app.at(server.clock.instant))
    submit(page, "main form button")
    assert "/sign-in" not in page.url
    window.close()


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/forgotten-password", "/choose-password", "/account/security", "/account/security/confirm",
     "/account/security/password"],
)  # fmt: skip
def test_the_pages_of_signing_in_have_no_fault(window: BrowserContext, path: str) -> None:
    page = window.new_page()
    if path.startswith("/account"):
        password_step(page)
    page.goto(path)
    assert faults(page) == []


def test_the_page_of_an_app_has_no_fault(window: BrowserContext) -> None:
    page = window.new_page()
    password_step(page)
    page.goto("/account/security")
    submit(page, "form[action$='/authenticator'] button")
    assert faults(page) == []
