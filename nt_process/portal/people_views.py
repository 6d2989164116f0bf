"""Who has part in an application, and the end of a draft."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.portal import people as commands
from nt_process.portal import queries, service, texts
from nt_process.portal.blueprint import bp
from nt_process.portal.wizard import frame, maker


@bp.get("/applications/<uuid:application_id>/people")
def people(application_id: uuid.UUID) -> str:
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"] or found.row["status"] == "withdrawn":
        abort(404)
    others = queries.colleagues(web.connection(), web.actor(), found.row["company_id"], web.today())
    members = {one["person_id"] for one in found.members}
    return render_template(
        "portal/people.html",
        **frame(found, "people"),
        colleagues=[one for one in others if one["id"] not in members],
        words=texts,
    )


@bp.post("/applications/<uuid:application_id>/people")
def change_people(application_id: uuid.UUID) -> BaseResponse:
    """Add a colleague, change a role, choose the contact person, or end someone's part: as the button says."""
    person, role = request.form.get("person", ""), request.form.get("role", "")
    command = {"remove": commands.remove_member, "contact": commands.set_contact}.get(
        request.form.get("do", "")
    )
    if command is not None:
        command(web.engine(), maker(), str(application_id), person)
    else:
        commands.add_member(web.engine(), maker(), str(application_id), person, role)
    flash(_("Saved."), "success")
    return redirect(url_for("portal.people", application_id=application_id))


@bp.post("/applications/<uuid:application_id>/discard")
def discard(application_id: uuid.UUID) -> BaseResponse:
    service.discard(web.engine(), maker(), str(application_id))
    flash(_("The draft is discarded. Nothing of it has been filed."), "success")
    return redirect(url_for("portal.home"))
