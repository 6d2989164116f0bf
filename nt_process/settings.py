"""What the installation decides: read once from NT_* environment variables, then never changed.

The time of day also comes from here (`Settings.now`), so that a simulation can fix it with NT_NOW.
Values that may hold a password are wrapped, so that printing the settings never shows them.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_

DEFAULT_TABLES_DIR = "../shared/data/seed-tables"


class SettingsError(OperationError):
    """One or more NT_* variables have a value that cannot be used; the message names each of them."""


def _mail_address(url: SecretStr | None) -> SecretStr | None:
    if url is not None and urlsplit(url.get_secret_value()).scheme not in ("smtp", "smtp+starttls", "smtps"):
        raise ValueError("it must begin with smtp://, smtp+starttls:// or smtps://")
    return url


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("it must begin with http:// or https:// and name a host")
    return url.rstrip("/")


def _guarded_address(url: str) -> str:
    """An address of which answers are believed: encrypted, or on this machine."""
    if url and not _web_address(url).startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ValueError("it must begin with https://, or be of this machine")
    return url


def _scanner_address(url: str) -> str:
    parts = urlsplit(url)
    if url and not (
        (parts.scheme == "tcp" and parts.hostname)
        or (parts.scheme == "unix" and not parts.netloc and parts.path)
    ):
        raise ValueError("it must be tcp://host:port or unix:///path")
    return url


class Settings(BaseSettings):
    """The settings of one process. Field `x` is read from NT_X, except where an alias says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="NT_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default=Path("var"),
        validate_default=True,
        description="Where files, mail and the embedded database lie.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="The application's login. Without it the embedded PostgreSQL is used."
    )
    migration_url: SecretStr | None = Field(
        default=None,
        description="The owner's login, for schema changes. Without it, the same as database_url.",
    )
    smtp_url: Annotated[SecretStr | None, AfterValidator(_mail_address)] = Field(
        default=None,
        description="smtp://, smtp+starttls:// or smtps://, with user and password where needed.",
    )
    mail_from: str = Field(
        default="", description="The sender of mail. Without it, noreply@ the host of NT_BASE_URL."
    )
    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default="http://127.0.0.1:8080",
        description="The address that links in mail and calendars begin with.",
    )
    secret_key_setting: SecretStr | None = Field(
        default=None,
        validation_alias="NT_SECRET_KEY",
        description="Signs sessions; the same in every process.",
    )
    secret_key_before_setting: SecretStr | None = Field(
        default=None,
        validation_alias="NT_SECRET_KEY_BEFORE",
        description="The key before that one, while it is being replaced.",
    )
    fixed_now: AwareDatetime | None = Field(
        default=None, validation_alias="NT_NOW", description="An ISO instant that replaces the clock."
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="Who does nothing for so long has to sign in again."
    )
    session_hours: int = Field(
        default=9, ge=1, description="So long after signing in, everyone has to sign in again."
    )
    second_factor: Literal["required", "optional"] | None = Field(
        default=None, description="For everybody. Required, unless it is the demo world."
    )
    requests_per_minute: int = Field(
        default=600, ge=0, description="From one person, or one address, at each web process. 0 is no limit."
    )
    leaked_passwords: FilePath | None = Field(
        default=None, description="The file “Pwned Passwords”, ordered by hash: none of them can be chosen."
    )
    proxies: int = Field(
        default=0, ge=0, le=5, description="How many web servers of ours stand before this one."
    )
    oidc_issuer: Annotated[str, AfterValidator(_guarded_address)] = Field(
        default="", description="The organisations' sign-in provider (OpenID Connect)."
    )
    oidc_client_id: str = Field(default="", description="What the provider calls this application.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Agreed with the provider.")
    oidc_levels: str = Field(default="", description="The values of acr that are sure enough, with spaces.")
    oidc_person_claim: str = Field(default="sub", description="The claim that names the person.")
    oidc_organisation_claim: str = Field(
        default="organisation", description="The claim that names the organisation they act for."
    )
    oidc_scope: str = Field(default="openid", description="What the provider is asked for, with spaces.")
    saml_metadata: Path | None = Field(
        default=None, description="The file of metadata of a sign-in provider that speaks SAML."
    )
    saml_levels: str = Field(
        default="", description="The values of AuthnContextClassRef that are sure enough, with spaces."
    )
    saml_person_attribute: str = Field(
        default="NameID", description="The attribute that names the person, or NameID."
    )
    saml_organisation_attribute: str = Field(
        default="organisation", description="The attribute that names the organisation they act for."
    )
    clamav: Annotated[str, AfterValidator(_scanner_address)] = Field(
        default="",
        description="The virus scanner that every file is shown to: tcp://host:port or unix:///path.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="The key that protects what is secret. Made in the data directory with the embedded database.",
    )
    vault_address: Annotated[
        str, AfterValidator(_guarded_address), AfterValidator(lambda url: url.rstrip("/"))
    ] = Field(
        default="",
        description="HashiCorp Vault, whose transit engine keeps that key instead: https://host:8200.",
    )
    vault_mount: str = Field(default="transit", description="Where the transit engine is mounted.")
    vault_key: str = Field(default="nt-process", description="What the key is called there.")
    vault_token_file: Path | None = Field(
        default=None, description="The file that holds the token for Vault, kept fresh by its agent."
    )
    demo: bool = Field(default=False, description="The demo world: the sign-in page lists its users.")
    language: Literal["sv", "en"] = Field(
        default="sv", validation_alias="NT_LANG", description="The language of the command line."
    )
    tables_dir: Path = Field(
        default=Path(DEFAULT_TABLES_DIR),
        description="Where the public documents' printed tables lie as CSV, for the page that recomputes them.",
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="One JSON object, or a line to read."
    )

    def now(self) -> datetime:
        """The present instant in UTC: the only place outside the rules where time is read."""
        return (self.fixed_now or datetime.now(UTC)).astimezone(UTC)

    @property
    def requires_second_factor(self) -> bool:
        return not self.demo if self.second_factor is None else self.second_factor == "required"

    def ensured_data_dir(self) -> Path:
        """The data directory, made if absent: others may pass through it but not list it.

        Passing through is needed because the embedded PostgreSQL of root runs as another user.
        """
        try:
            self.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                N_(
                    "The data directory %(directory)s cannot be used: %(reason)s. Choose another with NT_DATA_DIR."
                ),
                directory=self.data_dir,
                reason=error.strerror or "",
            ) from None
        return self.data_dir

    def secret_key(self) -> str:
        """The key that signs sessions and links: NT_SECRET_KEY, or one made once in the data directory."""
        if self.secret_key_setting is not None:
            return self.secret_key_setting.get_secret_value()
        path = self.ensured_data_dir() / "secret_key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()

    def secret_key_before(self) -> str | None:
        """The key that the present one took the place of, or None."""
        before = self.secret_key_before_setting
        return None if before is None else before.get_secret_value()


def _write_once(path: Path, text: str) -> None:
    """Write a private file in one step; when another process was first, its text stays."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()


def load_settings() -> Settings:
    """Read the environment, and the files of NT_SECRETS_DIR or of systemd's credentials, each named as its variable.

    Raises SettingsError, which names each faulty variable and what is wrong.
    """
    directory = os.environ.get("NT_SECRETS_DIR") or os.environ.get("CREDENTIALS_DIRECTORY")
    if directory and not Path(directory).is_dir():
        raise SettingsError(N_("The directory of secrets %(directory)s is not there."), directory=directory)
    try:
        return Settings(_secrets_dir=directory or None)  # type: ignore[call-arg]
    except ValidationError as error:
        faults = [f"{_variable(fault['loc'])}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise SettingsError(N_("A setting cannot be used:\n%(faults)s"), faults="\n".join(faults)) from None


def language_of_environment() -> str:
    """The language of the command line, also where the settings themselves cannot be read."""
    return "en" if os.environ.get("NT_LANG") == "en" else "sv"


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0]).upper()
    return name if name.startswith("NT_") else f"NT_{name}"
