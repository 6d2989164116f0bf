"""A half-yearly report in a language: key figures, and parts with charts and tables. Nothing is counted here.

It is the same kind of presentation as the deadline report's, so that a page and a printed document draw both alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from nt_process.engine.definition import PARTIES
from nt_process.infra.charts import Category, Chart, Series
from nt_process.introduction.rules.reasons import MESSAGES as REASONS
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.reporting import tables as drawn
from nt_process.reporting import texts as common
from nt_process.reporting.half_year import texts
from nt_process.reporting.half_year.compiling import PARTS
from nt_process.reporting.half_year.figures import COMPARISON, Cell, Figures, Row, Table
from nt_process.reporting.half_year.period import Period
from nt_process.reporting.history import Workflows
from nt_process.reporting.presentation import Figure, Part, Presentation

# What a role is called in a table of who did what.
ROLE_NAMES: Mapping[str, str] = {
    "secretariat": N_("The secretariat"),
    "council_member": N_("Members of the council"),
    "region_representative": N_("The regions"),
    "company_contact": N_("The companies"),
    "company_administrator": N_("The companies' administrators"),
    "tlv_assessor": N_("TLV"),
    "expert": N_("Experts"),
    "patient_representative": N_("Patient representatives"),
    "management": N_("Management"),
    "auditor": N_("Auditors"),
    "administrator": N_("Administrators"),
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "phase": common.PHASE_NAMES,
    "party": common.PARTY_NAMES,
    "role": ROLE_NAMES,
    "reason": REASONS,
}
_DECISION_TONES = {
    "recommendation": "council",
    "interim": "company",
    "confirmed": "met",
    "selected": "region",
    "not_selected": "late",
    "price": "tlv",
}


class Words:
    """What names the codes of figures in the reader's language."""

    def __init__(self, figures: Figures, workflows: Workflows, language: str) -> None:
        self.translate: Translate = translator(language)
        self.language = language
        self._figures = figures
        self._common = drawn.Words(self.translate, language, workflows)
        self._workflows = workflows

    def period(self, period: Period) -> str:
        """First half of 2026, or the months."""
        _ = self.translate
        if not period.is_half_year:
            first, last = f"{period.first:%Y-%m}", f"{period.last:%Y-%m}"
            return first if first == last else f"{first} – {last}"
        if period.first.month == 1:
            return _("first half of %(year)s", year=period.first.year)
        return _("second half of %(year)s", year=period.first.year)

    def name(self, code: str) -> str:
        """What a row, a column or a group is called."""
        _ = self.translate
        if code in COMPARISON:
            return self.period(self._figures.period.compared()[COMPARISON.index(code)])
        kind, _colon, rest = code.partition(":")
        known = texts.NAMES.get(code) or _KINDS.get(kind, {}).get(rest)
        if known:
            return _(known)
        match kind:
            case "process":
                return self._common.process(rest)
            case "limit":
                return self._limit(*rest.partition(":")[::2])
            case "release":
                return _("No. %(number)s", number=rest)
        return rest or code

    def heading(self, table: Table, code: str) -> str:
        """A column's heading: short names of parties, since a table has one for each."""
        kind, _colon, rest = code.partition(":")
        if kind == "party":
            return self.translate(common.PARTY_HEADINGS[rest])
        if table.code == "releases" and code == "total":
            return self.translate(texts.TOTAL_RELEASED)
        return self.name(code)

    def _limit(self, process: str, kind: str) -> str:
        """A time limit as the newest version of its process that has it calls it."""
        versions = sorted(version for name, version in self._workflows if name == process)
        for version in reversed(versions):
            clock = self._workflows[process, version].clocks.get(kind)
            if clock is not None:
                return clock.label.in_language(self.language)
        return kind

    def shown(self, cell: Cell, unit: str) -> str:
        """A figure as it is printed; a dash for none."""
        if unit == "share":
            return common.shown(cell, "percent", self.language)
        if unit == "msek" and cell is None:
            return self.translate(texts.NOT_SHOWN)
        if unit in ("sek", "msek", "number") and isinstance(cell, Decimal):
            return _grouped(cell, self.language, decimals=2 if unit == "sek" else 0)
        return common.shown(cell, "number", self.language)


def _grouped(amount: Decimal, language: str, decimals: int) -> str:
    """With spaces between thousands, and decimals (at least so many) where there are any."""
    trimmed = amount.normalize() if amount else Decimal(0)
    is_whole = trimmed == trimmed.to_integral_value()
    written = f"{trimmed:,f}" if is_whole or not decimals else f"{amount:,.{decimals}f}"
    written = written.replace(",", "\N{NO-BREAK SPACE}")
    return written if language == "en" else written.replace(".", ",").replace("-", "\N{MINUS SIGN}")


