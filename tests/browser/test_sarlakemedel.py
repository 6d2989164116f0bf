"""A real medicine goes through the process for orphan medicines, from the agency's list to follow-up.

Everything is done through the pages, by the people who do it: the secretary, the region, the company and
TLV. Time is simulated, and the scheduler's sweep runs on each day that is come to. Every last day on a
page is compared with one that is counted here with a pencil.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from nt_process.cases.verify import verify
from nt_process.identity import service as identity
from nt_process.notices.tick import tick
from tests.browser.person import Person
from tests.browser.server import LiveServer
from tests.browser.steps import follow
from tests.horizon.world import real_export
from tests.properties.day_by_day import days_after, is_free
from tests.world import PDF, SINCE, START, Office

# What the agency's list of 22 August 2024 says of the medicine that is followed here.
MEDICINE, COMPANY, ATC, AUTHORISED = "Qalsody", "Biogen Netherlands B.V.", "N07XX22", "2024-05-29"


def counted(start: date, days: int, still: set[date] | None = None) -> date:
    """The last day of a limit: each day after the start is one, but those it stands still; free days pass."""
    left = days
    for day in days_after(start):
        left -= day not in (still or ())
        if left <= 0 and not is_free(day) and day not in (still or ()):
            return day
    raise AssertionError


def between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


@dataclass
class Journey:
    """The people, the case they meet in, and the day it is."""

    server: LiveServer
    secretary: Person
    region: Person
    company: Person
    tlv: Person
    rival: Person
    manager: Person
    paper: Path

    def on(self, day: str) -> date:
        """Let it become this day; the scheduler sweeps, as it does all the time."""
        self.server.clock.turn_to(date.fromisoformat(day))
        tick(self.server.engine, self.server.clock.instant)
        return date.fromisoformat(day)

    def open(self, number: str) -> None:
        for person in (self.secretary, self.region, self.company, self.tlv, self.rival):
            person.number = number

    @property
    def state(self) -> str:
        """The state as the secretary reads it."""
        self.secretary.go()
        return self.secretary.page.locator(".page__head .ds-tag").first.inner_text()


@pytest.fixture
def journey(server: LiveServer, office: Office, sign_in: Callable[..., Page], tmp_path: Path) -> Journey:
    """The office, with the medicine's company in the register and a contact of theirs, who reads Swedish."""
    with office.engine.begin() as connection:
        company = identity.create_organisation(connection, "company", COMPANY)
        member = identity.Member(company, "company_contact", SINCE)
        identity.create_person(connection, "contact@prov.example", "Contact", (member,), START)
        connection.execute(sa.text("UPDATE person SET language = 'en' WHERE email NOT LIKE 'contact%'"))
        connection.execute(
            sa.text(
                "UPDATE person SET password_hash = (SELECT max(password_hash) FROM person) "
                "WHERE password_hash IS NULL"
            )
        )
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    names = {"company": "contact"}
    people = {
        role: Person(sign_in(f"{names.get(role, role)}@prov.example"))
        for role in ("secretary", "region", "company", "tlv", "rival", "manager")
    }
    return Journey(server=server, paper=paper, **people)


def test_a_real_medicine_from_the_agencys_list_to_follow_up(journey: Journey) -> None:
    export = real_export()
    import_the_list(journey, export)
    open_the_case(journey)
    early_report(journey)
    the_company_applies(journey)
    assessment_with_a_supplement(journey)
    negotiation_with_a_joint_extension(journey)
    the_council_says_can(journey)
    introduction_and_follow_up(journey)
    the_log_holds_and_the_report_shows_it(journey)


def import_the_list(at: Journey, export: Path) -> None:
    page = at.secretary.page
    page.goto("/horizon")
    follow(page.get_by_role("link", name="Import an export"))
    page.locator("#file").set_input_files(export)
    follow(page.get_by_role("button", name="Read the file"))
    assert "Nothing has been changed yet" in page.inner_text("main")
    with page.expect_navigation():
        page.get_by_role("button", name="Import").click()
    new, changed, unchanged, left_out = (
        int(figure.replace(",", "")) for figure in page.locator(".figure strong").all_inner_texts()
    )
    # Every row of the list is accounted for; those left out are veterinary.
    assert (new + left_out, changed, unchanged) == (2433, 0, 0)
    assert new > left_out


