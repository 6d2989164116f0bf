"""One person at the keyboard: what they can read on a case's page, and what they can do there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.steps import follow

_ACTION = re.compile(r"/actions/([a-z_]+)$")


class Person:
    """A signed-in reader with a window of their own. Actions and limits are named as in the workflow file."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.number = ""

    def go(self, path: str = "") -> int:
        """Open the page `path` of the case (its first one when empty); returns the answer's status."""
        answer = self.page.goto(f"/cases/{self.number}{path}")
        assert answer is not None
        return answer.status

    def page_text(self, path: str = "") -> str:
        self.go(path)
        return self.page.inner_text("main")

    def offered(self) -> set[str]:
        """The actions that the case's page offers now."""
        self.go()
        links = self.page.locator("main a[href*='/actions/']").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
        return {found[1] for link in links if (found := _ACTION.search(link))}

    def refusal(self, label: str) -> str:
        """Why the page says that the action called `label` cannot be taken now, in one line."""
        self.go()
        refused = self.page.locator(".refused", has=self.page.get_by_text(label, exact=True))
        return " ".join(refused.locator("li").all_text_contents())

    def take(self, action: str, **inputs: str) -> None:
        """Follow the offer on the page, fill in what is asked for and send; the page then says it is done."""
        self.try_to(action, **inputs)
        assert self.page.locator(".ds-alert[data-color=success]").is_visible(), self.page.inner_text("main")

    def try_to(self, action: str, **inputs: str) -> str:
        """As `take`, without expecting that it is done; gives what the answer complains about."""
        self.go()
        link = self.page.locator(f"main a[href$='/actions/{action}']")
        if not link.is_visible():
            self.page.locator("details", has=link).locator("> summary").click()
        follow(link)
        for name, value in inputs.items():
            control = self.page.locator(f"[name=input_{name}]")
            if control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        self.submit(self.page.locator("main form[method=post]"))
        return " ".join(self.page.locator(".ds-error-summary").all_inner_texts())

    def submit(self, form: Locator) -> None:
        # By the keyboard: a button in a fold that has just been opened is still moving under the pointer.
        with self.page.expect_navigation():
            form.locator("button").last.press("Enter")

    def add_document(self, kind: str, title: str, file: Path, *, shared: bool = False) -> None:
        self.go("/documents")
        form = self.page.locator("form[enctype]")
        form.locator("[name=file]").set_input_files(file)
        form.locator("[name=title]").fill(title)
        form.locator("[name=kind]").select_option(kind)
        if shared:
            form.locator("[name=party]").check()
        self.submit(form)
        assert self.page.get_by_role("link", name=title).is_visible(), self.page.inner_text("main")

    def last_day(self, clock: str) -> date:
        """The last day of a running limit, as the case's page states it; `clock` is "negotiation.1"."""
        stated = self.clock(clock).locator("time").first.get_attribute("datetime")
        assert stated is not None
        return date.fromisoformat(stated)

    def clock(self, clock: str) -> Locator:
        """The limit's panel on the case's page."""
        self.go()
        return self.page.locator(".clock", has=self.page.locator(f"a[href$='/clocks/{clock}']"))

    def derivation(self, clock: str) -> list[tuple[date, str]]:
        """How the page of a limit says that its last day was arrived at: days, each with what was applied."""
        self.go(f"/clocks/{clock}")
        rows = self.page.locator("main table tbody tr").all()
        return [
            (
                date.fromisoformat(str(row.locator("time").first.get_attribute("datetime"))),
                row.locator("td").last.inner_text(),
            )
            for row in rows
        ]
