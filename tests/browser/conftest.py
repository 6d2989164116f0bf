"""What a browser test may ask for: the application on a port, and Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.engine import Engine

from tests.browser.server import LiveServer, serve
from tests.requirements import need
from tests.world import PASSWORD, START
from tools.system import chromium_path

# Nothing that Chromium does for itself may reach out, and it runs in a container without a GPU.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this directory."""
    need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[LiveServer]:
    """The application on this test's own database; its clock stands at START until the test turns it."""
    with serve(engine, tmp_path, START) as server:
        yield server


@pytest.fixture
def sign_in(browser: Browser, server: LiveServer) -> Iterator[Callable[..., Page]]:
    """A window of someone's own, signed in through the form: `sign_in("secretary@prov.example")`."""
    contexts: list[BrowserContext] = []

    def new_window(email: str, password: str = PASSWORD, **options: object) -> Page:
        context = browser.new_context(base_url=server.address, locale="sv-SE", **options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("main form button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield new_window
    for context in contexts:
        context.close()
