"""The page on which an offer is written: its clauses are added, moved and removed, read in words, worked out, and sent."""

from __future__ import annotations

import uuid

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.cases.answering import maker
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.negotiation import offers, queries, terms_document
from nt_process.negotiation.answers import Page, carried_out, draw, the_file, uploaded
from nt_process.negotiation.blueprint import bp
from nt_process.negotiation.offer_form import OfferForm, offer_form
from nt_process.negotiation.offer_preview import Example, example, in_words
from nt_process.negotiation.queries import NegotiationFile
from nt_process.negotiation.terms_document import ADD, Typed

SEND, SHOW, READ = "send", "show", "read"


@bp.route("/<uuid:negotiation_id>/rounds/<uuid:round_id>/offer", methods=["GET", "POST"])
def offer(negotiation_id: uuid.UUID, round_id: uuid.UUID) -> Page:
    """Each button of the form sends it, and says what is done with it: only one makes the offer."""
    file = the_file(negotiation_id)
    round_ = next((row for row in queries.rounds(web.connection(), file) if row["id"] == round_id), None)
    if round_ is None or not file.sides & {"delegation", "company"}:
        abort(404)
    typed = request.form.to_dict()
    deed, _dash, about = typed.pop("do", SEND if typed else "").partition("-")
    if deed == SEND:
        return _sent(file, round_, typed)
    if deed in (SHOW, READ):
        do = _shown if deed == SHOW else _read
        return do(file, round_, typed)
    if deed:
        about = typed.get("clauses", "") if deed == ADD else about
        typed = terms_document.rearranged(typed, deed, about)
    return _page(file, round_, offer_form(typed), is_new=deed == ADD)


def _page(
    file: NegotiationFile, round_: Row, form: OfferForm, problem: str | None = None, worked: Example | None = None,
    *, is_new: bool = False,
) -> str:  # fmt: skip
    return draw(
        "negotiation/offer_form.html", file, "offers", form=form, round=round_, problem=problem,
        said=in_words(form.typed, web.language()), worked=worked, is_new=is_new,
        files_lost=any(one.filename for one in request.files.values()),
    )  # fmt: skip


def _sent(file: NegotiationFile, round_: Row, typed: Typed) -> Page:
    form = offer_form(typed)

    def command() -> Response:
        document = terms_document.read_form(typed)
        attached = uploaded("files", offers.MAX_FILES)
        words = typed.get("words", "")
        offers.submit(web.engine(), maker(), file.id, str(round_["id"]), document, words, attached)
        flash(_("The offer is made and sealed. Its hash is shown to both parties."), "success")
        return redirect(url_for("negotiation.rounds", negotiation_id=file.id))

    return carried_out(form, command, lambda problem: _page(file, round_, form, problem))


def _shown(file: NegotiationFile, round_: Row, typed: Typed) -> Page:
    """The offer worked out; what is wrong stands at its field."""
    form = offer_form(typed)
    try:
        worked = example(terms_document.read_contract(typed), typed, web.language())
    except BadInput as refusal:
        return _faulty(file, round_, form, refusal)
    return _page(file, round_, form, worked=worked)


def _faulty(file: NegotiationFile, round_: Row, form: OfferForm, refusal: BadInput) -> Page:
    form.show_faults(refusal, translator(web.language()))
    return _page(file, round_, form), 422


def _read(file: NegotiationFile, round_: Row, typed: Typed) -> Page:
    """The terms of a file in the form, where they can be read and changed before they are offered."""
    found = uploaded("terms_file", 1)
    try:
        if not found:
            raise BadInput(Fault("no_file", column="terms_file"))
        comma = "," if web.language() == "sv" else "."
        written = terms_document.typed_of(terms_document.read_file(found[0].content), comma)
    except BadInput as refusal:
        return _faulty(file, round_, offer_form(typed), refusal)
    return _page(file, round_, offer_form({"words": typed.get("words", "")} | written))
