"""`nt import quarter FILE`: take in a quarter's counts from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from nt_process.followup import files, sources
from nt_process.followup.fault_texts import FAULTS
from nt_process.infra import import_command
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate


@click.command("quarter")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--source", required=True, type=click.Choice(list(sources.known())), help="Whose counts they are."
)
@click.option("--legal-basis", default="", help="Another ground than the one that is known for the source.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and change nothing.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document: {created, updated, unchanged, rejected}."
)
def quarter(file: Path, source: str, legal_basis: str, dry_run: bool, as_json: bool) -> None:
    """Import FILE, the counts of a quarter by region (XLSX or CSV).

    Ends with 1 when anything in the file is wrong; each fault is told with its place, and nothing is imported.
    """

    def read(name: str, content: bytes) -> import_command.TakeIn:
        of = files.source_of({"source": source, "legal_basis": legal_basis})
        files.require_usable(content)
        return lambda engine, at: files.import_quarter(engine, of, name, content, at, only_try=dry_run)

    import_command.run(file, read, row_reason, as_json=as_json, texts=FAULTS)


def row_reason(faults: Iterable[Fault], translate: Translate) -> str:
    """Why a row is left out."""
    return " ".join(fault_sentence(fault, translate, FAULTS) for fault in faults)
