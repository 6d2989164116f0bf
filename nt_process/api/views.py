"""The JSON API, version 1: the same services and the same rights as the pages."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _
from flask_openapi3 import APIBlueprint
from werkzeug.exceptions import NotFound

from nt_process import web
from nt_process.api import answers, schemas
from nt_process.cases import queries, service
from nt_process.cases.errors import CaseNotFound, KeyReused, Refused, Stale
from nt_process.cases.page import ClockView, actor_towards, case_page, clock_view, told_of
from nt_process.cases.queries import CaseFile
from nt_process.engine.decide import Outcome, available
from nt_process.engine.snapshot import Case
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.web import problems
from nt_process.web.template_filters import step_text

bp = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_security=[{"token": []}],
    abp_responses=answers.EVERYWHERE,
)


@bp.errorhandler(CaseNotFound)
def _not_found(_error: CaseNotFound) -> Response:
    return problems.problem_of(NotFound())


@bp.errorhandler(Stale)
def _stale(error: Stale) -> Response:
    """Someone else was faster: who, when and what, and the version to look at before trying again."""
    told = told_of(error, web.actor())
    return problems.problem(
        409,
        _("The case was changed by someone else"),
        version=error.version,
        changed_by=told.who if told else "",
        changed_at=told.at.isoformat() if told else None,
        what=told.what if told else "",
        fields=list(told.fields) if told else [],
    )


@bp.get("/cases", responses={200: schemas.CaseList}, summary="Cases that the token's owner may see")
def list_cases(query: schemas.ListQuery) -> Response:
    chosen = queries.Filter(
        process=query.process, phase=query.phase, waits_for=query.waits_for, q=query.q, ended=query.ended
    )
    files, total = queries.case_files(
        web.connection(), web.actor(), chosen, query.page, web.today(), page_size=query.page_size
    )
    return jsonify({"items": [_case_json(case) for case in files], "total": total})


@bp.get("/cases/<string:number>", responses={200: schemas.Case}, summary="One case")
def show_case(path: schemas.CasePath, query: schemas.CaseQuery) -> Response:
    """The case with its ETag; with `as_of` as it was when that day ended, counted on that day."""
    if query.as_of is None or query.as_of == web.today():
        return _case_response(_found(path.number).case)
    if query.as_of > web.today():
        fault = {"where": "as_of", "code": "day_in_future", "text": _("The day has not come yet.")}
        return problems.problem(422, _("Something must be corrected"), faults=[fault])
    ended = datetime.combine(query.as_of, time.max, STOCKHOLM)
    return jsonify(_case_json(_found(path.number, ended).case, query.as_of))


@bp.get("/cases/<string:number>/actions", responses={200: schemas.OfferedList})
def list_actions(path: schemas.CasePath, query: schemas.NoQuery) -> Response:
    """Every action that leads on from the case's state, whether it is allowed, and why not."""
    found = _found(path.number)
    workflow = service.workflow_of(found.case)
    page = case_page(found, web.actor(), web.today())
    me = actor_towards(web.actor(), found.case)
    answers = []
    for action, decision in available(workflow, found.case, me, page.facts, web.now()):
        reasons = () if isinstance(decision, Outcome) else decision.reasons
        answers.append(
            {
                "action": action.name,
                "label": action.label.in_language(web.language()),
                "allowed": isinstance(decision, Outcome),
                "reasons": problems.reasons_json(reasons, workflow),
                "inputs": [
                    {
                        "name": one.name,
                        "label": one.label.in_language(web.language()),
                        "type": one.type,
                        "required": one.required,
                        "choices": list(one.choices),
                    }
                    for one in action.inputs
                ],
            }
        )
    return jsonify(answers)


@bp.post(
    "/cases/<string:number>/actions/<string:action>",
    responses={
        200: schemas.Case,
        403: answers.refused(schemas.ProblemWithReasons, "Every reason why it cannot be done now"),
        409: answers.refused(schemas.StaleProblem, "Someone else was faster"),
        428: answers.refused(schemas.Problem, "If-Match is missing"),
    },
    summary="Take an action",
)
def take_action(
    path: schemas.ActionPath,
    query: schemas.NoQuery,
    header: schemas.CommandHeaders,
    body: schemas.TakeAction,
) -> Response:
    """Takes If-Match with the case's version, and an Idempotency-Key that makes a repetition harmless."""
    if header.if_match is None:
        return problems.problem(428, _("State the case's version in If-Match"))
    version = header.if_match.removeprefix("W/").strip('"')
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        return problems.problem(400, _("If-Match must be the case's version, a whole number"))
    try:
        done = service.take_action(
            web.engine(),
            web.actor().id,
            path.number,
            path.action,
            web.now(),
            expected_version=int(version),
            inputs=body.inputs,
            day=body.day,
            key=(header.idempotency_key or "").strip(),
        )
    except Refused as refused:
        web.denied(refused.reasons)
        return problems.refusal(refused.reasons, service.workflow_of(_found(path.number).case))
    except KeyReused:
        return problems.problem(422, _("The Idempotency-Key was used for another command"))
    return _case_response(done.case)


