"""Horizon items through the JSON API: shapes, filters, and who is told that there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from nt_process.identity import service as identity
from tests.horizon.world import LATER, medicine, stored, take_in
from tests.world import START, Office

Get = Callable[..., TestResponse]


@pytest.fixture
def get(app: Flask, office: Office) -> Get:
    """Ask the API as one of the office's people."""
    take_in(
        office.engine, medicine(), medicine(name="Sommarört", product_number="EMEA/H/C/2222", orphan="No")
    )
    take_in(office.engine, medicine(company="Nya Lunden AB"), made=LATER)

    def ask(path: str, who: str = "member") -> TestResponse:
        with office.engine.begin() as connection:
            token = identity.create_token(connection, office.people[who], START)
        return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})

    return ask


def test_the_list_and_its_filters(get: Get) -> None:
    answer = get("/horizon").json
    assert answer is not None
    assert (answer["total"], len(answer["items"])) == (2, 2)
    (item,) = get("/horizon?orphan=yes&year=2024&q=vinter").json["items"]  # type: ignore[index]
    assert (item["medicine"], item["expected_on"], item["expected_by"]) == (
        "Vintergrönt",
        "2024-09-23",
        "forecast",
    )


def test_an_item_with_what_has_changed(get: Get, office: Office) -> None:
    answer = get(f"/horizon/{stored(office.engine)['id']}").json
    assert answer is not None
    (change,) = answer["changes"]
    assert (change["field"], change["old"], change["new"]) == ("company", "Lunden Pharma AB", "Nya Lunden AB")
    assert answer["cases"] == []


def test_what_is_asked_for_wrongly_is_explained(get: Get) -> None:
    assert get("/horizon?orphan=perhaps").status_code == 422
    assert get("/horizon?unheard_of=1").status_code == 422
    assert get("/horizon?agency_status=%00").status_code == 422
    assert get("/horizon?q=%00").status_code == 200
    assert get("/horizon/not-an-id").status_code == 422
    assert get("/horizon/00000000-0000-0000-0000-000000000000").status_code == 404


def test_a_company_is_refused(get: Get, office: Office) -> None:
    for path in ("/horizon", f"/horizon/{stored(office.engine)['id']}"):
        answer = get(path, "company")
        assert answer.status_code in (403, 404)
        assert "Vintergrönt" not in answer.text
