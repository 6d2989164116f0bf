"""Pages of horizon scanning: the list, an item, what is decided about it, and the agency's exports."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import fields as fields_of
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.engine import RowMapping
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases import queries as case_queries
from nt_process.cases.errors import Refused
from nt_process.horizon import imports, proposal, queries, rules, service, texts
from nt_process.horizon.errors import HorizonError
from nt_process.horizon.forms import DismissForm, MergeForm, OpenForm, ReopenForm, UploadForm
from nt_process.horizon.matching import Plan
from nt_process.horizon.queries import Filter
from nt_process.horizon.service import Decision
from nt_process.infra import fault_texts, files
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.rights import SECRETARIAT
from nt_process.web import reason_texts, template_filters

bp = Blueprint("horizon", __name__, url_prefix="/horizon")

MAX_SHOWN_ROWS = 200


@bp.context_processor
def _words() -> dict[str, Any]:
    # A page that says what went wrong may have no reader.
    reader = g.get("actor")
    return {
        "words": texts,
        "stated": _stated,
        "approval_names": reason_texts.APPROVAL_NAMES,
        "number": format_decimal,
        "may_edit": reader is not None and SECRETARIAT.allows(reader.roles),
    }


def _stated(field: str, text: str) -> str:
    """What the agency states in a field, in the reader's way of writing where that is certain."""
    if field == "status":
        return str(texts.AGENCY_STATUS_NAMES.get(text, text))
    if text in ("Yes", "No"):
        return _("Yes") if text == "Yes" else _("No")
    if field.endswith("_on") and text:
        with suppress(CellError):
            return template_filters.day(read_date(text))
    return text


# --- the list -------------------------------------------------------------------------------------