def open_the_case(at: Journey) -> None:
    page = at.secretary.page
    at.on("2026-01-05")
    page.goto("/horizon?orphan=yes&oncology=no&year=2024&sort=medicine")
    follow(page.get_by_role("link", name=MEDICINE, exact=True))
    follow(page.get_by_role("link", name="Open a case"))
    proposed = {name: page.locator(f"[name={name}]").input_value() for name in ("atc", "authorised_on")}
    assert proposed == {"atc": ATC, "authorised_on": AUTHORISED}
    assert page.locator("[name=process_name] option:checked").inner_text() == "Orphan medicines"
    assert page.locator("[name=company_id] option:checked").inner_text() == COMPANY
    assert page.locator("[name=orphan]").is_checked()
    assert not page.locator("[name=oncology]").is_checked()
    at.secretary.submit(page.locator("main form[method=post]"))
    at.open(page.url.rpartition("/")[2])
    assert at.secretary.number == "NT-2026-0001"
    assert at.state == "Horizon scanning"
    assert at.secretary.refusal("Order an early assessment report") == (
        "The case has no case officer. Assign one first."
    )
    page.locator("details:has(form[action$='/assign']) > summary").click()
    page.locator("#owner").select_option(label="Secretary")
    at.secretary.submit(page.locator("form[action$='/assign']"))
    assert at.company.go() == 200
    assert at.rival.go() == 404


def early_report(at: Journey) -> None:
    start = at.on("2026-01-05")
    assert at.region.offered() == set()
    at.secretary.take("order_early_report")
    # Ninety days end on Easter Sunday; Easter Monday is free as well.
    assert at.secretary.last_day("early_report.1") == counted(start, 90) == date(2026, 4, 7)
    assert "early_report" not in at.region.offered()
    assert "Early assessment report" in at.region.refusal("Submit the early assessment report")
    at.on("2026-02-12")
    at.secretary.add_document("early_report", "Tidig bedömningsrapport", at.paper, shared=True)
    at.region.take("submit_early_report", note="Klar.")
    assert at.state == "Awaiting the company's application"


def the_company_applies(at: Journey) -> None:
    day = at.on("2026-03-02")
    # In Swedish: the portal is the way on, and the bare action is refused while the application is missing.
    assert "Påbörja ansökan" in at.company.page_text()
    assert "submit_application" not in at.company.offered()
    assert "Handlingen ”Ansökan” saknas." in at.company.page_text("/actions/submit_application")
    at.company.add_document("application", "Ansökan om införande", at.paper)
    at.company.go("/actions/submit_application")
    at.company.submit(at.company.page.locator("main form[method=post]"))
    assert at.state == "Application being examined"
    working_days = (one for one in days_after(day) if not is_free(one))
    assert at.company.last_day("registration.1") == list(islice(working_days, 10))[-1]
    assert "submit_application" not in at.company.offered()


def assessment_with_a_supplement(at: Journey) -> None:
    ordered = at.on("2026-03-10")
    at.secretary.take("order_assessment", note="Ansökan är komplett.")
    assert at.tlv.last_day("tlv_assessment.1") == counted(ordered, 150)
    asked = at.on("2026-04-08")
    at.tlv.take("request_supplement", request="Fallpriset i modellen saknas.")
    assert at.company.page_text("/history").count("Fallpriset i modellen saknas.") == 1
    assert at.company.last_day("supplement.1") == counted(asked, 30)
    assert "Står stilla" in at.company.clock("tlv_assessment.1").inner_text()
    assert at.company.offered() == {"submit_supplement", "withdraw"}
    answered = at.on("2026-05-04")
    assert at.company.try_to("submit_supplement") != ""
    at.company.take("submit_supplement", answer="Modellen med rätt fallpris bifogas.")
    still = between(asked + timedelta(days=1), answered)
    assert at.tlv.last_day("tlv_assessment.1") == counted(ordered, 150, still)
    rules = at.tlv.derivation("tlv_assessment.1")
    assert rules[0][0] == ordered
    assert rules[-1][0] == counted(ordered, 150, still)
    at.on("2026-08-20")
    assert at.tlv.refusal("Deliver the assessment to both parties") == (
        "The document “Health economic assessment” is missing. Add it to the case first."
    )
    at.tlv.add_document("assessment_report", "Hälsoekonomiskt underlag", at.paper)
    at.tlv.take("deliver_assessment")
    assert at.state == "Negotiated procurement"


