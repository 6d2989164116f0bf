"""Pages of precedents: the search, one precedent, those of a case and what is like it, and writing and approving them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page, maker
from nt_process.infra import fault_texts
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.kernel import typed
from nt_process.kernel.calendar import read_day
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.reasons import NotDone
from nt_process.precedents import export as tables
from nt_process.precedents import queries, rules, service, texts
from nt_process.precedents.forms import PrecedentForm, ReasonForm
from nt_process.precedents.queries import CaseFile, Filter, Whole
from nt_process.rights import PRECEDENT_READERS, SECRETARIAT
from nt_process.terms.kinds import KINDS
from nt_process.web.step_up import require_step_up

bp = Blueprint("precedents", __name__, url_prefix="/precedents")


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    return {
        "words": texts,
        "interval": _interval,
        "number": lambda value: format_decimal(value, "#,##0"),
        "clause": lambda kind: _(KINDS[kind].name),
        "may_write": actor is not None and SECRETARIAT.allows(actor.roles),
    }


def _interval(low: int | None, high: int | None) -> str:
    """500 000–750 000 kr, at most or above; a dash where nothing is told."""
    if low is None:
        return "–"
    shown = format_decimal(low, "#,##0")
    if high is None:
        return _("above %(amount)s kr", amount=shown)
    if not low:
        return _("at most %(amount)s kr", amount=format_decimal(high, "#,##0"))
    return _("%(low)s–%(high)s kr", low=shown, high=format_decimal(high, "#,##0"))


# --- the search -----------------------------------------------------------------------------------


@bp.get("")
def index() -> tuple[str, int]:
    chosen, faults = _filter(request.args)
    page = _page_number()
    listed = queries.listed(web.connection(), web.actor(), chosen, page)
    may_write = SECRETARIAT.allows(web.actor().roles)
    shown = render_template(
        "precedents/index.html",
        listed=listed,
        chosen=chosen,
        faults=faults,
        typed=request.args,
        clause_names={kind: _(clause.name) for kind, clause in KINDS.items()},
        narrowed=bool(_query(chosen)),
        folded=not set(_query(chosen)) - {"q", "decision", "severity"} and not faults,
        page=page,
        pages=max(1, -(-listed.total // queries.PAGE_SIZE)),
        export_url=lambda form: url_for("precedents.export", form=form) + _asked(chosen),
        page_url=lambda number: url_for("precedents.index") + _asked(chosen, page=number),
        waits=len(queries.waiting(web.connection(), web.actor())) if may_write else 0,
    )
    return shown, 422 if faults else 200


@bp.get("/precedents.<any(csv, xlsx):form>")
def export(form: str) -> Response:
    chosen, _faults = _filter(request.args)
    sheet = tables.sheet(queries.exported(web.connection(), web.actor(), chosen))
    if form == "csv":
        content, media_type = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv"), CSV_TYPE
    else:
        content, media_type = rows_to_xlsx([sheet], made_at=web.now(), title=sheet.name), XLSX_TYPE
    headers = {"Content-Disposition": f"attachment; filename=precedents.{form}"}
    return Response(content, mimetype=media_type, headers=headers)


def _day(text: str) -> date:
    found = read_day(text.strip())
    if found is None or not 1900 <= found.year < 2200:
        raise typed.Unusable("not_a_day")
    return found


def _number(text: str) -> int:
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise typed.Unusable("not_a_number")
    return int(digits)


_CHOICES: Mapping[str, Any] = {
    "decision": rules.DECISIONS,
    "severity": rules.SEVERITIES,
    "rarity": rules.RARITIES,
    "certainty": rules.CERTAINTIES,
    "contract": (*rules.CONTRACTS, *KINDS),
    "process": ("sarlakemedel", "klinik", "forman"),
    "sort": queries.SORTS,
}
_TYPED: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("patients", "qaly_from", "qaly_to", "willing_from", "willing_to"), typed.optional(_number)
    ),
    **dict.fromkeys(("since", "until"), typed.optional(_day)),
}


def _filter(args: Mapping[str, str]) -> tuple[Filter, dict[str, str]]:
    """The filter as the address says it, and a sentence for each figure or day that cannot be read; what is no known
    choice narrows nothing."""
    found: dict[str, Any] = {name: args[name] for name, known in _CHOICES.items() if args.get(name) in known}
    faults: dict[str, str] = {}
    for name, reader in _TYPED.items():
        try:
            found |= typed.read({name: args.get(name, "").replace("\x00", "")[:40]}, {name: reader})
        except BadInput as refused:
            [fault] = refused.faults
            faults[name] = fault_texts.fault_sentence(fault, translator(web.language()), texts.FAULTS)
    found["q"] = args.get("q", "").replace("\x00", "")[:200]
    found["atc"] = "".join(
        one for one in args.get("atc", "")[:20].upper() if one.isascii() and one.isalnum()
    )[:7]
    return Filter(**found), faults


def _query(chosen: Filter, **changes: Any) -> dict[str, Any]:
    """The filter as an address, without what is as it would be anyway."""
    usual = Filter()
    named = {name: getattr(chosen, name) for name in chosen.__dataclass_fields__}
    return {
        name: value for name, value in {**named, **changes}.items() if value != getattr(usual, name, None)
    }


def _asked(chosen: Filter, **changes: Any) -> str:
    query = urlencode(_query(chosen, **changes))
    return f"?{query}" if query else ""


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


# --- one precedent, and those of a case -------------------------------------------------------------


@bp.get("/<uuid:precedent_id>")
def show(precedent_id: uuid.UUID) -> str:
    return _page(precedent_id)


def _page(
    precedent_id: uuid.UUID, problem: str | None = None, decline: ReasonForm | None = None,
    withdraw: ReasonForm | None = None,
) -> str:  # fmt: skip
    connection, actor = web.connection(), web.actor()
    told = queries.precedent(connection, actor, str(precedent_id))
    whole = queries.whole(connection, actor, str(precedent_id))
    if told is None and whole is None:
        abort(404)
    return render_template(
        "precedents/show.html",
        told=told,
        whole=whole,
        # Before anything has been told the newest version is what there is to read.
        shown=told if told is not None or whole is None else {**whole.row, **whole.newest, "sees": True},
        may_judge=whole is not None and whole.waits and may_judge(whole),
        alike=[] if told is None else queries.alike(
            connection, actor, queries.traits_of(told), but=str(precedent_id), day=told["decided_on"]
        ),
        decline=decline or ReasonForm(formdata=None),
        withdraw=withdraw or ReasonForm(formdata=None),
        problem=problem,
    )  # fmt: skip


def may_judge(whole: Whole) -> bool:
    """Whether the reader can approve or decline the newest version: of the secretariat, and not its writer."""
    actor = web.actor()
    return SECRETARIAT.allows(actor.roles) and str(whole.newest["written_by_id"]) != actor.id


@bp.app_template_global()
def precedents_of(number: str) -> str | None:
    """For a case's page: where its precedents and what is like it are, for those who may read them."""
    if not PRECEDENT_READERS.allows(web.actor().roles):
        return None
    return url_for("precedents.of_case", number=number)


