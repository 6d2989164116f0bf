"""Commands on periods of introduction financing: begin one, move its start, state budget and actuals, hand sales on.

Each is one transaction. Nothing that was stated is changed: a period gets versions, and a later amount takes the place of
an earlier one. `begin_by_values` is for a neighbour that knows the values already, as a region's decision on introduction.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.introduction_financing import cases_of
from nt_process.introduction_financing import typed as fields
from nt_process.introduction_financing.book_file import shipped
from nt_process.introduction_financing.errors import FinancingError, require_office
from nt_process.introduction_financing.owned import own_rules
from nt_process.introduction_financing.regions import is_own, stating_for
from nt_process.introduction_financing.rules.book import CostRule, introduction_rule
from nt_process.introduction_financing.rules.period import Period
from nt_process.kernel import typed
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE, round_half_up
from nt_process.rights import SECRETARIAT

_ADD = sa.text("""
    INSERT INTO introduction_financing (id, organisation_id, county_code, medicine, atc, indication, case_id, moves_on,
        remind_months, remind_on, person_id, person, at)
    VALUES (:id, :organisation_id, :county_code, :medicine, :atc, :indication, :case_id, :moves_on, :remind_months,
        :remind_on, :person_id, :person, :at)
""")
_ADD_PERIOD = sa.text("""
    INSERT INTO introduction_period (financing_id, version, start_on, months, moves_on, because, reason, person_id, person, at)
    VALUES (:id, :version, :start_on, :months, :moves_on, :because, :reason, :person_id, :person, :at)
""")
_LOCK = sa.text("""
    SELECT f.*, p.start_on, p.months, p.person AS stated_by, p.at AS stated_at, c.number AS case_number
    FROM introduction_financing f
    JOIN introduction_period p ON p.financing_id = f.id AND p.version = f.version
    LEFT JOIN cases c ON c.id = f.case_id
    WHERE f.id = :id FOR UPDATE OF f
""")
_PLACE = sa.text("""
    SELECT f.organisation_id, coalesce(c.number, '') AS case_number
    FROM introduction_financing f LEFT JOIN cases c ON c.id = f.case_id WHERE f.id = :id
""")
_MOVE = sa.text("""
    UPDATE introduction_financing SET moves_on = :moves_on, version = :version, remind_months = :remind_months,
        remind_on = :remind_on
    WHERE id = :id
""")
_BUDGET = sa.text("""
    INSERT INTO introduction_budget (financing_id, organisation_id, amount, person_id, person, at)
    VALUES (:id, :organisation_id, :amount, :person_id, :person, :at)
""")
_ACTUAL = sa.text("""
    INSERT INTO introduction_actual (financing_id, organisation_id, month, amount, origin, person_id, person, at)
    VALUES (:id, :organisation_id, :month, :amount, :origin, :person_id, :person, :at)
""")
# What the files that were taken in say of the packages of a code, by month; a later file replaces an earlier one. The
# database shows these rows to the council's side alone. A package is named as the price register names it.
_SALES = sa.text("""
    SELECT s.month, sum(u.amount) AS amount
    FROM (
        SELECT DISTINCT ON (s.package, s.month) s.month, s.amounts
        FROM settlement_sale s JOIN settlement_file f ON f.id = s.file_id AND f.taken_number IS NOT NULL
        WHERE s.county_code = :region AND s.month >= :first AND s.month < :moves_on AND s.package IN (
            SELECT p.article_number FROM price_package p WHERE p.atc = :atc
            UNION SELECT p.npl_id FROM price_package p WHERE p.atc = :atc AND p.npl_id <> ''
            UNION SELECT p.product FROM price_package p WHERE p.atc = :atc)
        ORDER BY s.package, s.month, f.taken_number DESC
    ) s
    CROSS JOIN LATERAL (SELECT sum(x::numeric) AS amount FROM unnest(string_to_array(s.amounts, ' ')) x) u
    GROUP BY s.month ORDER BY s.month
""")
_HELD = sa.text("""
    SELECT DISTINCT ON (month) month, amount, origin FROM introduction_actual
    WHERE financing_id = :id ORDER BY month, origin = 'entered' DESC, id DESC
