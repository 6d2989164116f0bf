"""The five formats say the same, can be counted over again from their own rows, and never differ by a byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import statistics
import subprocess
import sys
from datetime import date
from typing import Any, cast

import openpyxl
import pytest
from pypdf import PdfReader

from nt_process.engine.loader import load_published
from nt_process.kernel.messages import translator
from nt_process.reporting.formats import MEDIA_TYPES, render
from nt_process.reporting.history import history_of
from nt_process.reporting.presentation import present
from nt_process.reporting.report import Report, Selection, compile_report
from nt_process.reporting.texts import PHASE_NAMES
from tests.reporting.world import made_world
from tests.requirements import need

WORKFLOWS = load_published()
AS_OF = date(2026, 6, 30)


def a_report() -> Report:
    histories = [history_of(walk.events, WORKFLOWS, AS_OF) for walk in made_world(22, AS_OF)]
    return compile_report(histories, WORKFLOWS, Selection(AS_OF))


@pytest.fixture(scope="module")
def report() -> Report:
    return a_report()


@pytest.fixture(scope="module")
def pdf(report: Report) -> bytes:
    need("pango")
    return render("pdf", report, WORKFLOWS, "sv")


def rows_of(report: Report) -> list[dict[str, str]]:
    text = render("csv", report, WORKFLOWS, "en").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_figures_can_be_counted_again_from_the_csv_alone(report: Report) -> None:
    rows = rows_of(report)
    limits = [row for row in rows if row["Kind of row"] == "Time limit"]
    stages = [row for row in rows if row["Kind of row"] == "Stage"]
    said = json.loads(render("json", report, WORKFLOWS, "en"))
    for name, code in (("Met", "met"), ("Late", "late"), ("Ran out", "ran_out"), ("Running", "running")):
        assert sum(row["How it stands"] == name for row in limits) == said["time_limits"]["total"][code]
    overdue = [row for row in limits if row["How it stands"] == "Late" and not row["Ended on"]]
    assert sorted(row["Number"] for row in overdue) == sorted(one["case"] for one in said["overdue"])
    names = {phase: translator("en")(name) for phase, name in PHASE_NAMES.items()}
    for stage in said["stages"]:
        if stage["process"] is None:
            gross = [
                int(row["All days, gross"])
                for row in stages
                if row["Time limit or stage"] == names[stage["phase"]] and row["How it stands"] == "Has left"
            ]
            assert stage["cases"] == len(gross)
            assert stage["gross"]["median"] == (statistics.median(gross) if gross else None)
            assert stage["days"]["gross"] == sum(gross)


def test_each_stage_in_the_csv_adds_up(report: Report) -> None:
    parties = ("Council", "Company", "TLV", "Regions", "Meeting", "Both parties", "Court", "Ended meanwhile")
    for row in rows_of(report):
        gross, still, net = (int(row[name]) for name in ("All days, gross", "Suspended days", "Net days"))
        assert gross - still == net
        if row["Kind of row"] == "Stage":
            assert sum(int(row[party]) for party in parties) == gross


def test_swedish_csv_opens_in_a_swedish_spreadsheet_program(report: Report) -> None:
    content = render("csv", report, WORKFLOWS, "sv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.splitlines()[0].count(b";") == 26


def test_the_workbook_holds_typed_cells_and_the_same_overdue_list(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render("xlsx", report, WORKFLOWS, "en")))
    assert book.sheetnames[:3] == ["Overview", "Overdue", "Falls due within 30 days"]
    rows = list(book["Overdue"].iter_rows(min_row=4, values_only=True))
    assert report.overdue
    assert [(row[0], str(row[3])[:10], row[4]) for row in rows] == [
        (one.case.number, str(one.due), one.days_over) for one in report.overdue
    ]
    formulas = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_json_is_the_same_in_every_language(report: Report) -> None:
    assert render("json", report, WORKFLOWS, "sv") == render("json", report, WORKFLOWS, "en")


def test_the_pdf_says_what_the_page_says(report: Report, pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    shown = present(report, WORKFLOWS, "sv")
    for figure in shown.figures:
        assert figure.value.replace("\N{NO-BREAK SPACE}", " ") in text
        assert figure.label in text
    for one in report.overdue:
        assert one.case.number in text
    assert reader.metadata is not None
    assert reader.metadata.title == f"{shown.title}. {shown.as_of}"


def test_every_page_of_the_pdf_tells_its_number_and_the_running_header(pdf: bytes) -> None:
    pages = PdfReader(io.BytesIO(pdf)).pages
    numbers = translator("sv")("Page %(page)s of %(pages)s", page="{}", pages=len(pages))
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert numbers.format(number) in text
        assert number == 1 or "30 juni 2026" in text


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_pdf_conforms_to_both_standards(pdf: bytes, profile: str) -> None:
    """PDF/UA-1 (accessible) and PDF/A-3a (for the archive), in one file."""
    page_validation = pytest.importorskip("page")
    found = page_validation.validate_pdf_bytes(pdf, profile=page_validation.ValidationProfile(profile))
    assert found.is_compliant, [failure.message for failure in found.failures]
    # The same file with a claim that no standard knows is refused, so the validator does look.
    claim = {"ua1": b'pdfuaid:part="1"', "3a": b'pdfaid:conformance="A"'}[profile]
    assert pdf.count(claim) == 1
    broken = pdf.replace(claim, claim[:-2] + b'9"')
    assert not page_validation.validate_pdf_bytes(broken, profile=found.profile).is_compliant


def test_the_data_lies_inside_the_pdf_as_an_associated_file(report: Report, pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    [(name, [content])] = reader.attachments.items()
    assert name.endswith("2026-06-30.csv")
    assert content == render("csv", report, WORKFLOWS, "sv")
    associated = cast("list[Any]", reader.root_object["/AF"])
    assert associated[0].get_object()["/AFRelationship"] == "/Data"


def test_table_headings_say_what_they_head_and_only_our_font_is_used(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    elements = [
        o.get_object()
        for o in (reader.get_object(n) for n in range(1, len(reader.xref_objStm) + 1))
        if isinstance(o, dict)
    ]
    scopes = {element["/A"]["/Scope"] for element in elements if element.get("/S") == "/TH"}
    assert scopes == {"/Column", "/Row"}
    fonts = {
        str(o["/BaseFont"]).partition("+")[2]
        for o in elements
        if o.get("/Type") == "/Font" and "/BaseFont" in o
    }
    assert fonts
    assert all(name.startswith("Inter") for name in fonts), fonts


def test_a_drawing_is_one_thing_with_its_labels_and_a_description(report: Report, pdf: bytes) -> None:
    """The labels stand over the drawing as text; a screen reader hears the description and no loose words."""
    reader = PdfReader(io.BytesIO(pdf))
    last = int(str(reader.trailer["/Size"]))
    elements = [o for n in range(1, last) if isinstance(o := reader.get_object(n), dict)]
    drawings = [element for element in elements if element.get("/S") == "/Figure"]
    charts = [chart for part in present(report, WORKFLOWS, "sv").parts for chart in part.charts]
    assert {drawing["/Alt"] for drawing in drawings} == {c.title for c in charts if not c.is_empty}
    labels = {
        c.title: 0 if c.columns else sum(bool(x) for b in c.categories for x in (b.label, b.end))
        for c in charts
    }
    for drawing in drawings:
        assert len(drawing["/K"]) == 1 + labels[drawing["/Alt"]]
        assert all(isinstance(kid, int) for kid in drawing["/K"])
        [whole] = [e for e in elements if drawing.indirect_reference in e.get("/K", [])]
        assert len(whole["/K"]) == 1


def test_another_process_at_another_time_makes_the_same_bytes(report: Report, pdf: bytes) -> None:
    program = """if True:
        import hashlib
        from tests.reporting.test_formats import MEDIA_TYPES, WORKFLOWS, a_report, render
        for kind in MEDIA_TYPES:
            print(kind, hashlib.sha256(render(kind, a_report(), WORKFLOWS, "sv")).hexdigest())
    """
    elsewhere = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=elsewhere, capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines():
        kind, digest = line.split()
        here = pdf if kind == "pdf" else render(kind, report, WORKFLOWS, "sv")
        assert digest == hashlib.sha256(here).hexdigest(), kind


def test_an_empty_report_can_be_made_in_every_format() -> None:
    need("pango")
    empty = compile_report([], WORKFLOWS, Selection(AS_OF))
    for kind in MEDIA_TYPES:
        assert render(kind, empty, WORKFLOWS, "sv")
