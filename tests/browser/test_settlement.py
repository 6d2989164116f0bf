"""From negotiation to correction in a browser: regions join, one declines, one leaves, the terms change and are confirmed,
the agreement is signed, two quarters are settled, and one of them is corrected. Every page on the way is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import Page

from nt_process.disclosure import settled
from nt_process.infra import jobs
from nt_process.settlement import files, runs
from tests.browser.server import LiveServer
from tests.browser.steps import follow
from tests.browser.test_agreements import read_and_sign
from tests.browser.test_companies import fill_in, press
from tests.browser.test_negotiation import add_clause, open_negotiation, seen
from tests.features.negotiation.world import add_regions, in_negotiation
from tests.features.settlement.world import csv
from tests.world import PDF, Office

PACKAGE = "200101"
JOIN = ("region", "uppsala", "halland", "gotland")
# Of what regions pay a discount of 15 per cent is given back; January is before anybody was bound.
FIRST = (
    (PACKAGE, "12", "Lund", "2026-01", "10", "100000"),
    (PACKAGE, "12", "Lund", "2026-02", "10", "100000"),
    (PACKAGE, "03", "Akademiska", "2026-03", "5", "50000"),
    (PACKAGE, "09", "Visby", "2026-03", "8", "80000"),
)
SECOND = ((PACKAGE, "12", "Lund", "2026-05", "20", "200000"),)
CORRECTED = ((PACKAGE, "12", "Lund", "2026-02", "9", "90000"),)


@dataclass
class Walk:
    """The people at their windows; `address` is the negotiation's, `agreement` the agreement's page."""

    server: LiveServer
    office: Office
    sign_in: Callable[..., Page]
    folder: Path
    address: str = ""
    agreement: str = ""

    def page(self, name: str) -> Page:
        return self.sign_in(f"{name}@prov.example")

    def work(self) -> None:
        """Let the worker do what waits."""
        handlers = {**files.HANDLERS, **runs.HANDLERS, **settled.handlers("test", self.now)}
        while jobs.work(self.office.engine, handlers, self.now):
            pass

    def now(self) -> datetime:
        return self.server.clock.instant


def test_from_negotiation_to_correction(
    server: LiveServer, office: Office, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    add_regions(office)
    walk = Walk(server, office, sign_in, tmp_path)
    secretary, company = walk.page("secretary"), walk.page("company")
    walk.address = open_negotiation(secretary, in_negotiation(office), office.people["member"])
    secretary.goto(f"{walk.address}/circle")
    secretary.select_option("main [name=person]", office.people["colleague"])
    press(secretary, "Ta in i kretsen")

    settle_terms(walk, secretary, company, "12,5")
    regions = accede(walk, secretary)
    settle_terms(walk, secretary, company, "15")
    confirm(walk, regions)
    secretary.goto(f"{walk.address}/regions")
    seen(secretary, "regions-confirmed")
    told = _text(secretary)
    for standing in ("Dalarna Har avböjt", "Gotland Har lämnat", "3 av 21 regioner"):
        assert standing in told, told

    sign_it(walk, secretary, company, regions)
    settle_quarter(walk, date(2026, 4, 20), FIRST, "2026 Q1", {"region": "15 000,00", "uppsala": "7 500,00"})
    settle_quarter(walk, date(2026, 7, 20), SECOND, "2026 Q2", {"region": "30 000,00"})
    settle_quarter(walk, date(2026, 8, 20), CORRECTED, "2026 Q2", {"region": "-1 500,00"}, correction=True)
    company = walk.page("company")
    company.goto(_settlement(walk))
    assert _text(company).count("2026 Q2") == 2
    seen(company, "settlement-company")
    follow(company.get_by_role("link", name="2026 Q2").first)
    press(company, "Visa")
    # 15 000 and 7 500, 30 000, and 1 500 less.
    assert "51 000,00" in _text(company)
    company.goto("/settlement/state-share")
    press(company, "Visa siffrorna")
    assert "Uppsala 7 500,00" in _text(company)
    seen(company, "state-share")


def settle_terms(walk: Walk, secretary: Page, company: Page, discount: str) -> None:
    """The company offers in the round that is open, and the delegation makes it what regions join."""
    company.goto(f"{walk.address}/offers")
    follow(company.get_by_role("link", name="Lämna ett bud"))
    fill_in(company, starts="2026-01-01", packages="Provastin 10 mg")
    add_clause(company, 1, "Enkel rabatt")
    company.get_by_label("Rabatt, procent").fill(discount)
    press(company, "Lämna budet")
    secretary.goto(f"{walk.address}/offers")
    secretary.locator("main [name=offer]").first.check()
    secretary.locator("#why-offers").fill("Inför delegationens möte")
    press(secretary, "Öppna buden")
    press(secretary, "Fastställ villkoren")


def accede(walk: Walk, secretary: Page) -> Mapping[str, Page]:
    """Five regions are invited: four join, and one declines."""
    for box in secretary.locator("main [name=region][type=checkbox]").all():
        box.check()
    press(secretary, "Bjud in")
    paper = walk.folder / "fullmakt.pdf"
    paper.write_bytes(PDF)
    regions = {}
    for name in JOIN:
        regions[name] = walk.page(name)
        regions[name].goto(f"{walk.address}/regions")
        give_mandate(regions[name], paper)
        regions[name].locator("#authority").fill("Regionstyrelsen § 12")
        press(regions[name], "Anslut regionen")
    dalarna = walk.page("dalarna")
    dalarna.goto(f"{walk.address}/regions")
    dalarna.locator("#reason").fill("Regionen har inga patienter.")
    press(dalarna, "Avböj")
    return regions


def open_terms(walk: Walk, region: Page, version: int) -> None:
    region.goto(f"{walk.address}/regions")
    region.locator("#why-terms").fill("Inför beslutet")
    press(region, f"Öppna version {version}")
    region.goto(f"{walk.address}/regions")


def give_mandate(region: Page, paper: Path) -> None:
    region.locator("main summary", has_text="Lägg till en fullmakt").click()
    fill_in(region, valid_from="2026-01-01")
    region.locator("#signed-by").fill("Regiondirektören")
    region.locator("main [name=file]").set_input_files(paper)
    press(region, "Spara fullmakten")


def confirm(walk: Walk, regions: Mapping[str, Page]) -> None:
    """Changed terms hold nobody until they are confirmed; one region leaves instead."""
    for name, region in regions.items():
        open_terms(walk, region, 2)
        if name == "gotland":
            region.locator("#reason").fill("De ändrade villkoren räcker inte.")
            press(region, "Lämna")
        else:
            region.locator("#authority").fill("Regionstyrelsen § 20")
            press(region, "Bekräfta de ändrade villkoren")


def sign_it(walk: Walk, secretary: Page, company: Page, regions: Mapping[str, Page]) -> None:
    """Drafted, with the package's number; sent, and signed by the company and the three regions that stand by it."""
    secretary.goto("/agreements")
    follow(secretary.locator("main").get_by_role("link", name="Upprätta avtal").first)
    press(secretary, "Upprätta avtalet")
    seen(secretary, "draft-packages")
    fill_in(secretary, package_1="20010")
    press(secretary, "Upprätta avtalet")
    assert secretary.locator("#error-summary").is_visible()
    seen(secretary, "draft-packages-refused")
    fill_in(secretary, package_1=PACKAGE)
    press(secretary, "Upprätta avtalet")
    press(secretary, "Skicka för undertecknande")
    seen(secretary, "agreement-to-sign")
    walk.agreement = secretary.url
    read_and_sign(company, walk.agreement, "Firmateckning", "15 procent")
    for name in ("region", "uppsala", "halland"):
        read_and_sign(regions[name], walk.agreement, "Regionstyrelsen § 40", PACKAGE)
    regions["gotland"].goto(walk.agreement)
    assert "Provastin" not in regions["gotland"].inner_text("main")
    secretary.goto(walk.agreement)
    assert "Gäller Älvdal Bio AB" in _text(secretary)
    seen(secretary, "agreement-in-force")


