"""What is wrong with something handed in, and exactly where.

A fault is a stable code with the row, the column and the values its sentence needs; only the edge
(a page, the command, a mail) turns it into words. All faults that can be found are raised
together, so that a person corrects a file once and not once per mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in what was handed in.

    `row` counts as a spreadsheet does (the first row is 1). `column` is the heading as it stands
    in the file, or the name of the field or option.
    """

    code: str
    row: int | None = None
    column: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)


class BadInput(ValueError):
    """Refusal of what was handed in, with every fault found, in the order of the file."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{f.code} (row {f.row}, column {f.column})" for f in faults))
        self.faults = faults
