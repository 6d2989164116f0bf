"""An export of the agency as values: its rows as clean text, whatever file they came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nt_process.kernel.faults import Fault


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One medicine as the export states it. `values` holds the fields that the export has, as clean text."""

    row: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Export:
    """An export: when it was made (None where it does not say), its rows, and what could not be read.

    `headings` gives the export's own name of each field that it has a column for.
    """

    made_at: datetime | None
    rows: tuple[ExportRow, ...]
    unreadable: tuple[Fault, ...]
    headings: Mapping[str, str]
