"""Subscriptions: equal answers, a link that only a button uses, one mail for each happening, and nothing left at the end."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.companies import meetings
from nt_process.companies.errors import Maker
from nt_process.notices.link_mail import LinkRound
from nt_process.public.subscriptions import pace, rules
from nt_process.public.subscriptions.rules import Choices, Happening, concerns, may_be_written_to
from tests.features.public.world import (
    ADDRESS,
    FORM,
    SECRET,
    SENDER,
    link_in,
    many,
    nobody,
    notice,
    one,
    send_mail,
    subscribe,
    token_of,
)
from tests.features.recommendations.world import Draft, at_meeting, publish
from tests.notices.mailbox import receiving
from tests.world import START, Office

COUNT = "SELECT count(*) FROM {}"
TABLES = ("subscription_request", "subscription", "subscription_link", "subscription_mail")


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


def left(office: Office) -> list[int]:
    return [one(office, COUNT.format(table)) for table in TABLES]


def test_from_the_form_to_the_mail_and_to_the_end(office: Office, public: FlaskClient) -> None:
    draft = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum"))
    draft.signed(START + timedelta(hours=3))
    with receiving() as mailbox:
        token = subscribe(office, public, mailbox)
        assert "bekräftad" in public.get(f"/public/sv/subscription?link={token}&new=1").text
        notice(office)
        send_mail(office, mailbox)
        assert len(mailbox.messages) == 1
        at = START + timedelta(hours=3)
        publish(office, at)
        assert notice(office, at) >= 1
        send_mail(office, mailbox, at)
        told = [(n, s) for n, s in enumerate(mailbox.subjects()) if s == "Publicin: Kan användas"]
        assert len(told) == 1
        text = mailbox.text(told[0][0])
        assert f"https://nt.example/public/sv/recommendations/{draft.slug}" in text
        message = mailbox.messages[told[0][0]]
        assert mailbox.recipients[told[0][0]] == [ADDRESS]
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        ends = re.fullmatch(
            r"<https://nt\.example(/public/sv/unsubscribe\?link=\S+)>", message["List-Unsubscribe"]
        )
        assert ends is not None
        before = len(mailbox.messages)
        notice(office, at + timedelta(days=1))
        send_mail(office, mailbox, at + timedelta(days=1))
        assert len(mailbox.messages) == before
        assert "Avsluta" in public.get(ends[1]).text
        assert left(office)[1] == 1
        # As a mail program does it (RFC 8058): nobody looks, and no cookie comes along.
        answer = public.post(ends[1], data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert left(office) == [0, 0, 0, 0]
        assert public.post(ends[1], data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_only_the_button_confirms_and_only_once(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        public.post("/public/sv/subscribe", data=FORM)
        send_mail(office, mailbox)
        message = mailbox.messages[0]
        assert message["List-Unsubscribe"].startswith("<https://nt.example/public/sv/unsubscribe?link=")
        path = link_in(mailbox.text(), "confirm-subscription")
        for _scanner in range(3):
            assert "Bekräfta prenumerationen" in public.get(path).text
        assert public.head(path).status_code == 200
        assert one(office, COUNT.format("subscription")) == 0
        data = {"link": token_of(path)}
        assert public.post("/public/sv/confirm-subscription", data=data).status_code == 302
        assert public.post("/public/sv/confirm-subscription", data=data).status_code == 200
        assert "fungerar inte" in public.get(path).text
        assert many(office, "SELECT email FROM subscription") == [ADDRESS]
        stored = many(office, "SELECT token_hash FROM subscription_link")
        assert token_of(path).encode() not in stored


def test_whoever_did_not_ask_ends_it_before_it_begins(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        public.post("/public/sv/subscribe", data=FORM)
        send_mail(office, mailbox)
        path = link_in(mailbox.text(), "unsubscribe")
        public.post("/public/sv/unsubscribe", data={"link": token_of(path)})
        assert left(office) == [0, 0, 0, 0]


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(
    office: Office, public: FlaskClient
) -> None:
    with receiving() as mailbox:
        subscribe(office, public, mailbox)
        known = public.post("/public/sv/subscribe", data=FORM)
        unknown = public.post("/public/sv/subscribe", data={**FORM, "address": "annan@lasare.example"})
        assert (known.status_code, known.text) == (
            unknown.status_code,
            unknown.text.replace("annan@lasare.example", ADDRESS),
        )
        assert {name: value for name, value in known.headers if name != "X-Request-Id"} == {
            name: value for name, value in unknown.headers if name != "X-Request-Id"
        } | {"Content-Length": known.headers["Content-Length"]}
    # The same is written for both; who looks whether there is such an address is the worker.
    assert one(office, COUNT.format("subscription_request")) == 2


def test_nobody_is_flooded(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        at = START
        for _try in range(8):
            office_ask(office, ADDRESS, at)
            office_ask(office, ADDRESS, at)
            send_mail(office, mailbox, at)
            at += timedelta(minutes=20)
        assert len(mailbox.messages) == rules.A_DAY
        # Ending it does not make room for more.
        path = link_in(mailbox.text(), "unsubscribe")
        public.post("/public/sv/unsubscribe", data={"link": token_of(path)})
        office_ask(office, ADDRESS, at)
        send_mail(office, mailbox, at)
        assert len(mailbox.messages) == rules.A_DAY
        office_ask(office, ADDRESS, START + timedelta(days=2))
        send_mail(office, mailbox, START + timedelta(days=2))
        assert len(mailbox.messages) == rules.A_DAY + 1


def test_all_together_wait_when_they_are_too_many(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "AN_HOUR", 2)
    for number in range(5):
        office_ask(office, f"lasare{number}@lasare.example", START)
    with receiving() as mailbox:
        send_mail(office, mailbox)
        assert len(mailbox.messages) == 2
        send_mail(office, mailbox, START + timedelta(minutes=61))
        assert len(mailbox.messages) == 4


def office_ask(office: Office, address: str, at: object) -> None:
    from nt_process.public.subscriptions import service

    service.ask(office.engine, SECRET, address, Choices("sv", ("meetings",)), at)  # type: ignore[arg-type]


def test_what_nobody_confirms_is_deleted(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        public.post("/public/sv/subscribe", data=FORM)
        send_mail(office, mailbox)
        pace.forget(office.engine, START + rules.VALID_FOR - timedelta(seconds=1))
        assert left(office)[0] == 1
        pace.forget(office.engine, START + rules.VALID_FOR)
        assert left(office) == [0, 0, 0, 0]
        assert one(office, COUNT.format("subscription_pace")) == 0
        path = link_in(mailbox.text(), "confirm-subscription")
        assert "fungerar inte" in public.get(path).text


def test_one_mail_each_with_two_who_look_and_two_who_send(office: Office, public: FlaskClient) -> None:
    draft = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum")).signed()
    with receiving() as mailbox:
        for number in range(3):
            subscribe(
                office, public, mailbox, address=f"lasare{number}@lasare.example", topics=["recommendations"]
            )
        publish(office, START)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _n: notice(office, START + timedelta(minutes=1)), range(4)))
        before = len(mailbox.messages)
        turn = LinkRound(office.engine, mailbox.server, SENDER, SECRET)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _n: turn(START + timedelta(minutes=2)), range(4)))
        told = sorted(to for [to] in mailbox.recipients[before:])
        assert told == [f"lasare{number}@lasare.example" for number in range(3)]
    assert draft.slug


def test_after_an_outage_what_was_missed_comes_once(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        subscribe(office, public, mailbox, topics=["stages"])
        notice(office)
        number = office.open(at=START + timedelta(hours=1), medicine="Borrin", substance="borrinum")
        # The mail server is away, and hangs up in the middle of the first mail when it is back.
        mailbox.answers = ["hang up"]
        late = START + timedelta(days=9)
        assert notice(office, late) == 1
        before = len(mailbox.messages)
        send_mail(office, mailbox, late)
        assert len(mailbox.messages) == before
        send_mail(office, mailbox, late + timedelta(hours=1))
        assert len(mailbox.messages) == before + 1
        assert f"/public/sv/cases/{number}" in mailbox.text(-1)
        send_mail(office, mailbox, late + timedelta(hours=2))
        assert len(mailbox.messages) == before + 1


def test_meetings_are_told_when_they_are_planned_and_cancelled(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        subscribe(office, public, mailbox, topics=["meetings"], words="något helt annat", language="en")
        plan = {"day": "2026-06-11", "lead_days": "30", "capacity": "1", "place": "", "notes": "Hemligt."}
        who = Maker(office.actor("secretary"), START)
        meeting = meetings.plan(office.engine, who, plan)
        notice(office)
        send_mail(office, mailbox)
        assert mailbox.subjects()[-1] == "The council meets on 2026-06-11"
        assert mailbox.messages[-1]["Content-Language"] == "en"
        meetings.cancel(office.engine, who, str(meeting), 1)
        notice(office)
        send_mail(office, mailbox)
        assert mailbox.subjects()[-1] == "The meeting on 2026-06-11 is cancelled"
        assert "Hemligt" not in "".join(mailbox.text(n) for n in range(len(mailbox.messages)))


def test_what_happened_before_somebody_subscribed_is_not_told(office: Office, public: FlaskClient) -> None:
    office.open(at=START - timedelta(days=30), medicine="Gammalin")
    with receiving() as mailbox:
        subscribe(office, public, mailbox, topics=["stages"])
        assert notice(office) == 0
        assert notice(office, START + timedelta(days=1)) == 0


def test_a_new_confirmation_takes_the_place_of_the_old_choices(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        first = subscribe(office, public, mailbox, topics=["meetings"])
        later = START + timedelta(hours=1)
        second = subscribe(office, public, mailbox, later, topics=["stages"])
        assert many(office, "SELECT topics FROM subscription") == [["stages"]]
        for token in (first, second):
            assert "Spara ändringen" in public.get(f"/public/sv/subscription?link={token}").text
        form = {
            "link": first,
            "topics": ["meetings"],
            "language": "en",
            "atc": "l01",
            "phase": "",
            "region": "12",
        }
        assert public.post("/public/sv/subscription", data=form).status_code == 302
        assert many(office, "SELECT atc || region || language FROM subscription") == ["L0112en"]
        public.post("/public/sv/unsubscribe", data={"link": second})
        assert left(office) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "ingen adress", "ingen e-postadress"),
        ("address", "", "anges"),
        ("topics", [], "minst en"),
        ("topics", ["hemligheter"], "minst en"),
        ("atc", "XYZ!", "ATC-kod"),
        ("words", "x" * 101, "100"),
        ("words", "a\x00b", "tecken"),
        ("region", "99", "alternativ"),
        ("phase", "secret", "alternativ"),
        ("language", "de", "alternativ"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_at_its_field(
    office: Office, public: FlaskClient, field: str, value: object, said: str
) -> None:
    answer = public.post("/public/sv/subscribe", data={**FORM, field: value})
    assert answer.status_code == 422
    [error] = re.findall(rf'id="{field}-error">([^<]+)<', answer.text)
    assert said in error
    assert one(office, COUNT.format("subscription_request")) == 0


def test_nobody_reads_an_address_past_the_functions(office: Office, public: FlaskClient) -> None:
    with receiving() as mailbox:
        subscribe(office, public, mailbox)
        office_ask(office, "annan@lasare.example", START)
    with nobody(office):
        assert left(office) == [0, 0, 0, 0]
        assert one(office, COUNT.format("subscription_pace")) == 0


# A busy machine is no fault of the rule.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# --- the rule ---------------------------------------------------------------------------------------

HAPPENINGS = st.builds(
    Happening,
    st.sampled_from(["recommendation", "region", "stage", "meeting", "meeting_cancelled"]),
    st.just(date(2026, 1, 7)),
    st.sampled_from(["Publicin", "Annatin"]),
    st.sampled_from(["publicinum", "annatinum"]),
    st.sampled_from(["L01XC02", "B02BD", ""]),
    st.sampled_from(["assessment", "closed"]),
    st.sampled_from([frozenset(), frozenset({"12"}), frozenset({"12", "14"})]),
)
CHOICES = st.builds(
    Choices,
    st.sampled_from(["sv", "en"]),
    st.sets(st.sampled_from(rules.TOPICS), min_size=1).map(tuple),
    st.sampled_from(["", "PUBLIC", "annatinum"]),
    st.sampled_from(["", "L01", "B02BD"]),
    st.sampled_from(["", "12", "14"]),
    st.sampled_from(["", "assessment"]),
)


@patient
@given(CHOICES, HAPPENINGS)
def test_what_is_narrowed_is_less_and_other_topics_are_never_told(
    choices: Choices, happening: Happening
) -> None:
    # Of what a region says only those who chose it are told.
    region = choices.region if happening.kind == "region" else ""
    wide = Choices(choices.language, choices.topics, region=region)
    if concerns(choices, happening):
        assert concerns(wide, happening)
    of_kind = {"recommendation": "recommendations", "region": "recommendations", "stage": "stages"}
    topic = of_kind.get(happening.kind, "meetings")
    told = happening.kind != "region" or region in happening.regions
    assert concerns(wide, happening) == (topic in choices.topics and told)
    if topic == "meetings":
        assert concerns(choices, happening) == (topic in choices.topics)


@patient
@given(CHOICES, HAPPENINGS)
def test_a_narrowing_holds_word_for_word(choices: Choices, happening: Happening) -> None:
    if happening.kind in ("recommendation", "region", "stage") and concerns(choices, happening):
        assert choices.words.casefold() in (happening.medicine + " " + happening.substance).casefold()
        assert happening.atc.startswith(choices.atc)
        assert not choices.region or choices.region in happening.regions


@patient
@given(st.lists(st.integers(0, 3 * 24 * 60), max_size=200).map(sorted))
def test_no_address_gets_more_than_its_pace(minutes: list[int]) -> None:
    sent = []
    for minute in minutes:
        at = START + timedelta(minutes=minute)
        if may_be_written_to(sent, at):
            sent.append(at)
    for first in sent:
        assert sum(first <= one_ < first + timedelta(days=1) for one_ in sent) <= rules.A_DAY
    assert all(later - earlier >= rules.APART for earlier, later in pairwise(sent))
