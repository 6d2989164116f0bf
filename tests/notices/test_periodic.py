"""What comes once a day and once a month: the digest at seven, the report on the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest

from nt_process.kernel.calendar import STOCKHOLM
from nt_process.notices.delivery import deliver_all
from nt_process.notices.mail import Sender
from nt_process.notices.tick import tick
from tests.notices.mailbox import Mailbox
from tests.notices.world import World, noon

SENDER = Sender("nt@council.test", "https://nt.council.test")
START = date(2026, 1, 12)
DUE = START + timedelta(days=150)  # Thursday 11 June 2026
REMINDED = DUE - timedelta(days=30)  # Tuesday 12 May


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), STOCKHOLM).astimezone(UTC)


@pytest.fixture
def gathered(world: World) -> tuple[str, str]:
    """Two cases of which the owner, who has chosen the digest, is reminded at noon on the same day."""
    numbers = world.negotiating(START), world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    world.execute("UPDATE person SET mail = 'digest' WHERE id = :p", p=world.people["sara"])
    world.execute("UPDATE person SET mail = 'none' WHERE id <> :p", p=world.people["sara"])
    tick(world.engine, noon(REMINDED))
    return numbers


def test_a_digest_comes_at_seven_the_next_morning_with_everything_since(
    world: World, mailbox: Mailbox, gathered: tuple[str, str]
) -> None:
    morning = REMINDED + timedelta(days=1)
    for moment in (at(REMINDED, "23:59"), at(morning, "06:59")):
        tick(world.engine, moment)
        assert deliver_all(world.engine, mailbox.server, SENDER, moment).sent == 0
    tick(world.engine, at(morning, "07:00"))
    assert deliver_all(world.engine, mailbox.server, SENDER, at(morning, "07:00")).sent == 1
    for number in gathered:
        assert mailbox.text().count(f"https://nt.council.test/cases/{number}\n") == 1
    assert "onsdag 13 maj 2026" in mailbox.subjects()[0]


def test_what_a_digest_has_told_is_not_told_again(
    world: World, mailbox: Mailbox, gathered: tuple[str, str]
) -> None:
    for days in range(1, 10):
        moment = at(REMINDED + timedelta(days=days), "07:00")
        tick(world.engine, moment)
        deliver_all(world.engine, mailbox.server, SENDER, moment)
    assert len(mailbox.messages) == 1


def test_after_an_outage_one_digest_tells_of_all_that_waited(
    world: World, mailbox: Mailbox, gathered: tuple[str, str]
) -> None:
    moment = at(REMINDED + timedelta(days=4), "15:00")
    tick(world.engine, moment)
    tick(world.engine, moment)
    assert deliver_all(world.engine, mailbox.server, SENDER, moment).sent == 1
    assert "lördag 16 maj 2026" in mailbox.subjects()[0]


def test_sweepers_racing_make_one_digest_and_lose_nothing(
    world: World, mailbox: Mailbox, gathered: tuple[str, str]
) -> None:
    moment, start = at(REMINDED + timedelta(days=1), "07:00"), Barrier(4)

    def run(_: int) -> None:
        start.wait()
        tick(world.engine, moment)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    tick(world.engine, moment)
    assert deliver_all(world.engine, mailbox.server, SENDER, moment).sent == 1
    assert all(number in mailbox.text() for number in gathered)


def test_a_digest_leaves_out_what_its_reader_may_no_longer_see(world: World, mailbox: Mailbox) -> None:
    alfa = world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    world.execute("UPDATE person SET mail = 'digest' WHERE id = :p", p=world.people["alice"])
    tick(world.engine, noon(REMINDED))
    moment = at(REMINDED + timedelta(days=1), "07:00")
    tick(world.engine, moment)
    world.execute("UPDATE cases SET company_id = NULL WHERE number = :n", n=alfa)
    deliver_all(world.engine, mailbox.server, SENDER, moment)
    assert ["alice@example.test"] not in mailbox.recipients


@pytest.mark.parametrize("clock", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_seven_is_seven_in_stockholm_also_when_the_clocks_change(world: World, clock: str) -> None:
    day = date.fromisoformat(clock)
    world.execute("UPDATE person SET mail = 'digest' WHERE id = :p", p=world.people["sara"])
    world.execute(
        "INSERT INTO notice (person_id, kind, subject, created_at, mail, mail_after)"
        " VALUES (:p, 'monthly_report', '2026-02', :at, 'digest', :at)",
        p=world.people["sara"],
        at=at(day - timedelta(days=1), "20:00"),
    )
    digests = "SELECT count(*) FROM notice WHERE kind = 'digest'"
    tick(world.engine, at(day, "06:59:59"))
    assert world.rows(digests) == [(0,)]
    tick(world.engine, at(day, "07:00"))
    assert world.rows(digests) == [(1,)]


def reports(world: World) -> list[tuple[str, str]]:
    """(who, month) of each notice of a monthly report."""
    found = world.rows("SELECT person_id, subject FROM notice WHERE kind = 'monthly_report' ORDER BY id")
    return [(world.name_of(row.person_id), row.subject) for row in found]


def test_management_is_told_on_the_first_and_once(world: World, mailbox: Mailbox) -> None:
    world.negotiating(date(2026, 3, 3))
    tick(world.engine, at(date(2026, 3, 31), "23:59"))
    assert reports(world) == []
    world.execute("UPDATE notice SET mail = 'none'")
    for day, clock in ((1, "00:00"), (1, "12:00"), (30, "12:00")):
        tick(world.engine, at(date(2026, 4, day), clock))
    assert reports(world) == [("mona", "2026-03")]
    deliver_all(world.engine, mailbox.server, SENDER, at(date(2026, 4, 1), "00:01"))
    assert "mars 2026" in mailbox.subjects()[0]
    assert "https://nt.council.test/reports/deadlines?as_of=2026-03-31\n" in mailbox.text()


def test_a_month_in_which_nobody_was_there_to_tell_is_made_up_for(world: World) -> None:
    world.negotiating(date(2026, 3, 3))
    tick(world.engine, at(date(2026, 5, 20), "12:00"))
    assert reports(world) == [("mona", "2026-04")]


def test_before_there_is_any_case_there_is_no_report(world: World) -> None:
    tick(world.engine, at(date(2026, 4, 1), "12:00"))
    world.negotiating(date(2026, 4, 3))
    tick(world.engine, at(date(2026, 4, 30), "12:00"))
    assert reports(world) == []


def test_january_reports_on_december(world: World) -> None:
    world.negotiating(date(2026, 12, 3))
    tick(world.engine, at(date(2027, 1, 1), "00:00"))
    assert reports(world) == [("mona", "2026-12")]
