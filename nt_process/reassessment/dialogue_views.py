"""Early dialogues: the list, one of them, and writing it."""

from __future__ import annotations

import uuid

from flask import render_template, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.reassessment import dialogues
from nt_process.reassessment.answers import Page, bp, carried_out, maker
from nt_process.reassessment.forms import DialogueForm
from nt_process.rights import SECRETARIAT


@bp.get("/dialogues")
def dialogue_list() -> str:
    return render_template(
        "reassessment/dialogues.html",
        listed=dialogues.listed(web.connection(), web.actor()),
        may_write=SECRETARIAT.allows(web.actor().roles),
    )


@bp.get("/dialogues/<uuid:dialogue_id>")
def dialogue(dialogue_id: uuid.UUID) -> str:
    row = dialogues.one_of(web.connection(), web.actor(), str(dialogue_id))
    return render_template(
        "reassessment/dialogue.html",
        d=row,
        versions=dialogues.versions(web.connection(), row["id"]) if web.actor().is_internal else [],
        may_write=SECRETARIAT.allows(web.actor().roles),
    )


@bp.route("/dialogues/new", methods=["GET", "POST"])
def new_dialogue() -> Page:
    form = DialogueForm().offer(dialogues.companies(web.connection()))

    def show(problem: str | None) -> str:
        return render_template("reassessment/dialogue_form.html", d=None, form=form, problem=problem)

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: dialogues.begin(web.engine(), maker(), form.texts()),
        _("The dialogue is kept. The company can read it."),
        lambda made: url_for("reassessment.dialogue", dialogue_id=made),
        show,
    )


@bp.route("/dialogues/<uuid:dialogue_id>/write", methods=["GET", "POST"])
def write_dialogue(dialogue_id: uuid.UUID) -> Page:
    row = dialogues.one_of(web.connection(), web.actor(), str(dialogue_id))
    stored = {name: row[name] for name in dialogues.FIELDS if name != "held_on"}
    stored |= {"held_on": row["held_on"].isoformat(), "case": row["case_number"] or ""}
    form = DialogueForm(data={**stored, "seen": str(row["version"])})
    del form.company

    def show(problem: str | None) -> str:
        return render_template("reassessment/dialogue_form.html", d=row, form=form, problem=problem)

    if not form.is_submitted():
        return show(None)
    return carried_out(
        form,
        lambda: dialogues.write(web.engine(), maker(), str(dialogue_id), form.seen_number, form.texts()),
        _("Your text is saved as a new version."),
        lambda _done: url_for("reassessment.dialogue", dialogue_id=dialogue_id),
        show,
    )
