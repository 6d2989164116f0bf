"""Reads of the portal. Every function takes the actor; what the actor has no part in is not in the answer.

A draft is read by its members. What has been filed is read by them, by the council's side, and by TLV in the cases
it has part in; what is being written after filing is still the members' alone.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.portal import form as forms
from nt_process.portal.filing import may_begin_a_case, processes_that_begin
from nt_process.portal.service import Beginning

MAX_LISTED = 200

_MEMBER = """
    (a.company_id = ANY (:companies) AND EXISTS (
        SELECT FROM application_member m
        WHERE m.application_id = a.id AND m.person_id = :person AND m.removed_at IS NULL))
"""
_READS = f"""
    ({_MEMBER} OR (a.status = 'submitted' AND conflict_of_interest(a.case_id, :person, acting_day()) IS NULL
        AND (:internal OR (:tlv AND EXISTS (
            SELECT FROM cases t WHERE t.id = a.case_id AND concerns_tlv(t.id, t.process))))))
"""
_COLUMNS = """
    a.id, a.company_id, a.process, a.case_id, a.medicine, a.form_sha256, a.status, a.contact_id, a.begun_at,
    a.submitted_at, c.number, c.state, c.waits_for, c.terminal, o.name AS company, p.name AS contact
"""
_FROM = """
    FROM application a JOIN organisation o ON o.id = a.company_id JOIN person p ON p.id = a.contact_id
    LEFT JOIN cases c ON c.id = a.case_id
"""

_OWN = sa.text(f"""
    SELECT {_COLUMNS}, (SELECT max(at) FROM application_answer w WHERE w.application_id = a.id) AS written_at
    {_FROM} WHERE {_MEMBER} AND a.status <> 'withdrawn'
    ORDER BY a.status, a.submitted_at DESC NULLS FIRST, a.begun_at DESC LIMIT {MAX_LISTED}
""")  # noqa: S608 - constants of this program
_FILED = sa.text(f"""
    SELECT {_COLUMNS}, (SELECT count(*) FROM application_filing f WHERE f.application_id = a.id) AS filings,
           (SELECT f.id FROM application_filing f WHERE f.application_id = a.id ORDER BY f.number LIMIT 1) AS filing_id
    {_FROM} WHERE {_READS} AND a.status = 'submitted' AND (:case = '' OR c.number = :case)
    ORDER BY a.submitted_at DESC, a.id LIMIT {MAX_LISTED}
""")  # noqa: S608 - constants of this program
_ONE = sa.text(f"""
    SELECT {_COLUMNS}, s.content AS form_content,
           (SELECT m.role FROM application_member m
            WHERE m.application_id = a.id AND m.person_id = :person AND m.removed_at IS NULL) AS role,
           {_MEMBER} AS is_member
    {_FROM} JOIN application_form s ON s.sha256 = a.form_sha256 WHERE a.id = :id AND {_READS}
""")  # noqa: S608 - constants of this program
_ANSWERS = sa.text(f"""
    SELECT w.field, w.value, w.version, w.person, w.at FROM application_answer w JOIN application a ON a.id = w.application_id
    WHERE a.id = :id AND {_MEMBER}
""")  # noqa: S608 - constants of this program
_DOCUMENTS = sa.text(f"""
    SELECT d.id, d.kind, d.title, d.request_seq, d.filing_id, d.public_name, d.secret_name, d.added_by, d.added_at,
           (SELECT json_agg(json_build_object('place', q.place, 'provision', q.provision, 'reason', q.reason,
                                              'until', q.secret_until) ORDER BY q.number)
            FROM application_passage q WHERE q.document_id = d.id) AS passages
    FROM application_document d JOIN application a ON a.id = d.application_id
    WHERE a.id = :id AND d.removed_at IS NULL AND {_READS} AND (d.filing_id IS NOT NULL OR {_MEMBER})
    ORDER BY d.added_at, d.id
""")  # noqa: S608 - constants of this program
_FILE = sa.text(f"""
    SELECT d.public_name, d.secret_name, d.public_sha256, d.secret_sha256, u.size AS public_size, u.media_type AS public_type,
           v.size AS secret_size, v.media_type AS secret_type
    FROM application_document d JOIN application a ON a.id = d.application_id
    JOIN file_content u ON u.sha256 = d.public_sha256 LEFT JOIN file_content v ON v.sha256 = d.secret_sha256
    WHERE a.id = :id AND d.id = :document AND d.removed_at IS NULL AND {_READS} AND (d.filing_id IS NOT NULL OR {_MEMBER})
