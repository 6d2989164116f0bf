"""The regions of a negotiation as pages: who is party on which day, mandates, joining and leaving."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.engine import Engine
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra import files
from nt_process.negotiation import accession, mandates, queries, service, texts
from nt_process.negotiation import evidence as evidence_pack
from nt_process.negotiation.answers import Page, carried_out, draw, the_file, uploaded
from nt_process.negotiation.blueprint import bp
from nt_process.negotiation.forms import (
    AnswerForm,
    InviteForm,
    MandateForm,
    NegotiationForm,
    ReasonForm,
    ThresholdForm,
)
from nt_process.negotiation.queries import NegotiationFile
from nt_process.negotiation.region_page import RegionLine, region_page
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.shown import compared, in_words, whole
from nt_process.rights import SECRETARIAT
from nt_process.web import printing
from nt_process.web.asked_day import asked_day
from nt_process.web.local_path import local_path
from nt_process.web.printing import Printed
from nt_process.web.step_up import require_step_up

# What a region can say, by how it stands.
_ANSWERS = (rules.JOINED, rules.CONFIRMED, rules.DECLINED, rules.LEFT)


@bp.get("/<uuid:negotiation_id>/regions")
def regions(negotiation_id: uuid.UUID) -> str:
    return _page(the_file(negotiation_id))


def _page(file: NegotiationFile, faulty: NegotiationForm | None = None, problem: str | None = None) -> str:
    connection, asked = web.connection(), asked_day()
    day = asked.day
    organisations = queries.regions(connection)
    terms = queries.terms(connection, file)
    page = region_page(organisations, queries.accessions(connection, file), terms, day)
    own = page.line_of(str(file.regions[0])) if file.regions else None
    may_keep = SECRETARIAT.allows(web.actor().roles)
    return draw(
        "negotiation/regions.html",
        file,
        "regions",
        page=page,
        reached=page.cover.reaches(file.row["threshold"]),
        percent=_number(page.cover.percent),
        threshold_text=_number(file.row["threshold"]),
        terms=terms,
        own=own,
        may_say=[kind for kind in _ANSWERS if own is not None and rules.may(kind, own.standing)],
        mandates=queries.mandates(connection, file),
        may_keep=may_keep,
        may_mandate=may_keep or bool(file.regions),
        may_read_terms=bool(file.sides),
        may_enter=own is not None and not file.reads_for_region,
        refused_entry=_refused_entry(file, own),
        inviting=[
            one for one in page.lines if one.organisation_id and rules.may(rules.INVITED, one.standing)
        ],
        answer=_shown(faulty, AnswerForm),
        mandate=_with_regions(_shown(faulty, MandateForm), file, organisations, may_keep=may_keep),
        threshold=_threshold(faulty, file),
        reason_form=faulty if isinstance(faulty, ReasonForm) else None,
        problem=problem,
        is_today=day == web.today(),
        asked=asked,
    )


def _refused_entry(file: NegotiationFile, own: RegionLine | None) -> str:
    """Why a region's representative cannot enter the circle, and who can change that; nothing where they can."""
    if own is None or file.reads_for_region:
        return ""
    code = queries.refuses_entry(web.connection(), file, own.standing)
    return "" if code is None else str(texts.ERROR_TEXTS[code])


def _shown(faulty: NegotiationForm | None, wanted: type[NegotiationForm]) -> NegotiationForm:
    return faulty if isinstance(faulty, wanted) else wanted(formdata=None)


def _threshold(faulty: NegotiationForm | None, file: NegotiationFile) -> NegotiationForm:
    if isinstance(faulty, ThresholdForm):
        return faulty
    return ThresholdForm(formdata=None, data={"threshold": _number(file.row["threshold"])})


def _number(value: Decimal | None) -> str:
    """A number as it is read in the reader's language, without zeros at its end; empty for none."""
    text = "" if value is None else f"{value.normalize():f}"
    return text.replace(".", ",") if web.language() == "sv" else text


def _with_regions(
    form: NegotiationForm, file: NegotiationFile, organisations: list[queries.Row], *, may_keep: bool
) -> NegotiationForm:
    listed = [row for row in organisations if may_keep or row["id"] in file.regions]
    form["region"].choices = [(str(row["id"]), row["name"]) for row in listed]  # type: ignore[attr-defined]
    return form


def _done(negotiation_id: uuid.UUID, said: str) -> BaseResponse:
    flash(said, "success")
    return redirect(url_for("negotiation.regions", negotiation_id=negotiation_id))


@bp.get("/<uuid:negotiation_id>/regions.pdf")
def evidence(negotiation_id: uuid.UUID) -> BaseResponse:
    """Who was party on a day, under which terms and on what authority, as a document for the council's side."""
    file, asked = the_file(negotiation_id), asked_day()
    if asked.fault:
        return redirect(url_for("negotiation.regions", negotiation_id=file.id, on=asked.text))
    pack = evidence_pack.gathered(web.connection(), file, asked.day)
    return printing.answer(
        Printed(
            kind=evidence_pack.KIND,
            key=evidence_pack.key_of(pack, web.language()),
            params=evidence_pack.params_of(pack, web.actor().id, web.language(), web.now()),
            name=_("accession"),
            title=_("The regions' accession as PDF"),
            back=(url_for("negotiation.regions", negotiation_id=negotiation_id), _("Back to the regions")),
        )
    )


