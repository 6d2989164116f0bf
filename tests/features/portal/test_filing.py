"""From a draft to a receipt, and from a request to a supplement: what is stored, who may, and what the clocks do."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from nt_process.cases.errors import Refused
from nt_process.cases.verify import verify
from nt_process.identity import service as identity
from nt_process.infra import files
from nt_process.kernel.reasons import Reason
from nt_process.notices.delivery import deliver_all
from nt_process.notices.mail import Sender
from nt_process.portal import documents, filing, people, queries, service
from nt_process.portal.documents import NewDocument, Upload
from nt_process.portal.errors import PortalError
from nt_process.portal.form import newest
from nt_process.portal.rules import NotAnAnswer
from tests.features.portal.world import (
    OPEN_FILE,
    PASSAGE,
    SECRET_ASSUMPTION,
    SECRET_FILE,
    SECRET_PRICE,
    Portal,
)
from tests.notices.mailbox import receiving
from tests.world import START


def code(refusal: pytest.ExceptionInfo[PortalError]) -> str:
    return refusal.value.reason.code


def test_an_application_opens_the_case_it_is_filed_in(portal: Portal) -> None:
    application, _filing = portal.file()
    number = portal.number_of(application)
    assert portal.one("SELECT state FROM cases WHERE number = :n", n=number) == "registration"
    assert portal.one("SELECT company_id FROM cases WHERE number = :n", n=number) is not None
    with portal.engine.connect() as connection:
        assert verify(connection).ok


def test_what_the_case_lacks_is_filled_in_and_what_it_says_stands(portal: Portal) -> None:
    number = portal.office.open(authorised_on="", substance="", indication="Kansliets indikation")
    portal.file(number)
    row = portal.one("SELECT row_to_json(c) FROM cases c WHERE number = :n", n=number)
    assert row["authorised_on"] == "2025-12-01"
    assert row["substance"] == "provastinum"
    assert row["indication"] == "Kansliets indikation"


def test_nothing_is_filed_that_is_not_complete(portal: Portal) -> None:
    application = portal.begin()
    with pytest.raises(PortalError) as refusal:
        filing.submit(portal.engine, portal.maker(), application)
    assert code(refusal) == "incomplete"
    assert portal.one("SELECT count(*) FROM cases") == 0


def test_the_process_s_refusal_leaves_the_draft_and_no_case(portal: Portal) -> None:
    application = portal.begin()
    portal.complete(application, orphan="no")
    with pytest.raises(Refused):
        filing.submit(portal.engine, portal.maker(), application)
    assert portal.one("SELECT status FROM application") == "draft"
    assert portal.one("SELECT count(*) FROM cases") == 0
    assert portal.one("SELECT coalesce(max(last), 0) FROM number_series") == 0


def test_the_receipt_s_hashes_are_of_exactly_what_was_filed(portal: Portal) -> None:
    _application, filed = portal.file()
    with portal.engine.connect() as connection:
        found = queries.filing_file(connection, portal.office.actor("company"), filed)
    assert found is not None
    assert hashlib.sha256(found.row["content"].encode()).hexdigest() == found.row["sha256"]
    content = json.loads(found.row["content"])
    document = content["documents"][0]
    assert document["public_sha256"] == hashlib.sha256(OPEN_FILE).hexdigest()
    assert document["secret_sha256"] == hashlib.sha256(SECRET_FILE).hexdigest()
    assert document["passages"][0]["provision"] == "31:16"
    assert (
        content["form"] == newest().sha256 == hashlib.sha256(found.row["form_content"].encode()).hexdigest()
    )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE application_filing SET content = ''", "DELETE FROM application_filing", "UPDATE application_form SET content = ''",
     "DELETE FROM application_passage", "DELETE FROM application"],
)  # fmt: skip
def test_what_was_filed_cannot_be_altered(portal: Portal, statement: str) -> None:
    portal.file()
    with pytest.raises(ProgrammingError, match="permission denied"), portal.engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_no_secret_reaches_the_case_its_log_or_a_notice(portal: Portal) -> None:
    application, _filing = portal.file()
    assert portal.number_of(application)
    for table in ("event", "cases", "document", "notice", "application", "clock"):
        whole = portal.one(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        for secret in (SECRET_PRICE, SECRET_ASSUMPTION, "Nettopris", "73 123"):
            assert secret not in whole, table
    # The case's parties read the open part alone.
    held = portal.one("""
        SELECT string_agg(convert_from(f.data, 'UTF8'), '') FROM document d JOIN file_part f ON f.sha256 = d.sha256
        WHERE d.filename LIKE '%.txt'
    """)
    assert "Provastin" in held
    assert "[sekretess begärd]" in held
    assert SECRET_PRICE not in held
    assert SECRET_ASSUMPTION not in held
    assert "73 123" not in held.replace("\u00a0", " ")


def test_a_supplement_starts_the_clock_that_its_request_stopped(portal: Portal) -> None:
    application, _filing = portal.file()
    number = portal.number_of(application)
    asked, answered = START + timedelta(days=3), START + timedelta(days=10)
    portal.office.act("secretary", number, "request_supplement", asked, request="Studien saknas.")
    case_id = portal.one("SELECT id FROM cases")
    with portal.engine.connect() as connection:
        seq = filing.latest_request(connection, str(case_id))
    assert seq is not None
    maker = portal.maker(at=answered)
    with pytest.raises(PortalError) as refusal:
        filing.supplement(portal.engine, maker, application, seq)
    assert code(refusal) == "no_answer"
    service.draft_supplement(portal.engine, maker, application, seq, "answer", "Studien bifogas.", 0)
    service.draft_supplement(portal.engine, maker, application, seq, "secret_answer", "Priset är 7 kr.", 0)
    portal.add_document(application, answered, seq=seq)
    filing.supplement(portal.engine, maker, application, seq)
    suspensions = portal.one("SELECT suspensions FROM clock WHERE kind = 'registration'")
    # The day of the request still counts, as it does wherever the case's own page asks.
    assert [one[:2] for one in suspensions] == [["2026-01-11", "2026-01-17"]]
    assert portal.one("SELECT state FROM cases") == "registration"
    assert "7 kr" not in portal.one("SELECT string_agg(body::text, '') FROM event")
    assert portal.one("SELECT count(*) FROM application_filing WHERE kind = 'supplement'") == 1
    with pytest.raises(PortalError) as again:
        filing.supplement(portal.engine, maker, application, seq)
    assert code(again) == "no_request"


# --- several people -------------------------------------------------------------------------------


def test_two_people_never_overwrite_each_other_silently(portal: Portal) -> None:
    application = portal.begin()
    mate = portal.colleague()
    people.add_member(portal.engine, portal.maker(), application, mate, "contributor")
    version = service.answer(portal.engine, portal.maker(), application, "studies", "Min text", 0)
    with pytest.raises(PortalError) as refusal:
        service.answer(portal.engine, portal.maker("mate"), application, "studies", "Deras text", 0)
    assert code(refusal) == "changed"
    assert refusal.value.reason.params["value"] == "Min text"
    assert refusal.value.reason.params["person"] == "Company"
    service.answer(portal.engine, portal.maker("mate"), application, "studies", "Deras text", version)
    assert portal.one("SELECT value FROM application_answer WHERE field = 'studies'") == "Deras text"


def test_only_a_coordinator_sends_and_decides_who_has_part(portal: Portal) -> None:
    application = portal.begin()
    mate = portal.colleague()
    people.add_member(portal.engine, portal.maker(), application, mate, "contributor")
    portal.complete(application)
    for command in (
        lambda: filing.submit(portal.engine, portal.maker("mate"), application),
        lambda: people.add_member(portal.engine, portal.maker("mate"), application, mate, "coordinator"),
        lambda: service.discard(portal.engine, portal.maker("mate"), application),
    ):
        with pytest.raises(PortalError) as refusal:
            command()
        assert code(refusal) == "not_coordinator"


def test_an_application_always_has_a_coordinator_and_a_contact(portal: Portal) -> None:
    application, mate = portal.begin(), portal.colleague()
    me = portal.office.people["company"]
    maker = portal.maker()
    people.add_member(portal.engine, maker, application, mate, "contributor")
    with pytest.raises(PortalError) as last:
        people.add_member(portal.engine, maker, application, me, "contributor")
    assert code(last) == "last_coordinator"
    with pytest.raises(PortalError) as contact:
        people.remove_member(portal.engine, maker, application, me)
    assert code(contact) == "is_contact"
    people.add_member(portal.engine, maker, application, mate, "coordinator")
    people.set_contact(portal.engine, maker, application, mate)
    people.remove_member(portal.engine, portal.maker("mate"), application, me)
    with pytest.raises(PortalError) as gone:
        service.answer(portal.engine, maker, application, "studies", "x", 0)
    assert code(gone) == "not_found"


def test_nobody_of_another_company_is_given_a_part(portal: Portal) -> None:
    application = portal.begin()
    with pytest.raises(PortalError) as refusal:
        people.add_member(
            portal.engine, portal.maker(), application, portal.office.people["rival"], "contributor"
        )
    assert code(refusal) == "unknown_colleague"


def test_one_draft_in_a_case_at_a_time(portal: Portal) -> None:
    number = portal.office.open()
    portal.colleague()
    portal.begin(number)
    with pytest.raises(PortalError) as refusal:
        portal.begin(number, "mate")
    assert code(refusal) == "begun"


def test_a_rival_begins_nothing_in_another_s_case(portal: Portal) -> None:
    number = portal.office.open()
    with portal.engine.connect() as connection:
        assert queries.beginning(connection, portal.office.actor("rival"), {"case": number}) is None
        other = {"company": portal.office.company_id, "process": "sarlakemedel", "medicine": "X"}
        assert queries.beginning(connection, portal.office.actor("rival"), other) is None


def test_a_pasted_table_is_taken_in_whole_or_not_at_all(portal: Portal) -> None:
    application = portal.begin()
    maker = portal.maker()
    count = service.paste(
        portal.engine,
        maker,
        application,
        "budget",
        "Region\tÅr 1\tÅr 2\tÅr 3\nSkåne\t1 000,50\t2\t3\nRiket\t1\t2\t3",
    )
    assert count == 3
    assert portal.one("SELECT value FROM application_answer WHERE field = 'budget-12-1'") == "1000.50"
    with pytest.raises(NotAnAnswer):
        service.paste(portal.engine, maker, application, "budget", "Skåne\t7\t8\tmånga")
    assert portal.one("SELECT value FROM application_answer WHERE field = 'budget-12-1'") == "1000.50"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([("add", "contributor")], ["application_joined"]),
        ([("add", "contributor"), ("add", "contributor")], ["application_joined"]),
        ([("add", "contributor"), ("add", "coordinator")], ["application_joined", "application_role"]),
        ([("add", "contributor"), ("contact", "")], ["application_joined", "application_role"]),
        ([("add", "contributor"), ("remove", "")], ["application_joined", "application_left"]),
        ([("remove", "")], []),
    ],
)
def test_whoever_gets_a_part_or_another_role_is_told(
    portal: Portal, steps: list[tuple[str, str]], told: list[str]
) -> None:
    application, mate = portal.begin(), portal.colleague()
    for step, role in steps:
        if step == "add":
            people.add_member(portal.engine, portal.maker(), application, mate, role)
        else:
            command = people.set_contact if step == "contact" else people.remove_member
            command(portal.engine, portal.maker(), application, mate)
    with portal.engine.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT person_id::text, kind, subject, mail FROM notice ORDER BY id")
        ).all()
    assert [row.kind for row in rows] == told
    assert {tuple(row)[::2] for row in rows} <= {(mate, application)}
    assert {row.mail for row in rows} <= {"pending"}


def test_the_mail_of_a_new_part_holds_a_link_and_nothing_of_the_application(
    portal: Portal,
) -> None:
    application, mate = portal.begin(), portal.colleague()
    portal.answer(application, substance="provastinum")
    people.add_member(portal.engine, portal.maker(), application, mate, "contributor")
    sender = Sender("nt@council.test", "https://nt.council.test")
    with receiving() as mailbox:
        assert deliver_all(portal.engine, mailbox.server, sender, START).sent == 1
    whole = mailbox.text(0) + str(mailbox.messages[0])
    assert mailbox.recipients == [["mate@prov.example"]]
    assert f"https://nt.council.test/portal/applications/{application}/people\n" in mailbox.text(0)
    for word in ("Provastin", "provastinum", "Company"):
        assert word not in whole


# --- claims of secrecy ----------------------------------------------------------------------------

CLAIMS = (
    PASSAGE,
    {
        "place": "Bilaga 2",
        "provision": "30:23",
        "reason": "Studien är inte publicerad.",
        "until": "2028-06-30",
    },
    {"place": "Sida 9", "provision": "other", "reason": "Avtal.", "until": "2030-01-01"},
)


def test_every_claim_is_filed_in_its_order_and_the_open_part_says_only_under_what_and_until_when(
    portal: Portal,
) -> None:
    application = portal.begin()
    portal.complete(application)
    portal.add_document(application, claims=CLAIMS)
    filed = filing.submit(portal.engine, portal.maker(), application)
    content = json.loads(portal.one("SELECT content FROM application_filing WHERE id = :id", id=filed))
    passages = content["documents"][0]["passages"]
    assert passages == [dict(one) for one in CLAIMS]
    held = portal.one("""
        SELECT string_agg(convert_from(f.data, 'UTF8'), '') FROM document d JOIN file_part f ON f.sha256 = d.sha256
        WHERE d.filename LIKE '%.txt'
    """)
    assert held.count("[sekretess begärd] ") == len(CLAIMS)
    assert "30 kap. 23 § OSL" in held
    assert "till och med 2028-06-30" in held
    for word in ("Bilaga 2", "inte publicerad", "Sida 9", "Nettopris."):
        assert word not in held


def test_nothing_is_filed_that_is_claimed_secret_until_a_day_that_has_passed(portal: Portal) -> None:
    application = portal.begin()
    portal.complete(application)
    portal.add_document(application, claims=[{**PASSAGE, "until": "2026-02-01"}])
    late = portal.maker(at=START + timedelta(days=60))
    with pytest.raises(PortalError) as refusal:
        filing.submit(portal.engine, late, application)
    assert code(refusal) == "claim_over"
    documents.remove_document(
        portal.engine, late, application, str(portal.one("SELECT id FROM application_document"))
    )
    portal.add_document(application, late.at)
    filing.submit(portal.engine, late, application)


# --- each process by its own file -----------------------------------------------------------------


def selected(portal: Portal, process: str) -> str:
    """A case of the process that has been taken up for national collaboration."""
    number = portal.office.open(process)
    for action, inputs in (
        ("nominate", {"reason": "Ny."}),
        ("refer_collaboration", {}),
        ("select", {"motivation": "Ja."}),
    ):
        portal.office.act("secretary", number, action, START, day=None, **inputs)
    return number


def test_the_invited_company_accepts_by_filing(portal: Portal) -> None:
    number = selected(portal, "klinik")
    portal.office.act("secretary", number, "order_assessment")
    portal.file(number)
    assert portal.one("SELECT state FROM cases WHERE number = :n", n=number) == "assessment"
    assert portal.one("SELECT count(*) FROM clock WHERE kind = 'tlv_assessment'") == 1


def test_what_was_missing_is_answered_also_after_more_time_was_asked_for(portal: Portal) -> None:
    number = selected(portal, "forman")
    application, _filing = portal.file(number)
    portal.office.act("tlv", number, "request_completion", request="Pris saknas.")
    case_id = str(portal.one("SELECT id FROM cases WHERE number = :n", n=number))

    def answer() -> None:
        with portal.engine.connect() as connection:
            seq = filing.latest_request(connection, case_id)
        assert seq is not None
        service.draft_supplement(portal.engine, portal.maker(), application, seq, "answer", "Här är det.", 0)
        filing.supplement(portal.engine, portal.maker(), application, seq)

    answer()
    assert portal.one("SELECT state FROM cases WHERE number = :n", n=number) == "registration"
    portal.office.act("tlv", number, "register_complete")
    portal.office.act("tlv", number, "request_supplement", request="Studien saknas.")
    portal.office.act("company", number, "request_deferment", reason="Semester.")
    answer()
    assert portal.one("SELECT state FROM cases WHERE number = :n", n=number) == "assessment"
    assert portal.one("SELECT count(*) FROM application_filing") == 3


def test_the_open_part_names_the_company_whose_application_it_is(portal: Portal) -> None:
    """Also when whoever files it acts for another company too, whose name comes first."""
    with portal.engine.begin() as connection:
        other = identity.create_organisation(connection, "company", "Aaron Pharma AB")
        connection.execute(
            sa.text("INSERT INTO membership (person_id, organisation_id, role, valid_from) "
                    "VALUES (:person, :organisation, 'company_contact', '2020-01-01')"),
            {"person": portal.office.people["company"], "organisation": other},
        )  # fmt: skip
    application = portal.begin(company=portal.office.company_id)
    portal.complete(application)
    filing.submit(portal.engine, portal.maker(), application)
    with portal.engine.connect() as connection:
        text = b"".join(files.open_parts(connection, str(connection.scalar(sa.text(
            "SELECT sha256 FROM document WHERE filename = 'ansokan-offentlig-del.txt'"
        ))))).decode()  # fmt: skip
    assert "Älvdal Bio AB" in text
    assert "Aaron" not in text


def test_an_application_holds_so_many_documents_and_so_much(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = portal.begin()
    portal.add_document(application)
    sent = NewDocument("other", "En till", (), Upload("oppen.pdf", OPEN_FILE), None)

    def faults() -> dict[str, str]:
        found = documents.add_document(portal.engine, portal.maker(), application, sent)
        return {name: fault.code for name, fault in found.items() if isinstance(fault, Reason)}

    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 1)
    assert faults() == {"public_file": "too_many_documents"}
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 2)
    monkeypatch.setattr(documents, "MOST_BYTES", 2 * len(OPEN_FILE) + len(SECRET_FILE) - 1)
    assert faults() == {"public_file": "too_many_bytes"}
    monkeypatch.setattr(documents, "MOST_BYTES", 2 * len(OPEN_FILE) + len(SECRET_FILE))
    assert faults() == {}
