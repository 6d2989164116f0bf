"""Rounds and offers as pages. What is sealed is shown only in the answer to a form that says why it is opened."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra.rows import Row
from nt_process.negotiation import accession, offers, queries
from nt_process.negotiation.answers import Page, carried_out, draw, the_delegates, the_file
from nt_process.negotiation.blueprint import bp
from nt_process.negotiation.forms import ReasonForm, RoundForm
from nt_process.negotiation.offers import Opened
from nt_process.negotiation.queries import NegotiationFile
from nt_process.negotiation.shown import compared, in_words, whole
from nt_process.negotiation.terms_document import typed_of
from nt_process.web.step_up import require_step_up

MOST_AT_ONCE = 6


def _known(negotiation_id: uuid.UUID) -> NegotiationFile:
    file = the_file(negotiation_id)
    return file if file.knows_offers else abort(404)


@bp.get("/<uuid:negotiation_id>/offers")
def rounds(negotiation_id: uuid.UUID) -> str:
    return _rounds_page(_known(negotiation_id))


def _rounds_page(
    file: NegotiationFile, form: RoundForm | None = None, problem: str | None = None,
    reason_form: ReasonForm | None = None, at_round: str = "",
) -> str:  # fmt: skip
    found = queries.offers(web.connection(), file)
    return draw(
        "negotiation/offers.html",
        file,
        "offers",
        rounds=queries.rounds(web.connection(), file),
        offers=found,
        readable=[row for row in found if _may_read(file, row)],
        terms=queries.terms(web.connection(), file),
        form=form or RoundForm(formdata=None),
        problem=problem,
        reason_form=reason_form,
        at_round=at_round,
        now=web.now(),
    )


def _may_read(file: NegotiationFile, offer: Row) -> bool:
    """Whether the reader's side can open the offer; the sealed room says the same, for itself."""
    if not file.sides & {"delegation", "company", "tlv"}:
        return False
    return bool(offer["side"] in file.sides or offer["is_open"])


@bp.post("/<uuid:negotiation_id>/rounds")
def make_round(negotiation_id: uuid.UUID) -> Page:
    file, form = the_delegates(negotiation_id), RoundForm()

    def command() -> BaseResponse:
        offers.make_round(web.engine(), maker(), file.id, form.texts())
        flash(_("The round has begun."), "success")
        return redirect(url_for("negotiation.rounds", negotiation_id=negotiation_id))

    return carried_out(form, command, lambda problem: _rounds_page(file, form, problem))


@bp.post("/<uuid:negotiation_id>/rounds/<uuid:round_id>/open")
@require_step_up
def open_round(negotiation_id: uuid.UUID, round_id: uuid.UUID) -> Page:
    file, form = the_delegates(negotiation_id), ReasonForm()

    def command() -> BaseResponse:
        is_open = offers.open_round(web.engine(), maker(), file.id, str(round_id), form.reason.data or "")
        said = (
            _("The round is open.") if is_open else _("You have opened the round. It takes one more person.")
        )
        flash(said, "success")
        return redirect(url_for("negotiation.rounds", negotiation_id=negotiation_id))

    return carried_out(
        form,
        command,
        lambda problem: _rounds_page(file, problem=problem, reason_form=form, at_round=str(round_id)),
    )


@bp.post("/<uuid:negotiation_id>/offers/read")
@require_step_up
def read(negotiation_id: uuid.UUID) -> Page:
    """Open the offers that were ticked, and show them beside each other."""
    file, form = _known(negotiation_id), ReasonForm()
    known = {str(row["id"]): row for row in queries.offers(web.connection(), file)}
    ticked = {one for one in request.form.getlist("offer") if one in known}
    # In the order in which they were made, so that what has changed is read from left to right.
    wanted = sorted(ticked, key=lambda one: int(known[one]["number"]))[:MOST_AT_ONCE]

    def command() -> str:
        opened = offers.read(web.engine(), maker(), file.id, wanted, form.reason.data or "")
        return _compared(file, [known[one] for one in wanted], opened)

    if not file.sides:
        abort(404)
    if not wanted:
        return _rounds_page(file, problem=_("Tick the offers that you want to open."), reason_form=form), 422
    return carried_out(form, command, lambda problem: _rounds_page(file, problem=problem, reason_form=form))


def _counter(file: NegotiationFile) -> Row | None:
    """The round in which the reader could answer with an offer of their own."""
    if not file.is_under_way or not file.sides & {"delegation", "company"}:
        return None
    rounds, now = queries.rounds(web.connection(), file), web.now()
    return next((one for one in rounds if one["opened_at"] is None and (one["opens_at"] or now) >= now), None)


def _compared(file: NegotiationFile, rows: list[Row], opened: list[Opened]) -> str:
    return draw(
        "negotiation/compared.html",
        file,
        "offers",
        rows=rows,
        opened=opened,
        lines=compared([one.terms for one in opened]),
        whole=whole(opened[0].terms),
        said=[in_words(one.terms) for one in opened],
        counter=_counter(file),
        typed=[typed_of(one.terms, "," if web.language() == "sv" else ".") for one in opened],
        terms=queries.terms(web.connection(), file),
        may_settle=file.is_delegate and "secretariat" in web.actor().roles,
    )


@bp.post("/<uuid:negotiation_id>/offers/<uuid:offer_id>/files/<int:place>")
@require_step_up
def download(negotiation_id: uuid.UUID, offer_id: uuid.UUID, place: int) -> Page | Response:
    """A file of an offer, always as an attachment, never shown by the browser in this site's name."""
    file, form = _known(negotiation_id), ReasonForm()
    known = {str(row["id"]): row["files"] for row in queries.offers(web.connection(), file)}
    if not 1 <= place <= known.get(str(offer_id), 0):
        abort(404)

    def command() -> BaseResponse:
        name, media_type, content = offers.read_file(
            web.engine(), maker(), file.id, str(offer_id), place, form.reason.data or ""
        )
        response = Response(bytes(content), mimetype=media_type)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    return carried_out(form, command, lambda problem: _rounds_page(file, problem=problem, reason_form=form))


@bp.post("/<uuid:negotiation_id>/offers/<uuid:offer_id>/settle")
@require_step_up
def settle(negotiation_id: uuid.UUID, offer_id: uuid.UUID) -> Page:
    file, form = _known(negotiation_id), ReasonForm(formdata=None)

    def command() -> BaseResponse:
        version = accession.settle(web.engine(), maker(), file.id, str(offer_id))
        flash(
            _(
                "The offer's terms are version %(version)s of the terms that the regions join.",
                version=version,
            ),
            "success",
        )
        return redirect(url_for("negotiation.regions", negotiation_id=negotiation_id))

    return carried_out(form, command, lambda problem: _rounds_page(file, problem=problem))
