"""The command `nt`: one group, each feature's commands loaded only when they are asked for."""

from __future__ import annotations

import importlib
import json
import sys
from typing import NoReturn

import click

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import translator
from nt_process.settings import language_of_environment

# command -> (module, attribute)
COMMANDS = {
    "audit": ("nt_process.cases.cli", "audit"),
    "clock": ("nt_process.deadlines.cli", "clock"),
    "demo": ("nt_process.operations.cli", "demo"),
    "financing": ("nt_process.financing.cli", "financing"),
    "import": ("nt_process.horizon.cli", "import_"),
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


class LazyGroup(click.Group):
    """A group whose commands are imported when called, so that `nt clock due` starts in no time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup)
def nt() -> None:
    """Case management for the orderly introduction of new medicines."""


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
