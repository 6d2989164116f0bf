"""`nt sealed …`: the master key's versions, for whoever operates the machine."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import click
from sqlalchemy.engine import Engine

from nt_process.infra.database import open_database
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.sealed import keys, rotation
from nt_process.settings import Settings, load_settings


@click.group()
def sealed() -> None:
    """The master key that protects what is secret."""


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Engine, Settings, Translate]]:
    settings = load_settings()
    keys.use(settings)
    with open_database(settings, application_name="nt sealed") as engine:
        yield engine, settings, translator(settings.language)


@sealed.command()
def rotate() -> None:
    """Make a new version of the master key, and wrap every negotiation's key with it."""
    with _opened() as (engine, settings, say):
        version, wrapped = rotation.rotate(engine, settings.now())
    click.echo(say(N_("Version %(version)s: %(count)s keys wrapped again."), version=version, count=wrapped))


@sealed.command()
def rewrap() -> None:
    """Wrap with the newest version what is not: after a rotation that was cut short."""
    with _opened() as (engine, settings, say):
        wrapped = rotation.rewrap(engine, settings.now())
    click.echo(say(N_("%(count)s keys wrapped again."), count=wrapped))


@sealed.command()
def retire() -> None:
    """Let nothing be opened with older versions of the master key."""
    with _opened() as (engine, _settings, say):
        version = rotation.retire(engine)
    click.echo(say(N_("Nothing older than version %(version)s opens anything now."), version=version))


@sealed.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def status(as_json: bool) -> None:
    """How many negotiations' keys are wrapped with which version, and whether the key can be reached."""
    with _opened() as (engine, _settings, say):
        by_version, newest = rotation.counts(engine), keys.master_key().newest()
    if as_json:
        click.echo(json.dumps({"newest": newest, "keys": by_version}))
        return
    click.echo(say(N_("The newest version is %(version)s."), version=newest))
    for version, count in by_version.items():
        click.echo(say(N_("Version %(version)s: %(count)s keys."), version=version, count=count))
