"""Pages of the market function: the planning view, the register, the procurement plan, the reminders."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import BY_CODE, REGIONS
from nt_process.market import export, list_prices, planning, queries, rules, service, texts, timeline
from nt_process.market.errors import MarketError
from nt_process.market.forms import (
    CommitForm,
    EntryForm,
    LadderForm,
    MarketForm,
    ProcurementForm,
    RemoveForm,
    WithdrawForm,
)
from nt_process.market.queries import Filter, ProcurementFile
from nt_process.prices import words as price_words
from nt_process.rights import SECRETARIAT
from nt_process.web import template_filters

bp = Blueprint("market", __name__, url_prefix="/market")

MAX_LANES = 60


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    return {
        "words": texts,
        "regions": BY_CODE,
        "number": _number,
        "logged": _logged,
        "kronor": price_words.kronor,
        "per_unit": price_words.per_unit,
        "percent": price_words.percent,
        "may_edit": actor is not None and SECRETARIAT.allows(actor.roles),
    }


def _number(value: Decimal | int) -> str:
    return str(format_decimal(value.normalize() if isinstance(value, Decimal) else value, "#,##0.###"))


def _logged(change: Row, value: str) -> str:
    """A value of the log in words: a name for a code, a day in the reader's way of writing."""
    field = change["field"]
    if field in texts.VALUE_NAMES and value:
        return str(texts.VALUE_NAMES[field].get(value, value))
    if field == "told":
        return ", ".join(str(texts.TOLD_NAMES.get(role, role)) for role in value.split(", "))
    if field in texts.DAY_FIELDS and value:
        return template_filters.day(date.fromisoformat(value))
    if field in ("volume", "commitment") and value:
        return _number(Decimal(value))
    return value


# --- the planning view ------------------------------------------------------------------------------


@bp.get("")
def index() -> str:
    chosen = planning.filter_of(request.args, web.today())
    entries, procurements = _found(chosen)
    in_span = planning.lanes(entries, procurements, chosen)
    title = _(
        "Dates and procurements from %(start)s to %(end)s", start=chosen.start.year, end=chosen.end.year - 1
    )
    picture = timeline.draw(title, in_span[:MAX_LANES], chosen.start, chosen.end, web.today())
    may_edit = SECRETARIAT.allows(web.actor().roles)
    return render_template(
        "market/index.html",
        chosen=chosen,
        entries=entries,
        procurements=procurements,
        cheapest=_cheapest_units(entries, procurements),
        kinds=rules.KINDS,
        spans=queries.SPANS,
        max_shown=queries.MAX_SHOWN,
        # The picture escapes every text it holds.
        picture=Markup(picture) if in_span else None,  # noqa: S704
        left_out=len(in_span) - MAX_LANES,
        key=lambda shape: Markup(timeline.key(shape)),  # noqa: S704 - constants of this program
        proposals=queries.proposals(web.connection(), web.actor(), web.today()) if may_edit else [],
        query=planning.query_of(chosen),
        narrowed=bool(chosen.q or chosen.kind),
    )


@bp.get("/plan.xlsx")
def workbook() -> Response:
    entries, procurements = _found(planning.filter_of(request.args, web.today()))
    held = {
        row["id"]: queries.commitments(web.connection(), web.actor(), row["id"])
        for row in procurements
        if row["regions"]
    }
    cheapest = _cheapest_units(entries, procurements)
    sheets = [
        export.register_sheet(entries, cheapest),
        export.plan_sheet(procurements, cheapest),
        export.commitments_sheet(procurements, held),
    ]
    content = rows_to_xlsx(sheets, made_at=web.now(), title=_("Market and procurement"))
    return _attachment(content, XLSX_TYPE, "plan.xlsx")


@bp.get("/<any(register, procurements):part>.csv")
def table(part: str) -> Response:
    entries, procurements = _found(planning.filter_of(request.args, web.today()))
    cheapest = _cheapest_units(entries, procurements)
    is_register = part == "register"
    sheet = (
        export.register_sheet(entries, cheapest) if is_register else export.plan_sheet(procurements, cheapest)
    )
    content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
    return _attachment(content, CSV_TYPE, f"{part}.csv")


def _cheapest_units(entries: list[Row], procurements: list[Row]) -> dict[str, Row]:
    return list_prices.cheapest_units(web.connection(), web.actor(), entries, procurements, web.today())


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, mimetype=media_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def _found(chosen: Filter) -> tuple[list[Row], list[Row]]:
    """The register's dates and the plan's procurements; a kind of date is no procurement."""
    entries = [] if chosen.kind == "procurement" else queries.entries(web.connection(), web.actor(), chosen)
    if chosen.kind in rules.KINDS:
        return entries, []
    return entries, queries.procurements(web.connection(), web.actor(), chosen)


# --- the register -----------------------------------------------------------------------------------


@bp.get("/dates/<uuid:entry_id>")
def entry(entry_id: uuid.UUID) -> str:
    return render_template("market/entry.html", **_entry_page(entry_id), form=RemoveForm())


