"""The calculations as pages. Nothing is stored: an address is a calculation, and a file is read and shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from nt_process import web
from nt_process.financing import presentation
from nt_process.financing.calculations import CALCULATIONS, Calculation
from nt_process.financing.choice_form import ChoiceForm
from nt_process.financing.comparison import Comparison, comparable_columns, compare, compare_columns
from nt_process.financing.fault_texts import FINANCING_FAULTS
from nt_process.financing.forms import GainLossForm, UploadForm
from nt_process.financing.layout import Layout
from nt_process.financing.output import as_csv, notes
from nt_process.financing.settlement_curve import settlement_curve
from nt_process.financing.verification.verify import (
    COLUMNS_BY_TABLE,
    Verification,
    check_names,
    checks_layout,
    read_tables,
    summary_layout,
    verify,
)
from nt_process.financing.workbook import workbook
from nt_process.infra.fault_texts import fault_sentences
from nt_process.infra.spreadsheet import CSV_TYPE, XLSX_TYPE
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator

bp = Blueprint("financing", __name__, url_prefix="/financing")


@dataclass(slots=True)
class Scenario:
    """One of the calculations on a page: what was chosen, and what came of it or why nothing did."""

    key: str
    title: str
    form: ChoiceForm
    layout: Layout | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """The scenarios of one request, and the upload that belongs to them."""

    calculation: Calculation
    scenarios: list[Scenario]
    upload: UploadForm | None

    @property
    def computed(self) -> list[Scenario]:
        return [scenario for scenario in self.scenarios if scenario.layout is not None]

    @property
    def layouts(self) -> list[Layout]:
        return [scenario.layout for scenario in self.scenarios if scenario.layout is not None]

    @property
    def fields(self) -> list[Any]:
        """Every field that a person fills in."""
        return [shown for scenario in self.scenarios for shown in scenario.form.shown] + list(
            self.upload or ()
        )

    @property
    def is_refused(self) -> bool:
        upload_refused = self.upload is not None and bool(self.upload.errors)
        return upload_refused or len(self.computed) < len(self.scenarios)


@bp.get("")
def index() -> str:
    return render_template("financing/index.html", calculations=CALCULATIONS.values())


# --- one calculation ------------------------------------------------------------------------------


def _register(calculation: Calculation) -> None:
    """A page of its own for each calculation, at the name of its command."""

    def show() -> BaseResponse | tuple[str, int]:
        page = _page(calculation)
        wanted = request.form.get("format")
        if request.method == "POST" and wanted in ("xlsx", "csv") and not page.is_refused:
            return _file(page, wanted, page.upload.scenario.data[0] if page.upload else "a")
        return render_template("financing/calculation.html", **_shown(page)), 422 if page.is_refused else 200

    methods = ["GET", "POST"] if calculation.upload else ["GET"]
    bp.add_url_rule(f"/{calculation.name}", calculation.endpoint, show, methods=methods)


for _calculation in CALCULATIONS.values():
    _register(_calculation)


@bp.get(f"/<any({', '.join(repr(name) for name in CALCULATIONS)}):name>.<any(xlsx, csv):kind>")
def download(name: str, kind: str) -> BaseResponse:
    """The same choices as a file; what cannot be computed is explained on the page."""
    page = _page(CALCULATIONS[name])
    if page.is_refused:
        endpoint = f"financing.{CALCULATIONS[name].endpoint}"
        return redirect(f"{url_for(endpoint)}?{request.query_string.decode('latin-1')}")
    return _file(page, kind, request.args.get("scenario", "a"))


def _page(calculation: Calculation) -> Page:
    """The scenarios that the address asks for; B begins as a copy of A."""
    args = MultiDict(request.args)
    scenarios = [_scenario(calculation, args, "a", _("Scenario A"))]
    if args.get("compare"):
        if not any(name.startswith("b-") for name in args):
            for name, value in list(args.items(multi=True)):
                if name.startswith("a-"):
                    args.add(f"b-{name[2:]}", value)
        scenarios.append(_scenario(calculation, args, "b", _("Scenario B")))
    else:
        scenarios[0].title = _("Result")
    page = Page(calculation, scenarios, _upload(calculation, scenarios))
    content = _uploaded(page.upload)
    for scenario in scenarios:
        own_file = content if page.upload is not None and scenario.key in page.upload.scenario.data else None
        _compute(scenario, own_file, page.upload)
    return page


def _scenario(calculation: Calculation, args: MultiDict[str, str], key: str, title: str) -> Scenario:
    return Scenario(key, title, calculation.form.of(args, key, web.language(), web.today()))


def _upload(calculation: Calculation, scenarios: Sequence[Scenario]) -> UploadForm | None:
    if calculation.upload is None:
        return None
    form = calculation.upload()
    if len(scenarios) == 1 or form.scenario.data not in ("a", "b", "ab"):
        form.scenario.data = "b" if len(scenarios) > 1 else "a"
    return form


def _uploaded(form: UploadForm | None) -> bytes | None:
    """The bytes of the file that was handed in, if one was."""
    if form is None or request.method != "POST" or not form.validate():
        return None
    # A large file lies in a temporary one meanwhile, which is closed at once.
    with closing(form.file.data) as handed_in:
        content: bytes = handed_in.read()
    return content


def _compute(scenario: Scenario, own_file: bytes | None, upload: UploadForm | None) -> None:
    try:
        if own_file is None or upload is None:
            scenario.layout = scenario.form.layout()
        else:
            scenario.layout = scenario.form.layout_of_file(own_file, upload)
    except BadInput as refusal:
        scenario.faults = scenario.form.show_faults(refusal, translator(web.language()))


# --- what the page shows ----------------------------------------------------------------------------


def _shown(page: Page) -> dict[str, Any]:
    language, layouts = web.language(), page.layouts
    columns = comparable_columns(layouts) if layouts else []
    comparison = _comparison(page)
    titles = [scenario.title for scenario in page.computed]
    unrounded = request.args.get("exact") == "1"
    return {
        "page": page,
        "calculation": page.calculation,
        "comparing": len(page.scenarios) > 1,
        "columns": columns,
        "comparison": comparison,
        "compared": presentation.comparison_table(comparison, titles, language) if comparison else None,
        "chart": _chart(page.calculation, comparison, language) if comparison else None,
        "unrounded": unrounded,
        "tables": [
            presentation.full_table(layout, language, unrounded=unrounded)
            for layout in layouts
            if layout.rows
        ],
        "inputs": presentation.inputs_side_by_side(layouts, language),
        "notes": [
            (scenario, notes(scenario.layout, language)) for scenario in page.computed if scenario.layout
        ],
        **_steps(layouts, language),
        # A file's figures are not in the address, so files of them are asked for where it is handed in.
        "links": request.method == "GET" and not page.is_refused,
        "choices": _choices(page),
        "alone": {
            name: value for name, value in _choices(page).items() if not name.startswith(("b-", "compare"))
        },
    }


def _comparison(page: Page) -> Comparison | None:
    layouts = page.layouts
    if not layouts or not all(layout.rows for layout in layouts):
        return None
    forms = [scenario.form for scenario in page.computed]
    if page.calculation.name == "gainloss":
        return settlement_curve([form for form in forms if isinstance(form, GainLossForm)])
    if page.calculation.by == ("region",) and all(len(layout.rows) == 1 for layout in layouts):
        return compare_columns(layouts)
    columns = comparable_columns(layouts)
    by = [key for key in page.calculation.by if all(_has(layout, key) for layout in layouts)]
    keys = {column.key for column in columns}
    wanted = (request.args.get("show", ""), *page.calculation.drawn)
    key = next((key for key in wanted if key in keys), None)
    return compare(layouts, by, key) if by and key else None


def _has(layout: Layout, key: str) -> bool:
    return any(column.key == key for column in layout.columns)


def _chart(calculation: Calculation, comparison: Comparison, language: str) -> Markup:
    title = comparison.column.title if comparison.column else calculation.title
    # The chart escapes every text it holds.
    return Markup(presentation.chart(comparison, translator(language)(title), language))  # noqa: S704


def _steps(layouts: Sequence[Layout], language: str) -> dict[str, Any]:
    """The computed columns of one row of each scenario, and the rows that may be chosen."""
    if not layouts or not layouts[0].rows:
        return {"row_names": [], "row": 0, "steps": []}
    text = request.args.get("row", "0")
    row = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    names = presentation.row_names(layouts[0], language)
    row = row if row < len(names) else 0
    found = [_row_steps(layout, row, language) for layout in layouts if layout.rows]
    return {"row_names": names, "row": row, "steps": found}


def _row_steps(layout: Layout, row: int, language: str) -> tuple[str, list[presentation.Step]]:
    """The row's name and steps; of a calculation with fewer rows, those of its last."""
    place = min(row, len(layout.rows) - 1)
    return presentation.row_names(layout, language)[place], presentation.steps(layout, place, language)


