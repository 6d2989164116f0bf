"""Pages of the rules: what holds in each region with its source, a region's own rules, the yearly lists."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.introduction_financing import owned, pays, rule_queries, rule_service
from nt_process.introduction_financing.book_file import shipped
from nt_process.introduction_financing.forms import EndRuleForm, ListingForm, RuleForm
from nt_process.introduction_financing.pages import Page, bp, carried_out, maker, offered
from nt_process.introduction_financing.rules.book import EVERY_REGION, CostRule, keeps_list
from nt_process.kernel.regions import REGIONS
from nt_process.rights import MANDATORS


@bp.get("/rules")
def rules() -> str:
    own = owned.rules_of_all(web.connection())
    book = shipped()
    shown = [(region, _tried(book.of(region.code, own.get(region.code, ())))) for region in REGIONS]
    usual = _tried(book.of(EVERY_REGION))
    return render_template(
        "introduction_financing/rules.html",
        # Those with something of their own, each with all its rules; the others have the last one alone.
        with_rules=[(region, found) for region, found in shown if found != usual],
        without=[region for region, found in shown if found == usual],
        usual=usual,
        payers_of=pays.payers_of,
        version=book.version,
        codes=offered() if MANDATORS.allows(web.actor().roles) else [],
        today=web.today(),
    )


def _tried(found: Sequence[CostRule]) -> list[CostRule]:
    """Those that are tried at all: none after the first that always applies."""
    last = next(place for place, one in enumerate(found, start=1) if one.always)
    return list(found[:last])


@bp.route("/rules/new", methods=["GET", "POST"])
def new_rule() -> Page:
    form = RuleForm(data={"kind": "introduction", "months": "24"} if request.method == "GET" else None)
    form.offer(offered())

    def command() -> Page:
        rule_service.add_rule(web.engine(), maker(), form.texts())
        flash(_("The rule holds from its first day."), "success")
        return redirect(url_for("introduction_financing.rules"))

    def show(problem: str | None = None) -> str:
        return render_template("introduction_financing/rule_form.html", form=form, problem=problem)

    return carried_out(form, command, show) if form.is_submitted() else show()


@bp.route("/rules/<uuid:rule_id>", methods=["GET", "POST"])
def end_rule(rule_id: uuid.UUID) -> Page:
    """An own rule with its versions; and its last day, for whoever may give it one."""
    versions = rule_queries.versions(web.connection(), web.actor(), rule_id)
    if not versions:
        abort(404)
    newest = versions[0]
    may_end = newest["county_code"] in offered() and not newest["removed"]
    form = EndRuleForm()

    def command() -> Page:
        rule_service.end_rule(web.engine(), maker(), str(rule_id), form.seen_version, form.texts())
        flash(_("The change is saved."), "success")
        return redirect(url_for("introduction_financing.end_rule", rule_id=rule_id))

    def show(problem: str | None = None) -> str:
        return render_template(
            "introduction_financing/rule.html",
            form=form, versions=versions, newest=newest, may_end=may_end, problem=problem,
        )  # fmt: skip

    if request.method == "GET":
        form.version.data = str(newest["version"])
        return show()
    return carried_out(form, command, show)


@bp.route("/solidarity", methods=["GET", "POST"])
def solidarity() -> Page:
    """The regions' yearly lists, for the regions that have a rule that asks for one."""
    form = ListingForm(data={"year": str(web.today().year)} if request.method == "GET" else None)
    own = owned.rules_of_all(web.connection())
    listing = [
        region.code
        for region in REGIONS
        if keeps_list(shipped().of(region.code, own.get(region.code, ())), web.today().year)
    ]
    form.offer([code for code in offered() if code in listing])

    def command() -> Page:
        rule_service.list_medicine(web.engine(), maker(), form.texts())
        flash(_("The medicine is on the list."), "success")
        return redirect(url_for("introduction_financing.solidarity"))

    def show(problem: str | None = None) -> str:
        return render_template(
            "introduction_financing/solidarity.html",
            form=form,
            problem=problem,
            rows=owned.listings(web.connection()),
            listing=listing,
            codes=offered() if MANDATORS.allows(web.actor().roles) else [],
        )

    return carried_out(form, command, show) if request.method == "POST" else show()


@bp.post("/solidarity/<int:listing_id>/remove")
def unlist(listing_id: int) -> Page:
    form = ListingForm(formdata=None)

    def command() -> Page:
        if listing_id >= 2**63:
            abort(404)
        rule_service.unlist_medicine(web.engine(), maker(), listing_id)
        flash(_("The medicine is off the list."), "success")
        return redirect(url_for("introduction_financing.solidarity"))

    def show(problem: str | None = None) -> str:
        return render_template(
            "introduction_financing/solidarity.html",
            form=form,
            problem=problem,
            rows=owned.listings(web.connection()),
            listing=[],
            codes=[],
        )

    return carried_out(form, command, show)
