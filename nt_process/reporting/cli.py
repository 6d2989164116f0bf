"""`nt report deadlines` and `nt report half-year`: a report as a file, made in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.engine import Engine

from nt_process.engine.loader import load_published
from nt_process.infra.database import open_database
from nt_process.infra.logging import configure_logging
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.reporting.formats import MEDIA_TYPES, render
from nt_process.reporting.queries import deadline_report, last_second_of, person_id
from nt_process.reporting.selection import FAULT_TEXTS, read_selection
from nt_process.settings import load_settings

HALF_YEAR_FORMATS = ("csv", "json", "pdf", "xlsx")


@click.group()
def report() -> None:
    """Reports for management."""


@report.command()
@click.option("--as-of", default="", metavar="DATE", help="What was known at the end of this day. Today.")
@click.option("--format", "kind", type=click.Choice(sorted(MEDIA_TYPES)), required=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file; - prints."
)
@click.option("--process", default="", metavar="NAME", help="Only this process.")
@click.option("--from", "since", default="", metavar="DATE", help="Only what was decided from this day.")
@click.option("--to", "until", default="", metavar="DATE", help="Only what was decided until this day.")
@click.option("--owner", default="", metavar="EMAIL", help="Only the cases of this case officer.")
@click.option("--json", "as_json", is_flag=True, help="Say what was written as one JSON document.")
def deadlines(
    *, as_of: str, kind: str, out: Path, process: str, since: str, until: str, owner: str, as_json: bool
) -> None:
    """The deadline report. Ends with 2 when what was asked for cannot be read."""
    settings = load_settings()
    configure_logging(settings, "report")
    say = translator(settings.language)
    workflows = load_published()
    today = settings.now().astimezone(STOCKHOLM).date()
    given = {"as_of": as_of, "process": process, "from": since, "to": until}
    with open_database(settings, pool_size=1, application_name="nt report") as engine:
        try:
            given["owner"] = _owner_id(engine, owner)
            selection = read_selection(given, today, {name for name, _ in workflows})
        except BadInput as refusal:
            _refuse(refusal, say, as_json)
        found = deadline_report(engine, workflows, selection)
        content = render(kind, found, workflows, settings.language)
    _hand_over(out, content, say, as_json)


@report.command("half-year")
@click.option(
    "--period", required=True, metavar="PERIOD", help="2026-1, 2026-2, or months: 2026-02..2026-04."
)
@click.option(
    "--known-on", default="", metavar="DATE", help="What was known at the end of this day. Yesterday."
)
@click.option("--format", "kind", type=click.Choice(HALF_YEAR_FORMATS), required=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file; - prints."
)
@click.option("--json", "as_json", is_flag=True, help="Say what was written as one JSON document.")
def half_year(*, period: str, known_on: str, kind: str, out: Path, as_json: bool) -> None:
    """The half-yearly report's figures, without a preface. Ends with 2 when what was asked for cannot be read."""
    from nt_process.reporting.half_year import formats, queries
    from nt_process.reporting.half_year.period import read_known_on, read_period
    from nt_process.reporting.half_year.texts import FAULTS

    settings = load_settings()
    configure_logging(settings, "report")
    say = translator(settings.language)
    workflows = load_published()
    try:
        wanted = read_period(period)
        day = read_known_on(known_on, wanted, settings.now().astimezone(STOCKHOLM).date())
    except BadInput as refusal:
        _refuse(refusal, say, as_json, FAULTS)
    with (
        open_database(settings, pool_size=1, application_name="nt report") as engine,
        engine.connect() as connection,
    ):
        figures = queries.figures(connection, workflows, wanted, day)
    content = formats.render(
        kind, formats.Edition(figures, last_second_of(day)), workflows, settings.language
    )
    _hand_over(out, content, say, as_json)


def _hand_over(out: Path, content: bytes, say: Translate, as_json: bool) -> None:
    if str(out) == "-":
        sys.stdout.buffer.write(content)
        return
    _write(out, content, say, as_json)
    if as_json:
        click.echo(json.dumps({"file": str(out), "bytes": len(content)}, ensure_ascii=False))
    else:
        click.echo(say(N_("%(file)s, %(count)s bytes."), file=out, count=len(content)))


def _owner_id(engine: Engine, email: str) -> str:
    if not email.strip():
        return ""
    with engine.connect() as connection:
        found = person_id(connection, email.strip())
    if found is None:
        raise BadInput(Fault("unknown_owner", column="owner", params={"value": email}))
    return found


def _write(out: Path, content: bytes, say: Translate, as_json: bool) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        problem = say(
            N_("%(file)s cannot be written: %(problem)s."),
            file=out,
            problem=error.strerror or type(error).__name__,
        )
        _fail(problem, as_json)


def _refuse(
    refusal: BadInput, say: Translate, as_json: bool, texts: Mapping[str, str] = FAULT_TEXTS
) -> NoReturn:
    lines = [
        f"--{str(fault.column).replace('_', '-')}: {say(texts[fault.code], **fault.params)}"
        for fault in refusal.faults
    ]
    _fail("\n".join(lines), as_json)


def _fail(problem: str, as_json: bool) -> NoReturn:
    click.echo(json.dumps({"error": problem}, ensure_ascii=False) if as_json else problem, err=not as_json)
    sys.exit(2)
