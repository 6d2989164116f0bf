"""What a browser test may ask for: the application on a port, and Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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
def window(browser: Browser, server: LiveServer) -> Iterator[Callable[..., Page]]:
    """A browser window of its own, with no one signed in: `window(java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []

    def new_window(**options: Any) -> Page:
        context = browser.new_context(base_url=server.address, locale="sv-SE", **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield new_window
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(window: Callable[..., Page]) -> Callable[..., Page]:
    """A window of someone's own, signed in through the form: `sign_in("secretary@prov.example")`."""

    def signed_in(email: str, password: str = PASSWORD, **options: Any) -> Page:
        page = window(**options)
        page.goto("/sign-in")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("main form button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return signed_in