# How the answer is shown, beside what is computed.
_SHOWING = frozenset({"compare", "show", "row", "exact"})


def _choices(page: Page) -> dict[str, str]:
    """The address's own choices, for links to the same calculation.

    Nothing else that stands in the address: what makes links takes some names for its own.
    """
    known = _SHOWING | {field.name for scenario in page.scenarios for field in scenario.form}
    return {name: value for name, value in request.args.items() if name in known and value}


def _file(page: Page, kind: str, key: str) -> Response:
    language = web.language()
    name = page.calculation.name
    if kind == "csv":
        scenario = next((one for one in page.computed if one.key == key), page.computed[0])
        layout = scenario.layout
        content = as_csv(layout, language).encode("utf-8") if layout else b""
        name = f"{name}-{scenario.key}" if len(page.scenarios) > 1 else name
        return _attachment(content, CSV_TYPE, f"{name}.csv")
    title = translator(language)(page.calculation.title)
    sheets = [(one.title, one.layout) for one in page.computed if one.layout is not None]
    content = workbook(title, sheets, _comparison(page), language, web.now())
    return _attachment(content, XLSX_TYPE, f"{name}.xlsx")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content, mimetype=media_type, headers={"Content-Disposition": f"attachment; filename={name}"}
    )


# --- the printed tables -----------------------------------------------------------------------------


