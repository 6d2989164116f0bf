"""Marks that are put into every column that is not public, each row with marks of its own.

Which columns there are, and of which class, is read from the database, so that a new table is marked
without anybody thinking of it. Left as they are: keys, and words that the program itself reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.engine.loader import load_published

MARK = re.compile(r"KNRY\d{6}", re.IGNORECASE)
NUMBER = re.compile(r"(?<!\d)73\d{5}(?!\d)")
_FIRST_NUMBER = 7_300_001
# Columns that are empty until something happens, and are not to look as if it had.
_LATER = ("withdrawn_", "recalled_", "dropped_", "removed_")

# Columns whose words the program reads: a mark in one of them would be a fault and no secret.
STRUCTURED = frozenset({
    "state", "kind", "role", "phase", "process", "waits_for", "visibility", "status", "basis", "mail",
    "language", "action", "clock", "county_code", "scope", "certainty", "sha256", "media_type",
    "workflow_sha256", "approval_type", "outcome", "endpoint", "method", "issuer", "subject", "nonce",
    "purpose", "field", "ladder_kind", "key", "fault", "expected_by", "product_key", "code_verifier",
    "password_hash", "number", "names", "notify", "escalate", "returns_to", "told", "place", "email",
    "identifier", "tier", "verdict", "provision", "atc", "agency_status", "side", "domain",
    "form_sha256", "public_sha256", "secret_sha256", "content", "value", "commitment", "threshold", "row_id",
    "terms_commitment", "text_commitment", "wrapped", "party", "severity_level", "certainty_level", "relation",
    "text_hash", "pdf_sha256", "willing", "follows",
    "way", "because", "step", "vote", "origin", "severity", "rarity", "decision", "ground", "what",
    "case_number", "joint_budget_entry.line",
})  # fmt: skip
# Texts of numbers, as which they are marked.
NUMBERS = frozenset({"volumes", "amounts"})


@dataclass(frozen=True)
class Canary:
    """One mark: where it was put, and what a judge needs to know of its row."""

    mark: str
    table: str
    column: str
    klass: str
    row: dict[str, Any] = field(hash=False)

    @property
    def place(self) -> str:
        return f"{self.table}.{self.column}"


_COLUMNS = sa.text("""
    SELECT CASE c.relnamespace WHEN 'sealed'::regnamespace THEN 'sealed.' ELSE '' END || c.relname AS table,
           a.attname AS column, format_type(a.atttypid, NULL) AS type,
           split_part(col_description(c.oid, a.attnum), ':', 1) AS klass,
           EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
                   AND pg_get_constraintdef(k.oid) ~ ('\\m' || a.attname || ' = ANY \\(')) AS is_choice
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace IN ('public'::regnamespace, 'sealed'::regnamespace) AND c.relkind = 'r' AND a.attgenerated = ''
      AND c.relname NOT IN ('version', 'workflow_version', 'heartbeat', 'file_content', 'file_part', 'job', 'attempt')
    ORDER BY 1, 2
""")
# What is known of a row beside its own columns.
_CONTEXT = {
    "declaration_id": "(SELECT person_id FROM declaration x WHERE x.id = t.declaration_id) AS of_person",
    "case_id": "(SELECT number FROM cases x WHERE x.id = t.case_id) AS of_case",
    "consultation_id": """(SELECT CASE WHEN x.closed_at IS NOT NULL THEN 'closed' WHEN x.opened_at IS NOT NULL
        THEN 'open' ELSE 'prepared' END FROM consultation x WHERE x.id = t.consultation_id) AS of_round""",
    "precedent_id": """(SELECT CASE WHEN x.is_public THEN 'public' ELSE 'told' END FROM precedent_current x
        WHERE x.precedent_id = t.precedent_id AND x.version = t.version) AS of_precedent""",
    "organisation_id": "(SELECT name FROM organisation x WHERE x.id = t.organisation_id) AS of_organisation",
}


def plant(owner: Engine) -> dict[str, Canary]:
    """Put a mark in every place that is not public; gives them by the mark as it is found."""
    planted: dict[str, Canary] = {}
    with owner.begin() as connection:
        tables: dict[str, list[sa.Row]] = {}
        for row in connection.execute(_COLUMNS):
            tables.setdefault(row.table, []).append(row)
        for table, columns in tables.items():
            for canary in _plant_table(connection, table, columns, len(planted)):
                planted[canary.mark] = canary
        for plant_inside in (_plant_events, _plant_answers):
            for canary in plant_inside(connection, len(planted)):
                planted[canary.mark] = canary
    return planted


def _plant_table(connection: Connection, table: str, columns: list[sa.Row], so_far: int) -> Iterator[Canary]:
    names = {column.column for column in columns}
    marked = [
        column
        for column in columns
        if column.klass != "public"
        and column.type in ("text", "numeric")
        and STRUCTURED.isdisjoint((column.column, f"{table}.{column.column}"))
        and not column.is_choice
    ]
    if not marked:
        return
    context = ", ".join(
        ["t.*", "t.ctid::text AS ctid_", *(sql for name, sql in _CONTEXT.items() if name in names)]
    )
    for row in connection.execute(sa.text(f"SELECT {context} FROM {table} t")).mappings().all():
        values: dict[str, int | str] = {}
        for column in marked:
            of_what_was_not = column.type == "numeric" or column.column.startswith(_LATER)
            if of_what_was_not and row[column.column] is None:
                continue
            so_far += 1
            is_number = column.type == "numeric" or column.column in NUMBERS
            mark = str(_FIRST_NUMBER + so_far) if is_number else f"KNRY{so_far:06d}"
            values[column.column] = (
                int(mark) if column.type == "numeric" else mark + _ending(column.column, row[column.column])
            )
            yield Canary(mark, table, column.column, column.klass, dict(row))
        if values:
            sets = ", ".join(f"{name} = :{name}" for name in values)
            connection.execute(
                sa.text(f"UPDATE {table} SET {sets} WHERE ctid = CAST(:ctid_ AS tid)"),
                {**values, "ctid_": row["ctid_"]},
            )


def _ending(column: str, text: str | None) -> str:
    """A file's name keeps its ending, by which the program tells what it is."""
    return "." + text.rpartition(".")[2] if column == "filename" and text else ""


