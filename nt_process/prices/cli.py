"""`nt import prices FILE`: take in a price list from the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from nt_process.infra import import_command
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault
from nt_process.prices import imports
from nt_process.prices.texts import FAULTS, row_reason


@click.command("prices")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--valid-from", metavar="DATE", help="First day of the prices whose rows state none.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document: {created, updated, unchanged, rejected}."
)
def prices(file: Path, valid_from: str | None, as_json: bool) -> None:
    """Import FILE, a price list of packages (XLSX or CSV).

    Ends with 1 when the file cannot be read; then nothing is imported. Importing it again changes nothing.
    """

    def read(name: str, content: bytes) -> import_command.TakeIn:
        handed_in = imports.read_file(name, content, _day(valid_from))
        return lambda engine, at: imports.import_list(engine, handed_in, at)

    import_command.run(file, read, row_reason, as_json=as_json, texts=FAULTS)


def _day(text: str | None) -> date | None:
    try:
        return read_date(text) if text else None
    except CellError as fault:
        raise BadInput(
            Fault(fault.code, column="--valid-from", params={"value": (text or "")[:80]})
        ) from None
