"""The pages of the market function: what is shown, what may be done, and the answer to whatever is sent."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from nt_process.market import service
from tests.features.market.world import ENTRY, PROCUREMENT, SKANE, Market
from tests.requirements import need, shared_data_dir

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def secretary(as_person: SignIn) -> FlaskClient:
    return english(as_person("secretary"))


def english(client: FlaskClient) -> FlaskClient:
    client.post("/language", data={"language": "en"})
    return client


def test_a_date_is_registered_changed_and_removed(secretary: FlaskClient, market: Market) -> None:
    answer = secretary.post("/market/dates/new", data=ENTRY)
    path = answer.location
    page = secretary.get(path).text
    assert "The next reminder is sent on 14 Mar 2026, 36 months before." in page
    form = secretary.get(f"{path}/edit").text
    for name in ("medicine", "substance", "atc", "company", "day", "source"):
        assert f'value="{ENTRY[name]}"' in form
    assert secretary.post(f"{path}/edit", data=ENTRY | {"day": "2030-01-31", "version": "1"}).location == path
    page = secretary.get(path).text
    assert re.search(r"Day: 14 Mar 2029 .*became.* 31 Jan 2030", page)
    assert secretary.post(f"{path}/remove", data={"version": "2", "reason": ""}).status_code == 422
    assert secretary.post(f"{path}/remove", data={"version": "2", "reason": "Ogiltigt"}).location == path
    page = secretary.get(path).text
    assert "Ogiltigt" in page
    assert f"{path}/edit" not in page
    assert "Vintergrönt" not in secretary.get("/market?years=15").text
    assert secretary.post(f"{path}/edit", data=ENTRY | {"version": "3"}).status_code == 409


def test_the_planning_view_draws_what_its_tables_hold(secretary: FlaskClient, market: Market) -> None:
    market.register()
    market.register(
        kind="biosimilar", medicine="Sommarört", substance="ESTIVAMAB", day="2027-11-01", certainty="expected"
    )
    market.plan()
    page = secretary.get("/market").text
    drawn = page[page.index('class="chart timeline-chart"') : page.index("Dates in the register")]
    assert re.findall(r'class="chart-text"[^>]*>([^<]+)<', drawn) == ["ESTIVAMAB", "viridinersen"]
    shapes = re.findall(r'class="timeline-(protection|competitor|sign-up|procuring|agreement)"', drawn)
    assert sorted(shapes) == ["agreement", "competitor", "procuring", "protection", "sign-up"]
    for text in ("14 Mar 2029", "1 Nov 2027", "31 May 2026", "Biosimilarer till estivamab"):
        assert text in page


FILTERS = [
    ("", {"Vintergrönt", "Biosimilarer"}),
    ("q=viridi", {"Vintergrönt"}),
    ("q=N07", {"Vintergrönt"}),
    ("q=östergötland", {"Biosimilarer"}),
    ("q=Ostergotland", {"Biosimilarer"}),
    ("kind=patent", {"Vintergrönt"}),
    ("kind=spc", set()),
    ("kind=procurement", {"Biosimilarer"}),
    ("from=2029&years=3", {"Vintergrönt"}),
    ("from=2027&years=3", {"Vintergrönt", "Biosimilarer"}),
    ("from=2031", set()),
    ("from=x&years=7&kind=drop&q=%00", {"Vintergrönt", "Biosimilarer"}),
]


def test_the_view_is_narrowed_by_each_filter(secretary: FlaskClient, market: Market) -> None:
    market.register()
    market.plan()
    for query, shown in FILTERS:
        page = secretary.get(f"/market?{query}")
        assert page.status_code == 200
        names = {
            name for name in ("Vintergrönt", "Biosimilarer") if re.search(rf">{name}[^<]*</a>", page.text)
        }
        assert names == shown, query


def test_the_files_hold_what_is_shown(secretary: FlaskClient, market: Market) -> None:
    market.register(note="=1+1", medicine="=cmd|x")
    procurement = market.plan()
    market.commit(procurement, "1500,5")
    register = list(csv.reader(io.StringIO(secretary.get("/market/register.csv").text.lstrip("\ufeff"))))
    assert register[1][:3] == ["2029-03-14", "Patent", "'=cmd|x"]
    secretary.post("/language", data={"language": "sv"})
    plan = secretary.get("/market/procurements.csv").text.splitlines()
    assert plan[1].endswith("12000;förpackningar;1;1500,5;;;;")
    book = load_workbook(io.BytesIO(secretary.get("/market/plan.xlsx").data))
    assert [len(list(sheet.iter_rows())) for sheet in book.worksheets] == [2, 2, 2]
    commitment = [cell.value for cell in list(book.worksheets[2].iter_rows())[1]]
    assert commitment[1:4] == ["Skåne", 1500.5, "förpackningar"]


def test_a_region_commits_on_the_page_and_all_can_see_it(
    as_person: SignIn, secretary: FlaskClient, market: Market
) -> None:
    region, procurement = english(as_person("region")), market.plan()
    path = f"/market/procurements/{procurement}"
    commit = f"{path}/regions/{SKANE}/commit"
    assert commit in region.get(path).text
    assert commit not in secretary.get(path).text
    wrong = region.post(commit, data={f"{SKANE}-volume": "0"})
    assert wrong.status_code == 422
    assert "“0” is not above zero." in unescape(wrong.text)
    assert region.post(commit, data={f"{SKANE}-volume": "3 000"}).location == path
    page = secretary.get(path).text
    assert "1 of 21 have committed themselves to 3,000 förpackningar a year." in page
    assert "That is 25 percent of the estimate" in page
    assert "Region Skåne: committed itself to 3,000" in re.sub(r"\s+", " ", page)
    withdraw = f"{path}/regions/{SKANE}/withdraw"
    assert region.post(withdraw, data={f"{SKANE}-reason": ""}).location == path
    assert region.post(withdraw, data={f"{SKANE}-reason": ""}).status_code == 409
    assert region.post(f"{path}/regions/01/commit", data={"01-volume": "5"}).status_code == 404
    assert secretary.post(commit, data={f"{SKANE}-volume": "5"}).status_code == 404


def test_a_faulty_form_comes_back_with_what_was_typed_and_why(secretary: FlaskClient, market: Market) -> None:
    page = secretary.post("/market/dates/new", data=ENTRY | {"atc": "??", "day": "snart", "medicine": ""})
    assert page.status_code == 422
    for name in ("atc", "day", "medicine"):
        assert f'id="{name}-error"' in page.text
    assert 'value="snart"' in page.text
    page = secretary.post("/market/procurements/new", data=PROCUREMENT | {"volume": "många"})
    assert re.findall(r'id="volume-error">([^<]+)<', page.text) == ["“många” is not a number."]
    assert market.rows("SELECT id FROM market_entry UNION SELECT id FROM market_procurement") == []


def test_whoever_comes_second_keeps_what_they_wrote_and_may_send_it_again(
    secretary: FlaskClient, market: Market, engine: Engine
) -> None:
    procurement = market.plan()
    path = f"/market/procurements/{procurement}/edit"
    colleague = market.maker("colleague")
    service.change_procurement(engine, colleague, procurement, 1, PROCUREMENT | {"lead": "Kollegans"})
    page = secretary.post(path, data=PROCUREMENT | {"lead": "Min text", "version": "1"})
    assert page.status_code == 409
    assert "Colleague changed this at" in page.text
    assert 'value="Min text"' in page.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
    assert version is not None
    assert (
        secretary.post(path, data=PROCUREMENT | {"lead": "Min text", "version": version[1]}).status_code
        == 302
    )


def test_reminders_are_set_kind_by_kind(secretary: FlaskClient, as_person: SignIn, market: Market) -> None:
    data = {"patent-months": "60 48", "patent-told": ["secretariat", "management"], "patent-version": "1"}
    assert secretary.post("/market/reminders/patent", data=data).status_code == 302
    page = secretary.get("/market/reminders").text
    assert 'value="60, 48"' in page
    assert re.search(r"Patent: Months before: 36, 24, 12 .*became.* 60, 48", page)
    assert secretary.post("/market/reminders/patent", data=data).status_code == 409
    data["patent-version"] = "2"
    assert secretary.post("/market/reminders/patent", data=data | {"patent-months": "x"}).status_code == 422
    assert (
        secretary.post(
            "/market/reminders/patent", data={"patent-months": "5", "patent-version": "2"}
        ).status_code
        == 422
    )
    assert secretary.post("/market/reminders/drop", data=data).status_code == 404
    member = as_person("member")
    assert "60, 48" in member.get("/market/reminders").text
    assert "<button" not in re.split("<main", member.get("/market/reminders").text)[1]
    assert member.post("/market/reminders/patent", data=data).status_code == 404


def test_an_exclusivity_on_a_case_is_proposed_until_the_register_has_it(
    secretary: FlaskClient, market: Market
) -> None:
    number = market.office.open(exclusivity_ends="2035-12-01")
    assert f"/market/dates/new?case={number}" in secretary.get("/market").text
    form = secretary.get(f"/market/dates/new?case={number}").text
    proposed = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', form))
    assert (proposed["medicine"], proposed["day"], proposed["case"]) == ("Provastin", "2035-12-01", number)
    assert '<option selected value="orphan_exclusivity">' in form
    data = ENTRY | {"kind": "orphan_exclusivity", "day": "2035-12-01", "case": number}
    path = secretary.post("/market/dates/new", data=data).location
    assert number in secretary.get(path).text
    assert "data-proposals" not in secretary.get("/market").text
    market.office.engine.dispose()
    with market.office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET exclusivity_ends = '2036-01-01'")
    assert "The register says 1 Dec 2035" in secretary.get("/market").text
    assert "The case states another day, 1 Jan 2036." in secretary.get(path).text
    assert secretary.post("/market/dates/new", data=ENTRY | {"case": "NT-1999-0001"}).status_code == 404


def test_who_may_read_and_who_may_keep_the_register(as_person: SignIn, market: Market) -> None:
    entry, procurement = f"/market/dates/{market.register()}", f"/market/procurements/{market.plan()}"
    paths = ("/market", entry, procurement, "/market/reminders", "/market/plan.xlsx", "/market/register.csv")
    for who in ("member", "manager", "auditor", "administrator", "region"):
        client = as_person(who)
        assert all(client.get(path).status_code == 200 for path in paths)
        assert 'href="/market"' in client.get("/").text
        for path in ("/market/dates/new", "/market/procurements/new", f"{entry}/edit", f"{procurement}/edit"):
            assert client.get(path).status_code == client.post(path, data=ENTRY).status_code == 404
        assert client.post(f"{entry}/remove", data={"version": "1", "reason": "x"}).status_code == 404
    for who in ("company", "tlv"):
        client = as_person(who)
        assert all(client.get(path).status_code == 404 for path in paths)
        assert "/market" not in client.get("/").text
        assert client.post(f"{procurement}/regions/{SKANE}/commit").status_code == 404


def test_nasty_strings_survive_every_text_field(secretary: FlaskClient, market: Market) -> None:
    need("shared_data")
    strings = shared_data_dir() / "strings"
    nasty = json.loads((strings / "blns.json").read_text(encoding="utf-8"))
    nasty += (strings / "swedish_nasty_strings.txt").read_text(encoding="utf-8").splitlines()
    entry, procurement = market.register(), market.plan()
    for value in nasty[::9]:
        everywhere = dict.fromkeys(ENTRY | PROCUREMENT | {"reason": "", "version": ""}, value)
        assert (
            secretary.get("/market", query_string={"q": value, "from": value, "kind": value}).status_code
            == 200
        )
        for path in (
            f"dates/{entry}/edit",
            f"procurements/{procurement}/edit",
            "dates/new",
            "procurements/new",
        ):
            assert secretary.post(f"/market/{path}", data=everywhere).status_code == 422
        kept = ENTRY | dict.fromkeys(
            ("medicine", "substance", "company", "source", "note", "indication"), value
        )
        assert secretary.post("/market/dates/new", data=kept).status_code in (302, 422)
    page = secretary.get("/market?years=15")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert secretary.get("/market/plan.xlsx?years=15").status_code == 200


def test_the_pages_work_in_swedish(secretary: FlaskClient, market: Market) -> None:
    """A translation that asks for a value it does not get would fail here."""
    entry, procurement = market.register(), market.plan()
    market.commit(procurement, "10")
    service.remove_entry(market.office.engine, market.maker(on=date(2026, 2, 1)), market.register(), 1, "Fel")
    secretary.post("/language", data={"language": "sv"})
    for path in (
        "",
        f"/dates/{entry}",
        f"/procurements/{procurement}",
        "/reminders",
        "/dates/new",
        "/procurements/new",
    ):
        page = secretary.get(f"/market{path}")
        assert page.status_code == 200
        assert '<html lang="sv"' in page.text
