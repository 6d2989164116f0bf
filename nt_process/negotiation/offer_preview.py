"""An offer as it will be read, before it is made: each clause in words, and what it comes to in an invented year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel import typed as fields
from nt_process.kernel.messages import N_, Translate, translator
from nt_process.kernel.money import ZERO
from nt_process.negotiation.terms_document import Typed, clauses_of, read_clause
from nt_process.terms import texts
from nt_process.terms.clause import Step
from nt_process.terms.contract import ClauseResult, Computed, Contract
from nt_process.terms.document import MOST_MONEY, MOST_WHOLE
from nt_process.terms.example import Year, worked
from nt_process.terms.kinds import KINDS
from nt_process.terms.wording import Say, Section, clause_section, heading

MOST_COUNTED = 999_999
_FIGURES: Mapping[str, fields.Reader] = {
    "volume": fields.number(Decimal(MOST_WHOLE)),
    "price": fields.number(MOST_MONEY),
    "patients": fields.whole(0, MOST_COUNTED),
    "doses": fields.whole(0, MOST_COUNTED),
    "met": fields.number(Decimal(100)),
}
_QUARTER = N_("quarter %(quarter)s of %(year)s")
_WHOLE_TERM = N_("the whole term")


@dataclass(frozen=True, slots=True)
class Part:
    """What a clause is computed on at a time: which span, the figures on the way (name, figure), and what is due."""

    span: str
    steps: tuple[tuple[str, str], ...]
    due: str


@dataclass(frozen=True, slots=True)
class Line:
    """A clause of the worked example."""

    name: str
    parts: tuple[Part, ...]
    due: str


@dataclass(frozen=True, slots=True)
class Example:
    """The worked example, in figures as they are read."""

    lines: tuple[Line, ...]
    cost: str
    due: str
    left: str
    percent: str


def in_words(typed: Typed, language: str) -> list[Section]:
    """Each clause of the form in plain words; without paragraphs while it is not finished."""
    found = []
    for number, written in enumerate(clauses_of(typed), 1):
        clause = read_clause(typed, number)
        if clause is None:
            found.append(Section(heading(number, KINDS[written["kind"]].name, language), ()))
        else:
            found.append(clause_section(number, clause, language))
    return found


def example(contract: Contract, typed: Typed, language: str) -> Example | None:
    """The worked example of what the form assumes; None where no volume or no price is typed. Raises BadInput."""
    wanted = {name: fields.optional(reader) for name, reader in _FIGURES.items()}
    found = fields.read(typed, wanted)
    if found["volume"] is None or found["price"] is None:
        return None
    year = Year(
        found["volume"],
        found["price"],
        int(found["patients"] or 0),
        int(found["doses"] or 0),
        found["met"] or ZERO,
    )
    result, say, _ = worked(contract, year), Say(language), translator(language)
    cost, due = result.cost, result.due
    share = (due * 100 / cost).quantize(Decimal("0.1")) if cost else ZERO
    lines = tuple(_line(one, contract, say, _) for one in result.clauses)
    return Example(lines, say.money(cost), say.money(due), say.money(cost - due), say.number(share))


def _line(result: ClauseResult, contract: Contract, say: Say, _: Translate) -> Line:
    clause = contract.clauses[result.number - 1]
    # Clauses on single purchases have a part for each month, which say nothing more than their sum.
    parts = tuple(_part(one, say, _) for one in result.groups) if clause.pooled else ()
    name = heading(result.number, clause.name, say.language)
    return Line(name, parts, say.money(result.due))


def _part(group: Computed, say: Say, _: Translate) -> Part:
    steps = tuple((_(texts.STEPS[step.code]), _figure(step, say, _)) for step in group.steps)
    return Part(_span(group.span, _), steps, say.money(group.due))


def _figure(step: Step, say: Say, _: Translate) -> str:
    number = say.money(step.value) if step.unit == "SEK" else say.number(step.value)
    return f"{number} {_(texts.STEP_UNITS[step.unit])}"


def _span(span: str, _: Translate) -> str:
    year, _dash, quarter = span.partition("-Q")
    if quarter:
        return _(_QUARTER, quarter=quarter, year=year)
    return year or _(_WHOLE_TERM)
