"""The second wall: what the database itself lets nobody read, whatever the application asks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from nt_process.cases import documents, store
from nt_process.cases.service import workflow_of
from nt_process.cases.sight import concerns_tlv
from nt_process.companies import messages
from nt_process.identity import actor as identity_actor
from nt_process.infra import acting, files
from nt_process.infra.database import Databases, app_engine, single_statement_driver
from nt_process.infra.uploads import Judged
from tests.filled import Filled, fill
from tests.world import FIRST_DAY, PDF, START, Office, sign_in

CLASSES = {"public", "internal", "party", "secret"}
# What the policies may step around, each for one question only.
STEP_AROUND = {
    # Whose case a decision is about, asked by policies that may not go through those of the recommendation.
    "case_of_decision",
    "concerns_tlv",
    "document_kinds",
    "cases_with_words",
    # Whether a case can be given to another company, which the secretariat asks; not what it has.
    "has_things_of_its_company",
    # Whether somebody has a conflict of interest, whoever asks; never what was declared.
    "conflict_of_interest",
    "conflicts_in",
    "interests_touching",
    "may_have_conflicts",
    # Why somebody may not answer what they are asked; of oneself alone.
    "asked_in_rounds",
    # An administrator follows mail to others without reading it.
    "mail_log",
    "retry_mail",
    # Free places are counted whoever has booked; a company registers before anybody of it is known.
    "count_slot",
    "register_company",
    "registration_of_link",
    "confirm_registration",
    # A company's writers of an application, asked by policies that may not ask each other in a circle.
    "acting_applications",
    "begins_application",
    # Where whoever acts stands in the circles, asked by the policies of the circle itself.
    "acting_circles",
    # Which agreements whoever acts is asked to sign; and what binds a region, which follows from signatures and ends.
    "acting_agreements",
    "bind_signed",
    "unbind_ended",
    # What is told of precedents follows from who has approved and withdrawn them.
    "tell_precedent",
    "untell_precedent",
    # Minutes that two have approved are closed, which neither of the two could do.
    "close_minutes",
    # A sealed round is opened for its readers only when two people have said so.
    "open_sealed_round",
    # Sums over at least three regions, of amounts that each region alone may read.
    "introduction_sums",
    "orphan_cost_sums",
    # What somebody who leaves a company coordinated alone, its members' secret, is handed to a colleague.
    "hand_over_applications",
    # Whoever holds the link of a subscription, who is nobody.
    "subscription_to_confirm",
    "confirm_subscription",
    "subscription_of_link",
    "change_subscription",
    "end_subscription",
    # Whoever asks for a document, and fetches the answer with a code.
    "ask_for_document",
    "request_of_code",
    "files_of_code",
    "part_of_code",
}


@pytest.fixture
def filled(office: Office) -> Filled:
    return fill(office)


def _rows(engine: Engine, statement: str) -> list[sa.Row]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement)))


def test_every_column_says_whom_it_may_be_told_to(engine: Engine) -> None:
    found = _rows(
        engine,
        """
        SELECT c.relname || '.' || a.attname AS name, split_part(coalesce(col_description(c.oid, a.attnum), ''), ':', 1)
            AS class
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace IN ('public'::regnamespace, 'sealed'::regnamespace) AND c.relkind IN ('r', 'p')
          AND c.relname <> 'version'
        """,
    )
    assert len(found) > 200
    assert [row.name for row in found if row[1] not in CLASSES] == []


def test_every_table_with_something_of_a_party_has_policies(engine: Engine) -> None:
    found = _rows(
        engine,
        """
        SELECT c.relname, c.relrowsecurity, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
        FROM pg_class c
        WHERE c.relnamespace IN ('public'::regnamespace, 'sealed'::regnamespace) AND c.relkind IN ('r', 'p') AND EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
              AND split_part(col_description(c.oid, a.attnum), ':', 1) IN ('party', 'secret'))
        """,
    )
    assert {"cases", "event", "clock", "document", "notice"} <= {row.relname for row in found}
    assert [row.relname for row in found if not (row.relrowsecurity and row.policies)] == []


def test_the_application_can_step_around_nothing(engine: Engine) -> None:
    role = _rows(
        engine, "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert tuple(role[0]) == (False, False, False)
    assert _rows(
        engine,
        """
        SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
        UNION ALL
        SELECT table_name FROM information_schema.role_table_grants
        WHERE grantee = 'nt_app' AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
        UNION ALL
        SELECT matviewname FROM pg_matviews
        """,
    ) == []  # fmt: skip


def test_functions_that_step_around_the_policies_are_few_and_closed(engine: Engine) -> None:
    found = _rows(
        engine,
        """
        SELECT proname, proconfig FROM pg_proc
        WHERE prosecdef AND pronamespace IN ('public'::regnamespace, 'sealed'::regnamespace)
        """,
    )
    assert {row.proname for row in found} == STEP_AROUND
    assert all("search_path=public, pg_temp" in (row.proconfig or []) for row in found)


def test_what_anybody_may_read_past_the_policies_is_these_columns(engine: Engine) -> None:
    """A view belongs to the tables' owner, whom no policy binds: each column of it is public, and none is added unseen."""
    found = _rows(
        engine,
        """
        SELECT table_name, string_agg(column_name, ' ' ORDER BY ordinal_position) AS columns
        FROM information_schema.columns JOIN information_schema.views USING (table_schema, table_name)
        WHERE table_schema IN ('public', 'sealed') GROUP BY table_name
        """,
    )
    assert {row.table_name: row.columns for row in found} == {
        "public_case": "number process workflow_version medicine substance atc opened_on",
        "public_step": "number step day state waits_for",
        "public_comment": "number title last_day position kind question organisation choice text verdict reason",
        "public_meeting": "year number day file_by cancelled",
        "public_followup": (
            "slug quarter measure at regions_told regions_hidden total rate rate_low rate_high expected variation "
            "variation_low variation_high gini gini_low gini_high ratio ratio_low ratio_high by_chance"
        ),
        "public_register": "id kind place serial day case_number process workflow_version state medicine substance atc",
        # Of a region's introduction; its own words where it has made them public.
        "public_introduction": "slug case_number county_code decision reason_code start_on reason",
        "public_introduction_mark": "newest",
    }


