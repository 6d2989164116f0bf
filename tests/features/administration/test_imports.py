"""People from a file: shown first, taken in whole, and the same file again changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from nt_process.administration import imports, service
from nt_process.administration.errors import AdministrationError
from nt_process.administration.import_plan import FIELDS, read_file
from nt_process.administration.imports import Plan
from nt_process.infra.fault_texts import fault_sentences
from nt_process.infra.spreadsheet import Sheet, rows_to_xlsx
from nt_process.infra.tabular import comparable
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.prices.price_list import FIELDS as PRICE_FIELDS
from tests.features.administration.world import FILE, history, maker, scalar
from tests.features.test_bad_input import send_files
from tests.requirements import need, shared_data_dir
from tests.world import START, Office

SignIn = Callable[[str], FlaskClient]
HEADER = "email;name;organisation;role;from;to\n"


def planned(office: Office, content: bytes) -> Plan:
    made = imports.upload(office.engine, maker(office), "personer.csv", content)
    with office.engine.connect() as connection:
        kept = imports.found(connection, maker(office), made)
        assert kept is not None
        return imports.preview(connection, maker(office), kept)


def take_in(office: Office, content: bytes, *, invited: bool = False) -> str:
    made = imports.upload(office.engine, maker(office), "personer.csv", content)
    assert imports.carry_out(office.engine, maker(office), made, invited=invited)
    return made


def outcomes(plan: Plan) -> list[tuple[str, list[str]]]:
    return [(step.outcome, [fault.code for fault in step.faults]) for step in plan.steps]


def test_a_file_is_shown_as_what_it_would_do_and_does_it(office: Office) -> None:
    people = scalar(office, "SELECT count(*) FROM person")
    assert outcomes(planned(office, FILE)) == [
        ("created", []),
        ("changed", []),
        ("changed", []),
        ("unchanged", []),
        ("rejected", ["unknown_organisation"]),
    ]
    assert scalar(office, "SELECT count(*) FROM person") == people
    assert history(office) == []
    take_in(office, FILE, invited=True)
    with office.engine.connect() as connection:
        held = connection.execute(
            sa.text("""
                SELECT o.name, m.role, m.valid_from, m.valid_to FROM membership m JOIN person p ON p.id = m.person_id
                JOIN organisation o ON o.id = m.organisation_id WHERE p.name = 'Nora Ny' ORDER BY m.valid_from
            """)
        ).all()
    assert [tuple(row) for row in held] == [
        ("Region Skåne", "region_representative", date(2026, 1, 1), date(2026, 12, 31)),
        ("Kansliet", "council_member", date(2026, 2, 1), None),
    ]
    region = "SELECT valid_to FROM membership WHERE person_id = :id"
    assert scalar(office, region, id=office.people["region"]) == "2026-06-30"
    assert scalar(office, "SELECT count(*) FROM one_time_link") == "1"
    assert scalar(office, "SELECT count(*) FROM person WHERE name = 'Felix Fel'") == "0"


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    made = take_in(office, FILE)
    before = history(office)
    assert {outcome for outcome, _faults in outcomes(planned(office, FILE))} == {"unchanged", "rejected"}
    take_in(office, FILE)
    assert history(office) == before
    assert not imports.carry_out(office.engine, maker(office), made, invited=True)


def test_a_workbook_is_read_as_its_text(office: Office) -> None:
    lines = [line.split(";") for line in FILE.decode().splitlines()]
    assert outcomes(
        planned(office, rows_to_xlsx([Sheet("Personer", lines[0], lines[1:])], made_at=START))
    ) == outcomes(planned(office, FILE))


ROWS = [
    ("member@prov.example;Member;Kansliet;kung;;", ["unknown_role"]),
    ("member@prov.example;Member;Region Skåne;secretariat;;", ["unknown_organisation"]),
    ("utan adress;Namn;Kansliet;secretariat;;", ["bad_email"]),
    ("a@prov.example;;Kansliet;secretariat;;", ["missing"]),
    ("a@prov.example;A;Kansliet;secretariat;2026-13-01;", ["not_a_day"]),
    ("a@prov.example;A;Kansliet;secretariat;2026-02-01;2026-01-31", ["ends_before"]),
    ("administrator@prov.example;Administrator;Kansliet;secretariat;;", ["own_role"]),
    ("administrator@prov.example;Administrator;Kansliet;administrator;;2026-12-31", ["own_role"]),
    ("rival@prov.example;Rival;Norrsken Pharma AB;company_contact;;", ["person_disabled"]),
    ("member@prov.example;Member;Kansliet;council_member;2019-01-01;", ["overlaps"]),
    ("a@prov.example;A;Kansliet", ["ragged_row"]),
    (
        "a@b;;Ingenstans;secretariat;2026-13-01;",
        ["missing", "bad_email", "unknown_organisation", "not_a_day"],
    ),
    ("<script>@prov.example;A;Kansliet;secretariat;;", ["bad_email"]),
]


@pytest.mark.parametrize(("row", "codes"), ROWS)
def test_a_row_that_cannot_be_used_is_left_out_with_its_reason(
    office: Office, row: str, codes: list[str]
) -> None:
    service.disable(office.engine, maker(office), office.people["rival"])
    plan = planned(office, (HEADER + row + "\n").encode())
    assert outcomes(plan) == [("rejected", codes)]
    assert plan.steps[0].row == 2
    people = scalar(office, "SELECT count(*) FROM person")
    take_in(office, (HEADER + row + "\n").encode())
    assert scalar(office, "SELECT count(*) FROM person") == people


def test_rows_of_one_person_agree_with_each_other(office: Office) -> None:
    rows = [
        "a@prov.example;Anna A;Kansliet;secretariat;2026-01-01;",
        "A@prov.example;Anna B;Kansliet;auditor;2026-01-01;",
        "a@prov.example;Anna A;Kansliet;secretariat;2026-01-01;2026-12-31",
        "a@prov.example;Anna A;Kansliet;secretariat;2026-01-01;",
    ]
    content = (HEADER + "\n".join(rows)).encode()
    assert outcomes(planned(office, content)) == [
        ("created", []),
        ("rejected", ["two_names"]),
        ("rejected", ["overlaps"]),
        ("unchanged", []),
    ]
    take_in(office, content)


def test_only_an_administrator_hands_in_and_reads_a_file(office: Office) -> None:
    made = imports.upload(office.engine, maker(office), "personer.csv", FILE)
    for name in ("secretary", "auditor"):
        with pytest.raises(AdministrationError):
            imports.upload(office.engine, maker(office, name), "personer.csv", FILE)
        with office.engine.connect() as connection:
            assert imports.found(connection, maker(office, name), made) is None


def test_a_file_that_cannot_be_read_is_refused_as_a_whole(office: Office) -> None:
    for content in (b"", b"namn;roll\nA;B\n", b"%PDF-1.7", b"PK\x03\x04x", b"x" * (5 * 1024 * 1024 + 1)):
        with pytest.raises(BadInput):
            imports.upload(office.engine, maker(office), "fil.csv", content)


def test_no_file_breaks_the_page(office: Office, as_person: SignIn) -> None:
    need("shared_data")
    administrator = as_person("administrator")
    for path in sorted((shared_data_dir() / "hostile" / "csv_dialects").iterdir()):
        answer = send_files(
            administrator, "/administration/import", {"file": (io.BytesIO(path.read_bytes()), path.name)}
        )
        assert answer.status_code == 422, path.name
    files = {
        "bra.csv": FILE,
        "nul.csv": FILE.replace(b"Nora", b"N\x00ra"),
        "formel.csv": FILE.replace(b"Nora", b"=1+1"),
    }
    for name, content in files.items():
        answer = send_files(administrator, "/administration/import", {"file": (io.BytesIO(content), name)})
        assert answer.status_code == 302, name
        assert administrator.get(answer.location).status_code == 200
        assert administrator.post(answer.location, data={"invited": "y"}).status_code == 302
        assert administrator.get(answer.location).status_code == 200


def test_a_heading_that_is_missing_is_named_as_the_reader_was_told_to_write_it() -> None:
    with pytest.raises(BadInput) as refused:
        read_file(b"namn;organisation;mejl\nA;Kansliet;a@prov.example\n")
    said = {language: fault_sentences(refused.value, translator(language)) for language in ("sv", "en")}
    assert [line.split("”")[1] for line in said["sv"]] == ["E-postadress", "Roll", "mejl"]
    assert [line.split("“")[1].split("”")[0] for line in said["en"]] == ["E-mail address", "Role", "mejl"]
    for field in (*FIELDS, *PRICE_FIELDS):
        spelled = {comparable(one) for one in (field.name, *field.spellings)}
        assert {comparable(translator(language)(field.heading)) for language in ("sv", "en")} <= spelled, (
            field.name
        )