@bp.get("/cases/<string:number>/clocks", responses={200: schemas.ClockList})
def list_clocks(path: schemas.CasePath, query: schemas.NoQuery) -> Response:
    page = case_page(_found(path.number), web.actor(), web.today())
    return jsonify([_clock_json(clock) | {"steps": _steps_json(clock)} for clock in page.clocks])


@bp.get("/cases/<string:number>/events", responses={200: schemas.EventList})
def list_events(path: schemas.CasePath, query: schemas.NoQuery) -> Response:
    page = case_page(_found(path.number), web.actor(), web.today())
    return jsonify(
        [
            {
                "seq": entry.seq,
                "at": entry.at.isoformat(),
                "day": entry.day.isoformat(),
                "kind": entry.kind,
                "title": entry.title,
                "actor": entry.actor,
                "state": entry.state,
                "stated": [{"name": name, "value": value} for name, value in entry.stated],
            }
            for entry in reversed(page.timeline)
        ]
    )


@bp.get("/openapi.json", doc_ui=False)
def openapi() -> Response:
    """This document. Read by anyone with a token."""
    from flask import current_app

    return jsonify(current_app.api_doc)  # type: ignore[attr-defined]


def _found(number: str, as_of: datetime | None = None) -> CaseFile:
    found = queries.case_file(web.connection(), web.actor(), number, as_of)
    if found is None:
        raise CaseNotFound(number)
    return found


def _case_response(case: Case) -> Response:
    response = jsonify(_case_json(case))
    response.headers["ETag"] = f'"{case.version}"'
    return response


def _case_json(case: Case, day: date | None = None) -> dict[str, Any]:
    workflow = service.workflow_of(case)
    language = web.language()
    field = case.fields.get
    return {
        "number": case.number,
        "process": case.process,
        "workflow_version": case.workflow_version,
        "state": case.state,
        "state_label": workflow.states[case.state].labels[web.actor().audience].in_language(language),
        "phase": case.phase,
        "waits_for": case.waits_for,
        "ended": case.terminal,
        "version": case.version,
        "medicine": field("medicine") or "",
        "substance": field("substance") or "",
        "atc": field("atc") or "",
        "indication": field("indication") or "",
        "company": field("company") or "",
        "orphan": bool(field("orphan")),
        "oncology": bool(field("oncology")),
        "approval_type": field("approval_type") or "",
        "authorised_on": _iso(field("authorised_on")),
        "exclusivity_ends": _iso(field("exclusivity_ends")),
        "outcome": field("outcome"),
        "owner": field("owner") or None,
        "opened_on": _iso(case.opened_on),
        "state_since": _iso(case.state_since),
        "next_due": _iso(case.next_due),
        "clocks": [
            _clock_json(clock_view(clock, workflow, day or web.today(), language)) for clock in case.clocks
        ],
    }


def _clock_json(clock: ClockView) -> dict[str, Any]:
    ledger = clock.ledger
    stopped = clock.status == "stopped"
    return {
        "key": clock.key,
        "kind": clock.key.rpartition(".")[0],
        "label": clock.label,
        "basis": clock.basis,
        "status": clock.status,
        "started_on": _iso(ledger.started_on),
        "stopped_on": _iso(ledger.stopped_on),
        "limit_days": ledger.limit_days,
        "budget_days": ledger.budget,
        "days_used": clock.used,
        "days_left": clock.left,
        "days_overdue": clock.overdue,
        "due": _iso(clock.due),
        "target_due": None if stopped else _iso(clock.target_due),
        "suspensions": [
            {"since": _iso(one.since), "until": _iso(one.until), "waits_for": one.waits_for}
            for one in ledger.suspensions
        ],
        "extensions": [
            {"days": one.days, "decided_on": _iso(one.decided_on), "agreed_due": _iso(one.agreed_due)}
            for one in ledger.extensions
        ],
    }


def _steps_json(clock: ClockView) -> list[dict[str, Any]]:
    return [
        {"date": _iso(step.date), "days": step.days, "rule": step.rule, "text": step_text(step)}
        for step in clock.steps
    ]


def _iso(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else value.isoformat()