def present(figures: Figures, workflows: Workflows, language: str) -> Presentation:
    """The report in `language` ("sv" or "en")."""
    words = Words(figures, workflows, language)
    _ = words.translate
    period = figures.period
    return Presentation(
        language=language,
        title=_("Report for the %(period)s", period=words.period(period)),
        as_of=_("As known at the end of %(day)s", day=common.long_day(figures.known_on, language)),
        scope=(
            (
                _("Period"),
                _(
                    "from %(since)s to %(until)s",
                    since=period.first.isoformat(),
                    until=period.last.isoformat(),
                ),
            ),
            (
                _("Beside it"),
                ", ".join(words.period(one) for one in period.compared()[1:]),
            ),
        ),
        figures=_key_figures(figures, words),
        parts=tuple(_part(part, figures, words) for part in PARTS if _has(figures, part)),
        definitions=tuple(
            (_(term), _(text, population_on=figures.population_on.isoformat()))
            for term, text in texts.DEFINITIONS
        ),
    )


def _has(figures: Figures, part: str) -> bool:
    return any(table.part == part for table in figures.tables)


# --- key figures --------------------------------------------------------------------------------------------------


def _key_figures(figures: Figures, words: Words) -> tuple[Figure, ...]:
    _ = words.translate
    lines = figures.table("lines")
    budget = lines.row("total")

    def compared(table: str, row: str, unit: str, label: str, part: str, group: str = "") -> Figure:
        cells = [figures.table(table).cell(row, name, group) for name in COMPARISON]
        now, *earlier = (words.shown(cell, unit) for cell in cells)
        detail = _("before: %(before)s, %(earlier)s", before=earlier[0], earlier=earlier[1])
        return Figure(now, label, detail, part=part)

    found = [
        compared("flow", "opened", "count", _("cases opened"), "cases"),
        compared("flow", "decided", "count", _("cases decided"), "decisions"),
        compared("flow", "open_after", "count", _("open cases"), "cases"),
        compared("met", "share_met", "share", _("of the time limits met"), "time"),
        compared(
            "durations",
            "median_net",
            "days",
            _("median days until introduction, net"),
            "time",
            "phase:to_introduction",
        ),
        compared("meetings", "held", "count", _("meetings of the council"), "workload"),
        compared("agreements", "in_force", "count", _("agreements in force"), "agreements"),
    ]
    if budget is not None:
        used = words.shown(lines.cell("total", "used"), "share")
        left = words.shown(lines.cell("total", "left"), "sek")
        found.append(
            Figure(used, _("of the year's budget used"), _("left: %(left)s SEK", left=left), part="budget")
        )
    else:
        found.append(
            compared(
                "answers", "share_answered", "share", _("of the regions' answers given"), "introductions"
            )
        )
    return tuple(found)


# --- parts --------------------------------------------------------------------------------------------------------


def _part(part: str, figures: Figures, words: Words) -> Part:
    _ = words.translate
    title, intro = texts.PART_TITLES[part]
    charts = (draw(figures, words) for draw in _CHARTS.get(part, ()))
    return Part(
        part,
        _(title),
        _(intro),
        tuple(chart for chart in charts if chart is not None),
        tuple(_table(table, words) for table in figures.tables if table.part == part),
    )


def _table(table: Table, words: Words) -> drawn.Table:
    """A table as it is drawn: cells are texts, because the rows of a comparison are of different kinds."""
    _ = words.translate
    grouped = any(row.group for row in table.rows)
    whys = table.code == "excluded"
    columns = [
        drawn.Column(
            words.heading(table, one.code), "text" if one.unit == "text" else "number", _width(table)
        )
        for one in table.columns
    ]
    first = drawn.Column(_first_heading(table.code, _), width=34)
    names = (drawn.Column(_("Group")), first) if grouped else (first,)
    rows = []
    for row in table.rows:
        cells: tuple[str, ...] = tuple(
            words.shown(cell, table.unit(row, position)) for position, cell in enumerate(row.cells)
        )
        if whys:
            cells = (*cells, _(common.LEFT_OUT[row.code.partition(":")[2]]))
        label = words.name(row.code)
        rows.append((words.name(row.group), label, *cells) if grouped else (label, *cells))
    if whys:
        columns.append(drawn.Column(_("Why"), width=60))
    return drawn.Table(
        table.code,
        _(texts.TABLE_TITLES[table.code]),
        (*names, *columns),
        tuple(rows),
        _(texts.EMPTY.get(table.code, texts.EMPTY["roles"])),
        grouped,
        grouped and table.code in ("limits", "stages", "durations"),
    )


def _width(table: Table) -> int:
    if table.code == "releases":
        return 30
    return 16 if tuple(one.code for one in table.columns) == COMPARISON else 10


def _first_heading(code: str, _: Translate) -> str:
    return {
        "by_process": _("Process"),
        "limits": _("Time limit"),
        "stages": _("Stage"),
        "parties": _("Stage"),
        "ages": _("Stage"),
        "waiting": _("Party"),
        "roles": _("Role"),
        "lines": _("Line"),
        "outcomes": _("Position"),
        "kinds": _("Decision"),
        "excluded": _("How it stands"),
        "releases": _("Release"),
        "reasons": _("Reason"),
        "spread": _("Medicine"),
    }.get(code, _("Figure"))


