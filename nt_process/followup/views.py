"""Pages of follow-up: the list, one recommendation with its report and files, a region's own page, and alerts."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.consultation.forms import Shown, typed
from nt_process.followup import answering, export, pdf_job, presentation, queries
from nt_process.followup.answers import Page, bp, carried_out, drawn, presenter, the_follow_up
from nt_process.followup.rules import quarters
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.kernel.regions import BY_CODE
from nt_process.web import printing, region_map
from nt_process.web.printing import Printed


@bp.get("")
def index() -> str:
    """Every follow-up, the most unequal first."""
    found = queries.listed(web.connection(), web.actor())
    return render_template(
        "followup/index.html",
        followed=[row for row in found if row["version"] is not None],
        others=[row for row in found if row["version"] is None],
        alerts=queries.alerts(web.connection(), web.actor(), web.today()),
        own=queries.own_regions(web.connection(), web.actor(), web.today()),
        present=presenter(),
    )


@bp.get("/<uuid:recommendation_id>")
def show(recommendation_id: uuid.UUID) -> str:
    found = the_follow_up(recommendation_id)
    protocol, present = found.protocol, presenter()
    figure = presentation.chosen_figure(
        found, request.args.get("measure", ""), request.args.get("quarter", "")
    )
    series = found.of(figure["measure"]) if figure is not None else []
    rows = queries.regions(web.connection(), [figure["id"]]) if figure is not None else []
    lines = presentation.lines(rows)
    name = present.measure(figure["measure"], protocol) if figure is not None else ""
    newest = series[-1] if series else None
    return render_template(
        "followup/show.html",
        f=found,
        p=found.row,
        c=found.row["content"],
        protocol=protocol,
        present=present,
        figure=figure,
        figures=series,
        newest=newest,
        measure=name,
        measures=list(dict.fromkeys(one["measure"] for one in found.figures)),
        lines=presentation.by_rate(lines),
        tally=presentation.tally(lines) if figure is not None else {},
        tiles=region_map.grid({one.region.code: one for one in lines}),
        tile_name=region_map.name_on_tile,
        region_chart=drawn(presentation.regions_chart(lines, figure, present, name)) if figure else "",
        quarter_chart=drawn(presentation.quarters_chart(series, present, name)) if figure else "",
        alerts=queries.alerts(
            web.connection(), web.actor(), web.today(), recommendation=str(recommendation_id)
        ),
        told_by=queries.told_by(web.connection(), found.id),
        outcomes=_outcomes(found.row["case_number"]),
        note=present.translate(export.NOTE),
    )


def _outcomes(number: str) -> list[tuple[Row, bool]]:
    """The agreements whose outcomes have been counted, each with whether those of the last quarter that is over are due."""
    last = quarters.after(quarters.quarter_of(web.today()), -1)
    rows = queries.outcomes(web.connection(), web.actor(), number, web.today())
    return [(row, quarters.quarter_of(row["last"]) < last) for row in rows]


@bp.get("/<uuid:recommendation_id>/report.<any(csv, xlsx):kind>")
def table(recommendation_id: uuid.UUID, kind: str) -> Response:
    found = the_follow_up(recommendation_id)
    rows = queries.regions(web.connection(), [one["id"] for one in found.figures])
    if kind == "csv":
        content, media_type = export.csv_bytes(found, rows, presenter()), CSV_TYPE
    else:
        content, media_type = export.xlsx_bytes(found, rows, presenter(), web.now()), XLSX_TYPE
    headers = {"Content-Disposition": f"attachment; filename={_('follow-up')}.{kind}"}
    return Response(content, mimetype=media_type, headers=headers)


@bp.get("/<uuid:recommendation_id>/report.pdf")
def pdf(recommendation_id: uuid.UUID) -> Response:
    """The follow-up report, printed; for the council's side with its alerts."""
    found = the_follow_up(recommendation_id)
    if found.protocol is None:
        abort(404)
    answered = queries.said(web.connection(), found.id)
    order = pdf_job.order(found, web.actor(), web.language(), web.now(), answered)
    return printing.answer(
        Printed(
            kind=order.kind,
            key=order.key,
            params=order.params,
            name=_("follow-up"),
            title=_("The follow-up report as PDF"),
            back=(url_for("followup.show", recommendation_id=recommendation_id), _("Back to the follow-up")),
        )
    )


@bp.get("/regions/<region>")
def region(region: str) -> str:
    """A region's own page: its figures beside the country's, its own counts, and its alerts."""
    if region not in BY_CODE:
        abort(404)
    own = region in queries.own_regions(web.connection(), web.actor(), web.today())
    if not own and not web.actor().is_internal:
        abort(404)
    counts = {
        (row["recommendation_id"], row["quarter"], row["measure"]): row
        for row in queries.own_counts(web.connection(), region)
    }
    followed = [
        row
        for row in queries.listed(web.connection(), web.actor())
        if row["version"] is not None and row["quarter"] is not None
    ]
    shown = {
        row["figure_id"]: row
        for row in queries.regions(web.connection(), [one["figure_id"] for one in followed], own=region)
    }
    return render_template(
        "followup/region.html",
        region=BY_CODE[region],
        rows=[
            (
                row,
                presentation.RegionLine(
                    BY_CODE[region],
                    shown.get(row["figure_id"]),
                    presentation.standing(shown.get(row["figure_id"])),
                ),
                counts.get((row["id"], row["quarter"], row["measure"])),
            )
            for row in followed
        ],
        alerts=queries.alerts(web.connection(), web.actor(), web.today(), region=region),
        present=presenter(),
    )


# --- alerts ---------------------------------------------------------------------------------------


def _alert(alert_id: uuid.UUID) -> Row:
    found = queries.alerts(web.connection(), web.actor(), web.today(), alert=str(alert_id))
    return found[0] if found else abort(404)


def _alert_page(alert_id: uuid.UUID, form: Shown, problem: str | None = None) -> str:
    return render_template(
        "followup/alert.html",
        alert=_alert(alert_id),
        said=queries.answers(web.connection(), str(alert_id)),
        verdicts=answering.VERDICTS,
        form=form,
        problem=problem,
        present=presenter(),
    )


@bp.get("/alerts/<uuid:alert_id>")
def alert(alert_id: uuid.UUID) -> str:
    return _alert_page(alert_id, Shown())


@bp.post("/alerts/<uuid:alert_id>")
def answer(alert_id: uuid.UUID) -> Page:
    _alert(alert_id)
    sent = typed(request.form)

    def command() -> BaseResponse:
        answering.answer(web.engine(), maker(), str(alert_id), sent)
        flash(_("What you said of the alert is kept."), "success")
        return redirect(url_for("followup.alert", alert_id=alert_id))

    return carried_out(command, sent, lambda form, problem: _alert_page(alert_id, form, problem))
