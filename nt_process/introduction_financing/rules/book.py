"""Who pays for a medicine in a region on a day: rules as data, tried in their order, the first that applies decides.

The last rule of the book applies to everything in every region, so every day has exactly one. Amounts are split by
`nt_process.financing.regional.who_pays`, in öre; here it is only decided by which rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nt_process.financing import regional
from nt_process.financing.regional import Channel, Disease, Introduction, Patient, Prescriber, Purchase
from nt_process.kernel.calendar import ONE_DAY
from nt_process.kernel.money import ZERO

EVERY_REGION = ""
PAYERS = (
    regional.PRESCRIBER_UNIT,
    regional.CENTRAL,
    regional.COMMUNICABLE_DISEASE_UNIT,
    regional.MIGRATION_AGENCY,
    regional.HOME_REGION,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is from: a document, who made it, and its day; for a region's own rule what the region states."""

    title: str
    publisher: str = ""
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class When:
    """When a rule applies; what is left empty asks nothing. `atc` holds beginnings of codes."""

    atc: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    prescriber: tuple[str, ...] = ()
    disease: tuple[str, ...] = ()
    vaccination: bool = False
    acute_store: bool = False
    listed: bool = False
    introduction: bool = False

    def __call__(self, purchase: Purchase) -> bool:
        return (
            (not self.atc or purchase.atc.startswith(self.atc))
            and (not self.channel or purchase.channel in self.channel)
            and (not self.patient or purchase.patient in self.patient)
            and (not self.prescriber or purchase.prescriber in self.prescriber)
            and (not self.disease or purchase.communicable in self.disease)
            and purchase.general_vaccination >= self.vaccination
            and purchase.acute_store >= self.acute_store
            and purchase.solidarity_listed >= self.listed
            and (not self.introduction or _running(purchase))
        )


def _running(purchase: Purchase) -> bool:
    period = purchase.introduction
    return period is not None and period.start <= purchase.day < period.end


@dataclass(frozen=True, slots=True)
class CostRule:
    """One rule as it stands in the book or as a region has entered it.

    `shares` are percentages of the cost by payer and add up to 100. `extra_cost`: who pays the extra cost while an
    introduction is financed, for `months` months; the shares are then of the rest. Days are inclusive.
    """

    code: str
    region: str
    titles: Mapping[str, str]
    when: When
    shares: tuple[tuple[str, Decimal], ...]
    source: Source
    quotation: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    extra_cost: str | None = None
    months: int | None = None
    own_id: str = ""

    @property
    def rule(self) -> regional.Rule:
        return regional.Rule(
            self.code, self.titles.get("sv", ""), self.shares, self.when, self.quotation, self.valid_from,
            self.valid_to, self.extra_cost,
        )  # fmt: skip

    @property
    def always(self) -> bool:
        """Whether it applies to everything on every day, so that none after it is tried."""
        return self.when == When() and self.valid_from is None and self.valid_to is None

    def in_force(self, day: date) -> bool:
        return self.rule.in_force(day)


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of a version of the file, in the order in which they are tried."""

    version: int
    rules: tuple[CostRule, ...]

    def of(self, region: str, own: Sequence[CostRule] = ()) -> tuple[CostRule, ...]:
        """The rules of a region (county code): its own, then the file's for it, then those of every region."""
        by_file = [one for one in self.rules if one.region == region != EVERY_REGION]
        return (*own, *by_file, *(one for one in self.rules if one.region == EVERY_REGION))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A medicine's use as the rules ask of it. `listed` are the years in which the region's list of regional solidarity
    financing has it; `introductions` its periods of introduction financing in the region."""

    atc: str
    channel: Channel = "prescription"
    disease: Disease | None = None
    patient: Patient = "resident"
    prescriber: Prescriber = "own"
    vaccination: bool = False
    acute_store: bool = False
    listed: frozenset[int] = frozenset()
    introductions: tuple[Introduction, ...] = ()

    def purchase(self, day: date, price: Decimal = ZERO, extra_cost: Decimal = ZERO) -> Purchase:
        """A purchase on a day, of which `extra_cost` is what the introduction costs more; SEK."""
        running = next((one for one in self.introductions if one.start <= day < one.end), None)
        return Purchase(
            day,
            self.channel,
            price,
            atc=self.atc,
            prescriber=self.prescriber,
            patient=self.patient,
            communicable=self.disease,
            general_vaccination=self.vaccination,
            acute_store=self.acute_store,
            solidarity_listed=day.year in self.listed,
            introduction=None if running is None else Introduction(running.start, extra_cost, running.months),
        )


def deciding(rules: Sequence[CostRule], use: Circumstances, day: date) -> CostRule:
    """The rule that says who pays on a day. Raises LookupError when there is none; in a book there always is."""
    purchase = use.purchase(day)
    found = next((one for one in rules if one.in_force(day) and one.when(purchase)), None)
    if found is None:
        raise LookupError("no rule applies")
    return found


def split(
    rules: Sequence[CostRule], use: Circumstances, day: date, cost: Decimal, extra_cost: Decimal = ZERO
) -> tuple[regional.Part, ...]:
    """What each payer bears of a cost on a day, SEK in öre; the parts add up to it. Raises as `regional.who_pays`."""
    return regional.who_pays(use.purchase(day, cost, extra_cost), [one.rule for one in rules]).parts


def next_change(rules: Sequence[CostRule], use: Circumstances, day: date) -> tuple[date, CostRule] | None:
    """The first day after `day` on which another rule decides, and that rule; None when nothing that is known changes."""
    now = deciding(rules, use, day)
    for wanted in sorted(set(_turns(rules, use))):
        if wanted > day and (then := deciding(rules, use, wanted)) != now:
            return wanted, then
    return None


def _turns(rules: Sequence[CostRule], use: Circumstances) -> Iterator[date]:
    """Every day on which the deciding rule can change."""
    for one in rules:
        if one.valid_from is not None:
            yield one.valid_from
        if one.valid_to is not None and one.valid_to < date.max:
            yield one.valid_to + ONE_DAY
    for period in use.introductions:
        yield from (period.start, period.end)
    for year in use.listed:
        yield from (date(year, 1, 1), date(year + 1, 1, 1))


def introduction_rule(rules: Sequence[CostRule], atc: str, day: date) -> CostRule | None:
    """The rule by which a region finances the introduction of a medicine that begins on a day, if it has one."""
    for one in rules:
        if (
            one.months
            and one.when.introduction
            and one.in_force(day)
            and (not one.when.atc or atc.startswith(one.when.atc))
        ):
            return one
    return None


def keeps_list(rules: Sequence[CostRule], year: int) -> bool:
    """Whether a region has a rule that pays for what stands on a yearly list, in some part of the year."""
    days = (date(year, 1, 1), date(year, 12, 31))
    return any(one.when.listed and any(one.in_force(day) for day in days) for one in rules)
