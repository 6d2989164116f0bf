"""The board through the HTTP layer: 21 regions answer, 2 depart, and what each reader is told of it."""

from __future__ import annotations

import pytest
from flask import Flask

from nt_process.kernel.regions import REGIONS
from tests.features.introduction.world import person, published, settle_regions, typed
from tests.world import Office, sign_in

DEPARTING = {"07": "limits", "23": "not"}


@pytest.fixture
def recommendation(office: Office) -> str:
    settle_regions(office)
    return published(office)


def test_21_regions_answer_and_two_depart(app: Flask, office: Office, recommendation: str) -> None:
    reader = sign_in(app.test_client(), "secretary")
    for place, region in enumerate(REGIONS):
        client = sign_in(app.test_client(), person(region.code))
        said = typed(DEPARTING.get(region.code, "follow"), start_on="2026-03-01")
        path = f"/introduction/{recommendation}/{region.code}"
        answer = client.post(path, data=said | {"base": "0"})
        assert answer.status_code == 302, answer.text
        assert "Regionens beslut är sparat" in client.get(path).text
        assert (
            f"<strong>{20 - place}</strong>har inte beslutat"
            in reader.get(f"/introduction/{recommendation}").text
        )
    page = reader.get(f"/introduction/{recommendation}").text
    assert "<strong>19</strong>regioner följer" in page
    report = reader.get("/introduction/deviations").text
    assert "Kronoberg" in report
    assert "Jämtland" in report
    assert "Uppsala" not in report.partition('id="deviations"')[2]
