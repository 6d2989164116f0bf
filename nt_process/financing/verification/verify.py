"""Account for every cell of a directory of printed tables, and lay the result out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nt_process.financing.layout import Column, Input, Layout, Note, Row
from nt_process.financing.verification import (
    budget_tables,
    grant_tables,
    parameter_tables,
    solidarity_tables,
)
from nt_process.financing.verification.accounts import Check, Outcome, TableAccount, open_table
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_

_MODULES = (grant_tables, solidarity_tables, budget_tables, parameter_tables)
COLUMNS_BY_TABLE = {name: columns for module in _MODULES for name, columns in module.COLUMNS.items()}
CHECKS_BY_TABLE = {name: check for module in _MODULES for name, check in module.CHECKS.items()}

_NAMED_BY = {
    "state_grant_parts_2023": "part",
    "state_grant_skr_carveout_2023": "item",
    "budget_2014_proposal": "item",
    "seed_parameters": "parameter",
    "rebate_split_by_year": "valid_to_year",
    "solidarity_staircase_thresholds": "step",
    "state_grant_totals_by_year": "year",
    "needs_model_groups": "group_no",
}


@dataclass(frozen=True, slots=True)
class Verification:
    """The accounts of all tables. `fully_explained` is False when a cell is unexplained."""

    directory: str
    accounts: Mapping[str, TableAccount]

    @property
    def fully_explained(self) -> bool:
        return not any(check.outcome is Outcome.UNEXPLAINED for check in self.checks())

    def outcomes(self) -> Counter[Outcome]:
        """Cells of all tables by outcome."""
        return sum((account.outcomes() for account in self.accounts.values()), Counter[Outcome]())

    def checks(self) -> Iterable[Check]:
        for account in self.accounts.values():
            yield from account.checks


def read_tables(directory: Path) -> dict[str, bytes]:
    """The CSV files of a directory by table name. Raises BadInput no_such_directory, unreadable_file, and
    as `check_names`."""
    if not directory.is_dir():
        raise BadInput(Fault("no_such_directory", params={"path": str(directory)}))
    files = {path.stem: path for path in sorted(directory.glob("*.csv"))}
    check_names(files)
    try:
        return {name: path.read_bytes() for name, path in files.items()}
    except OSError as error:
        raise BadInput(Fault("unreadable_file", params={"path": str(error.filename)})) from error


def check_names(names: Collection[str]) -> None:
    """Raises BadInput missing_table and unknown_table (a table that no rule covers)."""
    faults = [
        Fault("missing_table", params={"table": name}) for name in COLUMNS_BY_TABLE if name not in names
    ]
    faults += [
        Fault("unknown_table", params={"table": name[:80]}) for name in names if name not in COLUMNS_BY_TABLE
    ]
    if faults:
        raise BadInput(*faults)


def verify(directory: str, contents: Mapping[str, bytes]) -> Verification:
    """Account for every cell of the tables. Raises BadInput for tables that cannot be read."""
    accounts = {
        name: open_table(name, contents[name], columns, _NAMED_BY.get(name, "region"))
        for name, columns in COLUMNS_BY_TABLE.items()
    }
    for name, check in CHECKS_BY_TABLE.items():
        check(accounts)
        accounts[name].close()
    return Verification(directory, accounts)


_OUTCOME_COLUMNS = {
    Outcome.EXACT: Column("exact", N_("Exact")),
    Outcome.WITHIN_ROUNDING: Column("within_rounding", N_("Within rounding")),
    Outcome.DISCREPANCY: Column("discrepancy", N_("Discrepancy")),
    Outcome.UNEXPLAINED: Column("unexplained", N_("Unexplained")),
    Outcome.GIVEN: Column("given", N_("Given in print")),
    Outcome.LABEL: Column("label", N_("Labels")),
}
_COLUMNS = (Column("table", N_("Table")), Column("cells", N_("Cells")), *_OUTCOME_COLUMNS.values())


def summary_layout(verification: Verification) -> Layout:
    """Per table, how many cells agree exactly, agree within rounding, differ with a named cause, are
    given, are labels, or are unexplained."""
    rows = [_outcome_row(name, account.outcomes()) for name, account in verification.accounts.items()]
    notes = (
        Note(N_("Exact: recomputed from other printed figures or printed twice, and equal as printed.")),
        Note(
            N_(
                "Within rounding: the printed inputs give another figure, but what they may have been "
                "before they were rounded gives the printed one."
            )
        ),
        Note(
            N_("Discrepancy: neither, for a cause that is named. Given: nothing printed to compute it from.")
        ),
        Note(N_("Labels are names, units, quotations and cells without a figure.")),
    )
    inputs = (Input("tables", N_("Tables"), verification.directory),)
    return Layout("verify", inputs, _COLUMNS, tuple(rows), _outcome_row("*", verification.outcomes()), notes)


def _outcome_row(name: str, outcomes: Counter[Outcome]) -> Row:
    counts = {column.key: outcomes[outcome] for outcome, column in _OUTCOME_COLUMNS.items()}
    return {"table": name, "cells": sum(outcomes.values()), **counts}


_CHECK_COLUMNS = (
    Column("table", N_("Table")),
    Column("row", N_("Row")),
    Column("row_name", N_("Name")),
    Column("column", N_("Column")),
    Column("printed", N_("Printed")),
    Column("outcome", N_("Result")),
    Column("formula", N_("Formula")),
    Column("computed", N_("Computed")),
    Column("computed_rounded", N_("Computed, rounded")),
    Column("why", N_("Why")),
)
_AGREEING = (Outcome.EXACT, Outcome.GIVEN, Outcome.LABEL)


def checks_layout(verification: Verification, *, everything: bool, table: str = "") -> Layout:
    """Every check that does not agree exactly, or with `everything` every check, and why; of one table
    when it is named."""
    rows = tuple(
        {
            "table": check.table,
            "row": check.row,
            "row_name": check.row_name,
            "column": check.column,
            "printed": check.printed,
            "outcome": check.outcome.value,
            "formula": check.formula,
            "computed": check.computed,
            "computed_rounded": check.computed_rounded,
            "why": check.why,
        }
        for check in verification.checks()
        if (everything or check.outcome not in _AGREEING) and table in ("", check.table)
    )
    return Layout("verify-checks", (), _CHECK_COLUMNS, rows, {}, ())
