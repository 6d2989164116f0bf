"""`nt financing pays` and `nt financing rules`: who pays for a medicine and why, and the file of rules checked.

They stand among the calculations of `nt_process.financing`. The first asks the database for what regions have stated; the
second needs none.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from nt_process.financing.cli import financing
from nt_process.infra.database import open_database
from nt_process.infra.fault_texts import fault_sentence
from nt_process.introduction_financing import book_file, messages, pays, rule_texts
from nt_process.introduction_financing.pays import Answer, Question
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.settings import language_of_environment, load_settings

__all__ = ["financing"]

_ = translator(language_of_environment())
_JSON = click.option("--json", "as_json", is_flag=True, help=_(N_("Print one JSON document.")))


@financing.command("pays", help=_(N_("Who pays for a medicine in a region on a day, and why.")))
@click.option("--atc", required=True, help=_(N_("ATC code.")))
@click.option("--region", required=True, help=_(N_("The region, by name or county code.")))
@click.option("--on", "day", default="", help=_(N_("The day; today when left out.")))
@click.option("--channel", type=click.Choice(pays.CHANNELS), default="prescription", show_default=True)
@click.option("--disease", type=click.Choice(pays.DISEASES[1:]), default=None)
@_JSON
def pays_command(atc: str, region: str, day: str, channel: str, disease: str | None, as_json: bool) -> None:
    """Answer by the rules of the file and by what regions have stated."""
    settings, translate = load_settings(), translator(language_of_environment())
    typed = {"atc": atc, "region": region, "channel": channel, "disease": disease or ""}
    typed["on"] = day or settings.now().astimezone(STOCKHOLM).date().isoformat()
    try:
        question = pays.read_question(typed)
    except BadInput as refusal:
        _refuse(refusal, translate, as_json=as_json)
    with open_database(settings, application_name="nt financing") as engine, engine.connect() as connection:
        answer = pays.answer(connection, question)
    if as_json:
        click.echo(json.dumps(as_document(answer, translate), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(as_lines(answer, translate)))


@financing.command(
    "rules", help=_(N_("Check a file of rules on who pays, or the one that the system comes with."))
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_JSON
def rules_command(file: Path | None, as_json: bool) -> None:
    """Every fault with file and line; ends with 1 when there is any."""
    translate = translator(language_of_environment())
    found = book_file.read_file(file or book_file.PATH)
    if as_json:
        faults = [
            {
                "file": one.file,
                "line": one.line,
                "code": one.code,
                "message": rule_texts.sentence(one, translate),
            }
            for one in found.faults
        ]
        click.echo(json.dumps({"ok": not faults, "faults": faults}, ensure_ascii=False, indent=2))
    elif found.book is not None:
        said = N_("No faults: version %(version)s with %(count)s rules.")
        click.echo(translate(said, version=found.book.version, count=len(found.book.rules)))
    else:
        click.echo("\n".join(rule_texts.line_of(fault, translate) for fault in found.faults))
    sys.exit(0 if found.book is not None else 1)


def as_document(answer: Answer, translate: Translate) -> dict[str, object]:
    """The answer as a document: codes for programs, words for people."""
    question, rule, language = answer.question, answer.rule, language_of_environment()
    return {
        "atc": question.atc,
        "region": {"code": question.region.code, "name": question.region.official_name},
        "on": question.day.isoformat(),
        "channel": question.channel,
        "disease": question.disease or None,
        "payers": [
            {"payer": payer, "name": _payer(question, payer, translate), "percent": percent, "of": of}
            for payer, percent, of in answer.payers
        ],
        "rule": {
            "code": rule.code,
            "title": rule.titles[language],
            "from": rule.valid_from and rule.valid_from.isoformat(),
            "to": rule.valid_to and rule.valid_to.isoformat(),
            "quotation": rule.quotation,
            "source": rule.source.title,
            "dated": rule.source.dated and rule.source.dated.isoformat(),
        },
        "introduction": None
        if answer.running is None
        else {"from": answer.running.start.isoformat(), "moves_on": answer.running.end.isoformat()},
        "next_change": None
        if answer.then is None
        else {
            "on": answer.then[0].isoformat(),
            "rule": answer.then[1].code,
            "title": answer.then[1].titles[language],
        },
    }


def as_lines(answer: Answer, translate: Translate) -> list[str]:
    """The answer in words, a line for each thing."""
    question, rule, language = answer.question, answer.rule, language_of_environment()
    lines = [f"{question.atc}, {question.region.official_name}, {question.day.isoformat()}"]
    for payer, percent, of in answer.payers:
        of_what = translate(messages.OF_MESSAGES[of])
        lines.append(f"  {percent} % {of_what}: {_payer(question, payer, translate)}")
    lines.append(translate(N_("Why: %(rule)s."), rule=rule.titles[language]))
    if rule.quotation:
        lines.append(f"  “{rule.quotation}”")
    dated = f", {rule.source.dated.isoformat()}" if rule.source.dated else ""
    lines.append(translate(N_("Source: %(source)s"), source=f"{rule.source.title}{dated}"))
    if answer.then is not None:
        day, then = answer.then
        said = N_("From %(day)s: %(rule)s.")
        lines.append(translate(said, day=day.isoformat(), rule=then.titles[language]))
    return lines


def _payer(question: Question, payer: str, translate: Translate) -> str:
    return messages.payer_name(question.region.code, payer, translate)


def _refuse(refusal: BadInput, translate: Translate, *, as_json: bool) -> NoReturn:
    lines = [
        f"--{fault.column}: {fault_sentence(Fault(fault.code, params=fault.params), translate, messages.FAULTS)}"
        for fault in refusal.faults
    ]
    if as_json:
        click.echo(json.dumps({"error": "\n".join(lines)}, ensure_ascii=False))
    else:
        click.echo("\n".join(lines), err=True)
    sys.exit(2)
