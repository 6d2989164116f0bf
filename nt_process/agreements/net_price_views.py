"""The net price of a package, opened from the price register by somebody of the agreement's circle."""

from __future__ import annotations

import uuid
from datetime import date

from flask import abort, render_template, request
from flask_babel import format_decimal
from flask_babel import gettext as _

from nt_process import web
from nt_process.agreements import net_prices
from nt_process.agreements.answers import Page, bp, carried_out
from nt_process.agreements.net_prices import Covering, Opened
from nt_process.cases.answering import maker
from nt_process.kernel.calendar import read_day
from nt_process.negotiation.forms import ReasonForm
from nt_process.prices import queries as register
from nt_process.prices import words as price_words
from nt_process.rights import NEGOTIATORS
from nt_process.terms.kinds import KINDS
from nt_process.web.step_up import require_step_up


@bp.app_template_global()
def net_prices_of(article_number: str, day: date) -> list[Covering]:
    """For a package's page: the agreements that it is under, for those of their circle; for others nothing."""
    actor = web.actor()
    if not NEGOTIATORS.allows(actor.roles):
        return []
    return net_prices.covering(web.connection(), actor, article_number, day, web.today())


@bp.get("/<uuid:agreement_id>/net-price/<article_number>")
def net_price(agreement_id: uuid.UUID, article_number: str) -> str:
    """Before the price is opened: which agreement, and why it is opened."""
    return _page(_found(agreement_id, article_number), article_number)


@bp.post("/<uuid:agreement_id>/net-price/<article_number>")
@require_step_up
def open_net_price(agreement_id: uuid.UUID, article_number: str) -> Page:
    """The price, shown once."""
    found, form = _found(agreement_id, article_number), ReasonForm()

    def command() -> str:
        reason = form.reason.data or ""
        opened = net_prices.open_price(
            web.engine(), maker(), str(agreement_id), article_number, _day(), reason
        )
        return _page(found, article_number, opened=opened)

    return carried_out(form, command, lambda problem: _page(found, article_number, problem, form))


def _found(agreement_id: uuid.UUID, article_number: str) -> Covering:
    """The agreement with the package, for somebody of its circle; else 404."""
    connection, actor = web.connection(), web.actor()
    found = net_prices.the_one(connection, actor, str(agreement_id), article_number, _day(), web.today())
    return found if found is not None else abort(404)


def _day() -> date:
    found = read_day(request.values.get("on", ""))
    return found if found is not None and 1900 <= found.year < 2200 else web.today()


def _page(
    found: Covering, article_number: str, problem: str | None = None, form: ReasonForm | None = None,
    opened: Opened | None = None,
) -> str:  # fmt: skip
    package = register.price_on(web.connection(), web.actor(), article_number, _day(), None)
    return render_template(
        "agreements/net_price.html",
        found=found,
        a=found.row,
        # What the register does not know is called what the terms call it.
        name=found.versions[0].package if package is None else package["product"],
        article_number=article_number,
        in_register=package is not None,
        day=_day(),
        opened=opened,
        form=form or ReasonForm(formdata=None),
        problem=problem,
        kronor=price_words.kronor,
        number=lambda value: format_decimal(value, "#,##0.######"),
        clause=lambda kind: _(KINDS[kind].name),
        clauses=lambda pairs: ", ".join(_(KINDS[kind].name).lower() for _number, kind in pairs),
    )
