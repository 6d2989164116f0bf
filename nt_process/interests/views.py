"""Pages of declarations: one's own, the secretariat's list, and those of a case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import queries as case_queries
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.cases.page import CasePage, case_page
from nt_process.identity.maker import Maker
from nt_process.interests import queries, rules, service, texts
from nt_process.interests.errors import InterestError
from nt_process.interests.forms import DecisionForm, DeclarationForm
from nt_process.interests.service import Decision
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.rights import SECRETARIAT
from nt_process.web import reason_texts

bp = Blueprint("interests", __name__)

Page = str | tuple[str, int] | BaseResponse


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"interest_words": texts}


@bp.app_template_global("lacks_declaration")
def lacks_declaration(case_id: object) -> bool:
    """Whether the reader is yet to declare for a case that they are asked about."""
    actor = web.actor()
    return actor.files_declarations and queries.lacks_declaration(web.connection(), actor, case_id)


# --- one's own ------------------------------------------------------------------------------------


@bp.route("/declarations", methods=["GET", "POST"])
def mine() -> Page:
    """The year's declaration, begun from the latest one, and everything that one has declared before."""
    filed = queries.mine(web.connection(), web.actor(), web.today())
    yearly = next((one for one in filed if one["year"] is not None), None)
    present = yearly if yearly is not None and yearly["year"] == web.today().year else None
    form = DeclarationForm((yearly or {}).get("interests"), _answer_of(present))
    refused = _file(form)
    if refused is None:
        flash(_("Your declaration for %(year)s is filed.", year=web.today().year), "success")
        return redirect(url_for("interests.mine"))
    page = render_template(
        "interests/mine.html",
        form=form,
        filed=filed,
        present=present,
        year=web.today().year,
        companies=[name for _id, name in case_queries.companies(web.connection())],
    )
    return page, refused


def _answer_of(declared: Any) -> str:
    return "" if declared is None else "nothing" if declared["nothing"] else "something"


def _file(form: DeclarationForm, number: str | None = None) -> int | None:
    """File what the form holds; None when it is done, else the status that the page is shown again with."""
    if not form.is_submitted() or "more" in request.form:
        return 200
    try:
        service.file_declaration(web.engine(), _maker(), request.form.get("answer", ""), form.texts(), number)
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return 422
    except InterestError:
        abort(404)
    return None


# --- the secretariat's ----------------------------------------------------------------------------


@bp.get("/declarations/all")
def overview() -> str:
    """Who has filed this year and who has not, and the possible conflicts that wait for a decision."""
    q = request.args.get("q", "").replace("\x00", "")[:200]
    missing = request.args.get("missing") == "1"
    connection, actor, today = web.connection(), web.actor(), web.today()
    return render_template(
        "interests/overview.html",
        q=q,
        missing=missing,
        year=today.year,
        filers=queries.filers(connection, actor, today, q=q, missing=missing),
        possible=queries.possible(connection, actor, today),
        most=queries.MOST_POSSIBLE,
    )


# --- on a case ------------------------------------------------------------------------------------


@bp.route("/cases/<number>/interests", methods=["GET", "POST"])
def on_case(number: str) -> Page:
    """What one has declared for the case; for the council's side also who may not take part in it."""
    page = _case_or_none(number)
    asked = None if page else queries.asked_about(web.connection(), web.actor(), web.today(), number)
    if page is None and asked is None:
        abort(404)
    filed = queries.mine(web.connection(), web.actor(), web.today(), number)
    latest = filed[0] if filed else None
    form = DeclarationForm((latest or {}).get("interests"), _answer_of(latest))
    refused = _file(form, number)
    if refused is None:
        flash(_("Your declaration for the case is filed."), "success")
        return redirect(url_for("interests.on_case", number=number))
    if page is None:
        return render_template("interests/for_case.html", asked=asked, form=form, filed=filed), refused
    return _case_page(page, form, DecisionForm(formdata=None)), refused


@bp.post("/cases/<number>/interests/decide")
def decide(number: str) -> Page:
    page, form = _case(number), DecisionForm()
    try:
        if not form.person.data:
            raise BadInput(Fault("person_missing", column="person"))
        decision = Decision(
            form.person.data, form.conflict.data == "yes", form.reason.data or "", form.seen_interest
        )
        service.decide(web.engine(), _maker(), number, decision)
    except BadInput as refusal:
        form.show_faults(refusal, translator(web.language()))
        return _case_page(page, DeclarationForm(), form), 422
    except Refused as refused:
        said = " ".join(reason_texts.describe(reason) for reason in refused.reasons)
        return _case_page(page, DeclarationForm(), form, said), 409
    except InterestError as error:
        if error.reason.code not in texts.ERROR_TEXTS:
            abort(404)
        return _case_page(page, DeclarationForm(), form, str(texts.ERROR_TEXTS[error.reason.code])), 409
    except CaseNotFound:
        abort(404)
    flash(_("The decision is recorded."), "success")
    return redirect(url_for("interests.on_case", number=number))


def _case(number: str) -> CasePage:
    return _case_or_none(number) or abort(404)


def _case_or_none(number: str) -> CasePage | None:
    found = case_queries.case_file(web.connection(), web.actor(), number)
    return None if found is None else case_page(found, web.actor(), web.today())


def _case_page(page: CasePage, form: DeclarationForm, decision: DecisionForm, problem: str = "") -> str:
    number = page.case.number
    known = queries.on_case(web.connection(), web.actor(), number, web.today())
    decision.person.choices = [("", "–"), *known.people]
    return render_template(
        "interests/on_case.html",
        page=page,
        tab="interests",
        as_of=None,
        form=form,
        decision=decision,
        known=known,
        problem=problem,
        filed=queries.mine(web.connection(), web.actor(), web.today(), number),
        decides=SECRETARIAT.allows(web.actor().roles) and page.facts.conflict is None,
        companies=[],
        kinds=rules.KINDS,
    )


def _maker() -> Maker:
    return Maker(web.actor(), web.now())
