"""A company registers: equal answers, a link that works once, and the secretariat's yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.companies import registrations
from nt_process.companies.errors import CompanyError
from nt_process.notices.link_mail import LinkRound
from nt_process.notices.mail import Sender
from nt_process.notices.tick import tick
from tests.features.companies.world import APPLICANT, SECRET, Companies
from tests.notices.mailbox import receiving
from tests.world import START, Office

SENDER = Sender("noreply@nt.example", "https://nt.example")
SignIn = Callable[[str], FlaskClient]


def test_whoever_registers_confirms_and_is_let_in(
    app: Flask, as_person: SignIn, companies: Companies
) -> None:
    """From the form to the first sign-in, over both mailed links."""
    nobody, engine = app.test_client(), companies.office.engine
    assert "på väg till harriet" in nobody.post("/register", data=APPLICANT).text
    with receiving() as mailbox:
        LinkRound(engine, mailbox.server, SENDER, SECRET)(START)
        [path] = re.findall(r"https://[^/\s]+(/register/confirm\S+)", mailbox.text())
        assert "Harriet" not in mailbox.text() + str(mailbox.subjects())
        assert "Bekräfta registreringen" in nobody.get(path).text
        assert companies.told("registration_waiting") == []
        assert nobody.post("/register/confirm", data={"link": path.partition("=")[2]}).location == path
        assert "väntar på kansliet" in nobody.get(path).text
        assert companies.told("registration_waiting") == ["colleague@prov.example", "secretary@prov.example"]
        secretary = as_person("secretary")
        [page] = re.findall(r'href="(/companies/registrations/[^"]+)"', secretary.get("/companies").text)
        answer = secretary.post(f"{page}/approve", data={})
        assert answer.status_code == 302
        assert "godkänd" in nobody.get(path).text
        LinkRound(engine, mailbox.server, SENDER, SECRET)(START)
        [choose] = re.findall(r"https://[^/\s]+(/choose-password\S+)", mailbox.text(1))
    password = "en lång mening om havet"
    chosen = nobody.post(choose, data={"link": choose.partition("=")[2], "new": password, "again": password})
    assert chosen.status_code == 302
    signed_in = nobody.post("/sign-in", data={"email": APPLICANT["email"], "password": password})
    assert signed_in.status_code == 302
    people = nobody.get("/our-people").text
    assert "Havsörnen Pharma AB" in people
    assert "Administratör" in people
    assert secretary.post(f"{page}/approve", data={}).status_code == 409


FAULTY = [
    ("email", "harriet@gmail.com", "gmail.com"),
    ("email", "harriet@post.hotmail.se", "post.hotmail.se"),
    ("email", "inte en adress", "ingen e-postadress"),
    ("email", "a@b@havsornen", "ingen e-postadress"),
    ("identifier", "556000-0002", "kontrollsiffran"),
    ("company", "", "anges"),
    ("name", "Harriet\u202e", "tecken"),
]


@pytest.mark.parametrize(("field", "value", "said"), FAULTY)
def test_what_cannot_be_used_is_refused_at_its_field(app: Flask, field: str, value: str, said: str) -> None:
    answer = app.test_client().post("/register", data=APPLICANT | {field: value})
    assert answer.status_code == 422
    [error] = re.findall(rf'id="{field}-error">([^<]+)<', answer.text)
    assert said in unescape(error)
    assert f'value="{APPLICANT["company"]}"' in answer.text or field == "company"


def test_the_answer_tells_nothing_of_who_is_known(app: Flask, companies: Companies) -> None:
    """A known address of a known company, and one that nobody has heard of: the same page and the same mail."""
    known = {"company": "Älvdal Bio AB", "email": "company@prov.example"}
    pages = [
        app.test_client().post("/register", data=APPLICANT | fields).text.replace(address, "")
        for fields, address in ((known, known["email"]), ({}, APPLICANT["email"]))
    ]
    plain = [re.sub(r'name="csrf_token"[^>]*', "", page) for page in pages]
    assert plain[0] == plain[1]
    with receiving() as mailbox:
        LinkRound(companies.office.engine, mailbox.server, SENDER, SECRET)(START)
        bodies = [re.sub(r"link=\S+", "", mailbox.text(number)) for number in (0, 1)]
    assert bodies[0] == bodies[1]


def test_nobody_is_sent_a_link_again_and_again(app: Flask, companies: Companies) -> None:
    client = app.test_client()
    statuses = [client.post("/register", data=APPLICANT).status_code for _time in range(8)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert companies.value("SELECT count(*) FROM registration") == 1


def test_a_rivals_registration_with_the_same_address_delays_the_mail_and_drops_nothing(
    app: Flask, engine: Engine, companies: Companies
) -> None:
    rival = APPLICANT | {"company": "Havsöm Pharma AB"}
    assert app.test_client().post("/register", data=rival).status_code == 200
    assert app.test_client().post("/register", data=APPLICANT).status_code == 200
    with receiving() as mailbox:
        for _time in range(2):
            LinkRound(engine, mailbox.server, SENDER, SECRET)(START)
        assert len(mailbox.messages) == 1, "no mailbox is filled"
        LinkRound(engine, mailbox.server, SENDER, SECRET)(START + timedelta(minutes=5))
        [token] = re.findall(r"/register/confirm\?link=(\S+)", mailbox.text(1))
    assert APPLICANT["company"] in app.test_client().get(f"/register/confirm?link={token}").text
    late = START + timedelta(minutes=4) + registrations.VALID_FOR
    assert registrations.confirm(engine, token, late), "the days to confirm it in begin with the mail"


def test_a_link_works_once_and_only_in_time(engine: Engine, companies: Companies) -> None:
    token = companies.register()
    assert registrations.confirm(engine, token, START + timedelta(days=2))
    assert not registrations.confirm(engine, token, START + timedelta(days=2))
    assert not registrations.confirm(engine, "x" * 43, START)
    late = companies.register(START + timedelta(hours=1), email="sen@havsornen.example")
    assert not registrations.confirm(engine, late, START + timedelta(hours=1) + registrations.VALID_FOR)


def test_what_nobody_confirms_is_forgotten(app: Flask, engine: Engine, companies: Companies) -> None:
    token = companies.register()
    tick(engine, START + timedelta(days=2))
    assert companies.value("SELECT count(*) FROM registration") == 1
    tick(engine, START + timedelta(days=3))
    assert companies.rows("SELECT id FROM registration") == []
    assert "fungerar inte" in app.test_client().get(f"/register/confirm?link={token}").text


def test_a_refusal_is_told_with_its_reason_behind_the_link_alone(
    app: Flask, as_person: SignIn, companies: Companies
) -> None:
    path, token = f"/companies/registrations/{companies.waiting()}", companies.token()
    secretary = as_person("secretary")
    assert secretary.post(f"{path}/refuse", data={"reason": " "}).status_code == 422
    assert secretary.post(f"{path}/refuse", data={"reason": "Okänt vid Bolagsverket."}).status_code == 302
    with receiving() as mailbox:
        LinkRound(companies.office.engine, mailbox.server, SENDER, SECRET)(START + timedelta(hours=1))
        [text] = [mailbox.text(number) for number in range(len(mailbox.messages))]
    assert "Bolagsverket" not in text
    assert token in text
    assert "Okänt vid Bolagsverket." in app.test_client().get(f"/register/confirm?link={token}").text
    assert companies.rows("SELECT id FROM organisation WHERE name = 'Havsörnen Pharma AB'") == []
    assert secretary.post(f"{path}/approve", data={}).status_code == 409


def test_a_company_that_may_be_the_same_has_to_be_chosen(as_person: SignIn, companies: Companies) -> None:
    """By its name here: the secretariat is warned, and nobody joins a company because nothing was said."""
    asked = companies.waiting(company="ÄLVDAL BIO AB", identifier="FI12345678")
    path, secretary = f"/companies/registrations/{asked}", as_person("secretary")
    assert "kan vara detsamma" in secretary.get(path).text
    assert secretary.post(f"{path}/approve", data={}).status_code == 422
    assert secretary.post(f"{path}/approve", data={"join": companies.office.rival_id}).status_code == 422
    assert secretary.post(f"{path}/approve", data={"join": "new"}).status_code == 409
    answer = secretary.post(f"{path}/approve", data={"join": companies.office.company_id})
    assert answer.location.endswith(companies.office.company_id)
    # It had no administrator, so the one who joins becomes one though it was not asked for.
    assert companies.members()[APPLICANT["email"]] == {"company_contact", "company_administrator"}
    assert companies.rows("SELECT id FROM organisation WHERE name = 'ÄLVDAL BIO AB'") == []


def test_nobody_is_on_two_sides(engine: Engine, companies: Companies, office: Office) -> None:
    asked = companies.waiting(email="tlv@prov.example")
    with pytest.raises(CompanyError) as refused:
        registrations.approve(engine, companies.maker(), SECRET, asked, "", administrator=True)
    assert refused.value.reason.code == "other_side"
    assert companies.value("SELECT state FROM registration") == "waiting"
    assert companies.rows("SELECT id FROM organisation WHERE name = 'Havsörnen Pharma AB'") == []


def test_only_the_secretariat_decides(engine: Engine, companies: Companies) -> None:
    asked = companies.waiting()
    for name in ("member", "auditor", "administrator", "company", "region", "tlv"):
        maker = companies.maker(name)
        with pytest.raises(CompanyError):
            registrations.approve(engine, maker, SECRET, asked, "", administrator=True)
        with pytest.raises(CompanyError):
            registrations.refuse(engine, maker, asked, "Nej")
    assert companies.value("SELECT state FROM registration") == "waiting"
