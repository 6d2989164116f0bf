"""Imports into a real database: the agency's own file, later and older exports, and imports side by side."""

from __future__ import annotations

import csv
import io
import threading
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from nt_process.horizon import imports, queries
from nt_process.horizon.errors import HorizonError
from tests.horizon.world import (
    AT,
    EARLIER,
    LATER,
    counted,
    export_csv,
    medicine,
    real_export,
    stored,
    take_in,
)
from tests.world import START, Office


def _rows_as_they_stand(path: Path) -> list[list[object]]:
    """Headings and rows, without anything of the reader that is tested."""
    sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).worksheets[0]
    return [list(row[:39]) for row in sheet.iter_rows(min_row=9, values_only=True)]


def test_the_agencys_own_file_counted_in_another_way(engine: Engine) -> None:
    path = real_export()
    header, *rows = _rows_as_they_stand(path)
    raw = [dict(zip(header, row, strict=True)) for row in rows]
    human = [row for row in raw if row["Category"] == "Human"]

    file = imports.read_file(path.name, path.read_bytes())
    assert counted(imports.import_export(engine, file, AT)) == (len(human), 0, 0, len(raw) - len(human))
    assert counted(imports.import_export(engine, file, AT)) == (0, 0, len(human), len(raw) - len(human))

    def count(column: str, value: str = "Yes") -> int:
        return sum(row[column] == value for row in human)

    with engine.connect() as connection:
        found = connection.execute(
            text("""SELECT count(*) AS items, count(DISTINCT medicine) AS names,
                count(*) FILTER (WHERE orphan) AS orphan,
                count(*) FILTER (WHERE approval_type = 'conditional') AS conditional,
                count(*) FILTER (WHERE approval_type = 'exceptional') AS exceptional,
                count(opinion_on) AS opinions, count(authorised_on) AS authorised,
                count(*) FILTER (WHERE product_key IS NULL) AS without_number,
                max(length(indication)) AS longest FROM horizon_item""")
        ).one()
        changes = connection.scalar(text("SELECT count(*) FROM horizon_change"))
    assert changes == 0
    assert found.items == len(human)
    assert found.names == len({row["Name of medicine"] for row in human})
    assert found.orphan == count("Orphan medicine")
    assert found.conditional == count("Conditional approval")
    assert found.exceptional == count("Exceptional circumstances")
    assert found.opinions == sum(row["Opinion adopted date"] is not None for row in human)
    assert found.authorised == sum(row["Marketing authorisation date"] is not None for row in human)
    # R/0023, H/C/WS2451 and H/C/PSUSA/00001187/202308 are procedures' numbers.
    assert found.without_number == 3
    assert found.longest > 7_000
    invisible = sum(
        "\u00a0" in str(value) or "\u00ad" in str(value) for row in human for value in row.values()
    )
    assert invisible > 100, "the file no longer holds what the cleaning is for"
    with engine.connect() as connection:
        left = connection.scalar(
            text(r"SELECT count(*) FROM horizon_item WHERE source::text ~ '[\u00a0\u00ad]'")
        )
    assert left == 0


def test_malformed_numbers_of_the_real_file_come_back_corrected(engine: Engine) -> None:
    path = real_export()
    imports.import_export(engine, imports.read_file(path.name, path.read_bytes()), AT)
    rows = _rows_as_they_stand(path)
    corrected = {"R/0023": "EMEA/H/C/004837", "H/C/WS2451": "EMEA/H/C/000101"}
    for row in rows:
        row[2] = corrected.get(str(row[2]), row[2])
    text_file = io.StringIO()
    csv.writer(text_file).writerows(rows)
    later = imports.read_file("later.csv", text_file.getvalue().encode())
    assert counted(imports.import_export(engine, later, AT)) == (0, 2, 2094, 337)
    assert stored(engine, "Xromi")["product_key"] == "EMEA/H/C/004837"
    assert stored(engine, "Bondronat")["product_number"] == "EMEA/H/C/000101"


def test_a_lost_orphan_flag_stays_visible_with_the_import_that_lost_it(
    engine: Engine, office: Office
) -> None:
    take_in(engine, medicine())
    assert counted(take_in(engine, medicine(orphan="No"), made=LATER)) == (0, 1, 0, 0)
    assert counted(take_in(engine, medicine(orphan="No"), made=LATER)) == (0, 0, 1, 0)
    item = stored(engine)
    assert item["orphan"] is False
    with engine.connect() as connection:
        file = queries.item_file(connection, office.actor("member"), str(item["id"]))
    assert file is not None
    (change,) = file.changes
    assert (change["field"], change["old"], change["new"]) == ("orphan", "Yes", "No")
    assert change["made_at"].date().isoformat() == "2025-02-20"
    assert change["imported_at"] == AT


