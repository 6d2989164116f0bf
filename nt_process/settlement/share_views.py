"""The page of the state's share: what is forecast, deducted, final and left of a year, by company and region."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nt_process import web
from nt_process.financing.parameters import rebate_rule_or_none
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import ProofNeeded
from nt_process.rights import STATEMENT_READERS
from nt_process.settlement import queries, state_share, year
from nt_process.settlement.views import Page, bp, of_field
from nt_process.settlement.year import Year
from nt_process.web.step_up import require_step_up


@bp.get("/state-share")
def share() -> str:
    return _page(_chosen(request.args.get("year", "")))


@bp.post("/state-share")
@require_step_up
def open_share() -> Page:
    """The figures of a year; that the statements were opened for them is on record before they are shown."""
    chosen = _chosen(request.form.get("year", ""))
    try:
        opened = year.open_year(
            web.engine(), Maker(web.actor(), web.now()), chosen, request.form.get("reason", "")
        )
    except BadInput as refusal:
        return _page(chosen, faults=of_field(refusal)), 422
    except ProofNeeded:
        back: Response = redirect(url_for("security.confirm", next=url_for("settlement.share", year=chosen)))
        return back
    return _page(chosen, opened)


def _years() -> list[int]:
    return year.years(queries.agreements(web.connection(), web.actor(), web.today()), web.today())


def _chosen(text: str) -> int:
    """A year that there is something of; else the one that is being settled."""
    known = {str(one): one for one in _years()}
    return known.get(text, year.usual_year(web.today()))


def _page(chosen: int, opened: Year | None = None, faults: dict[str, str] | None = None) -> str:
    return render_template(
        "settlement/state_share.html",
        chosen=chosen,
        years=sorted({*_years(), chosen}, reverse=True),
        days=state_share.days_of(chosen),
        rule=rebate_rule_or_none(chosen),
        opened=opened,
        faults=faults or {},
        may_open=STATEMENT_READERS.allows(web.actor().roles),
        today=web.today(),
    )
