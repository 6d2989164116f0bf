"""`nt audit verify`: is every log whole, and does every case follow from it?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from nt_process.cases.verify import as_of_one_moment
from nt_process.cases.verify import verify as verify_log
from nt_process.infra.database import open_database
from nt_process.kernel.messages import N_, translator
from nt_process.settings import load_settings

FAULTS = {
    "missing_row": N_("a row of the log is missing"),
    "broken_link": N_("the row does not follow from the one before it"),
    "altered_row": N_("the row has been altered"),
    "wrong_head": N_("rows are missing at the end of the log"),
    "no_events": N_("the case has no log"),
    "differs_from_log": N_("the stored case is not what its log amounts to"),
}


@click.group()
def audit() -> None:
    """The log of what happened."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(as_json: bool) -> None:
    """Check every chain, and rebuild every case from its events. Ends with 1 when something is wrong."""
    settings = load_settings()
    with (
        open_database(settings, application_name="nt audit") as engine,
        as_of_one_moment(engine).connect() as connection,
    ):
        verdict = verify_log(connection)
    say = translator(settings.language)
    if as_json:
        click.echo(json.dumps(asdict(verdict), ensure_ascii=False))
    elif verdict.first_bad is None:
        click.echo(
            say(
                N_("%(events)s events in %(cases)s cases: whole."), events=verdict.events, cases=verdict.cases
            )
        )
    else:
        bad = verdict.first_bad
        click.echo(
            say(
                N_("%(number)s, row %(seq)s: %(fault)s."),
                number=bad.number,
                seq=bad.seq or "–",
                fault=say(FAULTS[bad.fault]),
            )
        )
    sys.exit(0 if verdict.ok else 1)