@bp.post("/<uuid:negotiation_id>/invite")
def invite(negotiation_id: uuid.UUID) -> Page:
    file, form = the_file(negotiation_id), InviteForm()

    def command() -> BaseResponse:
        count = accession.invite(web.engine(), maker(), file.id, request.form.getlist("region")[:50])
        return _done(
            negotiation_id, ngettext("%(num)s region is invited.", "%(num)s regions are invited.", count)
        )

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.post("/<uuid:negotiation_id>/answer")
def answer(negotiation_id: uuid.UUID) -> Page:
    file, form = the_file(negotiation_id), AnswerForm()
    kind = request.form.get("kind", "")
    if kind not in _ANSWERS:
        abort(400)

    def command() -> BaseResponse:
        accession.answer(web.engine(), maker(), file.id, kind, form.texts())
        return _done(negotiation_id, _("It is in the ledger, and the others can see it."))

    return carried_out(form, command, lambda problem: _page(the_file(negotiation_id), form, problem))


@bp.post("/<uuid:negotiation_id>/enter")
@require_step_up
def enter(negotiation_id: uuid.UUID) -> Page:
    """Enter the circle for one's region; then back to the page on which it was asked."""
    file, form = the_file(negotiation_id), InviteForm(formdata=None)

    def command() -> BaseResponse:
        accession.enter(web.engine(), maker(), file.id, request.form.get("region", ""))
        flash(
            _("You stand in the circle, and can open the terms. The company is told that it has changed."),
            "success",
        )
        back = local_path(request.form.get("back"))
        return redirect(back or url_for("negotiation.regions", negotiation_id=negotiation_id) + "#read")

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.post("/<uuid:negotiation_id>/mandates")
def give_mandate(negotiation_id: uuid.UUID) -> Page:
    file, form = the_file(negotiation_id), MandateForm()

    def command() -> BaseResponse:
        found = uploaded("file", 1)
        mandates.give_mandate(web.engine(), maker(), file.id, form.texts(), found[0] if found else None)
        return _done(negotiation_id, _("The mandate is kept."))

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.post("/<uuid:negotiation_id>/mandates/<uuid:mandate_id>/withdraw")
def withdraw_mandate(negotiation_id: uuid.UUID, mandate_id: uuid.UUID) -> Page:
    file, form = the_file(negotiation_id), InviteForm(formdata=None)

    def command() -> BaseResponse:
        region = request.form.get("region", "")
        mandates.withdraw_mandate(web.engine(), maker(), file.id, str(mandate_id), region)
        return _done(negotiation_id, _("The mandate does not hold any more."))

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.get("/<uuid:negotiation_id>/mandates/<uuid:mandate_id>/file")
def mandate_file(negotiation_id: uuid.UUID, mandate_id: uuid.UUID) -> Response:
    row = queries.mandate_file(web.connection(), the_file(negotiation_id), str(mandate_id))
    if row is None:
        abort(404)
    response = Response(_parts(web.engine(), row["sha256"]), mimetype=row["media_type"])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row['filename'])}"
    response.headers["Content-Length"] = str(row["size"])
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _parts(engine: Engine, sha256: str) -> Iterator[bytes]:
    with engine.connect() as connection:
        yield from files.open_parts(connection, sha256)


@bp.post("/<uuid:negotiation_id>/threshold")
def set_threshold(negotiation_id: uuid.UUID) -> Page:
    file, form = the_file(negotiation_id), ThresholdForm()

    def command() -> BaseResponse:
        service.set_threshold(web.engine(), maker(), file.id, form.threshold.data or "")
        return _done(negotiation_id, _("The threshold is saved."))

    return carried_out(form, command, lambda problem: _page(file, form, problem))


@bp.post("/<uuid:negotiation_id>/terms/<int:version>")
@require_step_up
def read_terms(negotiation_id: uuid.UUID, version: int) -> Page:
    """Open the terms that the regions join, in one of their versions; or two, to see what has changed."""
    file, form = the_file(negotiation_id), ReasonForm()
    known = {one["version"]: one for one in queries.terms(web.connection(), file)}
    beside = request.form.get("beside", "")
    earlier = [one for one in known if str(one) == beside and one != version]
    if version not in known:
        abort(404)

    def command() -> str:
        versions = [*earlier, version]
        found = accession.read_versions(web.engine(), maker(), file.id, versions, form.reason.data or "")
        return draw(
            "negotiation/terms.html", file, "regions", row=known[version], whole=whole(found[-1]),
            said=in_words(found[-1]), lines=compared(found), rows=[known[one] for one in versions],
        )  # fmt: skip

    return carried_out(form, command, lambda problem: _page(file, form, problem))
