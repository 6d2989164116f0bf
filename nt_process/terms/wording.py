"""Clauses in plain words: each kind has its sentence, with its own figures in it.

A contract is written with them, an offer is shown with them before it is made, and a region reads them before it joins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from nt_process.kernel.messages import N_, Translate, translator
from nt_process.terms.clause import LIST, Clause
from nt_process.terms.contract import Contract
from nt_process.terms.outcomes import IndividualOutcome, Instalments, PopulationOutcome
from nt_process.terms.patients import DoseCap, FreeDoses, PatientCap
from nt_process.terms.prices import CoverageWithEvidence, FixedNetPrice, SimpleDiscount
from nt_process.terms.volumes import ALL_UNITS, SpendCap, Subscription, TieredVolume


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


def clause_section(number: int, clause: Clause, language: str) -> Section:
    """A clause, by its number in the contract, in the reader's language."""
    _, say = translator(language), Say(language)
    said = (*_SENTENCES[type(clause)](clause, _, say), *_common(clause, _, say))
    return Section(heading(number, clause.name, language), tuple(one for one in said if one))


def heading(number: int, name: str, language: str) -> str:
    """What a clause is called, by its number and the name of its kind."""
    _ = translator(language)
    return _(N_("Clause %(number)s: %(name)s"), number=number, name=_(name).lower())


def order_section(contract: Contract, language: str) -> Section:
    """How the clauses of a contract are taken together."""
    _ = translator(language)
    order = _(
        N_(
            "The clauses are taken in their order. What is given back for a purchase is never more than it cost, unless a "
            "clause says so. What is due is settled for each quarter, to date."
        )
    )
    rounding = (
        _(N_("A sum is rounded to the nearest öre."))
        if contract.rounding == "half_up"
        else _(N_("A sum is rounded down to a whole öre."))
    )
    return Section(_(N_("How the clauses are applied")), (order, rounding))