# --- charts -------------------------------------------------------------------------------------------------------

Draw = Callable[[Figures, Words], Chart | None]


def _by_period(
    figures: Figures,
    words: Words,
    title: str,
    table: str,
    series: Sequence[tuple[str, str]],
    *,
    shares: bool = True,
) -> Chart | None:
    """A bar for each period, the oldest first; `series` are rows of the table with their tones."""
    if not figures.has(table):
        return None
    found = figures.table(table)
    present = [(code, tone) for code, tone in series if found.row(code) is not None]
    bars = []
    for name in reversed(COMPARISON):
        values = tuple(_whole(found.cell(code, name)) for code, _tone in present)
        bars.append(Category(words.name(name), values, end=words.shown(sum(values), "count")))
    return Chart(
        title, tuple(Series(words.name(code), tone) for code, tone in present), tuple(bars), shares=shares
    )


def _whole(cell: Cell) -> int:
    return int(cell) if isinstance(cell, (int, Decimal)) else 0


def _waiting_chart(figures: Figures, words: Words) -> Chart | None:
    series = [(f"party:{party}", party) for party in PARTIES]
    title = words.translate(N_("Whose move it was in the open cases, at the end of each period"))
    return _by_period(figures, words, title, "waiting", series)


def _kinds_chart(figures: Figures, words: Words) -> Chart | None:
    series = [(f"decision:{kind}", tone) for kind, tone in _DECISION_TONES.items()]
    title = words.translate(N_("Decisions in each period, by kind"))
    return _by_period(figures, words, title, "kinds", series, shares=False)


def _met_chart(figures: Figures, words: Words) -> Chart | None:
    title = words.translate(N_("Time limits met and late, in each period"))
    return _by_period(figures, words, title, "met", [("met", "met"), ("late", "late")])


def _decided_chart(figures: Figures, words: Words) -> Chart | None:
    series = [
        ("introduction:follow", "met"),
        ("introduction:limits", "company"),
        ("introduction:not", "late"),
        ("undecided", "none"),
    ]
    title = words.translate(N_("What the regions decided on the recommendations of each period"))
    return _by_period(figures, words, title, "decisions", series)


def _answers_chart(figures: Figures, words: Words) -> Chart | None:
    series = [("follows:yes", "met"), ("follows:partly", "company"), ("follows:no", "late")]
    title = words.translate(N_("What the regions answered to the recommendations of each period"))
    return _by_period(figures, words, title, "answers", series)


def _by_row(
    table: Table, words: Words, title: str, tones: Sequence[tuple[str, str]], *, shares: bool, skip: str = ""
) -> Chart:
    """A bar for each row; `tones` are columns with their tones."""
    bars = []
    for row in table.rows:
        if row.code != skip:
            values = tuple(_whole(_of(table, row, code)) for code, _tone in tones)
            bars.append(Category(words.name(row.code), values, end=words.shown(sum(values), "count")))
    series = tuple(Series(words.name(code), tone) for code, tone in tones)
    return Chart(title, series, tuple(bars), shares=shares)


def _of(table: Table, row: Row, code: str) -> Cell:
    return row.cells[[one.code for one in table.columns].index(code)]


def _parties_chart(figures: Figures, words: Words) -> Chart | None:
    table = figures.table("parties")
    there = [
        (f"party:{party}", party)
        for party in PARTIES
        if any(_of(table, row, f"party:{party}") for row in table.rows)
    ]
    title = words.translate(N_("Days in each stage by the party whose move it was"))
    return _by_row(table, words, title, there, shares=True)


def _ages_chart(figures: Figures, words: Words) -> Chart | None:
    title = words.translate(N_("Open cases by stage and age"))
    tones = [(f"age:{band}", f"age{band + 1}") for band in range(4)]
    return _by_row(figures.table("ages"), words, title, tones, shares=False, skip="phase:whole")


def _budget_chart(figures: Figures, words: Words) -> Chart | None:
    title = words.translate(N_("Budget and booked costs of the year, by line, in SEK"))
    table = figures.table("lines")
    kept = Table(
        table.part,
        table.code,
        table.columns,
        tuple(row for row in table.rows if _whole(_of(table, row, "left")) >= 0),
    )
    return _by_row(
        kept, words, title, [("spent_in_year", "council"), ("left", "none")], shares=False, skip="total"
    )


_CHARTS: Mapping[str, tuple[Draw, ...]] = {
    "cases": (_waiting_chart,),
    "decisions": (_kinds_chart,),
    "time": (_met_chart, _parties_chart),
    "workload": (_ages_chart,),
    "budget": (_budget_chart,),
    "introductions": (_answers_chart, _decided_chart),
}
