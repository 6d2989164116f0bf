"""The making of the demo world: who is there, which cases there are, and three years of days."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.agreements.sweep import remind_agreements
from nt_process.appeals.sweep import remind_appeals, settle_legal_force
from nt_process.cases.service import expire_clock, today_of
from nt_process.companies.sweep import remind_slots
from nt_process.consultation.sweep import remind_consultations
from nt_process.deadlines import sweep
from nt_process.demo.agreements import agreements_life
from nt_process.demo.appeals import appeals_life
from nt_process.demo.companies import companies_life
from nt_process.demo.consultation import consultation_life
from nt_process.demo.council import council_life
from nt_process.demo.disclosure import disclosure_life
from nt_process.demo.followup import followup_life
from nt_process.demo.half_year import half_year_life
from nt_process.demo.held import held
from nt_process.demo.introduction import introduction_life
from nt_process.demo.introduction_financing import introduction_financing_life
from nt_process.demo.market import market_life
from nt_process.demo.medicines import BENEFIT, CLINIC, ORPHAN, medicine, medicines
from nt_process.demo.negotiation import negotiation_life
from nt_process.demo.people import anyone_is_here, move_in
from nt_process.demo.portal import portal_life
from nt_process.demo.precedents import precedents_life
from nt_process.demo.prices import prices_life
from nt_process.demo.public import public_life
from nt_process.demo.reassessment import reassessment_life
from nt_process.demo.recommendations import recommendations_life
from nt_process.demo.scripts import SCRIPTS
from nt_process.demo.settlement import settlement_life
from nt_process.demo.telling import told
from nt_process.demo.walk import Plan, lived
from nt_process.demo.work import CaseWork, Office, Steps
from nt_process.introduction.watching import remind_introductions
from nt_process.introduction_financing.sweep import remind_financing
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM, add_months
from nt_process.market.sweep import remind_market
from nt_process.notices.service import announce_periodic
from nt_process.reassessment.detecting import look_each_morning
from nt_process.reassessment.sweep import begin_reassessments, remind_reassessments
from nt_process.recommendations.publishing import publish_due
from nt_process.sealed import keys
from nt_process.settings import Settings

SEED = "nt-process"
YEARS = 3
CASES = 150
MORNING = time(6)

# How the ordinary cases divide on the processes; the rest of CASES are told in advance.
_SHARES = {CLINIC: 42, BENEFIT: 36, ORPHAN: 22}
_PRICE_INCREASES = 0.15
# Most were opened long ago, and in the last weeks none but those that are told in advance.
_EARLY = 1.3
_LAST_OPENING = timedelta(days=30)

# Mail of the last days goes out when the demo starts; what is older was read long ago, and is no news to anybody.
_FRESH = timedelta(days=2)
_UNREAD = timedelta(days=7)

_LOCK = sa.text("SELECT pg_advisory_xact_lock(:key)")
_LOCK_KEY = 0x4E54_0003
_PUBLISHED = sa.text("SELECT EXISTS (SELECT FROM publication)")
_HISTORY = sa.text("""
    UPDATE notice SET mail = CASE WHEN created_at < :fresh THEN 'none' ELSE mail END,
        read_at = CASE WHEN created_at < :unread THEN created_at + interval '1 day' ELSE read_at END
    WHERE created_at < :fresh
