"""What the commands that take in a file share: reading it, one report in words or JSON, and how they end."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click
from sqlalchemy.engine import Engine

from nt_process.infra.database import open_database
from nt_process.infra.fault_texts import fault_sentences
from nt_process.infra.operation import OperationError
from nt_process.infra.tabular import MAX_FILE_BYTES
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.settings import language_of_environment, load_settings

UNREADABLE, NO_DATABASE = 1, 2
# A reason that is true of more rows is told with their number alone.
ROWS_NAMED = 20


class Report(Protocol):
    """What an import did; `rejected` gives the faults of each row left out."""

    @property
    def created(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def rejected(self) -> Mapping[int, tuple[Fault, ...]]: ...


TakeIn = Callable[[Engine, datetime], Report]
RowReason = Callable[[Iterable[Fault], Translate], str]


def run(
    file: Path,
    read: Callable[[str, bytes], TakeIn],
    row_reason: RowReason,
    *,
    as_json: bool,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Take in a file: `read` reads its name and bytes before any database is touched, and gives what takes it in.

    Ends the process with UNREADABLE or NO_DATABASE when that cannot be done, and then nothing is imported.
    """
    translate = translator(language_of_environment())
    try:
        take_in = read(file.name, _content(file))
        settings = load_settings()
        with open_database(settings, application_name="nt import") as engine:
            report = take_in(engine, settings.now())
    except BadInput as refusal:
        _fail(fault_sentences(refusal, translate, texts), UNREADABLE, as_json)
    except OSError as error:
        text = translate(N_("“%(file)s” cannot be read: %(reason)s"), file=file, reason=error.strerror)
        _fail([text], UNREADABLE, as_json)
    except OperationError as error:
        _fail([error.text(translate)], NO_DATABASE, as_json)
    else:
        shown = _as_json if as_json else _as_text
        click.echo(shown(report, row_reason, translate))


def _content(file: Path) -> bytes:
    """The file's bytes, at most one more than may be handed in: that one is enough to refuse it."""
    with file.open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _fail(lines: list[str], code: int, as_json: bool) -> None:
    text = "\n".join(lines)
    click.echo(json.dumps({"error": text}, ensure_ascii=False) if as_json else text, err=not as_json)
    sys.exit(code)


def _as_json(report: Report, row_reason: RowReason, translate: Translate) -> str:
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


def _as_text(report: Report, row_reason: RowReason, translate: Translate) -> str:
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
