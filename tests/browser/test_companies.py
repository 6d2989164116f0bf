"""A company from its first visit on: registers, is let in, invites, books a place and writes, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from nt_process.companies import meetings
from nt_process.notices.link_mail import LinkRound
from nt_process.notices.mail import Sender
from nt_process.web.assets import NODE_MODULES
from tests.browser.server import LiveServer
from tests.browser.steps import enter, follow
from tests.features.companies.world import APPLICANT, Companies
from tests.notices.mailbox import Mailbox, receiving
from tests.world import PDF, Office

AXE = NODE_MODULES / "axe-core" / "axe.min.js"
PASSWORD = "en lång mening om havet"
FIND = "axe.run().then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200))))"


def look(page: Page) -> None:
    """Axe finds nothing on the page, wide or narrow, and it is no wider than a telephone."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(FIND) == [], (page.url, width)
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), (
            page.url,
            width,
        )
    page.set_viewport_size({"width": 1280, "height": 900})


def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"main [name={name}]").first.fill(value)


def press(page: Page, text: str) -> None:
    """Go to the button by keyboard and press it."""
    button = page.locator("main").get_by_role("button", name=text).first
    button.focus()
    enter(page)


def follow_mail(server: LiveServer, mailbox: Mailbox, path: str) -> str:
    """Send what waits to be mailed; the address in the latest mail that leads to `path`."""
    sender = Sender("nt@nt.example", server.address)
    LinkRound(server.engine, mailbox.server, sender, "test")(server.clock.instant)
    [address] = re.findall(rf"{re.escape(server.address)}({path}\S+)", mailbox.text(-1))
    return str(address)


class Visit:
    """One company and one secretary, each in a window, with the mail that goes between."""

    def __init__(self, server: LiveServer, office: Office, company: Page, secretary: Page) -> None:
        self.server, self.office, self.companies = server, office, Companies(office)
        self.company, self.secretary = company, secretary

    def register(self, mailbox: Mailbox) -> None:
        page = self.company
        page.goto("/sign-in")
        follow(page.get_by_role("link", name="Registrera företaget"))
        press(page, "Skicka registreringen")
        assert page.locator("#error-summary").is_visible()
        look(page)
        fill_in(page, **APPLICANT)
        press(page, "Skicka registreringen")
        look(page)
        page.goto(follow_mail(self.server, mailbox, "/register/confirm"))
        look(page)
        press(page, "Bekräfta registreringen")
        look(page)

    def approve(self) -> None:
        page = self.secretary
        page.goto("/notices")
        follow(page.locator("main a[href*='/companies/registrations/']").first)
        look(page)
        press(page, "Godkänn")
        assert "Havsörnen Pharma AB" in page.inner_text("h1")
        look(page)

    def sign_in(self, mailbox: Mailbox) -> None:
        page = self.company
        page.goto(follow_mail(self.server, mailbox, "/choose-password"))
        fill_in(page, new=PASSWORD, again=PASSWORD)
        press(page, "Spara lösenordet")
        fill_in(page, email=APPLICANT["email"], password=PASSWORD)
        press(page, "Logga in")

    def invite(self) -> None:
        page = self.company
        follow(page.get_by_role("link", name="Våra personer"))
        fill_in(page, name="Kalle Kollega", email="kalle@havsornen.example")
        press(page, "Bjud in")
        assert "Kalle Kollega" in page.inner_text("main table")
        fill_in(page, name="Kim Konsult", email="kim@konsult.example")
        press(page, "Bjud in")
        assert "Väntar på kansliet" in page.inner_text("main")
        look(page)

    def book(self, number: str) -> None:
        page = self.company
        follow(page.get_by_role("link", name="Sammanträden"))
        look(page)
        follow(page.get_by_role("link", name="1/2026"))
        page.locator("select[name=number]").select_option(number)
        press(page, "Boka platsen")
        assert number in page.inner_text("main")
        look(page)

    def write(self, number: str, file: Path) -> None:
        page, other = self.company, self.secretary
        page.goto(f"/cases/{number}")
        follow(page.locator("main").get_by_role("link", name="Meddelanden"))
        fill_in(page, body="Här är prisuppgiften.")
        page.locator("[name=files]").set_input_files(file)
        press(page, "Skicka")
        look(page)
        other.goto("/notices")
        follow(other.locator("main a[href$='/messages']").first)
        assert "Här är prisuppgiften." in other.inner_text("main")
        look(other)
        fill_in(other, body="Tack, den är mottagen.")
        press(other, "Skicka")
        page.reload()
        assert "Tack, den är mottagen." in page.inner_text("main")
        assert "Läst av motparten" in page.inner_text("main")
        press(page, "Markera som läst")
        look(page)


def test_a_company_comes_in_and_does_its_work(
    server: LiveServer,
    office: Office,
    window: Callable[..., Page],
    sign_in: Callable[..., Page],
    tmp_path: Path,
) -> None:
    visit = Visit(server, office, window(), sign_in("secretary@prov.example"))
    plan = {"day": "2026-06-11", "lead_days": "30", "capacity": "1", "place": "", "notes": ""}
    meetings.plan(office.engine, visit.companies.maker(), plan)
    with receiving() as mailbox:
        visit.register(mailbox)
        visit.approve()
        visit.sign_in(mailbox)
    visit.invite()
    company = visit.companies.value("SELECT id FROM organisation WHERE name = 'Havsörnen Pharma AB'")
    number = office.open(company_id=str(company))
    visit.book(number)
    file = tmp_path / "prisuppgift.pdf"
    file.write_bytes(PDF)
    visit.write(number, file)
