"""The pages of horizon scanning: what each reader is shown, and the answer to whatever is sent."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import text
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from tests.horizon.world import EARLIER, LATER, export_csv, medicine, stored, take_in
from tests.requirements import need, shared_data_dir

SignIn = Callable[[str], FlaskClient]

CANCER = medicine(
    name="Sommarört",
    product_number="EMEA/H/C/009002",
    status="Authorised",
    inn="estivamab",
    active_substance="Estivamab",
    atc="L01FX31",
    therapeutic_area="Stomach Neoplasms",
    indication="Treatment of gastric cancer.",
    orphan="No",
    conditional="Yes",
    opinion_on="26/01/2023",
    authorised_on="20/03/2023",
)


@pytest.fixture
def secretary(as_person: SignIn, engine: Engine) -> FlaskClient:
    """The secretary, reading English, with two medicines in the list."""
    take_in(engine, medicine(), CANCER)
    client = as_person("secretary")
    client.post("/language", data={"language": "en"})
    return client


def item_path(engine: Engine, name: str = "Vintergrönt") -> str:
    return f"/horizon/items/{stored(engine, name)['id']}"


def send(client: FlaskClient, content: bytes, name: str = "export.csv") -> TestResponse:
    answer = client.post("/horizon/imports", data={"file": (io.BytesIO(content), name)})
    # The test client puts a large form in a temporary file and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer


def version_in(page: TestResponse) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Vintergrönt", "Sommarört"}),
        ("orphan=yes", {"Vintergrönt"}),
        ("orphan=no", {"Sommarört"}),
        ("oncology=yes", {"Sommarört"}),
        ("oncology=no", {"Vintergrönt"}),
        ("approval_type=conditional", {"Sommarört"}),
        ("year=2023", {"Sommarört"}),
        ("year=2024", {"Vintergrönt"}),
        ("agency_status=Opinion", {"Vintergrönt"}),
        ("status=dismissed", set()),
        ("status=all", {"Vintergrönt", "Sommarört"}),
        ("coming=1", set()),
        ("q=vinter", {"Vintergrönt"}),
        ("q=VIRIDINERSEN", {"Vintergrönt"}),
        ("q=gastric+cancer", {"Sommarört"}),
        ("q=009002", {"Sommarört"}),
        ("q=L01", {"Sommarört"}),
        ("q=Lunden", {"Vintergrönt", "Sommarört"}),
        ("q=finns+inte", set()),
        ("orphan=x&year=abc&sort=drop&status=none&page=-1", {"Vintergrönt", "Sommarört"}),
        ("year=9999&page=99999", set()),
    ],
)
def test_the_list_is_narrowed_by_each_filter(secretary: FlaskClient, query: str, shown: set[str]) -> None:
    page = secretary.get(f"/horizon?{query}", follow_redirects=True)
    assert page.status_code == 200
    assert {name for name in ("Vintergrönt", "Sommarört") if f">{name}</a>" in page.text} == shown


def test_the_list_is_sorted_by_the_expected_day_and_says_what_is_a_forecast(secretary: FlaskClient) -> None:
    latest, earliest = secretary.get("/horizon").text, secretary.get("/horizon?sort=earliest").text
    assert latest.index("Vintergrönt") < latest.index("Sommarört")
    assert earliest.index("Sommarört") < earliest.index("Vintergrönt")
    # 25 July 2024 and 60 days; the other one was decided.
    assert re.search(r"23 Sep[^<]* 2024</time> <span[^>]*>forecast", latest)
    assert latest.count("forecast") == 1


def test_pages_of_fifty(secretary: FlaskClient, engine: Engine) -> None:
    take_in(engine, *[medicine(name=f"Medel {n:03}", product_number=f"EMEA/H/C/{n:06}") for n in range(100)])
    page = secretary.get("/horizon?q=Medel&page=2").text
    assert len(re.findall(r">Medel \d{3}</a>", page)) == 50
    assert "100 medicines" in page
    assert "q=Medel&amp;page=1" in page


def test_the_page_of_an_item_says_where_its_day_comes_from(secretary: FlaskClient, engine: Engine) -> None:
    forecast = secretary.get(item_path(engine)).text
    assert "60 days after the opinion of 25 Jul 2024" in forecast
    assert "67 days ends on 30 Sep 2024" in forecast
    decided = secretary.get(item_path(engine, "Sommarört")).text
    assert "approved the medicine on 20 Mar 2023" in decided
    assert "53 days before" in decided


def test_what_has_changed_is_shown_with_its_export(secretary: FlaskClient, engine: Engine) -> None:
    take_in(engine, medicine(orphan="No"), made=LATER)
    take_in(engine, medicine(company="Gamla Lunden AB"), made=EARLIER)
    page = secretary.get(item_path(engine)).text
    assert re.search(
        r"2025-02-20 09:30.*Orphan medicine</dt><dd>[^/]*Yes</span>.*became.*No</span></dd>", page, re.DOTALL
    )
    assert re.search(r"2022-03-01 12:00.*An older export.*Gamla Lunden AB", page, re.DOTALL)


def test_an_upload_is_previewed_and_then_imported(secretary: FlaskClient, engine: Engine) -> None:
    rows = [
        medicine(orphan="No"),
        CANCER,
        medicine(name="Ny", product_number="EMEA/H/C/1"),
        medicine(category="Veterinary"),
    ]
    answer = send(secretary, export_csv(rows, made=LATER))
    assert answer.status_code == 302
    preview = secretary.get(answer.location)
    assert [int(number) for number in re.findall(r"<strong>(\d+)</strong>", preview.text)] == [1, 1, 1, 1]
    assert stored(engine)["orphan"] is True, "a preview changes nothing"
    done = secretary.post(answer.location, follow_redirects=True)
    assert "The export is imported." in done.text
    assert stored(engine)["orphan"] is False
    again = secretary.post(answer.location, follow_redirects=True)
    assert "The export is imported." not in again.text
    source = secretary.get(f"{answer.location}/file")
    assert source.headers["Content-Disposition"].startswith("attachment")
    assert source.data == export_csv(rows, made=LATER)


def test_every_hostile_file_is_answered_with_a_sentence_and_nothing_imported(
    secretary: FlaskClient, engine: Engine
) -> None:
    need("shared_data")
    for file in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        answer = send(secretary, file.read_bytes(), file.name)
        assert answer.status_code == 422, file.name
        assert 'id="file-error"' in answer.text, file.name
    assert send(secretary, b"").status_code == 422
    assert secretary.post("/horizon/imports").status_code == 422
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM horizon_import")) == 1
        assert connection.scalar(text("SELECT count(*) FROM horizon_item")) == 2


def test_dismiss_merge_reopen_and_open_through_the_forms(secretary: FlaskClient, engine: Engine) -> None:
    path = item_path(engine)
    form = secretary.get(f"{path}/dismiss")
    assert secretary.post(f"{path}/dismiss", data={"version": version_in(form)}).status_code == 422
    data = {"version": version_in(form), "reason": "Används inte"}
    assert secretary.post(f"{path}/dismiss", data=data).status_code == 302
    page = secretary.get(path)
    assert "Används inte" in page.text
    assert secretary.post(f"{path}/reopen", data={"version": version_in(page)}).status_code == 302

    form = secretary.get(f"{path}/merge?q=Sommar")
    target = str(stored(engine, "Sommarört")["id"])
    assert target in form.text
    data = {"version": version_in(form), "q": "Sommar", "into": target, "reason": ""}
    assert secretary.post(f"{path}/merge", data=data).location == f"/horizon/items/{target}"
    assert (
        secretary.post(f"{path}/reopen", data={"version": version_in(secretary.get(path))}).status_code == 302
    )


def test_a_case_is_proposed_from_the_item_and_opened(secretary: FlaskClient, engine: Engine) -> None:
    path = f"{item_path(engine)}/open"
    form = secretary.get(path)
    for proposed in ("Vintergrönt", "viridinersen", "N07XX27", "Lunden Pharma AB", "spinal muscular atrophy"):
        assert proposed in form.text
    assert re.search(r'<option selected value="sarlakemedel">', form.text)
    facts = {
        "process_name": "sarlakemedel",
        "medicine": "Vintergrönt",
        "orphan": "y",
        "company": "Lunden Pharma AB",
    }
    wrong = secretary.post(
        path, data={**facts, "version": version_in(form), "atc": "??", "indication": "Min text"}
    )
    assert wrong.status_code == 422
    assert "Min text" in wrong.text
    done = secretary.post(path, data={**facts, "version": version_in(form), "atc": "N07XX27"})
    assert done.location == "/cases/NT-2026-0001"
    assert "NT-2026-0001" in secretary.get(item_path(engine)).text
    assert "There is a case about this medicine already" in secretary.get(path).text


def test_whoever_comes_second_keeps_what_they_wrote_and_is_told_by_whom(
    secretary: FlaskClient, as_person: SignIn, engine: Engine
) -> None:
    path = item_path(engine)
    late = {"version": version_in(secretary.get(f"{path}/dismiss")), "reason": "Min långa text"}
    colleague = as_person("colleague")
    colleague.post(f"{path}/dismiss", data={"version": late["version"], "reason": "Kollegans"})
    answer = secretary.post(f"{path}/dismiss", data=late)
    assert answer.status_code == 409
    assert "Colleague changed the item" in answer.text
    assert "Min långa text" in answer.text


def test_nasty_strings_survive_every_text_field(secretary: FlaskClient, engine: Engine) -> None:
    need("shared_data")
    strings = shared_data_dir() / "strings"
    nasty = json.loads((strings / "blns.json").read_text(encoding="utf-8"))
    nasty += (strings / "swedish_nasty_strings.txt").read_text(encoding="utf-8").splitlines()
    path = item_path(engine)
    for value in nasty[::5]:
        assert secretary.get("/horizon", query_string={"q": value, "agency_status": value}).status_code == 200
        assert secretary.get(f"{path}/merge", query_string={"q": value}).status_code == 200
        stale = {
            "version": "0",
            "reason": value,
            "into": value,
            "medicine": value,
            "atc": value,
            "company": value,
        }
        for command in ("dismiss", "merge", "open"):
            assert secretary.post(f"{path}/{command}", data=stale).status_code in (409, 422)
        answer = secretary.post(f"{path}/dismiss", data={"version": f"{value}x", "reason": "x"})
        assert answer.status_code == 409
    reason = "".join(value for value in nasty if "\x00" not in value and value.isprintable())[:1500]
    data = {"version": str(stored(engine)["version"]), "reason": reason}
    assert secretary.post(f"{path}/dismiss", data=data).status_code == 302
    assert str(escape(" ".join(reason.split())))[:200] in " ".join(secretary.get(path).text.split())


def test_nasty_strings_survive_every_column_of_an_export(secretary: FlaskClient, engine: Engine) -> None:
    need("shared_data")
    nasty = json.loads((shared_data_dir() / "strings" / "blns.json").read_text(encoding="utf-8"))
    printable = [value for value in nasty if value.strip() and not re.search(r"[\x00-\x1f\x7f]", value)]
    texts = (
        "name",
        "inn",
        "active_substance",
        "therapeutic_area",
        "atc",
        "group",
        "indication",
        "company",
        "url",
        "status",
    )
    rows = [
        {**medicine(product_number=f"EMEA/H/C/{n:06}"), **dict.fromkeys(texts, value)}
        for n, value in enumerate(printable)
    ]
    answer = send(secretary, export_csv(rows, made=LATER))
    assert secretary.get(answer.location).status_code == 200
    assert secretary.post(answer.location, follow_redirects=True).status_code == 200
    with engine.connect() as connection:
        items = connection.execute(text("SELECT id, source->>'company' AS company FROM horizon_item")).all()
    assert len(items) >= 400
    for item in items[::20]:
        page = secretary.get(f"/horizon/items/{item.id}")
        assert page.status_code == 200
        assert str(escape(item.company)) in page.text
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text


@pytest.mark.parametrize("who", ["member", "manager", "auditor", "administrator", "tlv", "region"])
def test_readers_read_and_do_not_decide(
    secretary: FlaskClient, as_person: SignIn, engine: Engine, who: str
) -> None:
    assert secretary.get("/horizon").status_code == 200
    path = item_path(engine)
    reader = as_person(who)
    page = reader.get(path)
    assert page.status_code == 200
    for command in ("dismiss", "merge", "open", "reopen"):
        assert f"{path}/{command}" not in page.text
        assert reader.post(f"{path}/{command}", data={"version": "1", "reason": "x"}).status_code == 404
    assert 'type="file"' not in reader.get("/horizon/imports").text
    assert send(reader, export_csv([medicine()])).status_code == 404
    assert reader.post(f"/horizon/imports/{stored(engine)['first_import']}").status_code == 404


def test_a_company_finds_nothing_here(secretary: FlaskClient, as_person: SignIn, engine: Engine) -> None:
    assert secretary.get("/horizon").status_code == 200
    company = as_person("company")
    imported = f"/horizon/imports/{stored(engine)['first_import']}"
    for path in ("/horizon", item_path(engine), "/horizon/imports", imported, f"{imported}/file"):
        assert company.get(path).status_code == 404
    assert "/horizon" not in company.get("/").text


def test_what_does_not_exist_is_not_found(secretary: FlaskClient) -> None:
    nobody = uuid.UUID(int=0)
    for path in (f"/horizon/items/{nobody}", f"/horizon/items/{nobody}/open", f"/horizon/imports/{nobody}"):
        assert secretary.get(path).status_code == 404
    assert secretary.post(f"/horizon/imports/{nobody}").status_code == 404
    assert secretary.get("/horizon/items/not-an-id").status_code == 404


def test_the_pages_work_in_swedish(secretary: FlaskClient, engine: Engine) -> None:
    """A translation that asks for a value it does not get would fail here."""
    secretary.post("/language", data={"language": "sv"})
    item = item_path(engine)
    for path in ("/horizon", item, item_path(engine, "Sommarört"), "/horizon/imports", f"{item}/open"):
        page = secretary.get(path)
        assert page.status_code == 200
        assert '<html lang="sv"' in page.text
