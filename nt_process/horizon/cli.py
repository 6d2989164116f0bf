"""`nt import ema FILE`: take in the agency's export from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from nt_process.horizon import imports
from nt_process.horizon.texts import row_reason
from nt_process.infra import import_command


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document: {created, updated, unchanged, rejected}."
)
def ema(file: Path, as_json: bool) -> None:
    """Import FILE, the European Medicines Agency's export of medicines (XLSX or CSV).

    Ends with 1 when the file cannot be read; then nothing is imported. Importing it again changes nothing.
    """

    def read(name: str, content: bytes) -> import_command.TakeIn:
        handed_in = imports.read_file(name, content)
        return lambda engine, at: imports.import_export(engine, handed_in, at)

    import_command.run(file, read, row_reason, as_json=as_json)