def negotiation_with_a_joint_extension(at: Journey) -> None:
    start = at.on("2026-08-27")
    assert "offer_extension" not in at.company.offered()
    at.company.take("activate_limit")
    # A hundred and fifty days end on a Sunday.
    assert at.company.last_day("negotiation.1") == counted(start, 150) == date(2027, 1, 25)
    assert "already running" in at.secretary.refusal("Activate the outer limit of the negotiation")
    at.on("2027-01-11")
    assert "inte en arbetsdag" in at.company.try_to("offer_extension", new_due="2027-02-27")
    at.company.take("offer_extension", new_due="2027-02-26")
    assert at.secretary.last_day("negotiation.1") == date(2027, 1, 25)
    assert "accept_extension" not in at.company.offered()
    assert "er egen parts" in at.company.refusal("Godta den föreslagna dagen")
    assert {"accept_extension", "decline_extension"} <= at.secretary.offered()
    at.secretary.take("accept_extension")
    assert at.company.last_day("negotiation.1") == date(2027, 2, 26)
    at.on("2027-02-22")
    at.secretary.take("conclude_agreement", reason="Parterna är överens.")
    assert at.state == "Awaiting a position"


def the_council_says_can(at: Journey) -> None:
    day = at.on("2027-03-05")
    assert "Recommendation" in at.secretary.refusal("Record the position")
    at.secretary.add_document("recommendation", "Rekommendation", at.paper, shared=True)
    assert "decide_recommendation" not in at.company.offered()
    at.secretary.take("decide_recommendation", outcome="can", motivation="Nyttan motiverar kostnaden.")
    # The time runs from when the approved minutes are announced, here the same day.
    at.secretary.take("announce_minutes")
    # Twenty-one days by statute end on Good Friday; the next working day is after Easter.
    last = at.secretary.last_day("appeal_period.1")
    assert last == counted(day, 21) == date(2027, 3, 30)
    at.on("2027-03-30")
    assert at.state == "Decided, without legal force"
    at.on("2027-03-31")
    assert at.state == "Decision has gained legal force"
    assert "Can be used" in at.secretary.page.inner_text("main")


def introduction_and_follow_up(at: Journey) -> None:
    day = at.on("2027-04-06")
    at.secretary.take("start_introduction")
    assert at.region.last_day("introduction.1") == counted(day, 90)
    at.on("2027-04-20")
    at.region.take(
        "report_regional_decision", regional_decision="introduced", reason="Enligt rekommendationen."
    )
    at.on("2027-06-14")
    assert "complete_introduction" not in at.region.offered()
    at.secretary.take("complete_introduction", note="Alla regioner har beslutat.")
    assert at.state == "Follow-up"
    at.on("2027-12-01")
    at.secretary.add_document("follow_up_report", "Uppföljning efter ett halvår", at.paper)
    at.region.take("record_follow_up_report")
    assert at.region.last_day("follow_up_report.2") == date(2028, 12, 1)


def the_log_holds_and_the_report_shows_it(at: Journey) -> None:
    with at.server.engine.connect() as connection:
        verdict = verify(connection)
    assert (verdict.ok, verdict.cases) == (True, 1)
    log = at.company.page_text("/history")
    steps = [
        "Ansök om införande", "Begär komplettering", "Lämna komplettering", "Aktivera förhandlingens bortre gräns",
        "Föreslå ny sista dag", "Godta den föreslagna dagen", "Avsluta med överenskommelse",
        "Registrera ställningstagandet", "Påbörja införandet", "Avsluta införandet",
    ]  # fmt: skip
    places = [log.find(step) for step in reversed(steps)]
    assert -1 not in places
    assert places == sorted(places), "the log is read from the latest backwards"
    # What the secretary wrote to herself, and documents that are not shared, are not the company's to read.
    assert "Ansökan är komplett." not in log
    page = at.manager.page
    follow(page.get_by_role("link", name="Deadline report"))
    assert figures(page, "met") == "100%"
    assert figures(page, "open cases") == "1"
    tally = page.locator("#met, main").first.inner_text()
    # The minutes were announced in time; the time for appeal is waited out, and is not among them.
    assert "11 of 11 that were met or late" in tally
    # The assessment took from the application to TLV's delivery; the supplement's days stood still.
    gross, still = (date(2026, 8, 20) - date(2026, 3, 2)).days, (date(2026, 5, 4) - date(2026, 4, 8)).days
    assert re.search(rf"Assessment\s+1\s+{gross}\s+{gross}\s+{gross - still}\s+{gross - still}\s+0", tally)


def figures(page: Page, label: str) -> str:
    return page.locator(".figure", has_text=label).first.locator("strong").inner_text()
