"""Pages of the pot: its size and the forecast, the medicines with joint liability, a region's own part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.introduction_financing import cases_of, export, pdf_job, pot_queries, pot_service
from nt_process.introduction_financing.forms import CostForm, ExclusivityForm, OrphanForm, TermsForm
from nt_process.introduction_financing.pages import (
    Page,
    bp,
    carried_out,
    download,
    maker,
    own_codes,
    typed_day,
    typed_number,
)
from nt_process.introduction_financing.pot_queries import Pot
from nt_process.introduction_financing.rules import pot as pot_rules
from nt_process.kernel.calendar import add_months
from nt_process.rights import SECRETARIAT
from nt_process.web import printing


def _the_pot() -> Pot:
    return pot_queries.the_pot(web.connection(), web.actor(), web.today())


@bp.get("/pot")
def pot() -> str:
    return _pot_page(CostForm(formdata=None, data={"year": str(web.today().year - 1)}))


def _pot_page(form: CostForm, problem: str | None = None) -> str:
    form.offer(own_codes())
    found = _the_pot()
    until = add_months(web.today(), max(pot_rules.LADDER))
    return render_template(
        "introduction_financing/pot.html",
        pot=found,
        form=form,
        problem=problem,
        own=own_codes(),
        chart=export.pot_chart(found),
        soon=[row for row in found.medicines if web.today() < row["ends_on"] <= until],
        today=web.today(),
    )


@bp.post("/pot/cost")
def state_cost() -> Page:
    form = CostForm()

    def command() -> Page:
        pot_service.state_cost(web.engine(), maker(), form.texts())
        flash(_("The cost of the year is saved."), "success")
        return redirect(url_for("introduction_financing.pot"))

    return carried_out(form, command, lambda problem: _pot_page(form, problem))


@bp.get("/pot.<any(csv, xlsx):form>")
def pot_table(form: str) -> Response:
    found = _the_pot()
    if form == "csv":
        sheet = export.years_sheet(found)
        content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
        return download(content, CSV_TYPE, "pot.csv")
    sheets = [export.years_sheet(found), export.medicines_sheet(found), export.own_sheet(found)]
    title = _("The pot for orphan drugs")
    return download(rows_to_xlsx(sheets, made_at=web.now(), title=title), XLSX_TYPE, "pot.xlsx")


@bp.get("/pot.pdf")
def pot_pdf() -> Response:
    """The pot as all may read it, without any region's own amounts."""
    found = _the_pot()
    return printing.answer(
        printing.Printed(
            kind=pdf_job.KIND,
            key=pdf_job.key_of(found, web.language(), web.today()),
            params=pdf_job.params_of(web.language(), web.today()),
            name="pot",
            title=_("The pot for orphan drugs"),
            back=(url_for("introduction_financing.pot"), _("Back to the pot")),
        )
    )


@bp.route("/pot/terms", methods=["GET", "POST"])
def terms() -> Page:
    newest = _the_pot().terms
    form = TermsForm(data=_stated_terms(newest) if request.method == "GET" else None)

    def command() -> Page:
        pot_service.state_terms(web.engine(), maker(), form.seen_version, form.texts())
        flash(_("The terms are saved."), "success")
        return redirect(url_for("introduction_financing.pot"))

    def show(problem: str | None = None) -> str:
        return render_template(
            "introduction_financing/terms.html", form=form, problem=problem, history=_the_pot().history
        )

    return carried_out(form, command, show) if form.is_submitted() else show()


def _stated_terms(newest: Row | None) -> dict[str, str]:
    if newest is None:
        return {"version": "0", "way": "pro-rata"}
    bases = "\n".join(f"{year}: {level}" for year, level in sorted(newest["bases"].items()))
    return {
        "version": str(newest["version"]),
        "first_year": str(newest["first_year"]),
        "pot": typed_number(newest["pot"]),
        "indexation_pct": typed_number(newest["indexation_pct"]),
        "way": str(newest["way"]),
        "bases": bases,
    }


@bp.route("/pot/medicines/new", methods=["GET", "POST"])
def new_orphan() -> Page:
    given = {name: request.args.get(name, "")[:200] for name in ("case", "medicine", "atc")}
    form = OrphanForm(data=given if request.method == "GET" else None)
    if request.method == "GET" and given["case"].isprintable():
        # The end that stands on the case is where to begin.
        form.ends_on.data = typed_day(cases_of.exclusivity_of(web.connection(), given["case"]))

    def command() -> Page:
        orphan_id = pot_service.add_medicine(web.engine(), maker(), form.texts())
        flash(_("The medicine is in the pot."), "success")
        return redirect(url_for("introduction_financing.orphan", orphan_id=orphan_id))

    def show(problem: str | None = None) -> str:
        return render_template("introduction_financing/orphan_form.html", form=form, problem=problem)

    return carried_out(form, command, show) if form.is_submitted() else show()


@bp.get("/pot/medicines/<uuid:orphan_id>")
def orphan(orphan_id: uuid.UUID) -> str:
    row, _versions = _found(orphan_id)
    form = ExclusivityForm(
        formdata=None,
        data={
            "version": str(row["version"]),
            "start_on": typed_day(row["start_on"]),
            "ends_on": typed_day(row["ends_on"]),
            "yearly_cost": typed_number(row["yearly_cost"]),
            "reason": row["reason"],
            "origin": row["origin"],
        },
    )
    return _orphan_page(orphan_id, form)


@bp.post("/pot/medicines/<uuid:orphan_id>")
def change_orphan(orphan_id: uuid.UUID) -> Page:
    form = ExclusivityForm()

    def command() -> Page:
        pot_service.change_medicine(web.engine(), maker(), str(orphan_id), form.seen_version, form.texts())
        flash(_("The change is saved."), "success")
        return redirect(url_for("introduction_financing.orphan", orphan_id=orphan_id))

    return carried_out(form, command, lambda problem: _orphan_page(orphan_id, form, problem))


def _found(orphan_id: uuid.UUID) -> tuple[Row, Sequence[Row]]:
    found = pot_queries.orphan(web.connection(), web.actor(), web.today(), orphan_id)
    return found if found is not None else abort(404)


def _orphan_page(orphan_id: uuid.UUID, form: ExclusivityForm, problem: str | None = None) -> str:
    row, versions = _found(orphan_id)
    ends_on = row["ends_on"]
    return render_template(
        "introduction_financing/orphan.html",
        row=row,
        versions=versions,
        form=form,
        problem=problem,
        usual=pot_rules.usual_end(row["start_on"]),
        rungs=[(months, add_months(ends_on, -months)) for months in pot_rules.LADDER],
        may_change=SECRETARIAT.allows(web.actor().roles),
    )
