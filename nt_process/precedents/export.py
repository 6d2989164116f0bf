"""Precedents as a table that leaves the system: what is told to whoever asks for it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Cell, Sheet
from nt_process.precedents import texts
from nt_process.terms.kinds import KINDS

COLUMNS = (
    "decided_on", "decision", "number", "medicine", "substance", "atc", "company", "indication", "severity", "rarity",
    "patients", "certainty", "qaly_from", "qaly_to", "willing_from", "willing_to", "contract", "clauses", "reasons",
)  # fmt: skip
_NAMES = {
    "decision": texts.DECISION_NAMES,
    "severity": texts.SEVERITY_NAMES,
    "rarity": texts.RARITY_NAMES,
    "certainty": texts.CERTAINTY_NAMES,
    "contract": texts.CONTRACT_NAMES,
}


def sheet(rows: Sequence[Row]) -> Sheet:
    """One row for each precedent."""
    header = [str(texts.FIELD_NAMES[name]) for name in COLUMNS] + [_("Public")]
    return Sheet(_("Precedents"), header, [_cells(row) for row in rows])


def _cells(row: Row) -> list[Cell]:
    return [*(_cell(name, row[name]) for name in COLUMNS), _("Yes") if row["is_public"] else _("No")]


def _cell(name: str, value: Any) -> Cell:
    if value is None:
        return None
    if name == "clauses":
        return ", ".join(_(KINDS[kind].name) for kind in value)
    if name == "contract":
        return ", ".join(str(_NAMES[name][one]) for one in value)
    cell: Cell = str(_NAMES[name][value]) if name in _NAMES else value
    return cell