def test_whoever_is_nobody_reads_what_is_published_and_no_draft(engine: Engine, filled: Filled) -> None:
    drafts = ("recommendation", "recommendation_text", "recommendation_check", "recommendation_approval",
              "recommendation_signature", "recommendation_answer", "reopening_trigger", "trigger_verdict",
              "early_dialogue", "early_dialogue_version", "evidence_plan", "evidence_plan_version", "evidence_milestone",
              "evidence_milestone_day", "evidence_delivery", "introduction_decision", "introduction_unit",
              "introduction_step", "introduction_document")  # fmt: skip
    with acting_as(engine, None) as connection:
        for table in drafts:
            assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
        public = set(connection.scalars(sa.text("SELECT medicine FROM publication")))
        assert "Publicin" in public
        # Signed for later, and a draft.
        assert not public & {"Senarin", "Utkastin"}
        # The printed documents of what is public, and no other file.
        files, printed = (
            set(connection.scalars(sa.text(statement)))
            for statement in ("SELECT sha256 FROM file_part", "SELECT pdf_sha256 FROM publication")
        )
        assert files == printed - {None} != set()


def test_the_policies_know_the_roles_that_the_application_knows(engine: Engine, office: Office) -> None:
    """Each role alone, asked of the database and of the code."""
    wrong = []
    for name in office.people:
        person = office.actor(name)
        with acting_as(engine, office.people[name]) as connection:
            row = connection.execute(sa.text("SELECT is_council_side(), sees_every_case()")).one()
        if tuple(row) != (person.is_internal, person.sees_all_cases):
            wrong.append((name, tuple(row)))
    assert wrong == []
    assert identity_actor.INTERNAL < identity_actor.SEES_ALL_CASES


class acting_as:  # noqa: N801 - it reads as a phrase
    """A connection on which the database believes that this person asks."""

    def __init__(self, engine: Engine, person_id: str | None) -> None:
        self.engine, self.person_id = engine, person_id

    def __enter__(self) -> Connection:
        acting.become(self.person_id, FIRST_DAY)
        self.connection = self.engine.connect()
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        # What this connection was told must not be believed of the next test's system connection.
        acting.become(acting.SYSTEM, FIRST_DAY)
        self.engine.connect().close()
        acting.forget()


TABLES_OF_CASES = ("event", "clock", "document")


def test_whoever_is_nobody_reads_no_row_of_a_party(engine: Engine, filled: Filled) -> None:
    with acting_as(engine, None) as connection:
        for table in ("cases", "notice", "job", "denial", *TABLES_OF_CASES):
            assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
        # Of all files, the printed recommendations that are published.
        read = connection.scalars(sa.text("SELECT DISTINCT sha256 FROM file_part")).all()
        public = connection.scalars(sa.text("SELECT DISTINCT pdf_sha256 FROM publication")).all()
        assert sorted(read) == sorted(public)


