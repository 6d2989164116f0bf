"""Organisations: the list, and one with its people and history."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import queries, rules, service, texts
from nt_process.administration.blueprint import (
    Page,
    answered,
    bp,
    maker,
    one_of,
    page_number,
    paged,
    pages_of,
    query,
    render,
    ticked,
)
from nt_process.administration.forms import OrganisationForm
from nt_process.infra import spreadsheet
from nt_process.infra.rows import Row
from nt_process.web.bulk import MOST, Asked, Command, Named, id_of
from nt_process.web.step_up import require_step_up


@bp.get("/organisations")
def organisations() -> str:
    return _list(Asked())


def _narrowed() -> dict[str, str]:
    return {"q": query("q"), "kind": one_of("kind", rules.ORGANISATION_KINDS)}


def _list(asked: Asked) -> str:
    narrowed, page = _narrowed(), page_number()
    found, total = queries.organisations(web.connection(), web.actor(), web.today(), page, **narrowed)
    return render(
        "organisations",
        "organisations",
        asked=asked,
        organisations=found[: queries.PAGE_SIZE],
        total=total,
        kinds=rules.ORGANISATION_KINDS,
        q=narrowed["q"],
        kind=narrowed["kind"],
        **paged("administration.organisations", page, pages_of(total), narrowed),
    )


@bp.post("/organisations/bulk")
@require_step_up
def bulk_organisations() -> Page:
    """End every mandate in the organisations ticked; in each of them all, or none."""

    def end() -> Command:
        last_day = rules.read_last_day(request.form.get("last_day", ""))
        return lambda one: service.end_mandates_in(web.engine(), maker(), one, last_day)

    def named(ids: list[str]) -> dict[str, Named]:
        found = queries.all_organisations(web.connection(), web.actor(), web.today(), ids=ids)
        return {
            str(row["id"]): Named(
                row["name"], url_for("administration.organisation", organisation_id=row["id"])
            )
            for row in found
        }

    return ticked("organisations", _narrowed(), {"end": end}, draw=_list, named=named)


@bp.route("/organisations/export.<any(csv, xlsx):form>", methods=["GET", "POST"])
def export_organisations(form: str) -> Page:
    """The organisations ticked, or without any tick all that match, as a spreadsheet."""
    sent = request.form.getlist("ticked")[:MOST]
    ids = [key for key in map(id_of, sent) if key is not None] if sent else None
    found = queries.all_organisations(
        web.connection(), web.actor(), web.today(), ids=ids, **({} if sent else _narrowed())
    )
    header = [
        str(name)
        for name in (
            _("Name"),
            texts.FIELD_NAMES["kind"],
            texts.FIELD_NAMES["identifier"],
            _("County code"),
            _("People today"),
        )
    ]
    rows = [
        [
            one["name"],
            str(texts.KIND_NAMES[one["kind"]]),
            one["identifier"],
            one["county_code"],
            one["people"],
        ]
        for one in found
    ]
    if form == "csv":
        content, media_type = spreadsheet.rows_to_csv(header, rows), spreadsheet.CSV_TYPE
    else:
        sheet = spreadsheet.Sheet(_("Organisations"), header, rows)
        content, media_type = spreadsheet.rows_to_xlsx([sheet], made_at=web.now()), spreadsheet.XLSX_TYPE
    name = f"organisationer-{web.today().isoformat()}.{form}"
    disposition = f'attachment; filename="{name}"'
    return Response(content, mimetype=media_type, headers={"Content-Disposition": disposition})


@bp.get("/organisations/<uuid:organisation_id>")
def organisation(organisation_id: uuid.UUID) -> str:
    found, connection, actor = _organisation(organisation_id), web.connection(), web.actor()
    return render(
        "organisation",
        "organisations",
        organisation=found,
        mandates=queries.mandates(connection, actor, web.today(), organisation_id=str(organisation_id)),
        changes=queries.changes(connection, actor, organisation_id=str(organisation_id)),
    )


def _organisation(organisation_id: uuid.UUID) -> Row:
    found = queries.organisation(web.connection(), web.actor(), str(organisation_id), web.today())
    return found if found is not None else abort(404)


@bp.route("/organisations/new", methods=["GET", "POST"])
def new_organisation() -> Page:
    form = OrganisationForm(data={"kind": "company"})

    def command() -> BaseResponse:
        made = service.add_organisation(web.engine(), maker(), form.texts())
        flash(_("The organisation is added."), "success")
        return redirect(url_for("administration.organisation", organisation_id=made))

    return answered(
        form, command,
        lambda problem: render("organisation_form", "organisations", form=form, organisation=None, problem=problem),
    )  # fmt: skip


@bp.route("/organisations/<uuid:organisation_id>/edit", methods=["GET", "POST"])
def edit_organisation(organisation_id: uuid.UUID) -> Page:
    found = _organisation(organisation_id)
    changes = queries.changes(web.connection(), web.actor(), organisation_id=str(organisation_id))
    seen = changes[0]["id"] if changes else 0
    form = OrganisationForm(
        data={"name": found["name"], "identifier": found["identifier"] or "", "seen": seen}
    )

    def command() -> BaseResponse:
        service.change_organisation(
            web.engine(), maker(), str(organisation_id), form.seen_change, form.texts()
        )
        flash(_("The change is saved."), "success")
        return redirect(url_for("administration.organisation", organisation_id=organisation_id))

    return answered(
        form, command,
        lambda problem: render("organisation_form", "organisations", form=form, organisation=found, problem=problem),
    )  # fmt: skip