""")  # noqa: S608 - constants of this program
_MEMBERS = sa.text(f"""
    SELECT m.person_id, p.name, m.role, m.added_at
    FROM application_member m JOIN person p ON p.id = m.person_id JOIN application a ON a.id = m.application_id
    WHERE a.id = :id AND m.removed_at IS NULL AND {_READS} ORDER BY m.role DESC, sv_sort(p.name)
""")  # noqa: S608 - constants of this program
_FILINGS = sa.text(f"""
    SELECT f.id, f.number, f.kind, f.sha256, f.person, f.at, f.request_seq
    FROM application_filing f JOIN application a ON a.id = f.application_id
    WHERE a.id = :id AND {_READS} ORDER BY f.number
""")  # noqa: S608 - constants of this program
_FILING = sa.text(f"""
    SELECT f.*, s.content AS form_content, c.number AS case_number, a.medicine, o.name AS company
    FROM application_filing f JOIN application a ON a.id = f.application_id JOIN organisation o ON o.id = a.company_id
    JOIN application_form s ON s.sha256 = f.form_sha256 JOIN cases c ON c.id = f.case_id
    WHERE f.id = :id AND {_READS}
""")  # noqa: S608 - constants of this program
_COLLEAGUES = sa.text("""
    SELECT DISTINCT p.id, p.name FROM membership m JOIN person p ON p.id = m.person_id
    WHERE m.organisation_id = :company AND :company = ANY (:companies) AND m.role = 'company_contact'
      AND p.disabled_at IS NULL AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today)
    ORDER BY p.name
""")
_COMPANIES = sa.text("SELECT id, name FROM organisation WHERE id = ANY (:companies) ORDER BY sv_sort(name)")

# What a company may begin with: its own open cases, and medicines that the agency's public list says are its own.
_CASES = sa.text("""
    SELECT c.id, c.number, c.process, c.state, c.waits_for, c.next_due, c.medicine, c.substance, c.atc, c.indication, c.orphan,
           c.approval_type, c.authorised_on, c.exclusivity_ends, c.company_id, c.workflow_version,
           EXISTS (SELECT FROM application a WHERE a.case_id = c.id AND a.status = 'submitted') AS filed
    FROM cases c WHERE c.company_id = ANY (:companies) AND NOT c.terminal
    ORDER BY c.next_due NULLS LAST, c.number LIMIT 200
""")
_ITEMS = sa.text("""
    SELECT i.id, i.medicine, i.substance, i.atc, i.indication, i.orphan, i.approval_type, i.authorised_on, o.id AS company_id
    FROM horizon_item i JOIN organisation o ON lower(o.name) = lower(i.company)
    WHERE o.id = ANY (:companies) AND i.status = 'watched' ORDER BY sv_sort(i.medicine) LIMIT 100
