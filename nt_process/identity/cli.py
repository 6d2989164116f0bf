"""`nt user …` and `nt token …`: people from the command line."""

from __future__ import annotations

import json
import sys

import click

from nt_process.engine.definition import ROLES
from nt_process.identity import federated, leaked, passwords, register, service
from nt_process.identity.history import By, note
from nt_process.infra.database import open_database
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.settings import load_settings

_KINDS = ("council", "region", "company", "tlv", "expert_group", "patient_organisation")
_FAULTS = {
    "bad_email": N_("“%(email)s” is not an e-mail address."),
    "email_taken": N_("There is already a person with the address “%(email)s”."),
    "bad_password": N_("The password is too short (at least 12 characters) or too easily guessed."),
    "not_linked": N_(
        "“%(email)s” was not linked: there is no such person or organisation, or the name is linked already."
    ),
    "unknown": N_("There is no person with the address “%(email)s”."),
}


def _fail(code: str, email: str, as_json: bool = False) -> None:
    settings = load_settings()
    text = translator(settings.language)(_FAULTS[code], email=email)
    if as_json:
        click.echo(json.dumps({"error": text}, ensure_ascii=False))
    else:
        click.echo(text, err=True)
    sys.exit(1)


@click.group()
def user() -> None:
    """People who may sign in."""


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_users(as_json: bool) -> None:
    """Everyone who may sign in, with organisation and roles."""
    settings = load_settings()
    with open_database(settings, application_name="nt user") as engine, engine.connect() as connection:
        users = service.list_users(connection, settings.now().astimezone(STOCKHOLM).date())
    if as_json:
        click.echo(json.dumps(users, ensure_ascii=False))
        return
    for one in users:
        click.echo(f"{one['email']}\t{one['name']}\t{one['organisation']}\t{', '.join(one['roles'])}")  # type: ignore[arg-type]


@user.command()
@click.argument("email")
@click.option("--name", required=True)
@click.option("--organisation", required=True)
@click.option("--kind", type=click.Choice(_KINDS), required=True)
@click.option("--role", type=click.Choice(ROLES), required=True, multiple=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the membership.")
@click.option(
    "--invite", "invited", is_flag=True, help="Mail a link with which the person chooses a password."
)
@click.option("--password", help="Without it and --invite, it is asked for.")
def add(
    email: str,
    name: str,
    organisation: str,
    kind: str,
    role: tuple[str, ...],
    until: object,
    invited: bool,
    password: str | None,
) -> None:
    """Add a person with roles in an organisation, from today on."""
    settings = load_settings()
    if not invited and password is None:
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    if password is not None and (
        passwords.fault(password, email, name) or leaked.fault(password, settings.leaked_passwords)
    ):
        _fail("bad_password", email)
    today = settings.now().astimezone(STOCKHOLM).date()
    last = until.date() if until is not None else None  # type: ignore[attr-defined]
    with open_database(settings, application_name="nt user") as engine:
        try:
            with engine.begin() as connection:
                by = By(settings.now())
                organisation_id = register.organisation_named(connection, by, kind, organisation)
                members = tuple(service.Member(organisation_id, one, today, last) for one in role)
                details = register.Details(email, name)
                person_id = register.add_person(connection, by, details, members, password=password)
                if invited:
                    register.invite(connection, by, person_id, settings.secret_key())
        except service.IdentityError as error:
            _fail(error.code, email)


@user.command()
@click.argument("email")
def invite(email: str) -> None:
    """Mail a person a new link with which they choose a password; an earlier link stops working."""
    settings = load_settings()
    with open_database(settings, application_name="nt user") as engine, engine.begin() as connection:
        person_id = service.find_person(connection, email)
        if person_id is None:
            _fail("unknown", email)
            return
        register.invite(connection, By(settings.now()), person_id, settings.secret_key())


@user.command("link")
@click.argument("email")
@click.option("--subject", required=True, help="How the sign-in provider names the person.")
@click.option("--organisation", required=True, help="The organisation they act for.")
@click.option("--kind", type=click.Choice(_KINDS), required=True)
@click.option("--identifier", required=True, help="How the provider names the organisation.")
@click.option(
    "--issuer", help="The provider: NT_OIDC_ISSUER unless stated. One of SAML is named by its entityID."
)
def link_to_provider(
    email: str, subject: str, organisation: str, kind: str, identifier: str, issuer: str | None
) -> None:
    """Let a person sign in through their organisation's provider."""
    settings = load_settings()
    with open_database(settings, application_name="nt user") as engine, engine.begin() as connection:
        named = federated.name_organisation(connection, kind, organisation, identifier)
        provider = issuer or settings.oidc_issuer
        if not named or not federated.link(connection, provider, subject, email, settings.now()):
            connection.rollback()
            _fail("not_linked", email)
        person_id = service.find_person(connection, email)
        note(connection, By(settings.now()), "linked", person_id=person_id, new=provider)


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Disable a person at once; what they did stays in the log."""
    settings = load_settings()
    with open_database(settings, application_name="nt user") as engine, engine.begin() as connection:
        person_id = service.find_person(connection, email)
        if person_id is None:
            _fail("unknown", email)
            return
        register.disable(connection, By(settings.now()), person_id)


@click.group()
def token() -> None:
    """Tokens for the JSON API."""


@token.command()
@click.argument("email")
def create(email: str) -> None:
    """Make a token for a person and print it, and nothing else. It is never shown again."""
    settings = load_settings()
    with open_database(settings, application_name="nt token") as engine, engine.begin() as connection:
        person_id = service.find_person(connection, email)
        if person_id is None:
            _fail("unknown", email)
            return
        click.echo(service.create_token(connection, person_id, settings.now()))
