"""What the pages of an application that is being written share: the draft, the frame around it, who gives commands."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.identity.maker import Maker
from nt_process.portal import queries, rules, shown
from nt_process.portal.errors import PortalError
from nt_process.portal.queries import ApplicationFile
from nt_process.web import reason_texts, template_filters

DOCUMENTS, CHECK = "documents", "check"


def the_draft(application_id: uuid.UUID) -> ApplicationFile:
    """The draft that the actor is a member of. What has been filed is read where it was filed."""
    found = queries.application_file(web.connection(), web.actor(), str(application_id))
    if found is None or not found.row["is_member"]:
        abort(404)
    if found.row["status"] == "withdrawn":
        flash(shown.explain(PortalError("not_draft")), "danger")
        abort(redirect(url_for("portal.home")))
    if found.row["status"] == "submitted":
        abort(redirect(url_for("filed.show", application_id=application_id)))
    return found


def frame(found: ApplicationFile, here: str) -> dict[str, Any]:
    """What every page of the wizard shows: the steps, and which of them are complete."""
    lacking = {one.section for one in rules.missing(found.form, found.values)}
    steps = [
        (one.name, template_filters.text(one.label), one.name not in lacking)
        for one in found.form.sections.values()
    ]
    steps.append((DOCUMENTS, _("Documents"), bool(found.documents_of(None))))
    return {
        "application": found.row,
        "file": found,
        "steps": steps,
        "here": here,
        "url": lambda name: step_url(found.row["id"], name),
        "written": lambda one, value: rules.written(one, value, web.language()),
        "required": lambda one: rules.is_required(one, found.values),
        "money": shown.money,
        "names": reason_texts,
    }


def step_url(application_id: object, name: str) -> str:
    endpoint = {DOCUMENTS: "portal.documents", CHECK: "portal.check"}.get(name)
    if endpoint is not None:
        return url_for(endpoint, application_id=application_id)
    return url_for("portal.step", application_id=application_id, section=name)


def maker() -> Maker:
    return Maker(web.actor(), web.now())


def seen(name: str) -> int:
    """The version of an answer that the page showed; what is no number was never shown."""
    text = request.form.get(f"v-{name}", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