_EVENTS = sa.text("""
    SELECT e.case_id, e.seq, e.kind, e.action, e.body, c.number, c.process, c.workflow_version
    FROM event e JOIN cases c ON c.id = e.case_id ORDER BY e.case_id, e.seq
""")
_REWRITE = sa.text("UPDATE event SET body = CAST(:body AS jsonb) WHERE case_id = :case_id AND seq = :seq")
# What a case is about, as its log holds it.
_FACTS = ("medicine", "substance", "indication")


def _plant_events(connection: Connection, so_far: int) -> Iterator[Canary]:
    """What people have stated in the log: notes, what is shared with the parties and what is not."""
    for event in connection.execute(_EVENTS).all():
        body = event.body
        for part, name, audience in _stated(event):
            so_far += 1
            mark = f"KNRY{so_far:06d}"
            body[part][name] = mark
            yield Canary(mark, "event", f"body.{audience}", "party", {"of_case": event.number})
        connection.execute(_REWRITE, {"body": json.dumps(body), "case_id": event.case_id, "seq": event.seq})


def _stated(event: sa.Row) -> Iterator[tuple[str, str, str]]:
    inputs, changes = event.body.get("inputs") or {}, event.body.get("changes") or {}
    if event.kind == "note":
        yield "inputs", "text", "internal"
    workflow = load_published()[(event.process, event.workflow_version)]
    action = workflow.actions.get(event.action or "")
    for wanted in action.inputs if action is not None else ():
        if wanted.type == "text" and inputs.get(wanted.name):
            yield "inputs", wanted.name, "shared" if wanted.shared else "internal"
    for name in _FACTS:
        if changes.get(name):
            yield "changes", name, "facts"


_ANSWERS = sa.text(
    "SELECT application_id, field, value FROM application_answer ORDER BY application_id, field"
)
_REANSWER = sa.text(
    "UPDATE application_answer SET value = :value WHERE application_id = :application_id AND field = :field"
)
_FILINGS = sa.text("SELECT id, content FROM application_filing ORDER BY id")
_REFILE = sa.text("UPDATE application_filing SET content = :content WHERE id = :id")
# Of the answers those of one type each: a text that is open, one that is secret, and an amount.
_MARKED_ANSWERS = {
    "studies": "open",
    "price_terms": "secret",
    "assumptions": "secret",
    "offered_price": "secret",
    "answer": "open",
}


def _plant_answers(connection: Connection, so_far: int) -> Iterator[Canary]:
    """What a company has answered: while it is written, and inside the text of what was filed."""
    for row in connection.execute(_ANSWERS).all():
        if row.field in _MARKED_ANSWERS:
            so_far += 1
            canary = _answer(so_far, "application_answer", row.field, "draft")
            yield canary
            connection.execute(_REANSWER, {**row._asdict(), "value": canary.mark})
    for row in connection.execute(_FILINGS).all():
        content = json.loads(row.content)
        for name in sorted(content["answers"].keys() & _MARKED_ANSWERS.keys()):
            so_far += 1
            canary = _answer(so_far, "application_filing", name, _MARKED_ANSWERS[name])
            yield canary
            content["answers"][name] = canary.mark
        connection.execute(_REFILE, {"id": row.id, "content": json.dumps(content)})


def _answer(number: int, table: str, name: str, audience: str) -> Canary:
    mark = str(_FIRST_NUMBER + number) if name == "offered_price" else f"KNRY{number:06d}"
    return Canary(mark, table, f"content.{audience}", "secret", {})


def found_in(text: str) -> set[str]:
    """Every mark in a text, however its letters and its digits are spaced or broken."""
    joined = re.sub(r"(?<=\d)[\s\u00a0\u202f.,](?=\d{3})", "", text)
    whole = re.sub(r"(?<=[KNRY\d])[-\u00ad\n]+(?=[NRY\d])", "", text, flags=re.IGNORECASE)
    return (
        {mark.upper() for mark in MARK.findall(text)}
        | {mark.upper() for mark in MARK.findall(whole)}
        | set(NUMBER.findall(joined))
    )
