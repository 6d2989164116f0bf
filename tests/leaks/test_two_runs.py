"""A secret is changed and nobody else's pages differ by a byte: no order, count, size or total tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from nt_process.infra.database import Databases
from tests.leaks.conftest import Marked
from tests.leaks.crawl import addresses, said

# What differs from one answer to the next of the same question.
_NEW_EACH_TIME = re.compile(
    r'name="csrf_token" value="[^"]*"|X-Request-Id: \w+|"request_id": ?"[^"]*"|Set-Cookie: [^\n]*\n?|\w{3}, \d\d \w{3} \d{4} '
    r'[\d:]{8} GMT|name="key"[^>]*value="\w*"|name="challenge"[^>]*value="[^"]*"|nonce="[^"]*"'
)
# The rival's case and everything in it: other words of other lengths, later days, another order.
_CHANGES = (
    """UPDATE cases SET medicine = 'Annat läkemedel med långt namn', substance = 'annansubstans', indication = 'Annan',
       next_due = next_due + 400, state_since = state_since - 30, next_target = NULL, owner = 'Någon annan', version = version + 7
       WHERE number = :rivals""",
    """UPDATE document SET title = 'En helt annan handling', filename = 'annan.pdf', added_by = 'Annan'
       WHERE case_id = (SELECT id FROM cases WHERE number = :rivals)""",
    """UPDATE clock SET due = due + 400, started_on = started_on - 30, limit_days = limit_days + 11
       WHERE case_id = (SELECT id FROM cases WHERE number = :rivals)""",
    """INSERT INTO document (case_id, kind, title, filename, sha256, visibility, added_by, added_at)
       SELECT case_id, kind, 'Ännu en', 'ny.pdf', sha256, visibility, added_by, added_at FROM document
       WHERE case_id = (SELECT id FROM cases WHERE number = :rivals)""",
    """UPDATE event SET actor = 'Annan person' WHERE case_id = (SELECT id FROM cases WHERE number = :rivals)""",
)
# Whoever holds this address is the secretary; and figures of operations, which only operations may reach.
# The public site tells of every case, and has a comparison of its own.
_NOT_AN_OUTSIDERS = ("/calendar/", "/metrics", "/public/")
OUTSIDERS = (
    "anonymous",
    "company",
    "uninvolved",
    "company_head",
    "expert",
    "patient",
    "left",
    "disabled",
    "tlv",
)


# Everything of all cases that is not for the public, and all that is drafted, signed and answered.
_NOT_PUBLIC = (
    """UPDATE cases SET indication = 'Annan', company = 'Annat bolag', next_due = next_due + 400, next_target = NULL,
       owner = 'Någon annan', version = version + 7, orphan = NOT orphan, last_day = last_day - 1""",
    """UPDATE document SET title = 'En annan handling', filename = 'annan.pdf', added_by = 'Annan'""",
    """UPDATE clock SET due = due + 400, limit_days = limit_days + 11""",
    """UPDATE event SET actor = 'Annan person', body = jsonb_set(body, '{inputs}', '{"reason": "Ett helt annat skäl"}')""",
    """INSERT INTO event (case_id, seq, kind, at, day, actor, organisation, role, state, body, prev_hash, hash)
       SELECT case_id, seq + 1000, 'note', at, day, actor, organisation, role, state, body, prev_hash, hash
       FROM event e WHERE seq = (SELECT max(seq) FROM event x WHERE x.case_id = e.case_id)""",
    """UPDATE recommendation_text SET summary = 'En helt annan och mycket längre sammanfattning', outcome = 'should'""",
    """INSERT INTO recommendation (id, case_id, case_number, number, kind, made_by, made_at)
       SELECT gen_random_uuid(), id, number, 9, 'interim', 'Annan', now() FROM cases""",
    """UPDATE recommendation_signature s SET publish_at = publish_at + interval '2 days', person = 'Annan'
       WHERE NOT EXISTS (SELECT FROM publication p WHERE p.signature_id = s.id)""",
    """UPDATE recommendation_answer SET comment = 'Något annat', willing = 'yes'""",
    """UPDATE reopening_trigger SET description = 'Något helt annat som är längre', source = 'Annan'""",
    """UPDATE trigger_verdict SET reason = 'Något annat'""",
    """UPDATE early_dialogue_version SET advice = 'Något annat', medicine = 'Annat'""",
    """UPDATE evidence_plan_version SET question = 'Något annat', intent = 'Annan avsikt'""",
    """UPDATE introduction_decision SET reason = 'Något annat', responsible = 'Annan', protocol_link = '', person = 'Annan'
       WHERE NOT reason_public""",
    """UPDATE introduction_step SET day = day - 1""",
    """UPDATE introduction_document SET filename = 'annan.pdf'""",
    """UPDATE council_meeting SET notes = 'Något annat'""",
)  # fmt: skip


def test_the_public_site_depends_on_nothing_that_is_not_public(marked: Marked, databases: Databases) -> None:
    """Neither bodies nor tags, dates, order or sizes: what is compared is every byte of every answer."""
    before = public_answers(marked)
    owner = sa.create_engine(databases.owner_url)
    with owner.begin() as connection:
        for statement in _NOT_PUBLIC:
            assert connection.execute(sa.text(statement)).rowcount, statement
    owner.dispose()
    after = public_answers(marked)
    assert len(before) > 20
    assert {path for path, answer in after.items() if answer != before[path]} == set()


def public_answers(marked: Marked) -> Mapping[str, tuple[int, str]]:
    reader = marked.readers["anonymous"]
    paths = {path for path in addresses(marked.app, marked.filled) if path.startswith("/public/")}
    return {path: (answer.status_code, _NEW_EACH_TIME.sub("", said(answer)))
            for path in sorted(paths) if (answer := reader.get(path))}  # fmt: skip


def answers(marked: Marked, name: str) -> Mapping[str, tuple[int, str]]:
    reader, given = marked.readers[name], {}
    for path in dict.fromkeys(addresses(marked.app, marked.filled)):
        if path.startswith(_NOT_AN_OUTSIDERS):
            continue
        answer = reader.get(path)
        given[path] = (answer.status_code, _NEW_EACH_TIME.sub("", said(answer)))
    return given


def test_nothing_that_an_outsider_reads_depends_on_anothers_case(
    marked: Marked, databases: Databases
) -> None:
    before = {name: answers(marked, name) for name in OUTSIDERS}
    _change(databases, marked.filled.rivals)
    differing = {
        name: paths
        for name in OUTSIDERS
        if (paths := [path for path, answer in answers(marked, name).items() if answer != before[name][path]])
    }
    assert differing == {}


@pytest.mark.parametrize("name", ["rival", "secretary"])
def test_those_whose_case_it_is_do_see_the_change(marked: Marked, databases: Databases, name: str) -> None:
    """Else the comparison above would compare nothing."""
    before = answers(marked, name)
    _change(databases, marked.filled.rivals)
    after = answers(marked, name)
    differing = {path for path in before if after[path] != before[path]}
    rivals = marked.filled.rivals
    assert {"/", f"/cases/{rivals}", f"/cases/{rivals}/documents", "/api/v1/cases"} <= differing


def _change(databases: Databases, rivals: str) -> None:
    owner = sa.create_engine(databases.owner_url)
    with owner.begin() as connection:
        for statement in _CHANGES:
            connection.execute(sa.text(statement), {"rivals": rivals})
    owner.dispose()