class Say:
    """Figures and days as a reader of the language writes them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def number(self, value: Decimal | int) -> str:
        return str(format_decimal(value, "#,##0.######", locale=self.language))

    def money(self, value: Decimal) -> str:
        return str(format_decimal(value, "#,##0.00", locale=self.language))

    def day(self, day: date) -> str:
        return str(format_date(day, "d MMMM y", locale=self.language))

    def prices(self, prices: Mapping[str, Decimal]) -> str:
        _ = translator(self.language)
        said = N_("%(package)s: %(price)s SEK")
        return "; ".join(
            _(said, package=package, price=self.money(price)) for package, price in prices.items()
        )


def _common(clause: Clause, _: Translate, say: Say) -> list[str]:
    """What any clause may say beside its own: which packages, which days, on what it is computed."""
    found = []
    if getattr(clause, "pool", None) is not None:
        found.append(_(_POOLED[clause.pool, clause.span]))  # type: ignore[attr-defined]
    if clause.packages:
        found.append(
            _(N_("The clause is about these packages: %(packages)s."), packages="; ".join(clause.packages))
        )
    if clause.starts is not None:
        found.append(_(N_("The clause holds from %(day)s."), day=say.day(clause.starts)))
    if clause.ends is not None:
        found.append(_(N_("The clause holds to and including %(day)s."), day=say.day(clause.ends)))
    if clause.basis != LIST:
        found.append(_(N_("It is computed on what is left after the clauses before it.")))
    if clause.beyond_cost:
        found.append(_(N_("What is due under it may be more than the cost.")))
    if clause.source:
        found.append(_(N_("The figures come from %(source)s."), source=clause.source))
    return found


_POOLED: Mapping[tuple[str, str], str] = {
    ("country", "quarter"): N_("It is added up for all regions together, by the quarter."),
    ("country", "year"): N_("It is added up for all regions together, by the calendar year."),
    ("country", "term"): N_("It is added up for all regions together, over the whole term."),
    ("region", "quarter"): N_("It is added up for each region by itself, by the quarter."),
    ("region", "year"): N_("It is added up for each region by itself, by the calendar year."),
    ("region", "term"): N_("It is added up for each region by itself, over the whole term."),
}
_MISSING: Mapping[str, str] = {
    "failed": N_("An outcome that is missing counts as one that was not reached."),
    "met": N_("An outcome that is missing counts as one that was reached."),
    "left_out": N_("An outcome that is missing is left out."),
}


def _discount(clause: SimpleDiscount, _: Translate, say: Say) -> list[str]:
    said = N_("The company gives back %(rate)s per cent of the cost of every package that is bought.")
    return [_(said, rate=say.number(clause.rate_pct))]


def _net_price(clause: FixedNetPrice, _: Translate, say: Say) -> list[str]:
    said = N_(
        "The net price of each package is fixed: %(prices)s. The company gives back what was paid beyond the net price."
    )
    return [_(said, prices=say.prices(clause.net_prices))]


def _tiered(clause: TieredVolume, _: Translate, say: Say) -> list[str]:
    one = N_("from %(volume)s packages %(rate)s per cent")
    tiers = "; ".join(
        _(one, volume=say.number(volume), rate=say.number(rate)) for volume, rate in clause.tiers
    )
    said = _(N_("The company gives back a share of the cost by how much is bought: %(tiers)s."), tiers=tiers)
    mode = (
        N_("The rate of the tier that is reached applies to all that was bought.")
        if clause.mode == ALL_UNITS
        else N_("Each rate applies to the packages within its own tier.")
    )
    return [said, _(mode)]


def _spend_cap(clause: SpendCap, _: Translate, say: Say) -> list[str]:
    said = N_("Of what the medicine costs beyond %(cap)s SEK the company gives back %(share)s per cent.")
    return [_(said, cap=say.money(clause.cap), share=say.number(clause.share_pct))]


def _patient_cap(clause: PatientCap, _: Translate, say: Say) -> list[str]:
    said = N_(
        "The regions pay for %(cap)s patients, in the order in which they begin. For those beyond it the company gives back "
        "the whole cost."
    )
    return [_(said, cap=say.number(clause.cap))]


def _free_doses(clause: FreeDoses, _: Translate, say: Say) -> list[str]:
    said = N_(
        "Of the first %(free)s doses of each patient the company gives back %(share)s per cent of the price of a dose, "
        "which is %(price)s SEK."
    )
    return [
        _(
            said,
            free=say.number(clause.free),
            share=say.number(clause.share_pct),
            price=say.money(clause.dose_price),
        )
    ]


def _dose_cap(clause: DoseCap, _: Translate, say: Say) -> list[str]:
    said = N_(
        "For each patient at most %(most)s doses, or months of treatment, are paid. For each one beyond it the company gives "
        "back %(price)s SEK."
    )
    return [_(said, most=say.number(clause.most), price=say.money(clause.dose_price))]


def _individual(clause: IndividualOutcome, _: Translate, say: Say) -> list[str]:
    said = N_(
        "For each patient who does not reach “%(measure)s” the company gives back %(share)s per cent of the cost of the "
        "patient's treatment."
    )
    return [
        _(said, measure=clause.measure, share=say.number(clause.share_pct)),
        _(_MISSING[clause.missing_as]),
    ]


def _population(clause: PopulationOutcome, _: Translate, say: Say) -> list[str]:
    target = N_("The target is that %(target)s per cent of the patients reach “%(measure)s”.")
    found = [_(target, target=say.number(clause.target_pct), measure=clause.measure)]
    if clause.steps:
        one = N_("below %(below)s per cent %(rate)s per cent")
        steps = "; ".join(
            _(one, below=say.number(below), rate=say.number(rate)) for below, rate in clause.steps
        )
        said = N_("The company gives back a share of the cost by how many reach it: %(steps)s.")
        found.append(_(said, steps=steps))
    else:
        said = N_(
            "As large a part as the patients fall short of the target, of %(share)s per cent of the cost, the company gives "
            "back."
        )
        found.append(_(said, share=say.number(clause.share_pct)))
    least = N_("With fewer than %(least)s known outcomes nothing is due.")
    found.append(_(least, least=say.number(clause.least)) if clause.least > 1 else "")
    return [*found, _(_MISSING[clause.missing_as])]


def _coverage(clause: CoverageWithEvidence, _: Translate, say: Say) -> list[str]:
    said = N_(
        "Until the evidence is weighed on %(day)s the packages are paid at provisional prices: %(prices)s. Then the company "
        "gives back the difference to the final price, for what was bought before."
    )
    found = [_(said, day=say.day(clause.review), prices=say.prices(clause.provisional_prices))]
    if clause.final_prices:
        found.append(_(N_("The final prices are %(prices)s."), prices=say.prices(clause.final_prices)))
    return found


def _subscription(clause: Subscription, _: Translate, say: Say) -> list[str]:
    said = N_(
        "The regions pay a fee of %(fee)s SEK, whatever is used. What was bought beyond the fee the company gives back."
    )
    return [_(said, fee=say.money(clause.fee))]


def _instalments(clause: Instalments, _: Translate, say: Say) -> list[str]:
    one = N_("%(amount)s SEK while “%(measure)s” holds")
    parts = "; ".join(
        _(one, amount=say.money(amount), measure=measure) for measure, amount in clause.instalments
    )
    said = N_(
        "The price for each patient is paid in instalments: %(parts)s. An instalment whose outcome does not hold the company "
        "gives back."
    )
    return [_(said, parts=parts), _(_MISSING[clause.missing_as])]


_SENTENCES: Mapping[type[Clause], Callable[..., list[str]]] = {
    SimpleDiscount: _discount,
    FixedNetPrice: _net_price,
    TieredVolume: _tiered,
    SpendCap: _spend_cap,
    PatientCap: _patient_cap,
    FreeDoses: _free_doses,
    DoseCap: _dose_cap,
    IndividualOutcome: _individual,
    PopulationOutcome: _population,
    CoverageWithEvidence: _coverage,
    Subscription: _subscription,
    Instalments: _instalments,
}
