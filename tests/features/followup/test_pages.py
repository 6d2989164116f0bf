"""The pages of follow-up: who reads what, what is typed and refused, and files of every dialect."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.features.followup.world import (
    PROTOCOL,
    QUARTERS,
    Followed,
    csv,
    evenly,
    followed,
    told,
    with_protocol,
)
from tests.requirements import need, shared_data_dir
from tests.world import Office

As = Callable[[str], FlaskClient]
SKANE = "12"


def the_alert(office: Office) -> str:
    with office.engine.connect() as connection:
        return str(connection.scalar(sa.text("SELECT id FROM followup_alert")))


@pytest.fixture
def made(office: Office) -> Followed:
    return told(office)


def test_the_list_has_the_alert_and_how_unequal_it_is(made: Followed, as_person: As) -> None:
    page = as_person("secretary").get("/follow-up").text
    assert "Provastin" in page
    assert "1 alert waits" in page or "1 varning väntar" in page
    assert f"/follow-up/{made.id}" in page


def test_a_region_reads_its_alert_and_its_own_counts_and_no_other_region_s(
    made: Followed, as_person: As
) -> None:
    region = as_person("region")
    assert region.get("/follow-up/regions/12").status_code == 200
    assert str(2 * evenly()["12"]) in region.get("/follow-up/regions/12").text
    assert region.get("/follow-up/regions/14").status_code == 404
    assert region.get(f"/follow-up/alerts/{the_alert(made.office)}").status_code == 200
    assert as_person("secretary").get("/follow-up/regions/14").status_code == 200
    with made.office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE organisation SET county_code = '14' WHERE county_code = '12'"))
    assert region.get(f"/follow-up/alerts/{the_alert(made.office)}").status_code == 404
    assert region.get("/follow-up/regions/12").status_code == 404


def test_the_rate_of_few_patients_is_told_to_their_own_region_alone(office: Office, as_person: As) -> None:
    made = with_protocol(office)
    for quarter in QUARTERS[1:3]:
        made.tell(quarter, {**evenly(), SKANE: 3})
    assert [(region, way) for region, way, *_quarters in made.alerts()] == [(SKANE, "under")]
    # Three among the 1.4 million who live there.
    rate = re.compile(r"0[,.]2 \(")
    alert = f"/follow-up/alerts/{the_alert(office)}"
    for path in ("/follow-up", f"/follow-up/{made.id}", alert):
        for name in ("secretary", "auditor"):
            answer = as_person(name).get(path)
            assert answer.status_code == 200
            assert rate.search(answer.text) is None, (name, path)
    assert rate.search(as_person("region").get(alert).text)


def test_one_recommendation_has_chart_map_and_table(made: Followed, as_person: As) -> None:
    client = as_person("region")
    for query in ("", "?quarter=2025-01-01", "?measure=indicator-1", "?measure=x&quarter=y%00"):
        answer = client.get(f"/follow-up/{made.id}{query}")
        assert answer.status_code == 200
        assert answer.text.count("<svg") >= 2
        assert answer.text.count('class="tile ') == 21
    for kind in ("csv", "xlsx"):
        assert client.get(f"/follow-up/{made.id}/report.{kind}").status_code == 200


def test_hidden_numbers_are_on_no_page_of_another_region(office: Office, as_person: As) -> None:
    """A number that no other region has is looked for in everything that a region can open."""
    made = told(office)
    odd = dict.fromkeys(("09",), 3) | {"25": 1, "10": 2}
    made.tell("2025 Q4", odd)
    client = as_person("region")
    table = client.get(f"/follow-up/{made.id}/report.csv").text
    rows = [line.split(";") for line in table.splitlines() if ";Q4" in line or "2025 Q4" in line]
    for row in rows:
        if row[2] in odd and not row[0].startswith("I kval"):
            assert row[4:10] == [""] * 6


def test_a_protocol_is_written_and_approved_on_its_pages(office: Office, as_person: As) -> None:
    made = followed(office)
    secretary, colleague = as_person("secretary"), as_person("colleague")
    assert secretary.get(f"/follow-up/{made.id}/protocol/write").status_code == 200
    refused = secretary.post(
        f"/follow-up/{made.id}/protocol/write", data={**PROTOCOL, "base": "0", "path": "x;1"}
    )
    assert refused.status_code == 422
    assert 'value="x;1"' in refused.text
    assert "Behandlade i registret" in refused.text
    assert (
        secretary.post(f"/follow-up/{made.id}/protocol/write", data={**PROTOCOL, "base": "0"}).status_code
        == 302
    )
    again = secretary.post(f"/follow-up/{made.id}/protocol/write", data={**PROTOCOL, "base": "0"})
    assert again.status_code == 409
    assert secretary.post(f"/follow-up/{made.id}/protocol/1/approve").status_code == 409
    assert colleague.post(f"/follow-up/{made.id}/protocol/1/approve").status_code == 302
    assert colleague.post(f"/follow-up/{made.id}/protocol/1/approve").status_code == 409
    assert as_person("region").get(f"/follow-up/{made.id}/protocol").status_code == 200


def test_a_region_knows_nothing_of_a_protocol_before_it_is_approved(office: Office, as_person: As) -> None:
    made = followed(office)
    made.write()
    assert as_person("region").get(f"/follow-up/{made.id}/protocol").status_code == 404
    assert "Provastin" not in as_person("region").get("/follow-up").text


def test_an_alert_is_answered_once_of_two_at_the_same_time(made: Followed, as_person: As) -> None:
    address = f"/follow-up/alerts/{the_alert(made.office)}"
    secretary = as_person("secretary")
    empty = secretary.post(address, data={"verdict": "acted", "text": " ", "seen": "0"})
    assert empty.status_code == 422
    sent = {"verdict": "acted", "text": "Region Skåne ser över remisserna.", "seen": "0"}
    assert secretary.post(address, data=sent).status_code == 302
    late = secretary.post(address, data={**sent, "text": "Något annat."})
    assert late.status_code == 409
    assert "Något annat." in late.text
    region = as_person("region").get(address).text
    assert "ser över remisserna" in region
    assert "Secretary" not in region


def test_a_file_is_handed_in_looked_at_and_taken_in(made: Followed, as_person: As) -> None:
    client = as_person("secretary")
    content = csv([[made.slug, "Skåne", "2025 Q4", "patienter", 61, ""]])
    sent = {"source": "ehm_sales", "file": (io.BytesIO(content), "kvartal 4.csv")}
    answer = client.post("/follow-up/files", data=sent)
    assert answer.status_code == 302
    assert client.get(answer.location).headers["Refresh"]
    made.work()
    page = client.get(answer.location).text
    assert "kvartal 4.csv" in page
    assert client.post(answer.location).status_code == 302
    assert client.post(answer.location).status_code == 302
    assert client.post("/follow-up/files", data={"source": "x"}).status_code == 422
    assert client.post("/follow-up/files", data={"source": "ehm_sales"}).status_code == 422
    empty = {"source": "ehm_sales", "file": (io.BytesIO(b""), "tom.csv")}
    assert client.post("/follow-up/files", data=empty).status_code == 422


def test_every_dialect_is_read_or_refused_with_words(office: Office, as_person: As) -> None:
    need("shared_data")
    made = followed(office)
    client = as_person("secretary")
    for path in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        read = made.upload(path.read_bytes())
        assert read["state"] == "faulty", path.name
        page = client.get(f"/follow-up/files/{read['id']}")
        assert page.status_code == 200, path.name
