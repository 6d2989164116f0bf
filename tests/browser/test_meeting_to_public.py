"""From the council's table to everybody, in a real browser: an agenda with one conflict of interest, the meeting, “kan” with
conditions, minutes approved by two, and publication at a set time: page, feed and mail, and nothing of it a second before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page

from nt_process.notices.delivery import deliver_all
from nt_process.notices.link_mail import LinkRound
from nt_process.notices.mail import Sender
from nt_process.notices.tick import tick
from tests.browser.server import LiveServer
from tests.browser.steps import follow
from tests.browser.test_companies import fill_in, follow_mail, press
from tests.browser.test_negotiation import seen
from tests.features.council.world import MEETING, Council, add_members
from tests.features.public.world import ADDRESS
from tests.features.recommendations.world import TEXT, at_meeting, print_all
from tests.notices.mailbox import Mailbox, receiving
from tests.world import FIRST_DAY, START, Office

MEDICINE = "Offentlin"
CONDITION = "Behandlingen ges vid universitetssjukhus och följs i register."
CHOSEN = ("outcome", "severity_level", "certainty_level")
# Noon in Sweden.
PUBLIC_AT = START.replace(hour=11)
PLACES = [
    f"/public/sv/{name}" for name in ("", "feed.atom", "feed.json", "recommendations.csv", "sitemap.xml")
]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


def test_from_an_agenda_to_everybody_at_a_set_time(
    office: Office,
    server: LiveServer,
    sign_in: Callable[..., Page],
    window: Callable[..., Page],
    mailbox: Mailbox,
) -> None:
    add_members(office)
    number = at_meeting(office, medicine=MEDICINE, substance="offentlinum")
    council = Council(office).plan(MEETING | {"day": FIRST_DAY.isoformat()})
    secretary = sign_in("secretary@prov.example")
    hold_the_meeting(secretary, sign_in, council, number)
    approve_the_minutes(secretary, sign_in, council)
    address = write(secretary, number, council)
    conflicted = sign_in("cecilia@prov.example")
    answer = conflicted.goto(address)
    assert answer is not None
    assert answer.status == 404
    colleague = sign_in("colleague@prov.example")
    colleague.goto(address)
    press(colleague, "Godkänn version 1")
    sign(sign_in("astrid@prov.example"), address)
    print_all(office)
    anybody = window(java_script_enabled=False)
    subscribe(anybody, server, mailbox)
    # What has happened until now is swept and mailed; from here on only what publication brings is.
    server.clock.turn_to(FIRST_DAY, time(11))
    tick(server.engine, server.clock.instant)
    mail(server, mailbox)
    before = len(mailbox.messages)
    stage = stages(anybody, number)
    tick(server.engine, PUBLIC_AT - timedelta(seconds=1))
    server.clock.turn_to(FIRST_DAY, time(11, 59, 59))
    assert nowhere(anybody, number)
    assert stages(anybody, number) == stage
    mail(server, mailbox)
    LinkRound(server.engine, mailbox.server, Sender("nt@nt.example", server.address), "test")(PUBLIC_AT)
    assert len(mailbox.messages) == before
    tick(server.engine, PUBLIC_AT)
    server.clock.turn_to(FIRST_DAY, time(12, 0))
    read(anybody, number)
    mail(server, mailbox)
    told = list(zip(mailbox.messages[before:], mailbox.recipients[before:], strict=True))
    [of_region] = [
        message
        for message, to in told
        if to == ["region@prov.example"] and "rekommendation" in message["Subject"]
    ]
    body = of_region.get_body(("plain",))
    assert body is not None
    # Mail says that something happened, and where: nothing of what was decided.
    assert server.address in body.get_content()
    assert CONDITION not in body.get_content()
    assert "Kan användas" not in body.get_content()
    path = follow_mail(server, mailbox, "/public/sv/recommendations/")
    assert mailbox.recipients[-1] == [ADDRESS]
    anybody.goto(path)
    assert MEDICINE in anybody.inner_text("h1")
    announce(secretary, address)


def subscribe(anybody: Page, server: LiveServer, mailbox: Mailbox) -> None:
    """Somebody whom nobody knows asks to be told of recommendations, and confirms it."""
    anybody.goto("/public/sv/subscribe")
    fill_in(anybody, address=ADDRESS)
    press(anybody, "Prenumerera")
    anybody.goto(follow_mail(server, mailbox, "/public/sv/confirm-subscription"))
    press(anybody, "Bekräfta prenumerationen")
    assert "bekräftad" in anybody.inner_text("main")


def hold_the_meeting(secretary: Page, sign_in: Callable[..., Page], council: Council, number: str) -> None:
    """An agenda with the case; one member has a conflict of interest and is out of the room while it is dealt with."""
    secretary.goto(f"/meetings/{council.id}/agenda/build")
    press(secretary, "Lägg till")
    secretary.goto(f"/meetings/{council.id}/agenda")
    press(secretary, "Publicera dagordningen")
    council.conflict("cecilia", number)
    cecilia = sign_in("cecilia@prov.example")
    cecilia.goto(f"/meetings/{council.id}/agenda")
    assert "du är jävig och lämnar rummet" in cecilia.inner_text("main")
    people = council.office.people
    secretary.goto(f"/meetings/{council.id}/sitting")
    secretary.locator(f"[name='p{people['astrid']}-role']").select_option("chair")
    secretary.locator(f"[name='p{people['bertil']}-adjusts']").check()
    fill_in(secretary, ended="11:00")
    press(secretary, "Spara närvaron")
    follow(secretary.get_by_role("link", name=number).first)
    outcome = f"Kan användas, på villkor: {CONDITION}"
    fill_in(secretary, outcome=outcome, reasons="Stort behov.", taken_at="09:20")
    press(secretary, "Spara utgången")
    assert "Personen är jävig" in secretary.inner_text("#error-summary")
    secretary.locator(f"[name='p{people['cecilia']}-left']").fill("09:00")
    secretary.locator(f"[name='p{people['cecilia']}-back']").fill("09:30")
    press(secretary, "Spara utgången")


def approve_the_minutes(secretary: Page, sign_in: Callable[..., Page], council: Council) -> None:
    """By the chair and an adjuster; they say when the conflicted member was out of the room."""
    secretary.goto(f"/meetings/{council.id}/minutes")
    press(secretary, "Skriv utkast av det som är antecknat")
    press(secretary, "Be om godkännande")
    for name, capacity in (("astrid", "ordförande"), ("bertil", "justerare")):
        member = sign_in(f"{name}@prov.example")
        member.goto(f"/meetings/{council.id}/minutes")
        press(member, f"Godkänn som {capacity}")
    secretary.goto(f"/meetings/{council.id}/minutes")
    told = secretary.inner_text("main")
    assert "protokollet godkänt" in told
    assert "Cecilia är jävig, lämnar rummet kl. 09.00" in told
    assert CONDITION in told


def write(secretary: Page, number: str, council: Council) -> str:
    """The recommendation of that meeting; its address."""
    secretary.goto(f"/recommendations/new/{number}")
    secretary.locator("main [name=meeting]").select_option(council.id)
    press(secretary, "Påbörja och skriv")
    for name in CHOSEN:
        secretary.locator(f"main [name={name}]").select_option(TEXT[name])
    texts = {**TEXT, "conditions": CONDITION}
    fill_in(secretary, **{name: text for name, text in texts.items() if text and name not in CHOSEN})
    press(secretary, "Spara som ny version")
    return secretary.url


def sign(member: Page, address: str) -> None:
    member.goto(address)
    # A decision of the federation tells how it is appealed, before it is signed.
    assert "Laglighetsprövning" in member.inner_text("main")
    fill_in(member, publish_on=FIRST_DAY.isoformat(), publish_clock="12:00")
    press(member, "Underteckna rekommendationen")
    seen(member, "decision-signed")


def mail(server: LiveServer, mailbox: Mailbox) -> None:
    """Send what waits to be mailed to the people of the office."""
    deliver_all(server.engine, mailbox.server, Sender("nt@nt.example", server.address), server.clock.instant)


def texts_of(page: Page, path: str) -> str:
    return page.request.get(path).text()


def nowhere(page: Page, number: str) -> bool:
    """Whether nothing public tells of the recommendation: lists, feeds, files, its own addresses."""
    slug = f"{number.lower()}-1"
    own = [f"/public/sv/recommendations/{slug}", f"/public/sv/recommendations/{slug}.pdf"]
    silent = all(MEDICINE not in texts_of(page, path) and slug not in texts_of(page, path) for path in PLACES)
    return silent and all(page.request.get(path).status == 404 for path in own)


def stages(page: Page, number: str) -> str:
    """Where the public page of the case says that it stands."""
    # Not by the window, which keeps for a moment what it has been answered.
    return texts_of(page, f"/public/sv/cases/{number}")


def read(page: Page, number: str) -> None:
    """What anybody sees of it from the instant on."""
    slug = f"{number.lower()}-1"
    # What was there a moment ago may be answered once more.
    for _moment in range(50):
        if all(slug in texts_of(page, path) for path in PLACES):
            break
        page.wait_for_timeout(100)
    page.goto("/public/sv/")
    follow(page.locator("main").get_by_role("link", name=MEDICINE))
    told = page.inner_text("main")
    assert "Kan användas" in told
    assert CONDITION in told
    assert "Hur man överklagar" in told
    assert "tiden för överklagande har inte börjat löpa" in told
    pdf = page.request.get(f"/public/sv/recommendations/{slug}.pdf")
    assert (pdf.status, pdf.body()[:5]) == (200, b"%PDF-")
    assert "Beslutat, har inte laga kraft" in stages(page, number)


def announce(secretary: Page, address: str) -> None:
    """The approved minutes are announced, and everybody reads until when the decision can be appealed."""
    secretary.goto(address)
    follow(
        secretary.locator("main").get_by_role("link", name="Tillkännagivande, delgivning och överklaganden")
    )
    fill_in(secretary, up_on=FIRST_DAY.isoformat())
    press(secretary, "Registrera tillkännagivandet")
    assert "Tiden löper" in secretary.inner_text("main")
    seen(secretary, "decision")
    follow(secretary.locator("main").get_by_role("link", name="Registrera ett överklagande"))
    press(secretary, "Registrera överklagandet")
    assert secretary.locator("#error-summary").is_visible()
    fill_in(secretary, received_on=FIRST_DAY.isoformat(), appellant="Prov Klagande")
    seen(secretary, "appeal-register")
    press(secretary, "Registrera överklagandet")
    assert "I tid" in secretary.inner_text("main")
    secretary.locator("main [name=kind]").select_option("handed_over")
    fill_in(secretary, day=FIRST_DAY.isoformat(), text="Protokoll och akt.", court_number="1-26")
    press(secretary, "Registrera")
    assert "Överlämnat till domstolen" in secretary.inner_text("main")
    seen(secretary, "appeal")