@bp.route("/dates/new", methods=["GET", "POST"])
def new_entry() -> str | tuple[str, int] | BaseResponse:
    number = request.values.get("case", "")[:40]
    proposed = queries.case_facts(web.connection(), web.actor(), number) if number.isprintable() else None
    form = EntryForm(data=_proposal(proposed) if proposed else {"certainty": "stated"})

    def command() -> BaseResponse:
        entry_id = service.register_entry(web.engine(), maker(), form.texts(), form.case.data or None)
        flash(_("The date is in the register."), "success")
        return redirect(url_for("market.entry", entry_id=entry_id))

    return _answered(form, command, "market/entry_form.html", entry=None)


def _proposal(case: Row) -> dict[str, Any]:
    """What the form begins with when the date stands on a case."""
    facts = {name: case[name] for name in ("medicine", "substance", "atc", "company", "indication")}
    day = case["day"].isoformat() if case["day"] else ""
    source = _("Case %(number)s", number=case["number"])
    return {
        **facts,
        "kind": "orphan_exclusivity",
        "day": day,
        "certainty": "stated",
        "source": source,
        "case": case["number"],
    }


@bp.route("/dates/<uuid:entry_id>/edit", methods=["GET", "POST"])
def edit_entry(entry_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _entry_page(entry_id)["entry"]
    form = EntryForm(data=_typed(found, texts.ENTRY_FIELDS) | {"version": found["version"]})

    def command() -> BaseResponse:
        service.change_entry(web.engine(), maker(), str(entry_id), form.seen_version, form.texts())
        flash(_("The change is saved."), "success")
        return redirect(url_for("market.entry", entry_id=entry_id))

    return _answered(form, command, "market/entry_form.html", entry=found)


@bp.post("/dates/<uuid:entry_id>/remove")
def remove_entry(entry_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    form = RemoveForm()

    def command() -> BaseResponse:
        service.remove_entry(web.engine(), maker(), str(entry_id), form.seen_version, form.reason.data or "")
        flash(_("The date is removed from the register."), "success")
        return redirect(url_for("market.entry", entry_id=entry_id))

    return _answered(form, command, "market/entry.html", **_entry_page(entry_id))


def _entry_page(entry_id: uuid.UUID) -> dict[str, Any]:
    found = queries.entry_file(web.connection(), web.actor(), str(entry_id))
    if found is None:
        abort(404)
    prices = list_prices.of_entry(web.connection(), web.actor(), found[0], web.today())
    return {"entry": found[0], "changes": found[1], "prices": prices}


# --- the procurement plan ---------------------------------------------------------------------------


@bp.get("/procurements/<uuid:procurement_id>")
def procurement(procurement_id: uuid.UUID) -> str:
    return render_template("market/procurement.html", **_procurement_page(procurement_id))


@bp.route("/procurements/new", methods=["GET", "POST"])
def new_procurement() -> str | tuple[str, int] | BaseResponse:
    form = ProcurementForm(data={"status": "planned"})

    def command() -> BaseResponse:
        procurement_id = service.plan_procurement(web.engine(), maker(), form.texts())
        flash(_("The procurement is in the plan."), "success")
        return redirect(url_for("market.procurement", procurement_id=procurement_id))

    return _answered(form, command, "market/procurement_form.html", procurement=None)


@bp.route("/procurements/<uuid:procurement_id>/edit", methods=["GET", "POST"])
def edit_procurement(procurement_id: uuid.UUID) -> str | tuple[str, int] | BaseResponse:
    found = _procurement_file(procurement_id).procurement
    form = ProcurementForm(data=_typed(found, texts.PROCUREMENT_FIELDS) | {"version": found["version"]})

    def command() -> BaseResponse:
        service.change_procurement(
            web.engine(), maker(), str(procurement_id), form.seen_version, form.texts()
        )
        flash(_("The change is saved."), "success")
        return redirect(url_for("market.procurement", procurement_id=procurement_id))

    return _answered(form, command, "market/procurement_form.html", procurement=found)


@bp.post("/procurements/<uuid:procurement_id>/regions/<region>/commit")
def commit(procurement_id: uuid.UUID, region: str) -> str | tuple[str, int] | BaseResponse:
    form = CommitForm(prefix=region)
    own = _own_regions()

    def command() -> BaseResponse:
        service.commit(web.engine(), maker(), str(procurement_id), region, own, form.volume.data or "")
        flash(_("%(region)s has committed itself.", region=BY_CODE[region].official_name), "success")
        return redirect(url_for("market.procurement", procurement_id=procurement_id))

    page = _procurement_page(procurement_id, {region: (form, WithdrawForm(prefix=region, formdata=None))})
    return _answered(form, command, "market/procurement.html", **page)


@bp.post("/procurements/<uuid:procurement_id>/regions/<region>/withdraw")
def withdraw(procurement_id: uuid.UUID, region: str) -> str | tuple[str, int] | BaseResponse:
    form = WithdrawForm(prefix=region)
    own = _own_regions()

    def command() -> BaseResponse:
        service.withdraw(web.engine(), maker(), str(procurement_id), region, own, form.reason.data or "")
        flash(_("%(region)s has withdrawn.", region=BY_CODE[region].official_name), "success")
        return redirect(url_for("market.procurement", procurement_id=procurement_id))

    page = _procurement_page(procurement_id, {region: (CommitForm(prefix=region, formdata=None), form)})
    return _answered(form, command, "market/procurement.html", **page)


def _own_regions() -> list[str]:
    return queries.own_regions(web.connection(), web.actor(), web.today())


def _procurement_file(procurement_id: uuid.UUID) -> ProcurementFile:
    found = queries.procurement_file(web.connection(), web.actor(), str(procurement_id))
    return found if found is not None else abort(404)


def _procurement_page(
    procurement_id: uuid.UUID, forms: Mapping[str, tuple[CommitForm, WithdrawForm]] | None = None
) -> dict[str, Any]:
    """A procurement with all 21 regions, and for each of the reader's own the two forms."""
    found = _procurement_file(procurement_id)
    row = found.procurement
    sign_up = rules.SignUp(row["scope"], row["status"], row["sign_up_until"])
    held = found.commitments
    standing = [one["volume"] for one in held.values() if not one["withdrawn"]]
    committed = sum(standing, Decimal(0))
    own = {
        code: (forms or {}).get(code) or (_commit_form(code, held.get(code)), WithdrawForm(prefix=code))
        for code in _own_regions()
    }
    prices = list_prices.of_procurement(web.connection(), web.actor(), row, web.today())
    return {
        "procurement": row,
        "rows": [(region, held.get(region.code)) for region in REGIONS],
        "committed": committed,
        "share": int(committed * 100 // row["volume"]) if row["volume"] else None,
        "count": len(standing),
        "changes": found.changes,
        "own": own,
        "commitments": held,
        "commit_refused": _refusal(sign_up.refuses_commitment(web.today()), row["sign_up_until"]),
        "withdraw_refused": _refusal(sign_up.refuses_withdrawal(), row["sign_up_until"]),
        "binding": sign_up.is_binding(web.today()),
        "prices": prices,
    }


def _commit_form(region: str, held: Row | None) -> CommitForm:
    stands = held is not None and not held["withdrawn"]
    volume = _plain(held["volume"]) if held is not None and stands else ""
    return CommitForm(prefix=region, formdata=None, data={"volume": volume})


def _refusal(code: str | None, day: date | None) -> str | None:
    return None if code is None else str(texts.ERROR_TEXTS[code]) % {"day": template_filters.day(day)}


# --- the reminders ----------------------------------------------------------------------------------


@bp.get("/reminders")
def reminders() -> str:
    return render_template("market/reminders.html", **_reminders_page())


@bp.post("/reminders/<kind>")
def change_reminders(kind: str) -> str | tuple[str, int] | BaseResponse:
    if kind not in rules.KINDS:
        abort(404)
    form = LadderForm(prefix=kind)

    def command() -> BaseResponse:
        told = form.told.data or []
        service.change_ladder(web.engine(), maker(), kind, form.seen_version, form.months.data or "", told)
        flash(_("The change is saved."), "success")
        return redirect(url_for("market.reminders"))

    return _answered(form, command, "market/reminders.html", **_reminders_page({kind: form}))


def _reminders_page(forms: Mapping[str, LadderForm] | None = None) -> dict[str, Any]:
    ladders = queries.ladders(web.connection(), web.actor())
    shown = {
        kind: (forms or {}).get(kind)
        or LadderForm(
            prefix=kind,
            formdata=None,
            data={
                "months": ", ".join(map(str, ladders[kind]["months"])),
                "told": ladders[kind]["told"],
                "version": ladders[kind]["version"],
            },
        )
        for kind in rules.KINDS
    }
    return {"ladders": shown, "changes": queries.ladder_changes(web.connection(), web.actor())}


# --- what all share ---------------------------------------------------------------------------------


def _typed(row: Row, names: Mapping[str, Any]) -> dict[str, str]:
    """A stored row as a person would have typed it."""
    return {name: _plain(row[name]) for name in names}


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = format(value.normalize(), "f")
        return text.replace(".", ",") if web.language() == "sv" else text
    return value.isoformat() if isinstance(value, date) else str(value)


def _answered(
    form: MarketForm, command: Callable[[], BaseResponse], template: str, **shown: Any
) -> str | tuple[str, int] | BaseResponse:
    """Show the form, or carry out what it asks; refused, it comes back with what was typed and why."""
    problem, status = None, 200
    if form.is_submitted():
        try:
            return command()
        except BadInput as refusal:
            form.show_faults(refusal, translator(web.language()))
            status = 422
        except MarketError as error:
            if error.reason.code in ("not_found", "not_allowed"):
                abort(404)
            problem, status = _explain(error), 409
            if error.reason.code == "changed":
                # Sent again, the form is meant for what stands there now.
                form.version.data = str(error.reason.params["version"])
    return render_template(template, form=form, problem=problem, **shown), status


def _explain(error: MarketError) -> str:
    params: dict[str, Any] = dict(error.reason.params)
    if "at" in params:
        params["at"] = template_filters.instant(params["at"])
    if "day" in params:
        params["day"] = template_filters.day(params["day"])
    return str(texts.ERROR_TEXTS[error.reason.code]) % params