@bp.get("")
def index() -> str | BaseResponse:
    chosen = _filter(request.args)
    page = _page_number()
    listed = queries.items(web.connection(), web.actor(), chosen, page, web.today())
    pages = max(1, -(-listed.total // queries.PAGE_SIZE))
    if page > pages:
        return redirect(_list_url(chosen, page=pages))
    return render_template(
        "horizon/_rows.html" if web.is_htmx() else "horizon/index.html",
        listed=listed,
        chosen=chosen,
        page=page,
        pages=pages,
        counts=queries.counts(web.connection(), web.actor(), web.today()),
        choices=queries.choices(web.connection(), web.actor()),
        statuses=queries.STATUSES,
        approval_types=queries.APPROVAL_TYPES,
        narrowed=bool(_query(chosen)),
        url_with=lambda **changes: _list_url(Filter(**changes)),
        page_url=lambda number: _list_url(chosen, page=number),
    )


def _filter(args: Mapping[str, str]) -> Filter:
    """The filter as the address says it; what is not a known value narrows nothing."""

    def one_of(name: str, *known: str) -> str:
        return args[name] if args.get(name) in known else ""

    year = args.get("year", "")
    # The list begins with what is watched; "all" is said, so that a link with no status means the same.
    status = "" if args.get("status") == "all" else one_of("status", *queries.STATUSES) or "watched"
    return Filter(
        q=args.get("q", "").replace("\x00", "")[:200],
        status=status,
        orphan=one_of("orphan", "yes", "no"),
        oncology=one_of("oncology", "yes", "no"),
        approval_type=one_of("approval_type", *queries.APPROVAL_TYPES),
        agency_status=args.get("agency_status", "").replace("\x00", "")[:100],
        year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() and year > "1900" else None,
        coming=args.get("coming") == "1",
        sort=one_of("sort", *queries.SORTS) or "latest",
    )


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _query(chosen: Filter, **changes: Any) -> str:
    """The filter as an address, without what is as it would be anyway."""
    usual = Filter()
    values = {
        field.name: getattr(chosen, field.name)
        for field in fields_of(chosen)
        if getattr(chosen, field.name) != getattr(usual, field.name)
    }
    if chosen.status == "":
        values["status"] = "all"
    if chosen.coming:
        values["coming"] = "1"
    return urlencode({**values, **changes})


def _list_url(chosen: Filter, **changes: Any) -> str:
    query = _query(chosen, **changes)
    return url_for("horizon.index") + (f"?{query}" if query else "")


# --- one item -------------------------------------------------------------------------------------


@bp.get("/items/<uuid:item_id>")
def item(item_id: uuid.UUID) -> str:
    found = _item_file(item_id)
    return render_template(
        "horizon/item.html", **_item_page(found), form=ReopenForm(version=found.item.version)
    )


def _item_file(item_id: uuid.UUID) -> queries.ItemFile:
    found = queries.item_file(web.connection(), web.actor(), str(item_id))
    return found if found is not None else abort(404)


def _item_page(found: queries.ItemFile) -> dict[str, Any]:
    shown = found.item
    by_import: dict[Any, list[RowMapping]] = defaultdict(list)
    for change in found.changes:
        by_import[change["import_id"]].append(change)
    return {
        "file": found,
        "item": shown,
        "decisions": service.DECISIONS[shown["status"]]
        if SECRETARIAT.allows(web.actor().roles)
        else frozenset(),
        "oncology": rules.oncology(shown["source"]),
        "latest_decision": rules.latest_decision(shown["opinion_on"]) if shown["opinion_on"] else None,
        "forecast_days": rules.FORECAST_DAYS,
        "limit_days": rules.DECISION_LIMIT_DAYS,
        "changes": list(by_import.values()),
        "gone": shown["newest_made_at"] is not None and shown["newest_made_at"] > shown["seen_at"],
    }


@bp.route("/items/<uuid:item_id>/dismiss", methods=["GET", "POST"])
def dismiss(item_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _item_file(item_id)
    form = DismissForm(version=found.item.version)

    def command() -> BaseResponse:
        service.dismiss(web.engine(), _decision(item_id, form.version.data), form.reason.data or "")
        flash(_("%(medicine)s is no longer watched.", medicine=found.item.medicine), "success")
        return redirect(url_for("horizon.item", item_id=item_id))

    return _decided(form, command, "horizon/dismiss.html", found)


@bp.post("/items/<uuid:item_id>/reopen")
def reopen(item_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _item_file(item_id)
    form = ReopenForm()

    def command() -> BaseResponse:
        service.reopen(web.engine(), _decision(item_id, form.version.data))
        flash(_("%(medicine)s is watched again.", medicine=found.item.medicine), "success")
        return redirect(url_for("horizon.item", item_id=item_id))

    return _decided(form, command, "horizon/item.html", found, **_item_page(found))


@bp.route("/items/<uuid:item_id>/merge", methods=["GET", "POST"])
def merge(item_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _item_file(item_id)
    form = MergeForm(version=found.item.version)
    text = request.values.get("q", "").replace("\x00", "")[:200]
    targets = queries.merge_targets(
        web.connection(), web.actor(), found.item, text or rules.trade_names(found.item.medicine)[0]
    )
    form.into.choices = [(str(target.id), target.medicine) for target in targets]

    def command() -> BaseResponse:
        into = _uuid(form.into.data)
        service.merge(web.engine(), _decision(item_id, form.version.data), into, form.reason.data or "")
        flash(_("%(medicine)s is merged into this item.", medicine=found.item.medicine), "success")
        return redirect(url_for("horizon.item", item_id=into))

    return _decided(form, command, "horizon/merge.html", found, targets=targets, q=text)


@bp.route("/items/<uuid:item_id>/open", methods=["GET", "POST"])
def open_case(item_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _item_file(item_id)
    companies = case_queries.companies(web.connection())
    proposed = proposal.facts(found.item, companies)
    form = OpenForm(data=proposed)
    form.fill_choices(companies)

    def command() -> BaseResponse:
        decision = _decision(item_id, form.version.data)
        fault = form.company_fault(proposed["company"])
        if fault is not None:
            raise Refused((fault,))
        number = service.open_case(web.engine(), decision, form.process_name.data or "", form.facts())
        flash(_("The case has the number %(number)s.", number=number), "success")
        return redirect(url_for("cases.show", number=number))

    return _decided(form, command, "horizon/open.html", found, oncology=rules.oncology(found.item.source))


def _decided(
    form: Any, command: Callable[[], BaseResponse], template: str, found: queries.ItemFile, **shown: Any
) -> str | tuple[str, int] | BaseResponse:
    """Show the form, or carry out what it asks; refused, it comes back with what was typed and why."""
    problem, status = None, 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return command()
            except Refused as refused:
                form.refuse(refused.reasons)
            except HorizonError as error:
                if error.reason.code in ("not_found", "not_allowed"):
                    abort(404)
                problem, status = _explain(error), 409
                # Sent again, the form is meant for the item as it is now.
                form.version.data = str(_item_file(found.item.id).item.version)
    page = {"file": found, "item": found.item, **shown}
    return render_template(template, form=form, problem=problem, **page), status


def _explain(error: HorizonError) -> str:
    params: dict[str, Any] = dict(error.reason.params)
    code = error.reason.code
    if code == "changed":
        params["at"] = template_filters.instant(params["at"])
        code = code if params["person"] else "changed_by_import"
    return str(texts.ERROR_TEXTS[code]) % params


def _decision(item_id: uuid.UUID, version: str | None) -> Decision:
    seen = int(version) if version and version.isascii() and version.isdigit() and len(version) < 10 else 0
    return Decision(web.actor(), str(item_id), seen, web.now())


def _uuid(text: str | None) -> str:
    try:
        return str(uuid.UUID(text or ""))
    except ValueError:
        raise HorizonError("no_target") from None


# --- the agency's exports -------------------------------------------------------------------------


@bp.route("/imports", methods=["GET", "POST"])
def import_list() -> str | tuple[str, int] | BaseResponse:
    form = UploadForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                # A large file lies in a temporary one meanwhile, which is closed at once.
                with closing(form.file.data) as handed_in:
                    file = imports.read_file(handed_in.filename or "", handed_in.read())
                import_id = imports.upload(web.engine(), file, web.now(), web.actor())
            except BadInput as refusal:
                form.file.errors = fault_texts.fault_sentences(refusal, _translate())
            else:
                return redirect(url_for("horizon.import_page", import_id=import_id))
    listed = queries.imports(web.connection(), web.actor())
    return render_template("horizon/imports.html", form=form, imports=listed), status


@bp.route("/imports/<uuid:import_id>", methods=["GET", "POST"])
def import_page(import_id: uuid.UUID) -> str | BaseResponse:
    """A file that was handed in: what importing it would do, or what it did."""
    found = queries.import_file(web.connection(), web.actor(), str(import_id))
    if found is None:
        abort(404)
    if request.method == "POST":
        report = imports.carry_out(web.engine(), str(import_id), web.now(), web.actor())
        if report is not None:
            flash(_("The export is imported."), "success")
        return redirect(url_for("horizon.import_page", import_id=import_id))
    if found["imported_at"] is None:
        plan = imports.preview(web.connection(), str(import_id))
        return render_template("horizon/import_preview.html", **_preview_page(found, plan))
    left_out = [(row["row"], _stored_faults(row["faults"])) for row in found["rejected"]]
    return render_template(
        "horizon/import_report.html",
        found=found,
        left_out=_by_reason(left_out),
        left_out_count=len(left_out),
        changes=queries.import_changes(web.connection(), web.actor(), str(import_id)),
        max_changes=queries.MAX_CHANGES,
    )


def _preview_page(found: RowMapping, plan: Plan) -> dict[str, Any]:
    names = queries.medicine_names(web.connection(), web.actor(), [one.item_id for one in plan.updates])
    return {
        "found": found,
        "plan": plan,
        "new": plan.new[:MAX_SHOWN_ROWS],
        "updates": [(names[one.item_id], one) for one in plan.updates[:MAX_SHOWN_ROWS]],
        "left_out": _by_reason(list(plan.rejected.items())),
        "left_out_count": len(plan.rejected),
        "max_shown": MAX_SHOWN_ROWS,
        "is_older": found["made_at"] < (queries.newest_made_at(web.connection()) or found["made_at"]),
    }


@bp.get("/imports/<uuid:import_id>/file")
def import_source(import_id: uuid.UUID) -> Response:
    """The file as it was handed in."""
    found = queries.import_file(web.connection(), web.actor(), str(import_id))
    if found is None:
        abort(404)
    content = b"".join(files.open_parts(web.connection(), found["sha256"]))
    disposition = f"attachment; filename*=UTF-8''{quote(found['filename'])}"
    return Response(
        content, mimetype="application/octet-stream", headers={"Content-Disposition": disposition}
    )


def _by_reason(left_out: list[tuple[int, tuple[Fault, ...]]]) -> list[tuple[str, list[int]]]:
    """Each reason once with the rows it is true of, the rarest first: those are the ones to look at."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, faults in left_out:
        rows[texts.row_reason(faults, _translate())].append(row)
    return sorted(rows.items(), key=lambda entry: (len(entry[1]), entry[1][0]))


def _stored_faults(stored: list[dict[str, Any]]) -> tuple[Fault, ...]:
    return tuple(Fault(one["code"], None, one["column"], one["params"]) for one in stored)


def _translate() -> Callable[..., str]:
    return translator(web.language())