@bp.get("/cases/<number>")
def of_case(number: str) -> str:
    """The precedents of a case, and the earlier decisions that it can be held against."""
    file = _case(number)
    connection, actor = web.connection(), web.actor()
    traits = queries.case_traits(connection, actor, file)
    return render_template(
        "precedents/of_case.html",
        file=file,
        told=queries.of_case(connection, actor, number),
        alike=queries.alike(connection, actor, traits, but_case=number),
    )


def _case(number: str) -> CaseFile:
    file = queries.case_file(web.connection(), web.actor(), number) if "\x00" not in number else None
    return file if file is not None else abort(404)


# --- writing ----------------------------------------------------------------------------------------


@bp.get("/pending")
def pending() -> str:
    """What waits: versions to be approved, those to be written anew, and decisions that nobody has written of."""
    connection, actor = web.connection(), web.actor()
    return render_template(
        "precedents/pending.html",
        waiting=queries.waiting(connection, actor),
        set_aside=queries.set_aside(connection, actor),
        unwritten=queries.unwritten(connection, actor),
    )


@bp.route("/new/<number>", methods=["GET", "POST"])
def new(number: str) -> Page:
    file, form = _case(number), PrecedentForm()
    if file.decided is None:
        abort(404)
    decided = file.decided
    if request.method == "GET":
        if decided["precedent_id"] is not None:
            return redirect(url_for("precedents.edit", precedent_id=decided["precedent_id"]))
        form.begin_with(queries.prefilled(web.connection(), web.actor(), file))

    def command() -> BaseResponse:
        made = service.propose(web.engine(), maker(), number, form.texts(), form.ticked())
        flash(_("The precedent is written. Somebody else approves it before it is told."), "success")
        return redirect(url_for("precedents.show", precedent_id=made))

    def shown(problem: str | None) -> str:
        about = {**file.row, "decision": file.decision, "decided_on": decided["day"]}
        return render_template(
            "precedents/edit.html", about=about, precedent_id=None, form=form, problem=problem
        )

    return _carried_out(command, shown, form) if request.method == "POST" else shown(None)