""")
_PREFILLED = (
    "medicine",
    "substance",
    "atc",
    "indication",
    "approval_type",
    "authorised_on",
    "exclusivity_ends",
)


@dataclass(frozen=True, slots=True)
class ApplicationFile:
    """An application as one reader sees it. `answers` is empty for whoever is no member."""

    row: Row
    form: forms.Form
    answers: Mapping[str, Row]
    documents: Sequence[Row]
    members: Sequence[Row]
    filings: Sequence[Row]

    @property
    def values(self) -> dict[str, str]:
        return {name: one["value"] for name, one in self.answers.items() if one["value"]}

    @property
    def is_coordinator(self) -> bool:
        return bool(self.row["role"] == "coordinator")

    def documents_of(self, request_seq: int | None, *, filed: bool = False) -> list[Row]:
        return [
            one
            for one in self.documents
            if one["request_seq"] == request_seq and (one["filing_id"] is not None) == filed
        ]


@dataclass(frozen=True, slots=True)
class FilingFile:
    """What was filed, read from the very text that its hash is of."""

    row: Row
    form: forms.Form
    content: Mapping[str, Any]


def own_applications(connection: Connection, actor: SignedIn) -> list[Row]:
    """Those the actor has part in, drafts first."""
    return fetch(connection, _OWN, _reader(actor))


def filed_applications(connection: Connection, actor: SignedIn, case: str = "") -> list[Row]:
    """What has been filed, the latest first; with `case` (a register number) in that case only."""
    return fetch(connection, _FILED, {**_reader(actor), "case": case})


def application_file(connection: Connection, actor: SignedIn, application_id: str) -> ApplicationFile | None:
    known = {**_reader(actor), "id": uuid.UUID(application_id)}
    row = next(iter(fetch(connection, _ONE, known)), None)
    if row is None:
        return None
    return ApplicationFile(
        row,
        forms.parse(row["form_content"]),
        {one["field"]: one for one in fetch(connection, _ANSWERS, known)},
        fetch(connection, _DOCUMENTS, known),
        fetch(connection, _MEMBERS, known),
        fetch(connection, _FILINGS, known),
    )


def filing_file(connection: Connection, actor: SignedIn, filing_id: str) -> FilingFile | None:
    row = next(iter(fetch(connection, _FILING, {**_reader(actor), "id": uuid.UUID(filing_id)})), None)
    if row is None:
        return None
    return FilingFile(row, forms.parse(row["form_content"]), json.loads(row["content"]))


def document_file(
    connection: Connection, actor: SignedIn, application_id: str, document_id: str, version: str
) -> tuple[str, str, int, str] | None:
    """One version of a document, as (hash, name, size, type)."""
    known = {**_reader(actor), "id": uuid.UUID(application_id), "document": uuid.UUID(document_id)}
    row = next(iter(fetch(connection, _FILE, known)), None)
    if row is None or row[f"{version}_sha256"] is None:
        return None
    return row[f"{version}_sha256"], row[f"{version}_name"], row[f"{version}_size"], row[f"{version}_type"]


def colleagues(connection: Connection, actor: SignedIn, company_id: object, today: date) -> list[Row]:
    return fetch(connection, _COLLEAGUES, {**_reader(actor), "company": company_id, "today": today})


def companies(connection: Connection, actor: SignedIn) -> list[Row]:
    """The companies that the actor acts for."""
    return fetch(connection, _COMPANIES, _reader(actor))


def own_cases(connection: Connection, actor: SignedIn) -> list[Row]:
    """The open cases of the companies that the actor acts for."""
    return fetch(connection, _CASES, _reader(actor))


def own_medicines(connection: Connection, actor: SignedIn) -> list[Row]:
    """Medicines in the agency's public list that belong to the actor's companies and have no case yet."""
    return fetch(connection, _ITEMS, _reader(actor))


def beginning(connection: Connection, actor: SignedIn, given: Mapping[str, str]) -> Beginning | None:
    """What an application is to begin with: `case` (number), `item` (id), or `process`, `medicine` and `company`.

    None when there is no such thing for the actor.
    """
    if given.get("case"):
        row = next((one for one in own_cases(connection, actor) if one["number"] == given["case"]), None)
        return None if row is None else _of(row, row["process"], case_id=str(row["id"]))
    process = given.get("process") or next(iter(processes_that_begin()), "")
    if not may_begin_a_case(process):
        return None
    if given.get("item"):
        row = next((one for one in own_medicines(connection, actor) if str(one["id"]) == given["item"]), None)
        return None if row is None else _of(row, process, item_id=str(row["id"]))
    company = given.get("company") or next(iter(actor.company_ids), "")
    if company not in actor.company_ids:
        return None
    return Beginning(company, process, None, None, {"medicine": given.get("medicine", "")})


def _of(row: Row, process: str, *, case_id: str | None = None, item_id: str | None = None) -> Beginning:
    known = {name: str(row[name]) for name in _PREFILLED if row.get(name)}
    known["orphan"] = "yes" if row["orphan"] else "no"
    return Beginning(str(row["company_id"]), process, case_id, item_id, known)


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {
        "person": uuid.UUID(actor.id),
        "companies": [uuid.UUID(one) for one in actor.company_ids],
        "internal": actor.is_internal,
        "tlv": actor.is_tlv,
    }
