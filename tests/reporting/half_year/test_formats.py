"""The printed half-yearly report: for the archive and for everybody, the same bytes each time, with its figures inside."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from nt_process.engine.loader import load_published
from nt_process.reporting.half_year.compiling import compile_figures
from nt_process.reporting.half_year.facts import Entry, Facts, Meeting, Published
from nt_process.reporting.half_year.figures import to_bytes
from nt_process.reporting.half_year.formats import Edition, render
from nt_process.reporting.half_year.period import read_period
from tests.reporting.world import made_world
from tests.requirements import need

WORKFLOWS = load_published()
AT = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def edition() -> Edition:
    facts = Facts(
        date(2026, 7, 15),
        [walk.events for walk in made_world(20)],
        meetings=[Meeting(date(2026, 2, 1), closed=True, decided=3)],
        published=[Published("nt-1", date(2026, 2, 1), "final", "can", has_conditions=True)],
        entries=[Entry(2026, "council", Decimal("300000.00"))],
        populations={"01": 1000},
    )
    figures = compile_figures(facts, WORKFLOWS, read_period("2026-1"), date(2024, 12, 31))
    preface = "Halvåret i korthet.\n\nMer finns i tabellerna."
    return Edition(figures, AT, preface, "Ada Åström", "Bo Öberg", AT, "0" * 64)


@pytest.fixture(scope="module")
def pdf(edition: Edition) -> bytes:
    need("pango")
    return render("pdf", edition, WORKFLOWS, "sv")


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_pdf_conforms_to_both_standards(pdf: bytes, profile: str) -> None:
    page_validation = pytest.importorskip("page")
    found = page_validation.validate_pdf_bytes(pdf, profile=page_validation.ValidationProfile(profile))
    assert found.is_compliant, [failure.message for failure in found.failures]


def test_the_pdf_says_who_wrote_and_issued_it_and_holds_its_figures(edition: Edition, pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for said in (
        "första halvåret 2026",
        "Mer finns i tabellerna.",
        "Ada Åström",
        "av Bo Öberg",
        "Tider och tidsfrister",
    ):
        assert said in text, said
    [(name, [content])] = reader.attachments.items()
    assert name == "halvarsrapport-2026-1.json"
    assert content == to_bytes(edition.figures)


def test_the_same_report_is_the_same_bytes(edition: Edition, pdf: bytes) -> None:
    assert render("pdf", edition, WORKFLOWS, "sv") == pdf
    for kind in ("csv", "json", "xlsx"):
        assert render(kind, edition, WORKFLOWS, "sv") == render(kind, edition, WORKFLOWS, "sv")
    assert render("json", edition, WORKFLOWS, "en") == render("json", edition, WORKFLOWS, "sv")
