"""Pages of periods: the list of regions and what ends soon, one period, one medicine in all regions, and who pays."""

from __future__ import annotations

import uuid

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from nt_process import web
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.introduction_financing import decided, export, owned, pays, queries, service
from nt_process.introduction_financing import pot_views as _pot_views  # noqa: F401 - both write pages on the same blueprint
from nt_process.introduction_financing import rule_views as _rule_views  # noqa: F401
from nt_process.introduction_financing.book_file import shipped
from nt_process.introduction_financing.forms import (
    ActualForm,
    BeginForm,
    BudgetForm,
    FinancingForm,
    MoveForm,
    PaysForm,
)
from nt_process.introduction_financing.pages import (
    Page,
    bp,
    carried_out,
    download,
    maker,
    offered,
    own_codes,
    typed_day,
    typed_number,
)
from nt_process.introduction_financing.queries import FinancingFile
from nt_process.introduction_financing.rules import period
from nt_process.introduction_financing.rules.book import Circumstances
from nt_process.kernel.calendar import add_months
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.kernel.regions import BY_CODE, REGIONS

# What ends within so many months stands first.
SOON_MONTHS = 6


@bp.get("")
def index() -> str:
    """The periods of a region, or of all: the reader's own region first, for whoever has one."""
    region, words = _chosen_region(), _words()
    rows = queries.periods(web.connection(), web.actor(), web.today(), region, words)
    until = add_months(web.today(), SOON_MONTHS)
    return render_template(
        "introduction_financing/index.html",
        region=region,
        q=words,
        rows=rows,
        soon=[row for row in rows if web.today() < row["moves_on"] <= until],
        to_register=decided.to_register(web.connection(), web.today(), own_codes()),
        money=queries.economies(web.connection(), web.actor(), web.today(), rows),
        sums=queries.sums(web.connection(), web.actor()),
        soon_months=SOON_MONTHS,
        max_shown=queries.MAX_SHOWN,
    )


@bp.get("/periods.<any(csv, xlsx):form>")
def table(form: str) -> Response:
    """The list as a file, with the amounts that the reader may see."""
    rows = queries.periods(web.connection(), web.actor(), web.today(), _chosen_region(), _words())
    money = queries.economies(web.connection(), web.actor(), web.today(), rows)
    sheet = export.periods_sheet(rows, money)
    if form == "csv":
        content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
        return download(content, CSV_TYPE, "periods.csv")
    content = rows_to_xlsx([sheet], made_at=web.now(), title=_("Introduction financing"))
    return download(content, XLSX_TYPE, "periods.xlsx")


def _words() -> str:
    written = request.args.get("q", "")[:200]
    return written if written.isprintable() else ""


def _chosen_region() -> str:
    if "region" in request.args:
        wanted = request.args["region"]
        return wanted if wanted in BY_CODE else ""
    own = own_codes()
    return own[0] if len(own) == 1 else ""


@bp.route("/new", methods=["GET", "POST"])
def begin() -> Page:
    named = ("case", "medicine", "atc", "region", "start_on")
    prefilled = {name: request.args.get(name, "")[:200] for name in named}
    form = BeginForm(data=prefilled if request.method == "GET" else None)
    form.offer(offered())

    def command() -> Page:
        financing_id = service.begin(web.engine(), maker(), form.texts())
        flash(_("The introduction financing is registered."), "success")
        return redirect(url_for("introduction_financing.show", financing_id=financing_id))

    def show(problem: str | None = None) -> str:
        return render_template(
            "introduction_financing/begin.html", form=form, problem=problem, own=own_codes()
        )

    return carried_out(form, command, show) if form.is_submitted() else show()


@bp.get("/<uuid:financing_id>")
def show(financing_id: uuid.UUID) -> str:
    return _show(_file(financing_id))


def _file(financing_id: uuid.UUID) -> FinancingFile:
    found = queries.financing_file(web.connection(), web.actor(), web.today(), financing_id)
    return found if found is not None else abort(404)


def _show(file: FinancingFile, problem: str | None = None, **given: FinancingForm) -> str:
    row, money = file.row, file.money
    region = row["county_code"]
    then = pays.answer(
        web.connection(), pays.Question(row["atc"], BY_CODE[region], row["moves_on"], "requisition")
    )
    moved = None
    if money is not None and money.yearly is not None and not then.rule.extra_cost:
        moved = period.move("central", then.rule.shares, money.yearly)
    budget = file.budget["amount"] if file.budget is not None else None
    forms: dict[str, FinancingForm] = {
        "move": MoveForm(
            formdata=None, data={"start_on": typed_day(row["start_on"]), "version": str(row["version"])}
        ),
        "budget": BudgetForm(formdata=None, data={"budget": typed_number(budget)}),
        "actual": ActualForm(formdata=None),
        **given,
    }
    return render_template(
        "introduction_financing/show.html",
        file=file,
        row=row,
        money=money,
        forms=forms,
        problem=problem,
        then=then,
        moved=moved,
        may_move=row["county_code"] in offered(),
        rungs=[(months, add_months(row["moves_on"], -months)) for months in period.LADDER],
    )