""")


@dataclass(frozen=True, slots=True)
class Begun:
    """What a period of introduction financing begins with. `region` is a county code, `case` a register number or ""."""

    region: str
    medicine: str
    atc: str
    indication: str
    start_on: date
    case: str = ""


def begin(engine: Engine, maker: Maker, texts: Mapping[str, str]) -> str:
    """Enter that a region finances the introduction of a medicine; returns its id. `budget` may be stated by the region.

    Raises BadInput, FinancingError (not_allowed, registered), Refused for who may not add to the case.
    """
    values = typed.read(texts, {**fields.BEGIN, "budget": typed.optional(fields.AMOUNT)})
    budget = values.pop("budget")
    return begin_by_values(engine, maker, Begun(region=texts.get("region", ""), **values), budget)


def begin_by_values(engine: Engine, maker: Maker, begun: Begun, budget: Decimal | None = None) -> str:
    """As `begin`, with values: for whoever knows the day from a region's decision on introduction.

    Raises BadInput (column start_on: the region has no rule on introduction financing on that day), and as `begin`.
    """
    financing_id = uuid.uuid4()

    def change(connection: Connection) -> None:
        region = stating_for(connection, maker.actor, maker.today, begun.region)
        rule = _rule(connection, begun.region, begun.atc, begun.start_on)
        period = Period(begun.start_on, rule.months or 0)
        row = {
            "id": financing_id,
            "organisation_id": region.organisation_id,
            "county_code": region.code,
            "medicine": begun.medicine,
            "atc": begun.atc,
            "indication": begun.indication,
            "case_id": cases_of.case_id(connection, begun.case),
        }
        connection.execute(_ADD, {**row, **_ends(period, maker.today), **_by(maker)})
        _add_period(connection, maker, financing_id, 1, period, rule, "")
        if budget is not None:
            if not region.own:
                raise FinancingError("not_allowed")
            given = {"id": financing_id, "organisation_id": region.organisation_id, "amount": budget}
            connection.execute(_BUDGET, {**given, **_by(maker)})

    try:
        cases_of.carried_out(engine, maker, begun.case, "introduction_financing_begun", change)
    except IntegrityError as clash:
        if "introduction_financing_county_code" not in str(clash.orig):
            raise
        raise FinancingError("registered") from None
    return str(financing_id)


def move_start(
    engine: Engine, maker: Maker, financing_id: str, version: int, texts: Mapping[str, str]
) -> None:
    """Give a period another first day, with a reason; its end follows by the rule of that day, and it reminds anew.

    Raises BadInput, FinancingError (not_found, not_allowed, changed).
    """
    number = _allowed(engine, maker, financing_id)
    found = typed.read(texts, {"start_on": fields.day, "reason": typed.required(fields.note)})

    def change(connection: Connection) -> None:
        before = _locked(connection, maker, financing_id)
        if before["version"] != version:
            raise FinancingError(
                "changed", person=before["stated_by"], at=before["stated_at"], version=before["version"]
            )
        rule = _rule(connection, before["county_code"], before["atc"], found["start_on"])
        period = Period(found["start_on"], rule.months or 0)
        place = {"id": before["id"], "version": version + 1}
        connection.execute(_MOVE, {**place, **_ends(period, maker.today)})
        _add_period(connection, maker, before["id"], version + 1, period, rule, found["reason"])

    cases_of.carried_out(engine, maker, number, "introduction_financing_moved", change)


def state_budget(engine: Engine, maker: Maker, financing_id: str, texts: Mapping[str, str]) -> None:
    """State what the region has set aside for the whole period, SEK. The region's own alone.

    Raises BadInput, FinancingError (not_found, not_allowed).
    """
    _allowed(engine, maker, financing_id, office=False)
    found = typed.read(texts, {"budget": fields.AMOUNT})
    with engine.begin() as connection:
        row = _locked(connection, maker, financing_id, office=False)
        given = {"id": row["id"], "organisation_id": row["organisation_id"], "amount": found["budget"]}
        connection.execute(_BUDGET, {**given, **_by(maker)})


def state_actual(engine: Engine, maker: Maker, financing_id: str, texts: Mapping[str, str]) -> None:
    """State what the introduction has cost in a month, SEK; again replaces. The region's own alone.

    Raises BadInput (also for a month outside the period or that has not begun), FinancingError (not_found, not_allowed).
    """
    _allowed(engine, maker, financing_id, office=False)
    found = typed.read(texts, {"month": fields.month, "amount": fields.AMOUNT})
    with engine.begin() as connection:
        row = _locked(connection, maker, financing_id, office=False)
        if found["month"] not in Period(row["start_on"], row["months"]).calendar_months:
            raise BadInput(Fault("month_outside", column="month"))
        if found["month"] > maker.today:
            raise BadInput(Fault("month_not_begun", column="month"))
        given = {"id": row["id"], "organisation_id": row["organisation_id"], "origin": "entered"}
        connection.execute(_ACTUAL, {**given, **found, **_by(maker)})


def hand_sales_on(engine: Engine, maker: Maker, financing_id: str) -> int:
    """Take what settlement's files say was sold into the period's months; how many months are new or changed.

    The secretariat alone, who reads the files. A month that the region has stated itself still counts as stated.
    Raises FinancingError (not_allowed, not_found, no_sales).
    """
    require_office(maker.actor)
    with engine.begin() as connection:
        row = _locked(connection, maker, financing_id)
        given = {
            "region": row["county_code"],
            "atc": row["atc"],
            "first": row["start_on"].replace(day=1),
            "moves_on": row["moves_on"],
        }
        sold = {one.month: round_half_up(one.amount, ORE) for one in connection.execute(_SALES, given)}
        if not sold:
            raise FinancingError("no_sales")
        held = {one.month: one for one in connection.execute(_HELD, {"id": row["id"]})}
        changed = {
            month: amount
            for month, amount in sold.items()
            if month not in held or (held[month].origin == "sales" and held[month].amount != amount)
        }
        place = {"id": row["id"], "organisation_id": row["organisation_id"], "origin": "sales"}
        for month, amount in changed.items():
            connection.execute(_ACTUAL, {**place, "month": month, "amount": amount, **_by(maker)})
    return len(changed)


def introduction_rule_of(connection: Connection, region: str, atc: str, day: date) -> CostRule | None:
    """A region's rule on introduction financing of a medicine that it begins to use on a day, if it has one."""
    return introduction_rule(shipped().of(region, own_rules(connection, region)), atc, day)