@bp.route("/verify", methods=["GET", "POST"])
def verification() -> tuple[str, int]:
    """Every cell of the printed tables accounted for: the installation's own tables, or handed-in ones."""
    language, faults, found = web.language(), list[str](), None
    try:
        found = _verified()
    except BadInput as refusal:
        faults = fault_sentences(refusal, translator(language), FINANCING_FAULTS)
    table = request.args.get("table", "") if found and request.args.get("table") in found.accounts else ""
    page = render_template(
        "financing/verification.html",
        found=found,
        faults=faults,
        table=table,
        tables=list(COLUMNS_BY_TABLE),
        summary=found and presentation.full_table(summary_layout(found), language, unrounded=False),
        outcomes=found and found.outcomes(),
        checks=found and _checks(found, table, language),
        notes=notes(summary_layout(found), language) if found else [],
    )
    return page, 422 if faults and request.method == "POST" else 200


@bp.get("/verify.<any(xlsx, csv):kind>")
def verification_file(kind: str) -> BaseResponse:
    """Every check of every cell, as the command gives them with --all."""
    try:
        found = _verified()
    except BadInput:
        return redirect(url_for("financing.verification"))
    language = web.language()
    checks = checks_layout(found, everything=True)
    if kind == "csv":
        return _attachment(as_csv(checks, language).encode("utf-8"), CSV_TYPE, "verify.csv")
    sheets = [(_("Tables"), summary_layout(found)), (_("Cells"), checks)]
    content = workbook(_("The printed tables"), sheets, None, language, web.now())
    return _attachment(content, XLSX_TYPE, "verify.xlsx")


def _verified() -> Verification:
    """Raises BadInput for tables that are not here or cannot be read."""
    if request.method == "POST":
        handed_in: dict[str, bytes] = {}
        for file in request.files.getlist("tables"):
            with closing(file):
                if file.filename:
                    handed_in[Path(file.filename).stem] = file.read()
        check_names(handed_in)
        return verify(_("handed in"), handed_in)
    directory = web.settings().tables_dir
    return verify(str(directory), read_tables(directory))


def _checks(found: Verification, table: str, language: str) -> list[dict[str, str]]:
    layout = checks_layout(found, everything=bool(table), table=table)
    return presentation.checked_cells(layout, language)