@bp.post("/<uuid:financing_id>/start")
def move_start(financing_id: uuid.UUID) -> Page:
    form = MoveForm()

    def command() -> Page:
        service.move_start(web.engine(), maker(), str(financing_id), form.seen_version, form.texts())
        flash(_("The period has a new first day."), "success")
        return _back(financing_id)

    file = _file(financing_id)
    return carried_out(form, command, lambda problem: _show(file, problem, move=form))


@bp.post("/<uuid:financing_id>/budget")
def state_budget(financing_id: uuid.UUID) -> Page:
    form = BudgetForm()

    def command() -> Page:
        service.state_budget(web.engine(), maker(), str(financing_id), form.texts())
        flash(_("The budget is saved."), "success")
        return _back(financing_id)

    file = _file(financing_id)
    return carried_out(form, command, lambda problem: _show(file, problem, budget=form))


@bp.post("/<uuid:financing_id>/actual")
def state_actual(financing_id: uuid.UUID) -> Page:
    form = ActualForm()

    def command() -> Page:
        service.state_actual(web.engine(), maker(), str(financing_id), form.texts())
        flash(_("The month is saved."), "success")
        return _back(financing_id)

    file = _file(financing_id)
    return carried_out(form, command, lambda problem: _show(file, problem, actual=form))


@bp.post("/<uuid:financing_id>/sales")
def hand_sales_on(financing_id: uuid.UUID) -> Page:
    form = FinancingForm()

    def command() -> Page:
        changed = service.hand_sales_on(web.engine(), maker(), str(financing_id))
        flash(_("%(count)s months are new or changed.", count=changed), "success")
        return _back(financing_id)

    file = _file(financing_id)
    return carried_out(form, command, lambda problem: _show(file, problem))


def _back(financing_id: uuid.UUID) -> Page:
    return redirect(url_for("introduction_financing.show", financing_id=financing_id))


# --- one medicine, and who pays ---------------------------------------------------------------------


@bp.get("/medicines/<atc>")
def medicine(atc: str) -> str:
    """One medicine in all regions: who pays today and why, and what changes next."""
    try:
        typed = {"atc": atc, "region": "01", "on": web.today().isoformat()}
        asked = pays.read_question({**typed, "channel": "requisition", "disease": ""})
    except BadInput:
        abort(404)
    own_rules, listed = owned.rules_of_all(web.connection()), owned.listings(web.connection())
    started = owned.introductions(web.connection(), asked.atc)
    answers = []
    for region in REGIONS:
        question = pays.Question(asked.atc, region, web.today(), "requisition")
        use = Circumstances(
            asked.atc,
            channel="requisition",
            listed=owned.years_listed(listed, region.code, asked.atc),
            introductions=started.get(region.code, ()),
        )
        rules = shipped().of(region.code, own_rules.get(region.code, ()))
        answers.append(pays.answered(question, rules, use))
    rows = queries.of_medicine(web.connection(), web.actor(), web.today(), asked.atc)
    return render_template(
        "introduction_financing/medicine.html",
        atc=asked.atc,
        answers=answers,
        rows=rows,
        names=sorted({row["medicine"] for row in rows}),
        by_region={row["county_code"]: row for row in rows},
        money=queries.economies(web.connection(), web.actor(), web.today(), rows),
    )


@bp.get("/who-pays")
def who_pays() -> Page:
    asked = "atc" in request.args
    own = own_codes()
    started = {"on": web.today().isoformat(), "region": own[0] if own else ""}
    # A question is in the address and changes nothing.
    form = PaysForm(request.args if asked else None, data=started, meta={"csrf": False})
    form.region.choices = [("", _("Choose")), *((one.code, one.official_name) for one in REGIONS)]
    answer, status = None, 200
    if asked:
        try:
            answer = pays.answer(web.connection(), pays.read_question(_question_of(form)))
        except BadInput as refusal:
            form.show_faults(refusal, translator(web.language()))
            status = 422
    return render_template("introduction_financing/who_pays.html", form=form, answer=answer), status


def _question_of(form: PaysForm) -> dict[str, str]:
    typed = form.texts()
    # A link may leave out what is usual.
    return {**typed, "channel": typed.get("channel") or "prescription"}
