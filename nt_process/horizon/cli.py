"""`nt import ema FILE`: take in the agency's export from the command line."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import click

from nt_process.horizon import imports
from nt_process.horizon.texts import row_reason
from nt_process.infra.database import open_database
from nt_process.infra.fault_texts import fault_sentences
from nt_process.infra.operation import OperationError
from nt_process.infra.tabular import MAX_FILE_BYTES
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.settings import language_of_environment, load_settings

UNREADABLE, NO_DATABASE = 1, 2
# A reason that is true of more rows is told with their number alone.
ROWS_NAMED = 20


@click.group("import")
def import_() -> None:
    """Take in the files of others."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON document: {created, updated, unchanged, rejected}."
)
def ema(file: Path, as_json: bool) -> None:
    """Import FILE, the European Medicines Agency's export of medicines (XLSX or CSV).

    Ends with 1 when the file cannot be read; then nothing is imported. Importing it again changes nothing.
    """
    translate = translator(language_of_environment())
    try:
        handed_in = imports.read_file(file.name, _content(file))
        settings = load_settings()
        with open_database(settings, application_name="nt import") as engine:
            report = imports.import_export(engine, handed_in, settings.now())
    except BadInput as refusal:
        _fail(fault_sentences(refusal, translate), UNREADABLE, as_json)
    except OSError as error:
        text = translate(N_("“%(file)s” cannot be read: %(reason)s"), file=file, reason=error.strerror)
        _fail([text], UNREADABLE, as_json)
    except OperationError as error:
        _fail([error.text(translate)], NO_DATABASE, as_json)
    else:
        click.echo(_as_json(report, translate) if as_json else _as_text(report, translate))


def _content(file: Path) -> bytes:
    """The file's bytes, at most one more than may be handed in: that one is enough to refuse it."""
    with file.open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _fail(lines: list[str], code: int, as_json: bool) -> None:
    text = "\n".join(lines)
    click.echo(json.dumps({"error": text}, ensure_ascii=False) if as_json else text, err=not as_json)
    sys.exit(code)


def _as_json(report: imports.Report, translate: Translate) -> str:
    rejected = [
        {"row": row, "reason": row_reason(faults, translate)} for row, faults in report.rejected.items()
    ]
    document = {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": rejected,
    }
    return json.dumps(document, ensure_ascii=False)


def _as_text(report: imports.Report, translate: Translate) -> str:
    lines = [
        translate(
            N_("New: %(created)s. Changed: %(updated)s. Unchanged: %(unchanged)s. Left out: %(rejected)s."),
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=len(report.rejected),
        )
    ]
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, faults in report.rejected.items():
        rows_of[row_reason(faults, translate)].append(row)
    for reason, rows in rows_of.items():
        named = ", ".join(map(str, rows[:ROWS_NAMED])) + (" …" if len(rows) > ROWS_NAMED else "")
        lines.append(
            translate(N_("Rows %(rows)s (%(count)s): %(reason)s"), rows=named, count=len(rows), reason=reason)
        )
    return "\n".join(lines)
