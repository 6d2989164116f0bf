"""A real SMTP server for tests: keeps what it takes, and can be told how to answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from nt_process.notices.mail import MailServer


class Mailbox:
    """The messages taken so far, in order, and their envelopes. `answers` are given before “250 OK”."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self.server = MailServer("smtp", "127.0.0.1", 0)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.recipients.append(envelope.rcpt_tos)
        return answer

    def subjects(self) -> list[str]:
        return [message["Subject"] for message in self.messages]

    def text(self, index: int = 0) -> str:
        body = self.messages[index].get_body(("plain",))
        assert body is not None
        return body.get_content().replace("\r\n", "\n")


@contextlib.contextmanager
def receiving() -> Iterator[Mailbox]:
    """A mailbox whose server listens meanwhile; `mailbox.server` is its address."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    mailbox.server = MailServer("smtp", "127.0.0.1", port)
    try:
        yield mailbox
    finally:
        controller.stop()
