"""The command `nt`: one group, each feature's commands loaded only when they are asked for."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import translator
from nt_process.settings import language_of_environment

# command -> (module, attribute)
COMMANDS = {
    "audit": ("nt_process.cases.cli", "audit"),
    "clock": ("nt_process.deadlines.cli", "clock"),
    "demo": ("nt_process.operations.cli", "demo"),
    "financing": ("nt_process.introduction_financing.cli", "financing"),
    "import": ("nt_process.cli", "import_"),
    "migrate": ("nt_process.operations.cli", "migrate"),
    "report": ("nt_process.reporting.cli", "report"),
    "scheduler": ("nt_process.notices.cli", "scheduler"),
    "sealed": ("nt_process.sealed.cli", "sealed"),
    "stop": ("nt_process.operations.cli", "stop"),
    "tick": ("nt_process.notices.cli", "tick"),
    "token": ("nt_process.identity.cli", "token"),
    "user": ("nt_process.identity.cli", "user"),
    "worker": ("nt_process.notices.cli", "worker"),
    "workflow": ("nt_process.workflow_cli", "workflow"),
}
IMPORTS = {
    "ema": ("nt_process.horizon.cli", "ema"),
    "prices": ("nt_process.prices.cli", "prices"),
    "quarter": ("nt_process.followup.cli", "quarter"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when called, so that `nt clock due` starts in no time."""

    def __init__(self, *args: Any, where: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._where = where

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._where)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._where:
            return None
        module, attribute = self._where[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, where=COMMANDS)
def nt() -> None:
    """Case management for the orderly introduction of new medicines."""


@click.group("import", cls=LazyGroup, where=IMPORTS)
def import_() -> None:
    """Take in the files of others."""


def main() -> None:
    """Run the command. What stops it is one message and never a traceback; with --json, one JSON document."""
    try:
        code = nt.main(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(error.format_message(), usage=error)
    except OperationError as error:
        _fail(error.text(translator(language_of_environment())))
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, usage: click.ClickException | None = None) -> NoReturn:
    if "--json" in sys.argv:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    elif usage is not None:
        usage.show()
    else:
        click.echo(message, err=True)
    sys.exit(2)
