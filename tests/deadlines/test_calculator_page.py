"""The deadline calculator as a person meets it: an answer that explains itself, and an address to pass on."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.requirements import need, shared_data_dir

AsPerson = Callable[[str], FlaskClient]
MIDSUMMER = "start=2026-02-19&days=120&basis=statute"


@pytest.fixture
def client(as_person: AsPerson) -> FlaskClient:
    signed_in = as_person("company")
    signed_in.post("/language", data={"language": "en", "next": "/"})
    return signed_in


def texts(page: str) -> str:
    """The page without its markup, as read aloud."""
    body = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_calculator_is_for_everyone_who_is_signed_in_and_nobody_else(
    app: Flask, client: FlaskClient
) -> None:
    assert client.get("/calculator").status_code == 200
    assert app.test_client().get("/calculator").status_code == 302


def test_the_page_answers_with_the_last_day_and_how_it_was_arrived_at(client: FlaskClient) -> None:
    read = texts(client.get(f"/calculator?{MIDSUMMER}").text)
    assert "Last day: Monday 22 June 2026" in read
    assert "Midsummer Eve: the last day moves to the next working day." in read
    assert "From 20 Feb 2026 to 19 Jun 2026, 120 days are counted." in read


def test_suspensions_and_extensions_count_and_stay_in_the_form_with_one_blank_row_more(
    client: FlaskClient,
) -> None:
    page = client.get(
        f"/calculator?{MIDSUMMER}&since_1=2026-03-02&until_1=2026-03-15&since_3=2026-04-01&until_3=2026-04-02&extend_1=4"
    ).text
    assert "Last day: Thursday 9 July 2026" in texts(page)
    assert 'name="since_4"' in page
    assert 'name="since_5"' not in page
    assert 'name="extend_2"' in page
    assert 'value="2026-04-02"' in page


def test_the_link_to_pass_on_holds_what_was_stated_and_gives_the_same_answer(client: FlaskClient) -> None:
    page = client.get(
        f"/calculator?{MIDSUMMER}&roll=&since_1=2026-03-02&until_1=2026-03-15&since_2=&extend_1="
    ).text
    link = html.unescape(re.findall(r'href="(/calculator\?[^"]+)"', page)[0])
    assert dict(parse_qsl(urlsplit(link).query, keep_blank_values=True)) == {
        "start": "2026-02-19", "days": "120", "basis": "statute",
        "since_1": "2026-03-02", "until_1": "2026-03-15",
    }  # fmt: skip
    assert texts(client.get(link).text) == texts(page)


# What is typed, the control that is wrong, and how its sentence begins.
FAULTY = [
    ("start=2026-02-30&days=5", "start", "There is no day “2026-02-30”."),
    ("start=2026-02-19&days=", "days", "State a number of days."),
    ("start=2026-02-19&days=x", "days", "“x” is not a whole number of days"),
    (f"{MIDSUMMER}&since_2=2026-03-02", "until_2", "State a day, as YYYY-MM-DD."),
    (f"{MIDSUMMER}&since_1=2026-03-02&until_1=2026-03-01", "until_1", "The suspension ends on 2026-03-01"),
    (f"{MIDSUMMER}&extend_1=4&extend_3=-1", "extend_3", "“-1” is not a whole number of days"),
    (f"{MIDSUMMER}&extend_2=10980", "extend_2", "11100 days are more than any limit"),
    (f"{MIDSUMMER}&roll=no", "roll", "A statutory limit always moves"),
    ("start=2026-02-19&days=5&basis=law", "basis", "“law” is not a legal basis."),
]


def test_a_fault_stands_at_its_control_and_gives_no_answer(client: FlaskClient) -> None:
    for query, control, sentence in FAULTY:
        answer = client.get(f"/calculator?{query}")
        assert answer.status_code == 422, query
        at_control = answer.text.partition(f'id="{control}-error"')[2].partition("</p>")[0]
        assert sentence in html.unescape(at_control), query
        assert f'href="#{control}"' in answer.text, query
        assert "Last day:" not in texts(answer.text), query


MADE_UP = [
    "start=2026-02-19&days=5&since_²=1&since_99999999999999999999=2&since_=3&until_-1=4",
    "start=2026-02-19&start=2026-02-20&days=5&days=6",
    "start=%00&days=%00&basis=%00&roll=%00",
    "start=%ff%fe&days=%f0%9f",
    "start=<script>&days='&since_1=%22&until_1=<&extend_1=${7*7}",
    "start=9999-12-31&days=99999999999999999999",
    "=&&&",
]


def test_an_address_that_somebody_made_up_is_answered(client: FlaskClient) -> None:
    for query in MADE_UP:
        answer = client.get(f"/calculator?{query}")
        assert answer.status_code in {200, 422}, query
        assert 'value="<script>' not in answer.text


def test_nasty_strings_in_every_control_are_answered(client: FlaskClient) -> None:
    need("shared_data")
    folder = shared_data_dir() / "strings"
    listed = json.loads((folder / "blns.json").read_text(encoding="utf-8"))
    listed += (folder / "swedish_nasty_strings.txt").read_text(encoding="utf-8").splitlines()
    for text in listed[::6]:
        stated = dict.fromkeys(("start", "days", "basis", "roll", "since_1", "until_1", "extend_1"), text)
        assert client.get("/calculator", query_string=stated).status_code in {200, 422}, text


@pytest.mark.parametrize("address", ["endpoint=x", "_method=POST", "_external=1&_scheme=https", "_anchor=x"])
def test_what_is_no_field_in_the_address_is_left_out_of_the_link(as_person: AsPerson, address: str) -> None:
    client, asked = as_person("secretary"), "/calculator?start=2026-01-07&days=30"
    answer = client.get(f"{asked}&{address}")
    assert answer.status_code == 200
    links = [
        re.findall(r'href="([^"]*calculator[^"]*)"', page) for page in (client.get(asked).text, answer.text)
    ]
    assert links[0] == links[1]
