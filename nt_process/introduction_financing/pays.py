"""Who pays for a medicine in a region on a day, and why: for the page and the command, from the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.engine import Connection

from nt_process.financing.regional import Introduction
from nt_process.introduction_financing import owned
from nt_process.introduction_financing import typed as fields
from nt_process.introduction_financing.book_file import shipped
from nt_process.introduction_financing.rules.book import Circumstances, CostRule, deciding, next_change
from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.regions import Region, find_region

CHANNELS = ("prescription", "requisition")
DISEASES = ("", "hiv", "hepatitis-c", "other")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a medicine by its ATC code (or the beginning of one), a region and a day."""

    atc: str
    region: Region
    day: date
    channel: str = "prescription"
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rule that decides, who pays (payer, percent, of what: cost, extra or rest), the introduction that is financed
    on the day, and when another rule decides next."""

    question: Question
    rule: CostRule
    payers: tuple[tuple[str, int, str], ...]
    running: Introduction | None
    then: tuple[date, CostRule] | None


def read_question(texts: Mapping[str, str]) -> Question:
    """A question as it was typed: `atc`, `region` (a code or a name), `on`, `channel`, `disease`. Raises BadInput."""
    found = typed.read(
        texts,
        {
            "atc": typed.required(fields.atc),
            "region": typed.required(typed.line),
            "on": fields.day,
            "channel": typed.one_of(CHANNELS),
            "disease": typed.one_of(DISEASES),
        },
    )
    region = find_region(found["region"])
    if region is None:
        raise BadInput(Fault("no_region", column="region", params={"value": typed.shown(texts["region"])}))
    return Question(found["atc"], region, found["on"], found["channel"], found["disease"])


def answer(connection: Connection, question: Question, known_at: datetime | None = None) -> Answer:
    """Who pays, as known at an instant (UTC), or now; for a resident, treated by a unit of the region that answers for
    its costs."""
    code = question.region.code
    rules = shipped().of(code, owned.own_rules(connection, code, known_at))
    use = Circumstances(
        question.atc,
        channel=question.channel,  # type: ignore[arg-type]
        disease=question.disease or None,  # type: ignore[arg-type]
        listed=owned.years_listed(owned.listings(connection, code, known_at), code, question.atc),
        introductions=owned.introductions(connection, question.atc, code, known_at).get(code, ()),
    )
    return answered(question, rules, use)


def answered(question: Question, rules: tuple[CostRule, ...], use: Circumstances) -> Answer:
    """The answer by rules and circumstances that are known."""
    rule = deciding(rules, use, question.day)
    running = use.purchase(question.day).introduction if rule.when.introduction else None
    return Answer(question, rule, payers_of(rule), running, next_change(rules, use, question.day))


def payers_of(rule: CostRule) -> tuple[tuple[str, int, str], ...]:
    """(payer, percent, of what) for each that a rule lets pay."""
    of = "rest" if rule.extra_cost else "cost"
    shares = tuple((payer, int(share), of) for payer, share in rule.shares)
    return ((rule.extra_cost, 100, "extra"), *shares) if rule.extra_cost else shares
