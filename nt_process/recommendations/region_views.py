"""What the regions say of a published recommendation: 21 rows, and the region's own answer."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.recommendations import answering, queries, texts
from nt_process.recommendations.answers import Page, bp, carried_out
from nt_process.recommendations.forms import AnswerForm
from nt_process.rights import REGIONS

_OWN = sa.text("""
    SELECT DISTINCT o.id, o.name FROM membership m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.person_id = :person AND m.role = 'region_representative'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY o.name
""")


@bp.get("/<uuid:recommendation_id>/regions")
def regions(recommendation_id: uuid.UUID) -> str:
    return _page(recommendation_id)


@bp.post("/<uuid:recommendation_id>/regions")
def answer(recommendation_id: uuid.UUID) -> Page:
    form = AnswerForm()

    def command() -> BaseResponse:
        answering.answer(web.engine(), maker(), str(recommendation_id), form.texts())
        flash(_("Your region's answer is kept."), "success")
        return redirect(url_for("recommendations.regions", recommendation_id=recommendation_id))

    return carried_out(form, command, lambda problem: _page(recommendation_id, problem, form))


def _page(recommendation_id: uuid.UUID, problem: str | None = None, form: AnswerForm | None = None) -> str:
    found = queries.published(web.connection(), recommendation_id)
    if not found:
        abort(404)
    rows = answering.rows(web.connection(), recommendation_id)
    own = (
        web.connection()
        .execute(_OWN, {"person": uuid.UUID(web.actor().id), "today": web.today()})
        .mappings()
        .all()
        if REGIONS.allows(web.actor().roles)
        else []
    )
    answered = [row for row in rows if row["willing"] is not None]
    if form is None:
        ours = next((row for row in answered if own and row["id"] == own[0]["id"]), None)
        stored = {} if ours is None else {name: ours[name] for name in ("willing", "follows", "comment")}
        form = AnswerForm(formdata=None, data=stored)
    return render_template(
        "recommendations/regions.html",
        p=found[0],
        rows=rows,
        answered=len(answered),
        deviating=sum(1 for row in answered if row["willing"] == "no" or row["follows"] != "yes"),
        own=own,
        form=form,
        problem=problem,
        words=texts,
    )
