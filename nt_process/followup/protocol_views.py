"""Pages of the protocol: read with its versions, written, and approved by a second person."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.consultation.forms import Shown, typed
from nt_process.followup import protocols
from nt_process.followup.answers import Page, bp, carried_out, presenter, the_follow_up
from nt_process.followup.queries import Followed
from nt_process.followup.rules import quarters

# So many empty lines are offered below those that are filled in.
_EMPTY_LINES = 2


@bp.get("/<uuid:recommendation_id>/protocol")
def protocol(recommendation_id: uuid.UUID) -> str:
    return _read_page(the_follow_up(recommendation_id))


def _read_page(found: Followed, problem: str | None = None) -> str:
    newest = found.newest
    return render_template(
        "followup/protocol.html",
        f=found,
        p=found.row,
        newest=newest,
        present=presenter(),
        indicator_fields=protocols.INDICATOR_FIELDS,
        is_own=newest is not None and str(newest["person_id"]) == web.actor().id,
        shown=protocols.shown,
        problem=problem,
    )


@bp.route("/<uuid:recommendation_id>/protocol/write", methods=["GET", "POST"])
def write(recommendation_id: uuid.UUID) -> Page:
    found = the_follow_up(recommendation_id)
    if request.method == "GET":
        return _write_page(found, Shown(_proposed(found)))
    sent = typed(request.form)

    def command() -> BaseResponse:
        base = sent.get("base", "")
        number = int(base) if base.isascii() and base.isdigit() and len(base) < 6 else -1
        protocols.write(web.engine(), maker(), found.id, number, sent)
        flash(_("The protocol is saved as a new version. Somebody else approves it."), "success")
        return redirect(url_for("followup.protocol", recommendation_id=recommendation_id))

    return carried_out(command, sent, lambda form, problem: _write_page(found, form, problem))


def _proposed(found: Followed) -> dict[str, str]:
    """What stands in the form at first: the newest version, or what the recommendation and the application say."""
    newest = found.newest
    if newest is not None:
        return {**protocols.typed_of(newest), "base": str(newest["version"])}
    first = quarters.after(quarters.quarter_of(found.row["published_at"].date()))
    patients = protocols.stated_patients(web.connection(), found.row["case_number"])
    return {
        "base": "0",
        "measure": "patients",
        "per_patient": "1",
        "expected_patients": str(patients or ""),
        "first_quarter": quarters.named(first),
        "hidden_below": str(protocols.HIDDEN_BELOW),
        "conditions": found.row["content"].get("conditions", ""),
        "path": "0" if found.row["outcome"] == "should_not" else "",
    }


def _write_page(found: Followed, form: Shown, problem: str | None = None) -> str:
    return render_template(
        "followup/write.html",
        f=found,
        p=found.row,
        form=form,
        problem=problem,
        measures=protocols.MEASURES,
        indicator_fields=protocols.INDICATOR_FIELDS,
        milestone_fields=protocols.MILESTONE_FIELDS,
        indicators=_lines(form, "indicator", protocols.MOST_INDICATORS),
        milestones=_lines(form, "milestone", protocols.MOST_MILESTONES),
        patients=protocols.stated_patients(web.connection(), found.row["case_number"]),
        names=_names(form),
    )


def _lines(form: Shown, kind: str, most: int) -> range:
    """The numbers of the lines that are shown: those in which something stands, and some empty ones."""
    used = [
        number
        for number in range(1, most + 1)
        if any(name.startswith(f"{kind}-{number}-") and text.strip() for name, text in form.values.items())
    ]
    return range(1, min(max(used, default=0) + _EMPTY_LINES, most) + 1)


def _names(form: Shown) -> dict[str, str]:
    """What each faulty field is called, for the summary of faults."""
    from nt_process.followup import texts

    found = {}
    for name in form.faults:
        kind, _dash, rest = name.partition("-")
        number, _dash, field = rest.partition("-")
        if kind in ("indicator", "milestone") and field in texts.FIELD_NAMES:
            of = (
                _("Indicator %(number)s", number=number)
                if kind == "indicator"
                else _("Milestone %(number)s", number=number)
            )
            found[name] = f"{of}, {str(texts.FIELD_NAMES[field]).lower()}"
        else:
            found[name] = str(texts.FIELD_NAMES.get(name, name))
    return found


@bp.post("/<uuid:recommendation_id>/protocol/<int:version>/approve")
def approve(recommendation_id: uuid.UUID, version: int) -> Page:
    found = the_follow_up(recommendation_id)

    def command() -> BaseResponse:
        protocols.approve(web.engine(), maker(), found.id, version)
        flash(_("The protocol is approved, and figures are being made by it."), "success")
        return redirect(url_for("followup.protocol", recommendation_id=recommendation_id))

    return carried_out(command, {}, lambda _form, problem: _read_page(found, problem))