def test_a_company_reads_its_own_cases_and_nothing_else_of_any_case(engine: Engine, filled: Filled) -> None:
    with acting_as(engine, filled.office.people["rival"]) as connection:
        assert connection.scalars(sa.text("SELECT number FROM cases")).all() == [filled.rivals]
        for table in TABLES_OF_CASES:
            numbers = connection.scalars(
                sa.text(f"SELECT DISTINCT c.number FROM {table} t JOIN cases c ON c.id = t.case_id")
            ).all()
            orphans = connection.execute(
                sa.text(f"SELECT count(*) FROM {table} t WHERE case_id NOT IN (SELECT id FROM cases)")
            )
            assert (numbers, orphans.scalar_one()) == ([filled.rivals], 0), table
        assert (
            connection.execute(
                sa.text("SELECT count(*) FROM document WHERE visibility <> 'party'")
            ).scalar_one()
            == 0
        )
        assert found_by_words(connection, "pausastin") == []
        assert found_by_words(connection, "rivalin") != []


def found_by_words(connection: Connection, word: str) -> list[str]:
    asked = sa.text("SELECT cases_with_words(:prefix, :word, 9)")
    return [str(one) for one in connection.scalars(asked, {"prefix": f"{word}:*", "word": word})]


def test_a_rival_is_not_told_which_documents_a_case_has(engine: Engine, filled: Filled) -> None:
    of_case = "SELECT document_kinds(id) FROM cases WHERE number = :number"
    asked = sa.text("SELECT document_kinds(:id)")
    with engine.connect() as connection:
        case_id = connection.scalar(sa.text("SELECT id FROM cases WHERE number = :n"), {"n": filled.own})
        whole = connection.scalar(sa.text(of_case), {"number": filled.own})
    assert "application" in whole
    for name, kinds in {"rival": [], "company": whole, "tlv": whole, "region": whole}.items():
        with acting_as(engine, filled.office.people[name]) as connection:
            assert connection.scalar(asked, {"id": case_id}) == kinds, name


INTERNAL_EVENTS = """
    SELECT kind, body -> 'inputs' ->> 'visibility' AS visibility FROM event
    WHERE kind IN ('note', 'conflict_decided', 'document_stopped', 'message_sent') OR kind LIKE 'consultation%'
       OR (kind = 'document_added' AND body -> 'inputs' ->> 'visibility' <> 'party')
"""


def test_the_log_tells_outside_the_council_only_what_a_page_would(engine: Engine, filled: Filled) -> None:
    office = filled.office
    messages.send(engine, office.actor("company"), filled.own, "Hej.", [], START)
    office.add_document("region", filled.own, "other")

    def told(name: str) -> set[tuple[str, str | None]]:
        with acting_as(engine, office.people[name]) as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM event"))
            return {tuple(row) for row in connection.execute(sa.text(INTERNAL_EVENTS))}

    whole = {
        ("note", None),
        ("message_sent", None),
        ("document_added", "internal"),
        ("document_added", "regions"),
    }
    assert whole < told("secretary")
    assert told("company") == {("message_sent", None)}
    assert told("tlv") == set()
    assert told("region") == {("document_added", "regions")}


def refused(engine: Engine, person_id: str, statement: str, **given: object) -> bool:
    """Whether the database refuses a change, or finds nothing to change."""
    with acting_as(engine, person_id) as connection:
        try:
            return connection.execute(sa.text(statement), given).rowcount == 0
        except DBAPIError:
            return True
        finally:
            connection.rollback()


CLAIM = """
    INSERT INTO document (id, case_id, kind, title, filename, sha256, visibility, added_by, added_at)
    SELECT gen_random_uuid(), id, 'other', 'x', 'x.pdf', :sha256, 'party', 'x', now() FROM cases LIMIT 1
"""


@pytest.mark.parametrize("examined", [True, False])
def test_nobody_gets_a_file_by_naming_its_hash(engine: Engine, filled: Filled, examined: bool) -> None:
    office, content = filled.office, PDF + b"1"
    sha256, judged = files.digest_of(content), Judged("application/pdf", examined=examined)
    listed = sa.text("SELECT count(*) FROM file_content WHERE sha256 = :sha256")

    def add(name: str, number: str) -> None:
        documents.add(
            engine, office.actor(name), number, "other", "Hemlig", "hemlig.pdf", content, START, judged=judged
        )

    def counted(name: str) -> int:
        with acting_as(engine, office.people[name]) as connection:
            return int(connection.scalar(listed, {"sha256": sha256}) or 0)

    add("rival", filled.rivals)
    assert [counted(name) for name in ("rival", "secretary", "company")] == [1, 1, 0]
    assert refused(engine, office.people["company"], CLAIM, sha256=sha256)
    assert not refused(engine, office.people["rival"], CLAIM, sha256=sha256)
    # Whoever has the same bytes hands them in as their own, and has not learnt that they were there.
    with acting_as(engine, office.people["company"]):
        add("company", filled.own)
    assert counted("company") == 1


