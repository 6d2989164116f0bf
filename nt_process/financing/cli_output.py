"""How the financing commands answer and refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from nt_process.financing.fault_texts import FINANCING_FAULTS
from nt_process.financing.layout import Layout
from nt_process.financing.output import as_csv, as_document, as_text, notes, plain_rows
from nt_process.financing.verification.verify import Verification, checks_layout, summary_layout
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import N_, translator
from nt_process.settings import language_of_environment

REFUSED = 1


def print_json(document: object) -> None:
    click.echo(_printable(json.dumps(document, ensure_ascii=False, indent=2)))


def _printable(text: str) -> str:
    """Without the half characters that an argument of undecodable bytes brings along."""
    return text.encode("utf-8", "replace").decode("utf-8")


class FinancingCommand(click.Command):
    """A command whose refusals are sentences, or with --json the one JSON document it prints."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _refusals(as_json="--json" in args):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _refusals(as_json=bool(ctx.params.get("as_json"))):
            return super().invoke(ctx)


class FinancingGroup(click.Group):
    """The group of these commands; an unknown one is refused as they refuse."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        with _refusals(as_json="--json" in args):
            return super().resolve_command(ctx, args)


@contextmanager
def _refusals(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except BadInput as refusal:
        _refuse(refusal, as_json=as_json)
        raise click.exceptions.Exit(REFUSED) from None
    except click.UsageError as error:
        if not as_json:
            raise
        fault = {"code": "usage", "row": None, "column": None, "message": error.format_message()}
        print_json({"faults": [fault]})
        raise click.exceptions.Exit(error.exit_code) from None


def _refuse(refusal: BadInput, *, as_json: bool) -> None:
    translate = translator(language_of_environment())
    sentences = [fault_sentence(fault, translate, FINANCING_FAULTS) for fault in refusal.faults]
    if not as_json:
        for sentence in sentences:
            click.echo(_printable(sentence), err=True)
        return
    faults = [
        {"code": fault.code, "row": fault.row, "column": fault.column, "message": sentence}
        for fault, sentence in zip(refusal.faults, sentences, strict=True)
    ]
    print_json({"faults": faults})


def show(layout: Layout, *, as_json: bool, as_csv_table: bool) -> None:
    """Print a calculation in the form that was asked for; with CSV the notes go to standard error."""
    if as_json and as_csv_table:
        raise BadInput(Fault("json_and_csv"))
    if as_json:
        print_json(as_document(layout, language_of_environment()))
    elif as_csv_table:
        click.echo(as_csv(layout, language_of_environment()), nl=False)
        for note in notes(layout, language_of_environment()):
            click.echo(note, err=True)
    else:
        click.echo(as_text(layout, language_of_environment()))


def print_verification(
    verification: Verification, *, everything: bool, as_json: bool, as_csv_table: bool
) -> None:
    """Counts per table, then each cell that differs and why; as JSON the cells stand under "checks"."""
    summary, checks = summary_layout(verification), checks_layout(verification, everything=everything)
    if as_json and not as_csv_table:
        document = as_document(summary, language_of_environment())
        print_json(document | {"checks": plain_rows(checks, language_of_environment())})
        return
    show(checks if as_csv_table else summary, as_json=as_json, as_csv_table=as_csv_table)
    if not as_csv_table:
        click.echo()
        for row in plain_rows(checks, language_of_environment()):
            click.echo(_check_line(row))


def _check_line(row: Mapping[str, str | None]) -> str:
    line = translator(language_of_environment())(
        N_("%(table)s, row %(row)s, %(name)s, %(column)s: %(printed)s printed, %(computed)s by %(formula)s"),
        table=row["table"],
        row=row["row"],
        name=row["row_name"],
        column=row["column"],
        printed=row["printed"] or "-",
        computed=row["computed_rounded"] or row["computed"] or "-",
        formula=row["formula"],
    )
    return f"{line} - {row['why']}" if row["why"] else line
