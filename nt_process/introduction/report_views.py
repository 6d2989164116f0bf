"""Deviations and their reasons: which regions depart from which recommendations, when and why."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.introduction import export, pdf_job, queries, texts
from nt_process.introduction.answers import asked_day, bp
from nt_process.introduction.queries import Chosen, Deviation
from nt_process.introduction.rules import reasons
from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import BY_CODE, REGIONS
from nt_process.web import printing
from nt_process.web.printing import Printed


def _chosen() -> tuple[Chosen, dict[str, str]]:
    """What the address asks for, and a sentence for each day that cannot be read; what is no known choice narrows nothing."""
    region, reason = request.args.get("region", ""), request.args.get("reason", "")
    (first, first_fault), (last, last_fault) = asked_day("first"), asked_day("last")
    faults = {name: fault for name, fault in (("first", first_fault), ("last", last_fault)) if fault}
    if first and last and last < first:
        faults["last"] = translator(web.language())(texts.FAULTS["ends_before_start"])
    chosen = Chosen(
        region if region in BY_CODE else "", reason if reason in reasons.MESSAGES else "", first, last
    )
    return chosen, faults


def _address(endpoint: str, chosen: Chosen, **more: Any) -> str:
    days: dict[str, Any] = {
        name: day.isoformat() if day else None
        for name, day in (("first", chosen.first), ("last", chosen.last))
    }
    return url_for(endpoint, region=chosen.region or None, reason=chosen.reason or None, **days, **more)


@bp.get("/deviations")
def deviations() -> tuple[str, int]:
    chosen, faults = _chosen()
    found = [] if faults else queries.deviations(web.connection(), web.actor(), chosen)
    shown = render_template(
        "introduction/deviations.html",
        found=found,
        tally=_tally(found),
        chosen=chosen,
        faults=faults,
        typed=request.args,
        regions=REGIONS,
        names={code: region.name for code, region in BY_CODE.items()},
        words=texts,
        narrowed=chosen != Chosen() or bool(faults),
        table_url=lambda form: _address("introduction.deviations_table", chosen, form=form),
        pdf_url=_address("introduction.deviations_pdf", chosen),
        one_day=ONE_DAY,
    )
    return shown, 422 if faults else 200


def _tally(found: list[Deviation]) -> list[tuple[str, int, int]]:
    """For each reason that occurs: its code, how many follow with limits and how many do not follow."""
    stated = [(one.row["reason_code"], one.row["decision"]) for one in found]
    counted = [
        (code, stated.count((code, "limits")), stated.count((code, "not"))) for code in reasons.MESSAGES
    ]
    return sorted((one for one in counted if one[1] + one[2]), key=lambda one: -one[1] - one[2])


def _asked() -> tuple[Chosen, list[Deviation]]:
    chosen, faults = _chosen()
    if faults:
        abort(404)
    return chosen, queries.deviations(web.connection(), web.actor(), chosen)


@bp.get("/deviations.<any(csv, xlsx):form>")
def deviations_table(form: str) -> Response:
    _chosen_ones, found = _asked()
    sheet = export.deviations(found, web.language())
    headers = {"Content-Disposition": f"attachment; filename={_('deviations')}.{form}"}
    if form == "csv":
        content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
        return Response(content, mimetype=CSV_TYPE, headers=headers)
    content = rows_to_xlsx([sheet], made_at=web.now(), title=sheet.name)
    return Response(content, mimetype=XLSX_TYPE, headers=headers)


@bp.get("/deviations.pdf")
def deviations_pdf() -> Response:
    chosen, found = _asked()
    key, params = pdf_job.order(found, chosen, web.language(), web.now())
    back = (_address("introduction.deviations", chosen), _("Back to the deviations"))
    wanted = Printed(pdf_job.KIND, key, params, _("deviations"), _("Deviations as PDF"), back)
    return printing.answer(wanted)
