"""A company keeps its own people: invites, ends, makes administrators, and is never without one."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine

from nt_process.companies import people
from nt_process.companies.errors import CompanyError
from nt_process.companies.rules.people import ADMINISTRATOR, CONTACT
from nt_process.identity.actor import load_by_id
from nt_process.portal import people as portal_people
from tests.features.companies.world import SECRET, Companies
from tests.features.portal.world import Portal
from tests.world import FIRST_DAY, Office

SignIn = Callable[[str], FlaskClient]
OWN = {"name": "Klara Kollega", "email": "klara@prov.example", "language": "sv"}
FOREIGN = {"name": "Kim Konsult", "email": "kim@konsult.example", "language": "en"}


@pytest.fixture
def own(companies: Companies) -> str:
    """Älvdal Bio with an administrator, and prov.example for its own domain; the path of its page."""
    companies.employ("boss", (ADMINISTRATOR, CONTACT))
    people.add_domain(companies.office.engine, companies.maker(), companies.office.company_id, "prov.example")
    return f"/companies/{companies.office.company_id}"


def test_an_administrator_invites_a_colleague(as_person: SignIn, companies: Companies, own: str) -> None:
    boss = as_person("boss")
    assert boss.post(f"{own}/people", data=OWN).status_code == 302
    assert companies.members()["klara@prov.example"] == {CONTACT}
    assert companies.invited("klara@prov.example") == ["invitation"]
    assert "Klara Kollega" in boss.get("/our-people").text
    assert boss.post(f"{own}/people", data=OWN).status_code == 409


def test_a_colleague_at_another_domain_needs_the_secretariats_yes(
    as_person: SignIn, companies: Companies, own: str
) -> None:
    boss, secretary = as_person("boss"), as_person("secretary")
    for email in ("kim@konsult.example", "nej@konsult.example"):
        assert boss.post(f"{own}/people", data=FOREIGN | {"email": email}).status_code == 302
    assert set(companies.members()) == {"boss@prov.example", "company@prov.example"}
    assert set(companies.told("request_waiting")) == {"colleague@prov.example", "secretary@prov.example"}
    requests = {row.email: str(row.id) for row in companies.rows("SELECT id, email FROM company_request")}
    yes, no = (requests[email] for email in ("kim@konsult.example", "nej@konsult.example"))
    for path in (f"/companies/requests/{yes}/approve", f"/companies/requests/{no}/refuse"):
        assert boss.post(path).status_code == 404
    assert secretary.post(f"/companies/requests/{yes}/approve").location == own
    assert secretary.post(f"/companies/requests/{no}/refuse", data={f"{no}-reason": ""}).status_code == 422
    assert secretary.post(f"/companies/requests/{no}/refuse", data={f"{no}-reason": "Okänd."}).location == own
    assert "kim@konsult.example" in companies.members()
    assert "nej@konsult.example" not in companies.members()
    assert "Okänd." in boss.get("/our-people").text
    assert companies.told("request_decided") == ["boss@prov.example"] * 2


def test_who_is_removed_is_out_at_once_wherever_they_are(
    as_person: SignIn, companies: Companies, own: str, office: Office
) -> None:
    number, boss, contact = office.open(), as_person("boss"), as_person("company")
    assert contact.get(f"/cases/{number}").status_code == 200
    assert boss.post(f"{own}/people/{office.people['company']}/end").location == own
    assert "/sign-in" in contact.get(f"/cases/{number}").headers["Location"]
    with office.engine.connect() as connection:
        left = load_by_id(connection, office.people["company"], FIRST_DAY)
    assert left is not None
    assert left.roles == frozenset()
    assert left.company_ids == ()
    assert "Företräder inte längre företaget: Company" in boss.get("/our-people").text
    # Invited again on the same day, they are in again.
    again = {"name": "Company", "email": "company@prov.example"}
    assert boss.post(f"{own}/people", data=again).status_code == 302
    assert companies.members()["company@prov.example"] == {CONTACT}


def test_a_company_is_never_left_without_an_administrator(
    as_person: SignIn, companies: Companies, own: str, office: Office
) -> None:
    boss, me = as_person("boss"), companies.id_of("boss@prov.example")
    assert boss.post(f"{own}/people/{me}/end").status_code == 409
    assert boss.post(f"{own}/people/{me}/administrator", data={"end": "1"}).status_code == 409
    assert boss.post(f"{own}/people/{office.people['company']}/administrator").status_code == 302
    assert boss.post(f"{own}/people/{me}/end").headers["Location"] == "/sign-in"
    assert companies.members() == {"company@prov.example": {CONTACT, ADMINISTRATOR}}


def test_two_administrators_cannot_end_each_other_at_once(
    engine: Engine, companies: Companies, own: str, office: Office
) -> None:
    people.make_administrator(engine, companies.maker(), office.company_id, office.people["company"])
    pairs = [("boss", office.people["company"]), ("company", companies.id_of("boss@prov.example"))]

    def end(maker: str, person: str) -> bool:
        try:
            people.end(engine, companies.maker(maker), office.company_id, person)
        except CompanyError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda pair: end(*pair), pairs))
    assert sorted(done) == [False, True]
    assert [ADMINISTRATOR in roles for roles in companies.members().values()] == [True]


def test_a_rival_keeps_and_sees_its_own_people_only(
    as_person: SignIn, companies: Companies, own: str
) -> None:
    companies.employ("other", (ADMINISTRATOR, CONTACT), companies.office.rival_id)
    other = as_person("other")
    absent = "/companies/00000000-0000-4000-8000-000000000000"
    someone = companies.office.people["company"]
    assert other.get(own).status_code == other.get(absent).status_code == 404
    for tail in ("people", f"people/{someone}/end", f"people/{someone}/administrator", "contact"):
        assert other.post(f"{own}/{tail}", data=OWN).status_code == 404, tail
    assert set(companies.members()) == {"boss@prov.example", "company@prov.example"}
    assert "Älvdal" not in other.get("/our-people").text
    assert "Norrsken Pharma AB" in other.get("/our-people").text


def test_a_contact_reads_and_changes_nothing(as_person: SignIn, companies: Companies, own: str) -> None:
    contact = as_person("company")
    page = contact.get("/our-people").text
    assert "Boss" in page
    assert f"{own}/people" not in page
    assert contact.post(f"{own}/people", data=OWN).status_code == 404


def test_the_contact_person_of_a_case_is_one_of_the_company(
    as_person: SignIn, companies: Companies, own: str, office: Office
) -> None:
    number, boss = office.open(), as_person("boss")
    for data in (
        {"number": number, "person": office.people["rival"]},
        {"number": number, "person": ""},
        {"number": number, "person": "\x00"},
    ):
        assert boss.post(f"{own}/contact", data=data).status_code == 409
    chosen = {"number": number, "person": office.people["company"]}
    assert boss.post(f"{own}/contact", data=chosen).location == own
    assert re.search(r"selected>Company<", boss.get("/our-people").text)
    others = office.open(company_id=office.rival_id)
    assert boss.post(f"{own}/contact", data=chosen | {"number": others}).status_code == 404


def test_the_secretariat_says_which_domains_are_a_companys_own(
    as_person: SignIn, companies: Companies, own: str
) -> None:
    secretary = as_person("secretary")
    assert secretary.post(f"{own}/domains", data={"domain": "gmail.com"}).status_code == 422
    assert secretary.post(f"{own}/domains", data={"domain": "Konsult.example"}).location == own
    assert secretary.post(f"{own}/domains", data={"domain": "konsult.example"}).status_code == 422
    assert as_person("boss").post(f"{own}/people", data=FOREIGN).status_code == 302
    assert "kim@konsult.example" in companies.members()
    assert secretary.post(f"{own}/domains/remove", data={"domain": "konsult.example"}).location == own
    assert "kim@konsult.example" in companies.members(day=FIRST_DAY + timedelta(days=1))


def test_an_account_that_is_in_use_is_told_and_sent_no_new_password(
    engine: Engine, companies: Companies, own: str, office: Office
) -> None:
    texts = {"name": "Rival", "email": "rival@prov.example"}
    people.invite(engine, companies.maker("boss"), SECRET, office.company_id, texts, "sv")
    assert companies.told("company_joined") == ["rival@prov.example"]
    assert companies.invited("rival@prov.example") == []
    assert companies.own("rival") == ["Norrsken Pharma AB", "Älvdal Bio AB"]


def test_an_application_that_a_leaving_colleague_coordinated_alone_is_handed_over(
    companies: Companies, own: str, office: Office, as_person: SignIn
) -> None:
    boss = companies.id_of("boss@prov.example")
    number, portal = office.open(), Portal(office)
    draft, shared = portal.begin(number), portal.begin()
    portal_people.add_member(office.engine, portal.maker(), shared, boss, "coordinator")
    assert as_person("boss").post(f"{own}/people/{office.people['company']}/end").location == own
    held = companies.rows(
        "SELECT a.contact_id::text, m.person_id::text, m.role FROM application a JOIN application_member m "
        "ON m.application_id = a.id AND m.removed_at IS NULL WHERE a.id = :id", id=draft,
    )  # fmt: skip
    assert [tuple(row) for row in held] == [(boss, boss, "coordinator")]
    page = as_person("boss").get(f"/portal/applications/{draft}", follow_redirects=True)
    assert (page.status_code, draft in page.text) == (200, True)
    # Of what two coordinated nothing has to be handed over.
    assert len(companies.rows("SELECT FROM application_member WHERE application_id = :id", id=shared)) == 2
    told = companies.rows("SELECT FROM notice WHERE kind = 'application_joined' AND subject = :id", id=draft)
    assert len(told) == 1


def test_administrations_history_holds_every_change_of_who_acts_for_a_company(
    companies: Companies, own: str, office: Office
) -> None:
    maker, engine = companies.maker("boss"), office.engine
    company, contact = office.company_id, office.people["company"]
    number = office.open()
    people.choose_contact(engine, maker, company, number, contact)
    people.make_administrator(engine, maker, company, contact)
    people.end_administrator(engine, maker, company, contact)
    people.invite(engine, maker, SECRET, company, OWN, "sv")
    people.end(engine, maker, company, contact)
    people.invite(engine, maker, SECRET, company, FOREIGN, "sv")
    request = str(companies.value("SELECT id FROM company_request"))
    people.approve_request(engine, companies.maker(), SECRET, request)
    statement = "SELECT what, actor, person_id, organisation_id FROM administrative_change WHERE what LIKE 'company_%'"
    noted = companies.rows(f"{statement} ORDER BY id")
    assert [row.what for row in noted] == [
        "company_domain_added", "company_contact", "company_made_administrator", "company_no_administrator",
        "company_invited", "company_ended", "company_asked", "company_approved",
    ]  # fmt: skip
    assert {str(row.organisation_id) for row in noted} == {company}
    assert [str(row.person_id) for row in noted if row.what == "company_ended"] == [contact]
    assert {row.actor for row in noted} == {"Boss", "Secretary"}