def _rule(connection: Connection, region: str, atc: str, day: date) -> CostRule:
    rule = introduction_rule_of(connection, region, atc, day)
    if rule is None:
        raise BadInput(Fault("no_introduction_rule", column="start_on"))
    return rule


def _locked(connection: Connection, maker: Maker, financing_id: str, *, office: bool = True) -> Row:
    row = connection.execute(_LOCK, {"id": uuid.UUID(financing_id)}).mappings().first()
    if row is None:
        raise FinancingError("not_found")
    _require_own(connection, maker, row["organisation_id"], office=office)
    return row


def _require_own(connection: Connection, maker: Maker, organisation_id: object, *, office: bool) -> None:
    own = is_own(connection, maker.actor, maker.today, organisation_id)
    if not (own or (office and SECRETARIAT.allows(maker.actor.roles))):
        raise FinancingError("not_allowed")


def _allowed(engine: Engine, maker: Maker, financing_id: str, *, office: bool = True) -> str:
    """Who may state something is asked before what they state is read; gives the number of the case, or ""."""
    with engine.connect() as connection:
        row = connection.execute(_PLACE, {"id": uuid.UUID(financing_id)}).first()
        if row is None:
            raise FinancingError("not_found")
        _require_own(connection, maker, row.organisation_id, office=office)
    return str(row.case_number)


def _ends(period: Period, today: date) -> dict[str, Any]:
    rung, day = period.reminder(today) or (None, None)
    return {"moves_on": period.moves_on, "remind_months": rung, "remind_on": day}


def _add_period(
    connection: Connection,
    maker: Maker,
    financing_id: object,
    version: int,
    period: Period,
    rule: CostRule,
    reason: str,
) -> None:
    given = {
        "id": financing_id,
        "version": version,
        "start_on": period.start,
        "months": period.months,
        "moves_on": period.moves_on,
        "because": rule.own_id or rule.code,
        "reason": reason,
    }
    connection.execute(_ADD_PERIOD, {**given, **_by(maker)})


def _by(maker: Maker) -> dict[str, object]:
    return {"person_id": maker.actor.id, "person": maker.actor.name, "at": maker.at}