def settle_quarter(
    walk: Walk,
    day: date,
    sold: tuple[tuple[str, ...], ...],
    quarter: str,
    due: Mapping[str, str],
    *,
    correction: bool = False,
) -> None:
    """A file is taken in, what is due is computed and approved by another, and the parties open what is theirs."""
    walk.server.clock.turn_to(day)
    secretary, colleague = walk.page("secretary"), walk.page("colleague")
    handed_in = walk.folder / f"{day}.csv"
    handed_in.write_bytes(csv(sold))
    secretary.goto("/settlement/files")
    seen(secretary, f"files-{day}")
    secretary.set_input_files("#file", handed_in)
    press(secretary, "Läs in filen")
    walk.work()
    secretary.reload()
    seen(secretary, f"file-{day}")
    press(secretary, "Ta in")
    walk.work()
    secretary.goto("/settlement")
    seen(secretary, f"settlement-{day}")
    follow(secretary.locator("main").get_by_role("link", name="Provastin"))
    seen(secretary, f"settlement-agreement-{day}")
    if correction:
        secretary.select_option("#until", label=f"{quarter} (rättelse)")
    press(secretary, "Beräkna")
    walk.work()
    secretary.reload()
    follow(secretary.get_by_role("link", name=quarter).first)
    seen(secretary, f"run-{day}")
    assert secretary.get_by_role("button", name="Godkänn").count() == 0
    colleague.goto(secretary.url)
    assert ("Rättelse" in _text(colleague)) == correction
    press(colleague, "Godkänn")
    walk.work()
    for name in ("region", "uppsala", "gotland"):
        party = walk.page(name)
        answer = party.goto(secretary.url)
        assert answer is not None
        assert (answer.status == 404) == (name == "gotland")
        if name in due:
            press(party, "Visa")
            assert due[name] in _text(party)
            seen(party, f"statement-{name}-{day}")


def _settlement(walk: Walk) -> str:
    return f"/settlement/{walk.agreement.rpartition('/')[2]}"


def _text(page: Page) -> str:
    """What stands on the page, with plain spaces and signs."""
    text = page.inner_text("main")
    for odd in ("\u00a0", "\u202f"):
        text = text.replace(odd, " ")
    return " ".join(text.replace("\u2212", "-").split())