def test_a_party_changes_a_case_only_by_an_action(engine: Engine, filled: Filled) -> None:
    people, office = filled.office.people, filled.office
    for name in ("company", "region"):
        outcome = "UPDATE cases SET outcome = 'should' WHERE number = :number"
        assert refused(engine, people[name], outcome, number=filled.own), name
        given = "UPDATE cases SET company_id = :id, version = version + 1, head_hash = '\\x00' WHERE number = :number"
        assert refused(engine, people[name], given, number=filled.own, id=office.rival_id), name
    with acting_as(engine, people["company"]):
        office.act("company", filled.own, "offer_extension", new_due="2026-06-18")
    with acting_as(engine, people["region"]):
        office.act(
            "region", filled.others["introduced"], "report_regional_decision",
            regional_decision="limited", reason="Alla kliniker.",
        )  # fmt: skip


def test_a_region_gives_up_no_companys_place(engine: Engine, filled: Filled) -> None:
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM meeting_slot"))
    assert refused(engine, filled.office.people["region"], "DELETE FROM meeting_slot")


def test_tlv_reads_the_cases_it_has_part_in(engine: Engine, filled: Filled) -> None:
    with acting_as(engine, filled.office.people["tlv"]) as connection:
        numbers = set(connection.scalars(sa.text("SELECT number FROM cases")))
    # An assessment was ordered in the one; the other has only been applied for.
    assert filled.own in numbers
    assert filled.rivals not in numbers


def test_the_database_and_the_rule_agree_on_where_tlv_has_part(engine: Engine, filled: Filled) -> None:
    with single_statement_driver(engine) as driver:
        stored = dict(driver.execute("SELECT number, concerns_tlv(id, process) FROM cases").fetchall())
        for number, told in stored.items():
            loaded = store.load(driver, filled.office.people["secretary"], number, FIRST_DAY)
            assert loaded is not None
            assert concerns_tlv(loaded.case, workflow_of(loaded.case)) is told, number
    assert set(stored.values()) == {True, False}


def test_notices_are_read_by_the_one_they_are_to(engine: Engine, filled: Filled) -> None:
    for name in ("secretary", "company", "manager"):
        with acting_as(engine, filled.office.people[name]) as connection:
            readers = set(connection.scalars(sa.text("SELECT person_id::text FROM notice")))
        assert readers <= {filled.office.people[name]}, name


def test_a_disabled_person_and_one_whose_membership_has_ended_read_nothing(
    engine: Engine, filled: Filled
) -> None:
    people = filled.office.people
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE person SET disabled_at = now() WHERE id = :id"), {"id": people["member"]}
        )
        ended = sa.text("UPDATE membership SET valid_to = '2026-01-06' WHERE person_id = :id")
        connection.execute(ended, {"id": people["region"]})
    for name in ("member", "region"):
        with acting_as(engine, people[name]) as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM cases")).scalar_one() == 0, name


def test_a_connection_of_the_web_forgets_whoever_it_was_told_of(
    databases: Databases, engine: Engine, filled: Filled
) -> None:
    """What reads after its request is over reads as nobody, also over a connection that knew somebody."""
    only = app_engine(databases.app_url, pool_size=1, system=False)
    count = sa.text("SELECT count(*) FROM cases")
    try:
        acting.become(filled.office.people["secretary"], FIRST_DAY)
        with only.connect() as connection:
            assert connection.scalar(count)
        acting.forget()
        with only.connect() as connection:
            assert connection.scalar(count) == 0
    finally:
        only.dispose()
    with engine.connect() as connection:
        assert connection.scalar(count)


def test_a_connection_that_goes_round_tells_each_reader_only_what_is_theirs(
    app: Flask, databases: Databases, filled: Filled
) -> None:
    """One connection for all: the company, then a fault, then the rival, then nobody, then the company again."""
    only = app_engine(databases.app_url, pool_size=1, system=False)
    only.pool._max_overflow = 0  # type: ignore[attr-defined]
    app.extensions["nt_engine"] = only
    with filled.office.engine.connect() as connection:
        open_cases = connection.execute(sa.text("SELECT count(*) FROM cases WHERE NOT terminal")).scalar_one()
    clients = {name: sign_in(app.test_client(), name) for name in ("company", "rival")}
    sights: list[Callable[[], bool]] = [
        lambda: "Provastin" in clients["company"].get("/").text,
        lambda: clients["company"].get("/cases/finns-inte").status_code == 404,
        lambda: "Provastin" not in clients["rival"].get("/").text,
        lambda: clients["rival"].get(f"/cases/{filled.own}").status_code == 404,
        lambda: app.test_client().get("/").status_code == 302,
        lambda: f"nt_open_cases {open_cases}.0" in app.test_client().get("/metrics").text,
        lambda: clients["rival"].get(f"/cases/{filled.own}").status_code == 404,
        lambda: clients["company"].get(f"/cases/{filled.own}").status_code == 200,
    ]
    try:
        assert [look() for look in sights] == [True] * len(sights)
    finally:
        only.dispose()
