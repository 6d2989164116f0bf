"""What the tests of horizon scanning share: invented medicines, and exports that hold them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine, RowMapping

from nt_process.horizon import imports
from nt_process.horizon.ema import FIELDS
from tests.requirements import need, shared_data_dir

AT = datetime(2026, 1, 7, 9, 0, tzinfo=UTC)
MADE = "22/08/2024 - 15:06"
LATER = "20/02/2025 - 09:30"
EARLIER = "01/03/2022 - 12:00"
HEADINGS = {field.name: field.spellings[0] for field in FIELDS}

ORPHAN: Mapping[str, str] = {
    "category": "Human",
    "name": "Vintergrönt",
    "product_number": "EMEA/H/C/009001",
    "status": "Opinion",
    "opinion_status": "Positive",
    "inn": "viridinersen",
    "active_substance": "Viridinersen sodium",
    "therapeutic_area": "Muscular Atrophy, Spinal",
    "atc": "N07XX27",
    "group": "N07",
    "indication": "Treatment of spinal muscular atrophy.",
    "conditional": "No",
    "exceptional": "No",
    "generic": "No",
    "orphan": "Yes",
    "company": "Lunden Pharma AB",
    "opinion_on": "25/07/2024",
    "authorised_on": "",
    "url": "https://www.ema.europa.eu/en/medicines/human/EPAR/vintergront",
}


def medicine(**fields: str) -> dict[str, str]:
    """An invented medicine as a row of the export: the orphan above, with these fields instead."""
    return {**ORPHAN, **fields}


def export_csv(
    rows: Sequence[Mapping[str, str]],
    *,
    made: str | None = MADE,
    headings: Mapping[str, str] = HEADINGS,
    separator: str = ",",
) -> bytes:
    """An export as the agency lays it out: lines about itself, then headings and rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    if made is not None:
        writer.writerow(["Content type:", "Medicine"])
        writer.writerow(["Output automatically generated from content on www.ema.europa.eu on:", made])
    writer.writerow(list(headings.values()))
    for row in rows:
        writer.writerow([row.get(field, "") for field in headings])
    return text.getvalue().encode()


def take_in(engine: Engine, *rows: Mapping[str, str], made: str | None = MADE) -> imports.Report:
    """Import these medicines as an export made at `made`."""
    return imports.import_export(engine, imports.read_file("export.csv", export_csv(rows, made=made)), AT)


def counted(report: imports.Report) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, left out."""
    return report.created, report.updated, report.unchanged, len(report.rejected)


def stored(engine: Engine, name: str = "Vintergrönt") -> RowMapping:
    """The one item with this name."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM horizon_item WHERE medicine = :name"), {"name": name})
        return found.mappings().one()


def real_export() -> Path:
    """The agency's own export of 22 August 2024; the test is skipped where it is not at hand."""
    need("shared_data")
    return shared_data_dir() / "ema" / "ema_medicines_2024-08-22.xlsx"
