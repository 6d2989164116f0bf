"""Subscribers, and requests for documents with their answers, made by the commands."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient

from nt_process.identity.maker import Maker
from nt_process.infra import acting
from nt_process.notices.link_mail import LinkRound
from nt_process.notices.mail import Sender
from nt_process.public.register import entering
from nt_process.public.requests import asking, service
from nt_process.public.requests.service import Upload
from nt_process.public.subscriptions import happenings
from nt_process.public.subscriptions import service as subscriptions
from nt_process.public.subscriptions.rules import Choices
from tests.notices.mailbox import Mailbox
from tests.world import PDF, START, Office

SECRET = "test"
SENDER = Sender("noreply@nt.example", "https://nt.example")
ADDRESS = "lasare@lasare.example"
FORM: Mapping[str, Any] = {
    "address": ADDRESS,
    "language": "sv",
    "topics": ["recommendations", "stages", "meetings"],
}


@contextlib.contextmanager
def nobody(office: Office) -> Iterator[None]:
    """Every connection is told that nobody acts, as on the public site."""
    acting.become(None, START.date())
    try:
        yield
    finally:
        acting.forget()
        office.engine.dispose()


def send_mail(office: Office, mailbox: Mailbox, at: datetime = START) -> None:
    """What a worker does, until nothing waits."""
    while LinkRound(office.engine, mailbox.server, SENDER, SECRET)(at):
        pass


def link_in(text: str, path: str) -> str:
    """The address in a mail that leads to a page, without its host."""
    [found] = re.findall(rf"https://[^/\s]+(/public/../{path}\S+)", text)
    return str(found)


def token_of(path: str) -> str:
    return path.partition("=")[2]


def subscribe(
    office: Office, client: FlaskClient, mailbox: Mailbox, at: datetime = START, **form: Any
) -> str:
    """Subscribe and confirm through the pages; the token that changes and ends it."""
    before = len(mailbox.messages)
    assert client.post("/public/sv/subscribe", data={**FORM, **form}).status_code == 200
    send_mail(office, mailbox, at)
    path = link_in(mailbox.text(before), "confirm-subscription")
    answer = client.post("/public/sv/confirm-subscription", data={"link": token_of(path)})
    assert answer.status_code == 302
    return str(re.search(r"link=([^&]+)", answer.location).group(1))  # type: ignore[union-attr]


def notice(office: Office, at: datetime = START) -> int:
    return happenings.notice(office.engine, at)


def one(office: Office, statement: str, **given: Any) -> Any:
    with office.engine.connect() as connection:
        return connection.execute(sa.text(statement), given).scalar()


def many(office: Office, statement: str, **given: Any) -> list[Any]:
    with office.engine.connect() as connection:
        return list(connection.execute(sa.text(statement), given).scalars())


def ask(office: Office, at: datetime = START, **typed: str) -> tuple[str, str]:
    """A request for a document, made by nobody: its id and its code."""
    texts = {"wanted": "Ansökan om Publicin.", "designation": "", "address": ""} | typed
    made = asking.ask(office.engine, SECRET, texts, "sv", at)
    year, number = made.name.removeprefix("B ").split("-")
    statement = "SELECT id FROM document_request WHERE year = :year AND number = :number"
    return str(one(office, statement, year=int(year), number=int(number))), made.code


def maker(office: Office, name: str = "secretary", at: datetime = START) -> Maker:
    return Maker(office.actor(name), at)


def masked(name: str = "maskad.pdf", mark: str = "maskad") -> Upload:
    """A PDF that the system has not seen before."""
    return Upload(name, PDF + f"% {mark}\n".encode())


def furnish(office: Office) -> dict[str, Any]:
    """A subscriber; a request that waits with two files and a passage, and one that is answered; and the register."""
    subscriptions.ask(
        office.engine, SECRET, ADDRESS, Choices("sv", ("recommendations",), words="publicin"), START
    )
    waiting, _code = ask(office, START - timedelta(days=3), address=ADDRESS)
    service.assign(office.engine, maker(office), waiting, office.people["secretary"])
    # Two files: taking the one away leaves the passage of the other.
    for name in ("a.pdf", "b.pdf"):
        service.add_file(office.engine, maker(office), waiting, masked(name, name), masked=True)
    file_id, passed_over = many(
        office, "SELECT id FROM document_request_file WHERE request_id = :id ORDER BY filename", id=waiting
    )
    passage = {"passage": "Sidan 1", "ground": "business", "provision": "OSL 31 kap. 16 §"}
    service.add_mask(office.engine, maker(office), waiting, str(passed_over), passage)
    mask_id = one(office, "SELECT id FROM document_request_mask WHERE file_id = :id", id=passed_over)
    answered, _other = ask(office, START - timedelta(days=2))
    service.decide(
        office.engine, maker(office), answered, {"outcome": "refused", "reasons": "Sekretess."}, gone=False
    )
    entering.enter(office.engine, START)
    return {"request_id": waiting, "file_id": str(file_id), "mask_id": str(mask_id)}
