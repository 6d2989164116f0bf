"""`nt demo`, `nt stop` and `nt migrate`."""

from __future__ import annotations

import click

from nt_process.settings import load_settings


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
def demo(port: int, host: str) -> None:
    """Run everything on this machine, with a world of invented cases."""
    from nt_process.demo_server import run_demo

    run_demo(load_settings(), port, host, click.echo)


@click.command()
def stop() -> None:
    """Stop a running demo, or what a killed one left behind."""
    from nt_process.demo_server import stop_demo

    stop_demo(load_settings())


@click.command()
def migrate() -> None:
    """Bring the database schema up to date."""
    from nt_process.infra.database import open_database

    with open_database(load_settings(), application_name="nt migrate"):
        click.echo("ok")
