"""The command `nt`: one group, each feature's commands loaded only when they are asked for."""

from __future__ import annotations

import importlib
import sys

import click

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import translator

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
    """Run the command; what keeps the system from running is one message, not a traceback."""
    try:
        nt(standalone_mode=True)
    except OperationError as error:
        from nt_process.settings import language_of_environment

        click.echo(error.text(translator(language_of_environment())), err=True)
        sys.exit(2)
