"""Pages of the price register: the list, a package with its prices over time, and the price lists handed in."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.infra import fault_texts
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE, rows_to_csv, rows_to_xlsx
from nt_process.kernel.cells import CellError, read_date
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import translator
from nt_process.prices import export as tables
from nt_process.prices import imports, queries, rules, step_chart, texts, words
from nt_process.prices.errors import PriceError
from nt_process.prices.forms import UploadForm
from nt_process.prices.matching import Step as ImportStep
from nt_process.prices.price_list import FIELDS
from nt_process.prices.queries import Filter
from nt_process.prices.rules import Step
from nt_process.rights import SECRETARIAT
from nt_process.web import downloads, template_filters

bp = Blueprint("prices", __name__, url_prefix="/prices")

MAX_SHOWN_ROWS = 300
# What needs a reader's eye comes first.
OUTCOMES = ("rejected", "changed", "created", "unchanged")


@bp.context_processor
def _words() -> dict[str, Any]:
    # A page that says what went wrong may have no reader.
    reader = g.get("actor")
    return {
        "words": texts,
        "kronor": words.kronor,
        "per_unit": words.per_unit,
        "percent": words.percent,
        "number": words.number,
        "may_edit": reader is not None and SECRETARIAT.allows(reader.roles),
    }


# --- the register -----------------------------------------------------------------------------------


@bp.get("")
def index() -> tuple[str, int]:
    chosen, faults = _filter(request.args)
    page = _page_number()
    listed = queries.packages(web.connection(), web.actor(), chosen, page)
    shown = render_template(
        "prices/index.html",
        listed=listed,
        chosen=chosen,
        faults=faults,
        typed=request.args,
        change=rules.change_percent,
        page=page,
        pages=max(1, -(-listed.total // queries.PAGE_SIZE)),
        narrowed=bool(_query(chosen)),
        export_url=lambda form: url_for("prices.export", form=form) + _asked(chosen),
        page_url=lambda number: url_for("prices.index") + _asked(chosen, page=number),
        package_url=lambda number: url_for("prices.package", article_number=number) + _asked_days(chosen),
    )
    return shown, 422 if faults else 200


@bp.get("/register.<any(csv, xlsx):form>")
def export(form: str) -> Response:
    chosen, _faults = _filter(request.args)
    sheet = tables.register_sheet(queries.all_packages(web.connection(), web.actor(), chosen), chosen.on)
    if form == "csv":
        content = rows_to_csv(sheet.header, sheet.rows, swedish=web.language() == "sv")
        return _attachment(content, CSV_TYPE, "prices.csv")
    content = rows_to_xlsx([sheet], made_at=web.now(), title=sheet.title)
    return _attachment(content, XLSX_TYPE, "prices.xlsx")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, mimetype=media_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )


def _filter(args: Mapping[str, str]) -> tuple[Filter, dict[str, str]]:
    """The filter as the address says it, and what is wrong with its days; what is no known value narrows nothing."""
    days, faults = _days(args)
    chosen = Filter(
        on=days["on"] or web.today(),
        known=days["known"],
        q=args.get("q", "").replace("\x00", "")[:200],
        atc="".join(sign for sign in args.get("atc", "")[:20].upper() if sign.isascii() and sign.isalnum())[
            :7
        ],
        parallel=args["parallel"] if args.get("parallel") in ("yes", "no") else "",
        everything=args.get("everything") == "1",
        sort=args["sort"] if args.get("sort") in queries.SORTS else "product",
    )
    return chosen, faults


def _days(args: Mapping[str, str]) -> tuple[dict[str, date | None], dict[str, str]]:
    """The days `on` and `known`, None where none is stated, and a sentence for each that is no day."""
    found: dict[str, date | None] = {"on": None, "known": None}
    faults: dict[str, str] = {}
    for name in found:
        text = args.get(name, "").strip()
        if not text:
            continue
        try:
            found[name] = read_date(text)
        except CellError as fault:
            params = {"value": text.replace("\x00", "")[:40]}
            faults[name] = fault_texts.fault_sentence(
                Fault(fault.code, params=params), translator(web.language())
            )
    return found, faults


def _query(chosen: Filter, **changes: Any) -> dict[str, Any]:
    """The filter as an address, without what is as it would be anyway."""
    usual = Filter(on=web.today())
    named = {
        "q": chosen.q,
        "atc": chosen.atc,
        "parallel": chosen.parallel,
        "everything": "1" if chosen.everything else "",
        "sort": "" if chosen.sort == usual.sort else chosen.sort,
        "on": "" if chosen.on == usual.on else chosen.on.isoformat(),
        "known": chosen.known.isoformat() if chosen.known else "",
    }
    return {name: value for name, value in {**named, **changes}.items() if value}


def _asked(chosen: Filter, **changes: Any) -> str:
    query = urlencode(_query(chosen, **changes))
    return f"?{query}" if query else ""


def _asked_days(chosen: Filter) -> str:
    return _asked(Filter(on=chosen.on, known=chosen.known))


def _page_number() -> int:
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


# --- one package ------------------------------------------------------------------------------------


@bp.get("/packages/<article_number>")
def package(article_number: str) -> tuple[str, int]:
    found = queries.package_file(web.connection(), web.actor(), _sought(article_number))
    if found is None:
        abort(404)
    days, faults = _days(request.args)
    on, known = days["on"] or web.today(), days["known"]
    steps = rules.series(found.believed(known))
    compared = queries.compared(web.connection(), web.actor(), found.package, on, known)
    shown = render_template(
        "prices/package.html",
        package=found.package,
        on=on,
        known=known,
        faults=faults,
        typed=request.args,
        steps=steps,
        held=_held(steps, on),
        picture=_picture(found.package, steps, on),
        has_aup=any(step.aup is not None for step in steps),
        key=lambda name: Markup(step_chart.key(name)),  # noqa: S704 - constants of this program
        compared=_sorted_for(found.package, compared),
        own=rules.unit_key(found.package),
        unit_key=rules.unit_key,
        cheapest=rules.cheapest(compared),
        corrected=[row for row in found.rows if row["known_to"] is not None],
        changes=found.changes,
        said=_said,
        package_url=lambda number: (
            url_for("prices.package", article_number=number) + _asked(Filter(on=on, known=known))
        ),
    )
    return shown, 422 if faults else 200


def _sought(article_number: str) -> str:
    """What is looked for: an article number of another form is that of no package."""
    is_number = len(article_number) == 6 and article_number.isascii() and article_number.isdigit()
    return article_number if is_number else abort(404)


def _held(steps: Sequence[Step], on: date) -> Step | None:
    """The price of a day."""
    return next((step for step in reversed(steps) if step.first <= on), None)


def _sorted_for(package: Row, compared: Sequence[Row]) -> list[Row]:
    """What can be compared by its unit first, the cheapest unit of each strength first."""
    own = rules.unit_key(package)
    return sorted(compared, key=lambda row: (rules.unit_key(row) != own, rules.unit_key(row)))


def _picture(package: Row, steps: Sequence[Step], on: date) -> Markup | None:
    if not steps:
        return None

    def in_words(step: Step, amount: Decimal) -> str:
        first = template_filters.day(step.first)
        if step.last is None:
            return _("%(price)s from %(first)s", price=words.kronor(amount), first=first)
        last = template_filters.day(step.last)
        return _("%(price)s from %(first)s to %(last)s", price=words.kronor(amount), first=first, last=last)

    title = _("List price of %(product)s over time, in kronor", product=package["product"])
    # The picture escapes every text it holds.
    return Markup(step_chart.draw(title, steps, on, in_words, words.number))  # noqa: S704


def _said(field: str, text: str) -> str:
    """A fact of the log in words."""
    if field == "parallel_import":
        return _("Yes") if text == "yes" else _("No")
    return words.number(Decimal(text)) if field == "units" else text


# --- the price lists --------------------------------------------------------------------------------


@bp.route("/imports", methods=["GET", "POST"])
def import_list() -> str | tuple[str, int] | BaseResponse:
    form = UploadForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            day = _form_day(form)
            try:
                # A large file lies in a temporary one meanwhile, which is closed at once.
                with closing(form.file.data) as handed_in:
                    name, content = handed_in.filename or "", handed_in.read()
                file = imports.read_file(name, content, day) if not form.valid_from.errors else None
                if file is not None:
                    import_id = imports.upload(web.engine(), file, web.now(), web.actor())
                    return redirect(url_for("prices.import_page", import_id=import_id))
            except BadInput as refusal:
                form.file.errors = fault_texts.fault_sentences(
                    refusal, translator(web.language()), texts.FAULTS
                )
    listed = queries.imports(web.connection(), web.actor())
    return render_template("prices/imports.html", form=form, imports=listed, fields=FIELDS), status


def _form_day(form: UploadForm) -> date | None:
    text = (form.valid_from.data or "").strip()
    if not text:
        return None
    try:
        return read_date(text)
    except CellError as fault:
        params = {"value": text.replace("\x00", "")[:40]}
        sentence = fault_texts.fault_sentence(Fault(fault.code, params=params), translator(web.language()))
        form.valid_from.errors = [sentence]
        return None


@bp.route("/imports/<uuid:import_id>", methods=["GET", "POST"])
def import_page(import_id: uuid.UUID) -> str | BaseResponse:
    """A price list that was handed in: what taking it in would do, or what it did."""
    found = queries.import_file(web.connection(), web.actor(), str(import_id))
    if found is None:
        abort(404)
    if request.method == "POST":
        with suppress(PriceError):
            # The page says why when it cannot be taken in.
            if imports.carry_out(web.engine(), str(import_id), web.now(), web.actor()) is not None:
                flash(_("The price list is taken in."), "success")
        return redirect(url_for("prices.import_page", import_id=import_id))
    if found["imported_at"] is not None:
        left_out = [(row["row"], _stored_faults(row["faults"])) for row in found["rejected"]]
        counts = {"created": found["created"], "changed": found["updated"], "unchanged": found["unchanged"]}
        return render_template(
            "prices/import_page.html",
            found=found,
            counts={**counts, "rejected": len(left_out)},
            steps=[],
            not_shown=0,
            left_out=_by_reason(left_out),
            change=rules.change_percent,
        )
    try:
        plan = imports.preview(web.connection(), str(import_id))
    except PriceError:
        return render_template("prices/import_page.html", found=found, waiting=True)
    shown = sorted(plan.steps, key=lambda step: (OUTCOMES.index(step.outcome), step.row))
    listed = [step for step in shown if step.outcome != "rejected"]
    return render_template(
        "prices/import_page.html",
        found=found,
        counts=plan.counts,
        steps=listed[:MAX_SHOWN_ROWS],
        not_shown=max(0, len(listed) - MAX_SHOWN_ROWS),
        left_out=_by_reason([(step.row, step.faults) for step in shown if step.outcome == "rejected"]),
        change=rules.change_percent,
        facts_changed=_facts_changed,
    )


def _facts_changed(step: ImportStep) -> list[tuple[str, str, str]]:
    """What a row changes of its package, as (column, before, after) in words."""
    return [(str(texts.FIELD_NAMES[one.field]), _fact(one.old), _fact(one.new)) for one in step.changes]


def _fact(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return words.number(value) if isinstance(value, Decimal) else str(value)


@bp.get("/imports/<uuid:import_id>/file")
def import_source(import_id: uuid.UUID) -> Response:
    """The file as it was handed in."""
    found = queries.import_file(web.connection(), web.actor(), str(import_id))
    if found is None:
        abort(404)
    disposition = f"attachment; filename*=UTF-8''{quote(found['filename'])}"
    return Response(
        downloads.parts_of(found["sha256"]),
        mimetype="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


def _by_reason(left_out: Sequence[tuple[int, tuple[Fault, ...]]]) -> list[tuple[str, list[int]]]:
    """Each reason once with the rows it is true of, the rarest first: those are the ones to look at."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, faults in left_out:
        rows[texts.row_reason(faults, translator(web.language()))].append(row)
    return sorted(rows.items(), key=lambda entry: (len(entry[1]), entry[1][0]))


def _stored_faults(stored: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    return tuple(Fault(one["code"], None, one["column"], one["params"]) for one in stored)