def test_an_older_export_adds_history_once_and_overwrites_nothing(engine: Engine, office: Office) -> None:
    take_in(engine, medicine(orphan="No", company="Nya Lunden AB"))
    older = [medicine(), medicine(name="Försvunnen", product_number="EMEA/H/C/000007")]
    assert counted(take_in(engine, *older, made=EARLIER)) == (1, 1, 0, 0)
    assert counted(take_in(engine, *older, made=EARLIER)) == (0, 0, 2, 0)
    item = stored(engine)
    assert (item["orphan"], item["company"]) == (False, "Nya Lunden AB")
    with engine.connect() as connection:
        file = queries.item_file(connection, office.actor("member"), str(item["id"]))
    assert file is not None
    assert {(change["field"], change["new"], change["applied"]) for change in file.changes} == {
        ("orphan", "Yes", False),
        ("company", "Lunden Pharma AB", False),
    }


def test_an_export_dated_in_the_future_does_not_make_all_later_ones_old(engine: Engine) -> None:
    take_in(engine, medicine(), made="01/01/2099 - 00:00")
    assert stored(engine)["seen_at"] == AT
    assert counted(take_in(engine, medicine(orphan="No"), made=None)) == (0, 1, 0, 0)
    assert stored(engine)["orphan"] is False


def test_an_item_that_a_later_export_lacks_is_kept_and_known_to_be_gone(
    engine: Engine, office: Office
) -> None:
    other = medicine(name="Sommarört", product_number="EMEA/H/C/009002")
    take_in(engine, medicine(), other)
    take_in(engine, other, made=LATER)
    with engine.connect() as connection:
        file = queries.item_file(connection, office.actor("member"), str(stored(engine)["id"]))
        kept = queries.item_file(connection, office.actor("member"), str(stored(engine, "Sommarört")["id"]))
    assert file is not None
    assert kept is not None
    assert file.item["newest_made_at"] > file.item["seen_at"]
    assert kept.item["newest_made_at"] == kept.item["seen_at"]


def test_an_import_that_fails_leaves_nothing_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(engine, medicine())
    monkeypatch.setattr(imports, "_ADD_CHANGES", text("INSERT INTO horizon_change (item_id) VALUES (NULL)"))
    with pytest.raises(IntegrityError):
        take_in(engine, medicine(orphan="No"), medicine(name="Ny", product_number=""), made=LATER)
    assert stored(engine)["orphan"] is True
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM horizon_item")) == 1
        assert connection.scalar(text("SELECT count(*) FROM horizon_import")) == 1


def test_imports_side_by_side_make_each_medicine_once(engine: Engine) -> None:
    rows = [
        medicine(name=f"Medel {n}", product_number="" if n % 2 else f"EMEA/H/C/{n:06}") for n in range(40)
    ]
    start = threading.Barrier(4)
    reports: list[imports.Report] = []

    def run() -> None:
        start.wait()
        reports.append(take_in(engine, *rows))

    threads = [threading.Thread(target=run) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted(report) for report in reports) == [(0, 0, 40, 0)] * 3 + [(40, 0, 0, 0)]


def test_an_upload_is_shown_before_it_changes_anything_and_imported_once(
    engine: Engine, office: Office
) -> None:
    secretary = office.actor("secretary")
    file = imports.read_file("export.csv", export_csv([medicine(), medicine(category="Veterinary")]))
    import_id = imports.upload(engine, file, START, secretary)
    with engine.connect() as connection:
        plan = imports.preview(connection, import_id)
        assert connection.scalar(text("SELECT count(*) FROM horizon_item")) == 0
    assert (len(plan.new), list(plan.rejected)) == (1, [5])
    report = imports.carry_out(engine, import_id, START, secretary)
    assert report is not None
    assert counted(report) == (1, 0, 0, 1)
    assert imports.carry_out(engine, import_id, START, secretary) is None
    with engine.connect() as connection:
        found = queries.import_file(connection, secretary, import_id)
    assert found is not None
    assert (found["created"], found["imported_by"]) == (1, "Secretary")
    assert found["rejected"] == [{"row": 5, "faults": [{"code": "veterinary", "column": None, "params": {}}]}]


@pytest.mark.parametrize("who", ["member", "manager", "auditor", "administrator", "tlv", "region", "company"])
def test_only_the_secretariat_imports(engine: Engine, office: Office, who: str) -> None:
    file = imports.read_file("export.csv", export_csv([medicine()]))
    for command in (imports.upload, imports.import_export):
        with pytest.raises(HorizonError) as refusal:
            command(engine, file, START, office.actor(who))
        assert refusal.value.reason.code == "not_allowed"


def test_history_can_be_added_to_and_not_altered(engine: Engine) -> None:
    take_in(engine, medicine())
    take_in(engine, medicine(orphan="No"), made=LATER)
    for statement in (
        "UPDATE horizon_change SET old = ''",
        "DELETE FROM horizon_change",
        "DELETE FROM horizon_decision",
        "DELETE FROM horizon_item",
    ):
        with pytest.raises(Exception, match="permission denied"), engine.begin() as connection:
            connection.execute(text(statement))
