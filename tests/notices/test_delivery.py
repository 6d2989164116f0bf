"""Mail over real SMTP: what it says, that none is lost, and that none goes where it should not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from threading import Barrier

import pytest

from nt_process.deadlines.sweep import remind
from nt_process.notices.delivery import ATTEMPTS, LEASE, Delivered, deliver, deliver_all
from nt_process.notices.mail import MailServer, Sender
from nt_process.notices.tick import tick
from tests.notices.mailbox import Mailbox, receiving
from tests.notices.world import World, noon

SENDER = Sender("nt@council.test", "https://nt.council.test")
START = date(2026, 1, 12)
DUE = START + timedelta(days=150)  # Thursday 11 June 2026
MONTH_BEFORE = noon(DUE - timedelta(days=30))


@pytest.fixture
def reminded(world: World) -> str:
    """A case whose owner (in Swedish) and company (in English) have just been reminded; its number."""
    number = world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    remind(world.engine, MONTH_BEFORE)
    return number


def states(world: World) -> list[str]:
    return [row.mail for row in world.rows("SELECT mail FROM notice WHERE kind = 'reminder' ORDER BY id")]


def to(mailbox: Mailbox, address: str) -> int:
    return mailbox.recipients.index([address])


def test_the_owner_reads_what_is_due_when_and_where_in_swedish(
    world: World, mailbox: Mailbox, reminded: str
) -> None:
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE).sent == 2
    index = to(mailbox, "sara@example.test")
    message = mailbox.messages[index]
    assert message["Subject"].startswith(f"{reminded}: ")
    assert "2026-06-11" in message["Subject"]
    assert "torsdag 11 juni 2026" in mailbox.text(index)
    assert "Särläkemedel" in mailbox.text(index)
    assert f"https://nt.council.test/cases/{reminded}\n" in mailbox.text(index)
    assert message["From"] == "NT process <nt@council.test>"
    assert message["Content-Language"] == "sv"


def test_the_company_reads_it_in_english(world: World, mailbox: Mailbox, reminded: str) -> None:
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    text = mailbox.text(to(mailbox, "alice@example.test"))
    assert f"in case {reminded} (Orphan medicines) has its last day on Thursday, 11 June 2026." in text
    assert "30 days are left." in text


def test_the_html_says_the_same_as_the_text(world: World, mailbox: Mailbox, reminded: str) -> None:
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    html = mailbox.messages[to(mailbox, "alice@example.test")].get_body(("html",))
    assert html is not None
    assert f'href="https://nt.council.test/cases/{reminded}"' in html.get_content()
    for line in mailbox.text(to(mailbox, "alice@example.test")).splitlines()[:2]:
        assert line in html.get_content()


def test_no_mail_repeats_what_a_person_has_typed(world: World, mailbox: Mailbox) -> None:
    number = world.negotiating(START)
    world.act("sara", number, "end_without_agreement", START, reason="CANARY net price 4711")
    world.execute("UPDATE cases SET medicine = 'CANARY', substance = 'CANARY', indication = 'CANARY'")
    remind(world.engine, MONTH_BEFORE)
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    assert len(mailbox.messages) > 4
    assert not any("CANARY" in str(message) for message in mailbox.messages)


def test_a_late_reminder_says_so(world: World, mailbox: Mailbox) -> None:
    world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    at = noon(DUE - timedelta(days=29))
    remind(world.engine, at)
    deliver_all(world.engine, mailbox.server, SENDER, at)
    text = mailbox.text(to(mailbox, "alice@example.test"))
    assert "29 days are left." in text
    assert "This reminder is late: it was meant for Tuesday, 12 May 2026." in text


def test_the_message_id_names_the_notice(world: World, mailbox: Mailbox, reminded: str) -> None:
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    ids = [row.id for row in world.rows("SELECT id FROM notice WHERE kind = 'reminder' ORDER BY id")]
    assert [m["Message-ID"] for m in mailbox.messages] == [f"<notice-{i}@nt.council.test>" for i in ids]


def test_nothing_is_sent_twice(world: World, mailbox: Mailbox, reminded: str) -> None:
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE + timedelta(days=1)) == Delivered()
    assert len(mailbox.messages) == 2
    assert states(world) == ["sent", "sent"]


def test_workers_racing_send_each_mail_once(world: World, mailbox: Mailbox) -> None:
    for _ in range(8):
        world.negotiating(START)
    remind(world.engine, noon(DUE))
    waiting = world.rows("SELECT count(*) FROM notice WHERE mail = 'pending'")[0][0]
    start = Barrier(4)

    def work(_: int) -> int:
        start.wait()
        return deliver_all(world.engine, mailbox.server, SENDER, noon(DUE)).sent

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))
    assert sum(sent) == waiting == len({m["Message-ID"] for m in mailbox.messages}) == len(mailbox.messages)


def test_a_worker_that_dies_after_its_claim_loses_no_mail(
    world: World, mailbox: Mailbox, reminded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(_server: MailServer) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(MailServer, "connect", die)
        with pytest.raises(Killed):
            deliver(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    assert states(world) == ["pending", "pending"]
    before_lease_ends = MONTH_BEFORE + LEASE - timedelta(seconds=1)
    assert deliver_all(world.engine, mailbox.server, SENDER, before_lease_ends).claimed == 0
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE + LEASE).sent == 2


def test_while_the_server_is_away_mail_waits_and_no_attempt_is_counted(world: World, reminded: str) -> None:
    with receiving() as gone:
        pass
    for minute in range(20):
        at = MONTH_BEFORE + timedelta(minutes=minute)
        done = deliver_all(world.engine, gone.server, SENDER, at)
        assert done.unreachable
        assert done.sent == 0
    assert states(world) == ["pending", "pending"]
    with receiving() as back:
        assert deliver_all(world.engine, back.server, SENDER, MONTH_BEFORE + timedelta(hours=1)).sent == 2


def test_a_refused_mail_is_tried_again_after_longer_and_longer_pauses_and_then_given_up(
    world: World, mailbox: Mailbox, reminded: str
) -> None:
    world.execute("UPDATE notice SET mail = 'none' WHERE id <> (SELECT max(id) FROM notice)")
    mailbox.answers = ["451 try later"] * 100
    at, pauses = MONTH_BEFORE, []
    while states(world)[-1] == "pending":
        assert deliver_all(world.engine, mailbox.server, SENDER, at).refused == 1
        [(again,)] = world.rows("SELECT mail_after FROM notice ORDER BY id DESC LIMIT 1")
        pauses.append(again - at)
        assert deliver_all(world.engine, mailbox.server, SENDER, again - timedelta(seconds=1)).claimed == 0
        at = again
    assert states(world)[-1] == "failed"
    assert len(pauses) == ATTEMPTS
    assert all(later == 2 * earlier for earlier, later in pairwise(pauses))


def test_a_mail_that_is_taken_after_a_refusal_is_sent(world: World, mailbox: Mailbox, reminded: str) -> None:
    mailbox.answers = ["451 try later"]
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE).sent == 1
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE + timedelta(hours=1)).sent == 1
    assert states(world) == ["sent", "sent"]


def test_when_the_server_hangs_up_the_rest_of_the_batch_waits(world: World, mailbox: Mailbox) -> None:
    for _ in range(3):
        world.negotiating(START)
    world.execute("UPDATE notice SET mail = 'none'")
    remind(world.engine, MONTH_BEFORE)
    mailbox.answers = ["250 OK", "hang up"]
    done = deliver(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    assert (done.sent, done.refused, done.unreachable) == (1, 1, True)
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE).sent == 4
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE + timedelta(hours=1)).sent == 1
    assert len(mailbox.messages) == 6


@pytest.mark.parametrize(
    "address",
    [
        "sara@example.test\r\nBcc: eve@evil.test",
        "sara@example.test\nSubject: hello",
        "sara@example.test>, <eve@evil.test",
        "a, b@evil.test",
        "@",
        "no address",
    ],
)
def test_an_address_cannot_add_a_header_or_a_recipient_and_holds_up_no_other_mail(
    world: World, mailbox: Mailbox, reminded: str, address: str
) -> None:
    world.execute("UPDATE person SET email = :e WHERE id = :p", e=address, p=world.people["sara"])
    deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE)
    assert ["alice@example.test"] in mailbox.recipients
    for message, recipients in zip(mailbox.messages, mailbox.recipients, strict=True):
        assert message["Bcc"] is None
        assert len(message.get_all("Subject", [])) == len(message.get_all("To", [])) == len(recipients) == 1
        assert "eve@evil.test" not in recipients


def test_letters_beyond_ascii_reach_their_address(world: World, mailbox: Mailbox, reminded: str) -> None:
    world.execute("UPDATE person SET email = 'åsa@örebro.test' WHERE id = :p", p=world.people["sara"])
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE).sent == 2
    assert ["åsa@örebro.test"] in mailbox.recipients


@pytest.mark.parametrize(
    "leave",
    [
        "UPDATE person SET disabled_at = now() WHERE id = :p",
        "UPDATE membership SET valid_to = valid_from WHERE person_id = :p",
        "UPDATE cases SET company_id = NULL WHERE CAST(:p AS text) IS NOT NULL",
    ],
)
def test_who_may_no_longer_see_the_case_is_not_written_to(
    world: World, mailbox: Mailbox, reminded: str, leave: str
) -> None:
    world.execute(leave, p=world.people["alice"])
    assert deliver_all(world.engine, mailbox.server, SENDER, MONTH_BEFORE).sent == 1
    assert mailbox.recipients == [["sara@example.test"]]
    assert sorted(states(world)) == ["none", "sent"]


def test_each_kind_of_notice_has_a_mail_in_both_languages(world: World, mailbox: Mailbox) -> None:
    """A whole case with an expiry, for a reader of each language; no text is left as a template."""
    number = world.negotiating(START)
    tick(world.engine, noon(DUE))
    tick(world.engine, noon(DUE + timedelta(days=1)))
    world.give(number, "sven", DUE + timedelta(days=1))
    deliver_all(world.engine, mailbox.server, SENDER, noon(DUE + timedelta(days=1)))
    kinds = {row.kind for row in world.rows("SELECT DISTINCT kind FROM notice")}
    assert kinds >= {"reminder", "action", "clock_expired", "assigned", "monthly_report"}
    for index, subject in enumerate(mailbox.subjects()):
        assert not re.search(r"%\(|\{|\}|None", subject + mailbox.text(index))
