"""`nt clock due`: the last day of a limit and how it was arrived at, without a database."""

from __future__ import annotations

import json
import sys

import click

from nt_process.deadlines.calculator import FAULT_TEXTS, Answer, Question, answer
from nt_process.infra.derivation_texts import step_text
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.settings import language_of_environment

# Where a fault is, as an option of the command; the others have the name of their option.
_OPTIONS = {"since": "suspend", "until": "suspend"}


@click.group()
def clock() -> None:
    """Clock arithmetic: last days and how they are arrived at."""


@clock.command()
@click.option("--start", default="", metavar="DATE", help="The starting day, YYYY-MM-DD. It is not counted.")
@click.option("--days", default="", metavar="DAYS", help="The limit in days.")
@click.option(
    "--basis",
    default="statute",
    show_default=True,
    metavar="BASIS",
    help="statute, policy or contract. A last day by statute moves to a working day.",
)
@click.option(
    "--suspend", multiple=True, metavar="FROM..TO", help="Days not counted, both inclusive. Repeatable."
)
@click.option("--extend", multiple=True, metavar="DAYS", help="Days added to the limit. Repeatable.")
@click.option(
    "--roll/--no-roll", "rolls", default=None, help="Whether a policy or a contract moves as a statute does."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def due(
    *,
    start: str,
    days: str,
    basis: str,
    suspend: tuple[str, ...],
    extend: tuple[str, ...],
    rolls: bool | None,
    as_json: bool,
) -> None:
    """The last day of a limit, with its derivation. Ends with 2 when what was stated cannot be used."""
    translate = translator(language_of_environment())
    try:
        result = answer(Question(start, days, basis.strip(), suspend, extend, rolls))
    except BadInput as refusal:
        _refuse(refusal, translate, as_json)
    else:
        click.echo(_as_json(result, translate) if as_json else _as_text(result, translate))


def _refuse(refusal: BadInput, translate: Translate, as_json: bool) -> None:
    lines = []
    for fault in refusal.faults:
        option = _OPTIONS.get(str(fault.column), fault.column)
        lines.append(f"--{option}: {translate(FAULT_TEXTS[fault.code], **fault.params)}")
    if as_json:
        click.echo(json.dumps({"error": "\n".join(lines)}, ensure_ascii=False))
    else:
        click.echo("\n".join(lines), err=True)
    sys.exit(2)


def _as_json(result: Answer, translate: Translate) -> str:
    steps = [
        {
            "date": step.date.isoformat(),
            "days": step.days,
            "rule": step.rule,
            "text": step_text(step, translate),
        }
        for step in result.steps
    ]
    return json.dumps({"due": result.due.isoformat(), "steps": steps}, ensure_ascii=False)


def _as_text(result: Answer, translate: Translate) -> str:
    lines = [f"{step.date}  {step.days or '':>5}  {step_text(step, translate)}" for step in result.steps]
    return "\n".join([*lines, "", translate(N_("Last day: %(day)s"), day=result.due)])
