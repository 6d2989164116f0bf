"""Filing: an application, or the supplement that was asked for, becomes a row that nobody can change.

The case's own action is taken in the same transaction, so that clocks stop and start by the workflow file alone.
What the case's parties may read is added to the case as documents; what is claimed secret stays here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.cases.filing import Held, open_by_company
from nt_process.cases.service import newest, workflow_of
from nt_process.engine.definition import Action, Workflow
from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import Case
from nt_process.identity.maker import Maker
from nt_process.infra import files
from nt_process.infra.rows import Row
from nt_process.portal import form as forms
from nt_process.portal import rules
from nt_process.portal.errors import PortalError
from nt_process.portal.holding import hold
from nt_process.portal.service import ANSWER, SECRET_ANSWER, supplement_field

SUBMIT = "submit_application"
ROLE = "company_contact"

_ANSWERS = sa.text("SELECT field, value FROM application_answer WHERE application_id = :id AND value <> ''")
_DOCUMENTS = sa.text("""
    SELECT d.*, (SELECT json_agg(json_build_object('place', p.place, 'provision', p.provision, 'reason', p.reason,
                                                   'until', p.secret_until) ORDER BY p.number)
                 FROM application_passage p WHERE p.document_id = d.id) AS passages
    FROM application_document d
    WHERE d.application_id = :id AND d.filing_id IS NULL AND d.removed_at IS NULL
      AND d.request_seq IS NOT DISTINCT FROM :request_seq
    ORDER BY d.added_at, d.id
""")
_COMPANY = sa.text("SELECT name FROM organisation WHERE id = :id")
_CASE_NUMBER = sa.text("SELECT number FROM cases WHERE id = :id")
_FILE = sa.text("""
    INSERT INTO application_filing (id, application_id, number, kind, case_id, request_seq, form_sha256, content, sha256,
        person_id, person, at)
    SELECT :filing, :id, 1 + count(*), :kind, :case, :request_seq, :form, :content, :sha256, :person, :name, :at
    FROM application_filing WHERE application_id = :id
""")
_SUBMITTED = sa.text("""
    UPDATE application SET status = 'submitted', submitted_at = :at, case_id = :case WHERE id = :id
""")
_FILED_DOCUMENTS = sa.text("""
    UPDATE application_document SET filing_id = :filing
    WHERE application_id = :id AND filing_id IS NULL AND removed_at IS NULL
      AND request_seq IS NOT DISTINCT FROM :request_seq
""")
# What happens while it is awaited, such as asking for more time, is no new request.
_LATEST_REQUEST = sa.text("""
    SELECT max(seq) FROM event WHERE case_id = :case AND kind = 'action' AND body -> 'inputs' ->> 'request' <> ''
""")


def may_begin_a_case(process: str) -> bool:
    """Whether an application can open a case of the process: its file lets one be filed in the first state."""
    workflow = newest(process)
    action = None if workflow is None else workflow.actions.get(SUBMIT)
    return workflow is not None and action is not None and workflow.initial.name in action.sources


def processes_that_begin() -> list[str]:
    return [name for name in sorted({process for process, _ in load_published()}) if may_begin_a_case(name)]


def awaited_answer(case: Case) -> Action | None:
    """The action with which the company answers what it was asked to supplement; None when nothing is asked."""
    return awaited_in(workflow_of(case), case.state)


def awaited_in(workflow: Workflow, state: str) -> Action | None:
    """As `awaited_answer`, of a state of a workflow."""
    for action in workflow.actions_from(state):
        if ROLE in action.by and any(one.name == ANSWER for one in action.inputs):
            return action
    return None


def latest_request(connection: Connection, case_id: str) -> int | None:
    """The number of the event that asked for the supplement which the case now awaits."""
    return connection.scalar(_LATEST_REQUEST, {"case": uuid.UUID(case_id)})


# --- the application ------------------------------------------------------------------------------


def submit(engine: Engine, maker: Maker, application_id: str) -> str:
    """File the application and return the filing's id.

    Raises PortalError not_found, not_coordinator, not_draft, incomplete, claim_over; Refused when the case's
    process does not allow it now, with every reason.
    """
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["role"] != "coordinator":
            raise PortalError("not_coordinator")
        if held["status"] != "draft":
            raise PortalError("not_draft")
        form = forms.parse(held["form_content"])
        answers = {row.field: row.value for row in connection.execute(_ANSWERS, {"id": held["id"]})}
        if rules.missing(form, answers):
            raise PortalError("incomplete")
        documents = _unfiled(connection, held["id"], None)
        _require_lasting_claims(documents, maker, rules.lapsed(form, answers, maker.today))
        number = connection.scalar(_CASE_NUMBER, {"id": held["case_id"]}) if held["case_id"] else None
        if number is None:
            number = open_by_company(
                connection,
                maker.actor.id,
                str(held["company_id"]),
                held["process"],
                _facts(answers),
                maker.at,
            )
        case = Held(connection, maker.actor.id, number, maker.at)
        case.complete({k: v for k, v in _facts(answers).items() if k in _COMPLETED}, ROLE)
        company = str(connection.scalar(_COMPANY, {"id": held["company_id"]}))
        facts = (("Företag", company), ("Inlämnad", maker.today.isoformat()))
        title = f"Ansökan {number}, offentlig del"
        public = rules.public_text(title, form, answers, facts, documents).encode()
        _add_public(connection, case, public, documents, maker.at)
        event = case.take(SUBMIT, {})
        content = {
            "answers": answers,
            "documents": [_stated(one) for one in documents],
            "form": form.sha256,
            "kind": "application",
            "number": number,
        }
        return _store(connection, maker, held, case.id, "application", content, event.seq, None)


# What an application states of a medicine that the case may lack.
_COMPLETED = ("substance", "atc", "indication", "authorised_on", "approval_type", "exclusivity_ends")


def _facts(answers: Mapping[str, str]) -> dict[str, object]:
    known = {name: answers.get(name, "") for name in ("medicine", *_COMPLETED)}
    return {**known, "orphan": answers.get("orphan") == "yes"}


def _add_public(
    connection: Connection, case: Held, public: bytes, documents: Sequence[Row], at: datetime
) -> None:
    """What the parties may read becomes documents of the case: the form's open answers, and the open versions."""
    sha256 = files.store(connection, public, "text/plain", at)
    case.add_document("application", "Ansökan, offentlig del", "ansokan-offentlig-del.txt", sha256, ROLE)
    for one in documents:
        case.add_document(one["kind"], one["title"], one["public_name"], one["public_sha256"], ROLE)


