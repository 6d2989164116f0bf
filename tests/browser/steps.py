"""The steps by which someone goes from one page to the next, each waiting until the next page is there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def follow(link: Locator) -> None:
    """Click what leads to another page, a link or a button, and wait for that page.

    A bare click returns before the answer has come; on a busy machine the old page is then read for the new.
    """
    with link.page.expect_navigation():
        link.click()


def enter(page: Page) -> None:
    """Press Enter where the keyboard is, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