""")


def load(engine: Engine, settings: Settings) -> None:
    """Fill an empty database with the demo world, ending now. Does nothing where there is anybody already.

    All of it is one transaction, so that a load that is cut short leaves nothing. Old notices are marked
    as read and are not mailed: they belong to a time before there was anybody to read them.
    """
    now = settings.now()
    keys.use(settings)
    with held(engine) as together:
        with together.begin() as connection:
            connection.execute(_LOCK, {"key": _LOCK_KEY})
            if anyone_is_here(connection):
                return
            first = add_months(today_of(now), -12 * YEARS)
            office = Office(together, move_in(connection, first, _morning(first)))
        market = market_life(office, today_of(now), _chance("market"))
        companies = companies_life(office, first, today_of(now), _chance("companies"), settings.secret_key())
        rounds = consultation_life(office, today_of(now), _chance("consultation"))
        portal = portal_life(office, today_of(now), _chance("portal"))
        negotiations = negotiation_life(office, today_of(now), _chance("negotiation"))
        totals = disclosure_life(office, today_of(now), _chance("disclosure"), settings.secret_key())
        settling = settlement_life(office, today_of(now), _chance("settlement"))
        agreements = agreements_life(office, today_of(now), _chance("agreements"))
        precedents = precedents_life(office, today_of(now), _chance("precedents"))
        recommended = recommendations_life(office, today_of(now), _chance("recommendations"))
        followed = followup_life(office, today_of(now), _chance("followup"))
        financed = introduction_financing_life(office, today_of(now), _chance("introduction financing"))
        reassessed = reassessment_life(office, today_of(now), _chance("reassessment"))
        appealed = appeals_life(office, today_of(now), _chance("appeals"))
        introduced = introduction_life(office, today_of(now), _chance("introduction"))
        prices = prices_life(office, today_of(now), _chance("prices"))
        meetings = council_life(office, first, today_of(now), _chance("council"))
        readers = public_life(office, today_of(now), _chance("public"), settings.secret_key())
        half_years = half_year_life(office, today_of(now), _chance("half-year"))
        beside = [
            _mornings(office, first), market, companies, rounds, portal, prices, totals, negotiations,
            agreements, settling, recommended, meetings, precedents, reassessed, appealed, readers, introduced,
            half_years, followed, financed,
        ]  # fmt: skip
        live([*beside, *_lives(office, first, today_of(now))], now)
        with together.begin() as connection:
            connection.execute(_HISTORY, {"fresh": now - _FRESH, "unread": now - _UNREAD})


def live(lives: Sequence[Iterator[datetime]], until: datetime) -> None:
    """Let every life go on whenever it wants to, all in order of time, until the instant `until`."""
    queue = [(next(life), order) for order, life in enumerate(lives)]
    heapq.heapify(queue)
    while queue and queue[0][0] <= until:
        order = queue[0][1]
        wanted = next(lives[order], None)
        if wanted is None:
            heapq.heappop(queue)
        else:
            heapq.heapreplace(queue, (wanted, order))


_REMINDERS = (
    sweep.remind, remind_market, remind_slots, remind_consultations, remind_agreements, remind_financing,
)  # fmt: skip
# What there is nothing of before the first recommendation is public: two of the world's three years.
_OF_WHAT_IS_PUBLIC = (remind_introductions, remind_reassessments, remind_appeals)


def _anything_published(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(_PUBLISHED))


def _mornings(office: Office, first: date) -> Iterator[datetime]:
    """What the scheduler does, every morning from the second day on."""
    engine, day, published = office.engine, first, False
    while True:
        day += ONE_DAY
        at = _morning(day)
        yield at
        publish_due(engine, at)
        published = published or _anything_published(engine)
        for remind in (*_REMINDERS, *(_OF_WHAT_IS_PUBLIC if published else ())):
            remind(engine, at)
        sweep.expire(engine, at, lambda case_id, clock, at: expire_clock(engine, case_id, clock, at))
        settle_legal_force(engine, at)
        begin_reassessments(engine, at)
        if published:
            look_each_morning(engine, at)
        with engine.begin() as connection:
            announce_periodic(connection, at)


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, STOCKHOLM).astimezone(UTC)


def _lives(office: Office, first: date, today: date) -> Iterator[Steps]:
    """The life of every case; each has a chance of its own, so that one changes little in another."""
    chance = _chance("cases")
    names = medicines(chance)
    for script in SCRIPTS:
        yield told(_work(office, script.process, *next(names)), script, today)
    processes = chance.choices(list(_SHARES), list(_SHARES.values()), k=CASES - len(SCRIPTS))
    span = today - _LAST_OPENING - first
    for process in processes:
        dearer = process == BENEFIT and chance.random() < _PRICE_INCREASES
        plan = Plan(first + span * chance.random() ** _EARLY, price_increase=dearer)
        yield lived(_work(office, process, *next(names)), plan, today)


def _work(office: Office, process: str, name: str, root: str) -> CaseWork:
    chance = _chance(name)
    company = chance.choice(office.people.companies)
    return CaseWork(office, process, medicine(process, name, root, chance), company, chance)


def _chance(name: str) -> random.Random:
    return random.Random(f"{SEED} {name}")  # noqa: S311 - the same world every time, and no secret
