"""`nt workflow`: check, draw and print the files that the processes run by. Needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from nt_process.engine.definition import AUDIENCES, Workflow
from nt_process.engine.diagram import draw
from nt_process.engine.findings import WorkflowFault
from nt_process.engine.loader import BrokenWorkflowError, load, load_published, published_faults
from nt_process.engine.mermaid import mermaid
from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_, translator
from nt_process.settings import language_of_environment
from nt_process.workflow_pages import page
from nt_process.workflow_texts import fault_text


@click.group()
def workflow() -> None:
    """The files that the processes run by."""


@workflow.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document: {ok, faults: [{file, line, message}]}."
)
def check(files: Sequence[Path], as_json: bool) -> None:
    """Report every fault in FILES, or in all published versions; ends with 1 when there is any."""
    faults = [fault for file in files for fault in load(file).faults] if files else published_faults()
    translate = translator(language_of_environment())
    if as_json:
        found = [{**_place(fault), "message": fault_text(fault, translate)} for fault in faults]
        click.echo(json.dumps({"ok": not faults, "faults": found}, ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(f"{fault.file}:{fault.line}: {fault_text(fault, translate)}")
        if not faults:
            click.echo(translate(N_("No faults.")))
    sys.exit(1 if faults else 0)


def _place(fault: WorkflowFault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "code": fault.code}


@workflow.command()
@click.argument("name")
@click.option("--version", type=int, help="A published version; the newest without it.")
@click.option("--format", "form", type=click.Choice(["svg", "mermaid"]), default="svg", show_default=True)
@click.option("--audience", type=click.Choice(AUDIENCES), default="secretariat", show_default=True)
def diagram(name: str, version: int | None, form: str, audience: str) -> None:
    """Draw the process NAME on standard output."""
    language = language_of_environment()
    chosen = _published(name, version)
    click.echo(mermaid(chosen, language) if form == "mermaid" else draw(chosen, language, audience))


def _published(name: str, version: int | None) -> Workflow:
    try:
        published = load_published()
    except BrokenWorkflowError:
        raise OperationError(N_("The published files have faults. Run: nt workflow check")) from None
    versions = [number for process, number in published if process == name]
    if not versions:
        processes = ", ".join(sorted({process for process, _version in published}))
        raise OperationError(
            N_("There is no process “%(name)s”. There are: %(processes)s."), name=name, processes=processes
        )
    if version is not None and version not in versions:
        known = ", ".join(map(str, sorted(versions)))
        raise OperationError(
            N_("“%(name)s” has no version %(version)s. It has: %(known)s."),
            name=name, version=version, known=known,
        )  # fmt: skip
    return published[name, max(versions) if version is None else version]


@workflow.command()
@click.option("--folder", type=click.Path(path_type=Path), default="docs/processes", show_default=True)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; end with 1 when a page is stale.")
def docs(folder: Path, only_check: bool) -> None:
    """Print the newest version of each process as a page of the documentation."""
    stale = []
    for name in sorted({process for process, _version in load_published()}):
        path = folder / f"{name}.md"
        text = page(_published(name, None))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not only_check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        click.echo(str(path))
    sys.exit(1 if only_check and stale else 0)