# --- the supplement -------------------------------------------------------------------------------


def supplement(engine: Engine, maker: Maker, application_id: str, request_seq: int) -> str:
    """File the answer to a request for a supplement and return the filing's id: the clocks go on.

    Raises PortalError not_found, not_coordinator, no_request, no_answer, claim_over; Refused with every reason.
    """
    with engine.begin() as connection:
        held = hold(connection, maker, application_id)
        if held["role"] != "coordinator":
            raise PortalError("not_coordinator")
        if held["status"] != "submitted":
            raise PortalError("not_found")
        number = str(connection.scalar(_CASE_NUMBER, {"id": held["case_id"]}))
        case = Held(connection, maker.actor.id, number, maker.at)
        action = awaited_answer(case.case)
        if action is None or latest_request(connection, case.id) != request_seq:
            raise PortalError("no_request")
        answers = {row.field: row.value for row in connection.execute(_ANSWERS, {"id": held["id"]})}
        said = answers.get(supplement_field(request_seq, ANSWER), "")
        if not said:
            raise PortalError("no_answer")
        documents = _unfiled(connection, held["id"], request_seq)
        _require_lasting_claims(documents, maker)
        for one in documents:
            case.add_document(one["kind"], one["title"], one["public_name"], one["public_sha256"], ROLE)
        event = case.take(action.name, {ANSWER: said})
        content = {
            "answer": said,
            "documents": [_stated(one) for one in documents],
            "kind": "supplement",
            "number": number,
            "request": request_seq,
            "secret_answer": answers.get(supplement_field(request_seq, SECRET_ANSWER), ""),
        }
        return _store(connection, maker, held, case.id, "supplement", content, event.seq, request_seq)


# --- what both share ------------------------------------------------------------------------------


def _unfiled(connection: Connection, application_id: uuid.UUID, request_seq: int | None) -> list[Row]:
    found = connection.execute(_DOCUMENTS, {"id": application_id, "request_seq": request_seq})
    return list(found.mappings())


def _require_lasting_claims(
    documents: Sequence[Row], maker: Maker, lapsed: Sequence[rules.Missing] = ()
) -> None:
    """What is claimed secret is so at least on the day of filing. Raises PortalError claim_over."""
    if lapsed or rules.lapsed_documents(documents, maker.today):
        raise PortalError("claim_over")


def _stated(document: Row) -> dict[str, Any]:
    """A document as it stands in what was filed: its versions by the hash of their content."""
    names = ("kind", "title", "public_sha256", "public_name", "secret_sha256", "secret_name")
    return {
        "id": str(document["id"]),
        **{name: document[name] for name in names},
        "passages": document["passages"] or [],
    }


def _store(
    connection: Connection,
    maker: Maker,
    held: Row,
    case_id: str,
    kind: str,
    content: Mapping[str, object],
    event_seq: int,
    request_seq: int | None,
) -> str:
    filing = uuid.uuid4()
    place = {"filing": filing, "id": held["id"], "request_seq": request_seq}
    stated = {
        **content,
        "at": maker.at.isoformat(timespec="seconds"),
        "by": maker.actor.name,
        "event": event_seq,
    }
    text, sha256 = rules.canonical(stated)
    if kind == "application":
        connection.execute(_SUBMITTED, {"id": held["id"], "at": maker.at, "case": uuid.UUID(case_id)})
    connection.execute(
        _FILE,
        {
            **place,
            "kind": kind,
            "case": uuid.UUID(case_id),
            "form": held["form_sha256"],
            "content": text,
            "sha256": sha256,
            "person": uuid.UUID(maker.actor.id),
            "name": maker.actor.name,
            "at": maker.at,
        },
    )
    connection.execute(_FILED_DOCUMENTS, place)
    return str(filing)
