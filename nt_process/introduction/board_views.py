"""The boards: all of them with their counts, one with its 21 regions, and the settings of the reminders."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import Page, maker
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.introduction import export, queries, regions, texts, watching
from nt_process.introduction.answers import (
    asked_day,
    asked_text,
    bp,
    carried_out,
    inhabitants,
    places,
    the_board,
)
from nt_process.introduction.forms import LadderForm
from nt_process.introduction.queries import Board
from nt_process.introduction.rules import board as boards
from nt_process.introduction.rules import deciding as rules
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import BY_CODE, REGIONS
from nt_process.rights import REGIONS as OF_REGIONS
from nt_process.rights import SECRETARIAT
from nt_process.web import region_map


@bp.get("")
def index() -> str:
    """Every board with its counts; a reader of a region goes on to what their own must do."""
    q, standing = asked_text("q"), request.args.get("standing", "current")
    standing = standing if standing in texts.STANDING_NAMES else ""
    page = _page_number()
    found = queries.boards(web.connection(), web.actor(), web.today(), q, standing, page)
    _day, people = inhabitants()
    return render_template(
        "introduction/index.html",
        boards=[(row, boards.summary(row["decisions"], people), _published(row)) for row in found.rows],
        total=found.total,
        page=page,
        pages=max(1, -(-found.total // queries.PAGE_SIZE)),
        page_url=lambda number: url_for(
            "introduction.index", q=q or None, standing=standing or "all", page=number
        ),
        q=q,
        standing=standing,
        words=texts,
        today=web.today(),
        is_region=OF_REGIONS.allows(web.actor().roles),
        may_set=SECRETARIAT.allows(web.actor().roles),
    )


def _page_number() -> int:
    written = request.args.get("page", "")
    return max(1, int(written)) if written.isascii() and written.isdigit() and len(written) < 6 else 1


def _published(row: queries.Row) -> date:
    day: date = row["published_at"].astimezone(STOCKHOLM).date()
    return day


@bp.get("/<uuid:recommendation_id>")
def board(recommendation_id: uuid.UUID) -> tuple[str, int]:
    """The 21 regions as a table and on the map, as of today or of a day that is asked for."""
    asked, fault = asked_day("on")
    today = web.today()
    day = today if asked is None else min(asked, today)
    found = the_board(recommendation_id, day)
    population_day, people = inhabitants()
    standings = {code: row["decision"] for code, row in found.decisions.items()}
    shown = render_template(
        "introduction/board.html",
        b=found.row,
        found=found,
        regions=REGIONS,
        summary=boards.summary(standings, people),
        names={code: region.name for code, region in BY_CODE.items()},
        tiles=region_map.grid({one.code: (one, region_map.name_on_tile(one)) for one in REGIONS}),
        standings=standings,
        lacking=_lacking(found, day),
        population_day=population_day,
        number=lambda value: format_decimal(value, "#,##0"),
        days=(day - _published(found.row)).days,
        day=day,
        asked=asked,
        fault=fault,
        typed=request.args.get("on", ""),
        mine={one.region.code for one in places()},
        words=texts,
    )
    return shown, 422 if fault else 200


def _lacking(found: Board, day: date) -> dict[str, list[str]]:
    """By region what is not ready, where the medicine is taken into use."""
    return {
        code: rules.lacking(found.steps.get(code, {}), day)
        for code, row in found.decisions.items()
        if rules.is_used(found.row["outcome"], row["decision"])
    }


@bp.get("/<uuid:recommendation_id>/board.<any(csv, xlsx):form>")
def table(recommendation_id: uuid.UUID, form: str) -> Response:
    asked, fault = asked_day("on")
    if fault:
        abort(404)
    found = the_board(recommendation_id, min(asked or web.today(), web.today()))
    sheet = export.board(found, web.language())
    headers = {"Content-Disposition": f"attachment; filename=introduction-{found.row['slug']}.{form}"}
    if form == "csv":
        content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
        return Response(content, mimetype=CSV_TYPE, headers=headers)
    content = rows_to_xlsx([sheet], made_at=web.now(), title=found.row["medicine"])
    return Response(content, mimetype=XLSX_TYPE, headers=headers)


@bp.get("/mine")
def mine() -> str:
    """What each region of the reader must do now, and all that it has decided."""
    own, today = places(), web.today()
    by_region = queries.own(web.connection(), [one.region.code for one in own], today)
    patience = watching.patience(web.connection())
    shown = []
    for place in own:
        rows = by_region[place.region.code]
        tasks = [
            rules.task(
                one.row["outcome"],
                _published(one.row),
                None if one.decided is None else queries.decided_of(one.decided),
                one.steps,
                today,
                patience,
            )
            for one in rows
        ]
        to_do = [(one, task) for one, task in zip(rows, tasks, strict=True) if task is not None]
        to_do.sort(key=lambda pair: (not pair[1].urgent, pair[1].since))
        shown.append((place, to_do, rows[::-1]))
    return render_template(
        "introduction/mine.html", shown=shown, words=texts, today=today, published=_published
    )


# --- the settings of the reminders ----------------------------------------------------------------


@bp.route("/reminders", methods=["GET", "POST"])
def reminders() -> Page:
    form = LadderForm()
    if not form.is_submitted():
        days = watching.ladders(web.connection())
        stored = {kind: ", ".join(str(one) for one in days[kind]) for kind in watching.KINDS}
        return _reminders(LadderForm(formdata=None, data=stored))

    def command() -> BaseResponse:
        watching.set_ladders(web.engine(), maker(), form.texts())
        flash(_("The days of the reminders are saved."), "success")
        return redirect(url_for("introduction.reminders"))

    return carried_out(form, command, lambda _problem: _reminders(form))


def _reminders(form: LadderForm) -> str:
    without = sorted(
        {region.code for region in REGIONS} - set(regions.organisations(web.connection()).values())
    )
    return render_template(
        "introduction/reminders.html", form=form, without=[BY_CODE[code].name for code in without]
    )
