"""A notice as a mail, and the server that takes it.

Every mail of one notice has the same Message-ID, so that a receiver who gets it twice (the server took it
and this process died before it could note so) can tell. Header fields are made by the standard library's
strict policy, which refuses a line break in any of them.
"""

from __future__ import annotations

import smtplib
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from nt_process.infra.operation import OperationError
from nt_process.kernel.messages import N_, translator
from nt_process.notices.texts import Words
from nt_process.settings import Settings

# Well within the lease of a claimed batch, see delivery.py.
TIMEOUT_SECONDS = 15

_PACKAGE = Path(__file__).resolve().parents[1]
_TEMPLATES = next(path for path in (_PACKAGE / "_templates", _PACKAGE.parent / "templates") if path.is_dir())
_PAGES = Environment(
    loader=FileSystemLoader(_TEMPLATES / "notices"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_POLICY = SMTP.clone(max_line_length=78)
# An address in a header stands on one line, as whole as it is.
_WITH_ADDRESSES = SMTP.clone(max_line_length=900)


class MailSettingsError(OperationError):
    """NT_SMTP_URL cannot be used; the message says what it should look like and never quotes it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `scheme` is smtp, smtp+starttls or smtps."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    def connect(self) -> smtplib.SMTP:
        """A session, encrypted and signed in as the address says. Raises OSError or SMTPException."""
        if self.scheme == "smtps":
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            session = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.scheme == "smtp+starttls":
                session.starttls(context=ssl.create_default_context())
            if self.user:
                session.login(self.user, self.password)
        except BaseException:
            session.close()
            raise
        return session

    def __repr__(self) -> str:
        return f"MailServer({self.scheme}://{self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mail comes from: the address, and the address of the application that links begin with."""

    address: str
    base_url: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"


@dataclass(frozen=True, slots=True)
class Farewell:
    """How whoever is no user stops the mail: why they get it, a link to a page in words, and its paths.

    `unsubscribe` is posted to by mail programs with nobody looking (RFC 8058); empty where no more mail comes.
    """

    reason: str
    link: str
    path: str
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says to whom. `listed` are the notices that a digest gathers."""

    notice_id: int | uuid.UUID
    to: str
    language: str
    words: Words
    listed: Sequence[Words] = ()
    farewell: Farewell | None = None


def mail_server(settings: Settings) -> MailServer | None:
    """The server of NT_SMTP_URL, or None when it is not set. Raises MailSettingsError."""
    if settings.smtp_url is None:
        return None
    try:
        url = urlsplit(settings.smtp_url.get_secret_value())
        port = url.port
    except ValueError:
        raise _unusable() from None
    if url.scheme not in _PORTS or not url.hostname or url.path not in ("", "/"):
        raise _unusable()
    return MailServer(
        url.scheme,
        url.hostname,
        port or _PORTS[url.scheme],
        unquote(url.username or ""),
        unquote(url.password or ""),
    )


def _unusable() -> MailSettingsError:
    return MailSettingsError(
        N_("NT_SMTP_URL cannot be read. Write it as smtp://host:25, smtp+starttls:// or smtps://user@host.")
    )


def sender(settings: Settings) -> Sender:
    """The sender that the settings name; without NT_MAIL_FROM, noreply@ the application's own host."""
    base_url = settings.base_url.rstrip("/")
    host = urlsplit(base_url).hostname or "localhost"
    return Sender(settings.mail_from or f"noreply@{host}", base_url)


def compose(letter: Letter, sender: Sender, at: datetime) -> EmailMessage:
    """The mail of a notice: plain text, and the same as simple HTML.

    Raises ValueError when an address or the subject cannot stand in a header.
    """
    translate, farewell = translator(letter.language), letter.farewell
    content = {
        "words": letter.words,
        "listed": letter.listed,
        "base_url": sender.base_url,
        "language": letter.language,
        "reason": translate(N_("You get this message as a user of NT process.")),
        "settings": translate(N_("Choose how you are told")),
        "settings_path": "/account",
    }
    if farewell is not None:
        content |= {"reason": farewell.reason, "settings": farewell.link, "settings_path": farewell.path}
    message = EmailMessage(policy=_POLICY if farewell is None else _WITH_ADDRESSES)
    message["From"] = _address(sender.address, "NT process")
    message["To"] = _address(letter.to)
    message["Subject"] = letter.words.title
    message["Date"] = at
    message["Message-ID"] = f"<notice-{letter.notice_id}@{sender.host}>"
    message["Auto-Submitted"] = "auto-generated"
    if farewell is not None and farewell.unsubscribe:
        message["List-Unsubscribe"] = f"<{sender.base_url}{farewell.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_PAGES.get_template("mail.txt").render(content))
    message.add_alternative(_PAGES.get_template("mail.html").render(content), subtype="html")
    message["Content-Language"] = letter.language
    return message


def _address(text: str, name: str = "") -> Address:
    """An address in its two parts, so that each is quoted as it needs, letters beyond ASCII included."""
    local, _, domain = text.rpartition("@")
    return Address(name, local, domain)