@bp.route("/<uuid:precedent_id>/edit", methods=["GET", "POST"])
def edit(precedent_id: uuid.UUID) -> Page:
    """A new version, begun with what the newest says."""
    whole, form = _whole(precedent_id), PrecedentForm()
    if request.method == "GET":
        form.begin_with(dict(whole.newest))

    def command() -> BaseResponse:
        service.revise(
            web.engine(), maker(), str(precedent_id), form.seen_version, form.texts(), form.ticked()
        )
        flash(
            _("The version is written. What was approved is told until somebody else approves this."),
            "success",
        )
        return redirect(url_for("precedents.show", precedent_id=precedent_id))

    def shown(problem: str | None) -> str:
        about = {**whole.newest, **whole.row}
        return render_template(
            "precedents/edit.html", about=about, precedent_id=precedent_id, form=form, problem=problem
        )

    return _carried_out(command, shown, form) if request.method == "POST" else shown(None)


def _whole(precedent_id: uuid.UUID) -> Whole:
    found = queries.whole(web.connection(), web.actor(), str(precedent_id))
    return found if found is not None else abort(404)


@bp.post("/<uuid:precedent_id>/versions/<int:version>/approve")
@require_step_up
def approve(precedent_id: uuid.UUID, version: int) -> Page:
    _whole(precedent_id)

    def command() -> BaseResponse:
        service.approve(web.engine(), maker(), str(precedent_id), version)
        flash(_("The precedent is approved, and is told from now on."), "success")
        return redirect(url_for("precedents.show", precedent_id=precedent_id))

    return _carried_out(command, lambda problem: _page(precedent_id, problem))


@bp.post("/<uuid:precedent_id>/versions/<int:version>/decline")
def decline(precedent_id: uuid.UUID, version: int) -> Page:
    _whole(precedent_id)
    form = ReasonForm()

    def command() -> BaseResponse:
        service.decline(web.engine(), maker(), str(precedent_id), version, form.reason.data or "")
        flash(_("The version is declined."), "success")
        return redirect(url_for("precedents.show", precedent_id=precedent_id))

    return _carried_out(command, lambda problem: _page(precedent_id, problem, decline=form), form)


@bp.post("/<uuid:precedent_id>/withdraw")
def withdraw(precedent_id: uuid.UUID) -> Page:
    _whole(precedent_id)
    form = ReasonForm()

    def command() -> BaseResponse:
        service.withdraw(web.engine(), maker(), str(precedent_id), form.reason.data or "")
        flash(_("The precedent is withdrawn."), "success")
        return redirect(url_for("precedents.show", precedent_id=precedent_id))

    return _carried_out(command, lambda problem: _page(precedent_id, problem, withdraw=form), form)


def _carried_out(
    command: Callable[[], BaseResponse],
    show: Callable[[str | None], str],
    form: PrecedentForm | ReasonForm | None = None,
) -> Page:
    """As `answering.carried_out`, with the refusals of precedents; without a form nothing is typed."""
    return answering.carried_out(form or ReasonForm(formdata=None), command, show, _explained)


def _explained(error: NotDone) -> str:
    if error.reason.code == "holds_sealed":
        found = error.reason.params["figures"]
        return _(texts.HOLDS_SEALED, figures="; ".join(found) if isinstance(found, tuple) else "")
    return str(texts.ERROR_TEXTS[error.reason.code])
