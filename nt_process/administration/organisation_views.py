"""Organisations: the list, and one with its people and history."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.administration import queries, rules, service
from nt_process.administration.blueprint import Page, answered, bp, maker, one_of, query, render
from nt_process.administration.forms import OrganisationForm
from nt_process.infra.rows import Row


@bp.get("/organisations")
def organisations() -> str:
    q, kind = query("q"), one_of("kind", rules.ORGANISATION_KINDS)
    found = queries.organisations(web.connection(), web.actor(), web.today(), q=q, kind=kind)
    return render(
        "organisations", "organisations", q=q, kind=kind, organisations=found, kinds=rules.ORGANISATION_KINDS
    )


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
