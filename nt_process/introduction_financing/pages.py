"""What the pages of introduction financing share: the blueprint, words, a form shown or carried out, refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, g
from flask_babel import format_decimal
from flask_babel import gettext as _

from nt_process import web
from nt_process.cases import answering
from nt_process.cases.answering import Page, maker
from nt_process.introduction_financing import messages, texts
from nt_process.introduction_financing.forms import FinancingForm
from nt_process.introduction_financing.queries import period_of
from nt_process.introduction_financing.regions import regions_here
from nt_process.kernel.messages import translator
from nt_process.kernel.money import round_half_up
from nt_process.kernel.reasons import NotDone
from nt_process.kernel.regions import BY_CODE, REGIONS
from nt_process.rights import MANDATORS, SECRETARIAT
from nt_process.web import template_filters

bp = Blueprint("introduction_financing", __name__, url_prefix="/introduction-financing")


@bp.context_processor
def _words() -> dict[str, Any]:
    """Also for an error page, which may be for nobody."""
    actor = g.get("actor")
    return {
        "words": texts,
        "regions": BY_CODE,
        "all_regions": REGIONS,
        "kronor": kronor,
        "whole": lambda amount: kronor(None if amount is None else round_half_up(amount)),
        "millions": millions,
        "percent": lambda value: format_decimal(value, "#,##0.##"),
        "payer": payer,
        "of_what": lambda of: _(messages.OF_MESSAGES[of]),
        "standing": lambda row: period_of(row).standing(web.today()),
        "may_enter": actor is not None and MANDATORS.allows(actor.roles),
        "office": actor is not None and SECRETARIAT.allows(actor.roles),
        "title_of": lambda rule: rule.titles[web.language()],
    }


__all__ = [
    "Page",
    "bp",
    "carried_out",
    "download",
    "maker",
    "offered",
    "own_codes",
    "typed_day",
    "typed_number",
]


def kronor(amount: Decimal | None) -> str:
    """1 234,50 kr, or a dash for what is not known; whole kronor without öre."""
    if amount is None:
        return "–"
    pattern = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
    return _("%(amount)s kr", amount=format_decimal(amount, pattern))


def millions(amount: Decimal | None) -> str:
    return "–" if amount is None else str(format_decimal(amount, "#,##0.0"))


def payer(region: str, name: str) -> str:
    return messages.payer_name(region, name, translator(web.language()))


def typed_day(value: date | None) -> str:
    """A day as it is typed."""
    return "" if value is None else value.isoformat()


def typed_number(value: Decimal | None) -> str:
    """A number as it is typed, with the reader's decimal sign."""
    if value is None:
        return ""
    text = format(value.normalize(), "f")
    return text.replace(".", ",") if web.language() == "sv" else text


def offered() -> list[str]:
    """The county codes of the regions for which the reader may state something."""
    here = regions_here(web.connection(), web.actor(), web.today())
    every = SECRETARIAT.allows(web.actor().roles)
    return [region.code for region in REGIONS if region.code in here and (every or here[region.code].own)]


def own_codes() -> list[str]:
    """The county codes of the reader's own regions."""
    here = regions_here(web.connection(), web.actor(), web.today())
    return [region.code for region in REGIONS if region.code in here and here[region.code].own]


def carried_out(form: FinancingForm, command: Callable[[], Page], show: Callable[[str | None], str]) -> Page:
    """As `cases.answering.carried_out`, with this room's refusals in words."""

    def explain(error: NotDone) -> str:
        params: dict[str, Any] = dict(error.reason.params)
        if "at" in params:
            params["at"] = template_filters.instant(params["at"])
        if error.reason.code == "changed":
            # Sent again, the form is meant for what stands there now.
            form.version.data = str(params["version"])
        return str(texts.ERROR_TEXTS[error.reason.code]) % params

    return answering.carried_out(form, command, show, explain)


def download(content: bytes, media_type: str, name: str) -> Response:
    disposition = f"attachment; filename={name}"
    return Response(content, mimetype=media_type, headers={"Content-Disposition": disposition})
