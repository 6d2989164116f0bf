"""Messages in a case: the two sides write and read, nobody else learns anything, the log says only that it was."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from nt_process.companies import messages, people
from nt_process.companies.messages import Attachment
from nt_process.infra import acting
from nt_process.infra.database import Databases, app_engine
from nt_process.notices.delivery import deliver_all
from nt_process.notices.mail import Sender
from tests.features.companies.world import Companies
from tests.notices.mailbox import receiving
from tests.world import FIRST_DAY, PDF, START, Office, sign_in

SignIn = Callable[[str], FlaskClient]
SECRET_WORDS = "Vi kan sänka priset till 412 kronor."


@pytest.fixture
def number(office: Office) -> str:
    return office.open()


def write(office: Office, name: str, number: str, body: str = SECRET_WORDS) -> None:
    attached = [Attachment("pris.pdf", PDF)]
    messages.send(office.engine, office.actor(name), number, body, attached, START)


def post(client: FlaskClient, number: str, body: str, *names: str) -> TestResponse:
    sent = {"body": body, "files": [(io.BytesIO(PDF), name) for name in names]}
    answer = client.post(f"/cases/{number}/messages", data=sent, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()
    return answer


def test_both_sides_write_and_see_what_the_other_has_read(as_person: SignIn, number: str) -> None:
    company, secretary = as_person("company"), as_person("secretary")
    path = f"/cases/{number}/messages"
    assert post(company, number, SECRET_WORDS, "pris.pdf", "bilaga två.pdf").location == path
    page = secretary.get(path).text
    assert SECRET_WORDS in page
    assert "1 oläst meddelande" in page
    files = re.findall(rf'href="({path}/files/[^"]+)"', page)
    assert len(files) == 2
    assert secretary.get(files[0]).data == PDF
    assert "Inte markerat som läst än" in company.get(path).text
    up_to = re.search(r'name="up_to" value="(\d+)"', page)
    assert up_to is not None
    assert secretary.post(f"{path}/read", data={"up_to": up_to[1]}).location == path
    assert 'name="up_to"' not in secretary.get(path).text
    assert "Läst av motparten" in company.get(path).text
    assert post(secretary, number, "Tack, vi återkommer.").location == path
    page = company.get(path).text
    assert "Tack, vi återkommer." in page
    # Outside the council its people are shown as their side.
    assert "Secretary" not in page.partition('class="messages"')[2]
    assert re.search(r"Meddelanden <span[^>]*>1<", company.get(f"/cases/{number}").text)


def test_who_answers_has_read(as_person: SignIn, number: str, office: Office) -> None:
    write(office, "company", number)
    write(office, "secretary", number, "Svar")
    assert 'name="up_to"' not in as_person("secretary").get(f"/cases/{number}/messages").text


def test_nobody_else_reads_or_is_told(
    as_person: SignIn, number: str, office: Office, companies: Companies
) -> None:
    write(office, "company", number)
    [file] = companies.rows("SELECT id FROM case_message_file")
    for name in ("rival", "tlv", "region"):
        client = as_person(name)
        for path in ("messages", f"messages/files/{file.id}"):
            assert client.get(f"/cases/{number}/{path}").status_code == 404, (name, path)
        assert post(client, number, "Hej").status_code == 404, name
    for name in ("tlv", "region"):
        log = as_person(name).get(f"/cases/{number}/history").text
        assert "meddelande" not in log.lower(), name
    for name in ("member", "auditor", "administrator", "manager"):
        client = as_person(name)
        assert SECRET_WORDS in client.get(f"/cases/{number}/messages").text
        assert post(client, number, "Hej").status_code == 404, name
    assert companies.value("SELECT count(*) FROM case_message") == 1
    assert companies.rows("SELECT message_id FROM case_message_read") == []


def test_neither_the_log_nor_the_mail_holds_anything_of_it(
    number: str, office: Office, companies: Companies
) -> None:
    write(office, "company", number)
    bodies = companies.rows("SELECT body::text FROM event WHERE kind = 'message_sent'")
    assert len(bodies) == 1
    assert not re.search("412|pris", str(bodies))
    with receiving() as mailbox:
        deliver_all(office.engine, mailbox.server, Sender("nt@nt.example", "https://nt.example"), START)
        texts = [mailbox.text(number) for number in range(len(mailbox.messages))]
    mails = [text for text in texts if f"/cases/{number}/messages" in text]
    assert len(mails) == 1
    assert not re.search("412|pris", str(texts) + str(mailbox.subjects()))


def test_the_other_side_is_told_and_only_the_contact_person_when_there_is_one(
    number: str, office: Office, companies: Companies
) -> None:
    companies.employ("second", ("company_contact",))
    write(office, "company", number)
    assert companies.told("message") == ["secretary@prov.example"]
    write(office, "secretary", number)
    assert companies.told("message") == [
        "company@prov.example",
        "second@prov.example",
        "secretary@prov.example",
    ]
    second = companies.id_of("second@prov.example")
    people.choose_contact(office.engine, companies.maker(), office.company_id, number, second)
    write(office, "secretary", number)
    assert companies.told("message").count("company@prov.example") == 1
    assert companies.told("message").count("second@prov.example") == 2


def test_what_cannot_be_sent_comes_back_with_what_was_written(as_person: SignIn, number: str) -> None:
    company = as_person("company")
    answer = post(company, number, "Kvar står detta", "skript.exe")
    assert answer.status_code == 422
    assert "Kvar står detta" in answer.text
    assert 'id="files-error"' in answer.text
    for body in ("", " \n", "a\x00b", "x" * 20_001):
        assert post(company, number, body).status_code == 422
    assert post(company, number, "Många", *[f"{one}.pdf" for one in range(11)]).status_code == 422
    assert SECRET_WORDS not in company.get(f"/cases/{number}/messages").text


def test_the_database_itself_hides_messages_from_everyone_else(
    number: str, office: Office, web_engine: Engine
) -> None:
    write(office, "company", number)
    seen = {}
    for name in ("secretary", "member", "company", "rival", "tlv", "region", None):
        acting.become(office.people[name] if name else None, FIRST_DAY)
        try:
            with web_engine.connect() as connection:
                counts = [
                    connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
                    for table in ("case_message", "case_message_file", "file_part")
                ]
        finally:
            acting.forget()
        seen[name] = counts
    whole, nothing = [1, 1, 1], [0, 0, 0]
    assert seen == {
        "secretary": whole, "member": whole, "company": whole, "rival": nothing, "tlv": nothing, "region": nothing,
        None: nothing,
    }  # fmt: skip


def test_a_file_is_sent_to_whoever_asks_whoever_the_connection_knew_before(
    app: Flask, databases: Databases, number: str, office: Office
) -> None:
    write(office, "company", number)
    with office.engine.connect() as connection:
        file_id = connection.scalar(sa.text("SELECT id FROM case_message_file LIMIT 1"))
    address = f"/cases/{number}/messages/files/{file_id}"
    only = app_engine(databases.app_url, pool_size=1, system=False)
    only.pool._max_overflow = 0  # type: ignore[attr-defined]
    app.extensions["nt_engine"] = only
    try:
        company, rival = (sign_in(app.test_client(), name) for name in ("company", "rival"))
        assert rival.get(address).status_code == 404
        assert company.get(address).data == PDF
        assert rival.get(address).status_code == 404
    finally:
        only.dispose()
