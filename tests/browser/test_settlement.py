"""A quarter from a file to a region's opened statement and its dispute, in a browser; axe finds nothing on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.server import LiveServer
from tests.browser.steps import follow
from tests.browser.test_accessibility import AXE
from tests.browser.test_consultation import CALM, clean, press
from tests.features.settlement.world import SALES, csv, move_in
from tests.world import Office


def test_a_quarter_from_file_to_statement(
    server: LiveServer, office: Office, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    settlement = move_in(office)
    pages = {}
    for name in ("secretary", "colleague", "region"):
        pages[name] = sign_in(f"{name}@prov.example", **CALM)
        pages[name].context.add_init_script(path=AXE)
    secretary, colleague, region = pages.values()
    handed_in = tmp_path / "sales.csv"
    handed_in.write_bytes(csv(SALES))
    secretary.goto("/settlement/files")
    clean(secretary, "files")
    secretary.set_input_files("#file", handed_in)
    press(secretary, "Läs in filen")
    settlement.work()
    secretary.reload()
    clean(secretary, "file")
    press(secretary, "Ta in")
    settlement.work()

    secretary.goto(f"/settlement/{settlement.agreement}")
    clean(secretary, "agreement")
    press(secretary, "Beräkna")
    settlement.work()
    secretary.reload()
    follow(secretary.get_by_role("link", name="2025 Q1"))
    clean(secretary, "run, proposed")
    assert secretary.get_by_role("button", name="Godkänn").count() == 0
    colleague.goto(secretary.url)
    press(colleague, "Godkänn")
    assert "Godkänt" in colleague.inner_text("main")

    region.goto(secretary.url)
    press(region, "Visa")
    assert "8 067,90" in region.inner_text("main").replace("\xa0", " ")
    clean(region, "statement")
    region.goto(secretary.url)
    region.locator("summary", has_text="Ifrågasätt").click()
    region.fill("#text", "Malmö köpte tio förpackningar.")
    press(region, "Ifrågasätt")
    colleague.goto(secretary.url)
    clean(colleague, "run, disputed")
