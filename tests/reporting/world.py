"""A small invented world of cases, made by the engine itself from the published workflow files.

Each case walks through its process by actions that the engine offers, on days drawn from a fixed seed,
and its clocks expire as the sweep would have it. The result is a log of events for each case.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from nt_process.audit.log import GENESIS, row_of
from nt_process.engine import clock as ledgers
from nt_process.engine.conditions import Facts
from nt_process.engine.decide import Outcome, decide, expire, opened, unchanged
from nt_process.engine.definition import DOCUMENT_KINDS, ROLES, Action, Workflow
from nt_process.engine.loader import load_published
from nt_process.engine.snapshot import Actor, Case, Event, evolve
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM

EVERYTHING = Facts(frozenset(DOCUMENT_KINDS))
SYLLABLES = ("al", "bri", "cor", "den", "eli", "fex", "gal", "hel", "ira", "jun", "kal", "lum", "mir", "nov")
OWNERS = (
    ("00000000-0000-4000-8000-000000000001", "Ada Åström"),
    ("00000000-0000-4000-8000-000000000002", "Bo Öberg"),
    ("00000000-0000-4000-8000-000000000003", "Cilla Ek"),
)
COMPANIES = ("Björkdal Pharma AB", "Nordlind Biotech", "Västerhav Therapeutics", "Solglimt AB")

# Days until the next action, by whose move it is: (shortest, longest).
PACE = {
    "council": (2, 12),
    "company": (5, 45),
    "tlv": (70, 150),
    "region": (15, 100),
    "meeting": (10, 45),
    "both": (30, 120),
    "court": (60, 200),
    "none": (1, 1),
}
# Side roads are taken now and then; the rest of the time a case goes on.
RARE = (
    "make_dormant",
    "withdraw",
    "discontinue",
    "supersede",
    "record_authorisation_refused",
    "decline",
    "not_select",
    "refuse",
)


def instant(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), STOCKHOLM).astimezone(UTC)


@dataclass
class Walk:
    """One case being driven through its process, with the log it leaves behind."""

    workflow: Workflow
    number: str
    opened_on: date
    events: list[Event] = field(default_factory=list)
    case: Case | None = None

    def open(self, **fields: object) -> Walk:
        owner_id, owner = OWNERS[0]
        filled = {
            "medicine": "Almirex",
            "substance": "almirexumab",
            "company_id": "00000000-0000-4000-8000-00000000c001",
            "company": COMPANIES[0],
            "orphan": True,
            "oncology": False,
            "authorised_on": self.opened_on.isoformat(),
            "owner_id": owner_id,
            "owner": owner,
            **fields,
        }
        actor = Actor(owner_id, owner, frozenset(ROLES), "NT-rådets kansli")
        event = opened(self.workflow, self.number, actor, "secretariat", instant(self.opened_on), filled)
        return self._add(event)

    def act(self, action: str, day: date, role: str = "", **inputs: str) -> Walk:
        """Take an action on a day, the clocks having expired as they should until then."""
        assert self.case is not None
        self.expire_before(day)
        actor = Actor(OWNERS[0][0], OWNERS[0][1], frozenset({role} if role else ROLES), "NT-rådets kansli")
        made = decide(
            self.workflow,
            self.case,
            action,
            actor,
            EVERYTHING,
            instant(day),
            inputs=inputs or self._inputs(action, day),
        )
        assert isinstance(made, Outcome), (self.number, self.case.state, action, made)
        return self._add(made.event)

    def note(self, day: date) -> Walk:
        assert self.case is not None
        actor = Actor(OWNERS[0][0], OWNERS[0][1], frozenset({"secretariat"}), "")
        return self._add(
            unchanged(self.case, "note", actor, "secretariat", instant(day), inputs={"text": "…"})
        )

    def assign(self, day: date, owner: tuple[str, str]) -> Walk:
        assert self.case is not None
        actor = Actor(OWNERS[0][0], OWNERS[0][1], frozenset({"secretariat"}), "")
        changes = {"owner_id": owner[0], "owner": owner[1]}
        return self._add(
            unchanged(self.case, "assigned", actor, "secretariat", instant(day), changes=changes)
        )

    def expire_before(self, day: date) -> Walk:
        """Let every clock whose last day has passed expire on the day after it, in order, until `day`."""
        while (found := self._first_expiry()) is not None and found[0] < day:
            last, key = found
            assert self.case is not None
            self._add(expire(self.workflow, self.case, key, EVERYTHING, instant(last + ONE_DAY, 1)).event)
        return self

    def _first_expiry(self) -> tuple[date, str] | None:
        assert self.case is not None
        return min(
            (
                (max(last, self.case.last_day - ONE_DAY), clock.key)
                for clock in self.case.open_clocks
                if not clock.expired and (last := ledgers.due(clock.ledger)) is not None
            ),
            default=None,
        )

    def _add(self, event: Event) -> Walk:
        self.case = evolve(self.case, event)
        self.events.append(event)
        return self

    def _inputs(self, action: str, day: date) -> dict[str, str]:
        wanted: Action = self.workflow.actions[action]
        values = {"text": "Skäl", "date": (day + timedelta(days=30)).isoformat()}
        return {
            one.name: next(iter(one.choices)) if one.type == "choice" else values[one.type]
            for one in wanted.inputs
            if one.required
        }


def wander(walk: Walk, chance: random.Random, until: date) -> Walk:
    """Take actions at a life-like pace until the day is reached or the case has ended."""
    day = walk.opened_on
    while walk.case is not None and not walk.case.terminal:
        shortest, longest = PACE[walk.case.waits_for]
        day = max(day, walk.case.last_day) + timedelta(days=chance.randint(shortest, longest))
        if day > until:
            break
        walk.expire_before(day)
        if walk.case.terminal:
            break
        if chance.random() < 0.1:
            walk.assign(day, chance.choice(OWNERS))
        if (name := _next_action(walk, chance, day)) is None:
            break
        walk.act(name, day)
    return walk.expire_before(until + ONE_DAY)


def _next_action(walk: Walk, chance: random.Random, day: date) -> str | None:
    assert walk.case is not None
    actor = Actor(OWNERS[0][0], OWNERS[0][1], frozenset(ROLES), "")
    offered = []
    for action in walk.workflow.actions_from(walk.case.state):
        if set(action.by) == {"system"} or any(one.name == "new_due" for one in action.inputs):
            continue
        made = decide(walk.workflow, walk.case, action.name, actor, EVERYTHING, instant(day))
        moves = action.target not in (None, walk.case.state) or chance.random() < 0.15
        if isinstance(made, Outcome) and moves:
            target = walk.workflow.states.get(action.target or "", walk.workflow.initial)
            rare = action.name.startswith(RARE) or (
                target.terminal and walk.case.phase not in ("follow_up", "decision")
            )
            offered.append((action.name, 1 if rare else 60 if action.primary else 20))
    if not offered:
        return None
    return chance.choices([name for name, _ in offered], [weight for _, weight in offered])[0]


def made_world(cases: int = 60, until: date = date(2026, 6, 30), seed: int = 7) -> list[Walk]:
    """`cases` cases in all three processes, opened over three years before `until`."""
    chance = random.Random(seed)  # noqa: S311 - a fixed world, nothing secret
    workflows = load_published()
    newest = {process: max(v for p, v in workflows if p == process) for process, _ in workflows}
    first = until - timedelta(days=3 * 365)
    days = sorted(first + timedelta(days=chance.randrange(3 * 365 - 30)) for _ in range(cases))
    walks = []
    per_year: dict[int, int] = {}
    for day in days:
        per_year[day.year] = per_year.get(day.year, 0) + 1
        process = chance.choice(sorted(newest))
        name = "".join(chance.sample(SYLLABLES, 3)).capitalize()
        owner_id, owner = chance.choice(OWNERS)
        walk = Walk(workflows[process, newest[process]], f"NT-{day.year}-{per_year[day.year]:04d}", day)
        walk.open(
            medicine=name,
            substance=name.lower() + "mab",
            company=chance.choice(COMPANIES),
            owner_id=owner_id,
            owner=owner,
        )
        walks.append(wander(walk, chance, until))
    return walks


def recorded_by(events: list[Event], day: date) -> Iterator[Event]:
    """The events that had been recorded by the end of a day in Stockholm."""
    return (event for event in events if event.at.astimezone(STOCKHOLM).date() <= day)


def store(engine: Engine, walks: list[Walk]) -> None:
    """Put the cases and their logs into a database, with the rows that keys point to.

    The case's own row is made false on purpose wherever the log says something: a report must not read it.
    """
    case_ids = {walk.number: str(uuid.uuid5(uuid.NAMESPACE_OID, walk.number)) for walk in walks}
    rows = []
    for walk in walks:
        previous = GENESIS
        for event in walk.events:
            row = row_of(case_ids[walk.number], event, previous)
            previous = row["hash"]
            rows.append({**row, "body": json.dumps(row["body"])})
    with engine.begin() as connection:
        for person_id, name in OWNERS:
            email = f"{name.split()[0].lower()}@prov.example"
            connection.execute(
                _PERSON, {"id": person_id, "name": name, "email": email, "at": instant(date(2020, 1, 1))}
            )
        connection.execute(
            _CASE,
            [
                {
                    "id": case_ids[walk.number],
                    "number": walk.number,
                    "process": walk.workflow.process,
                    "version": walk.workflow.version,
                    "sha256": walk.workflow.sha256,
                    "day": walk.opened_on,
                }
                for walk in walks
            ],
        )
        connection.execute(_EVENT, rows)


_PERSON = sa.text("""
    INSERT INTO person (id, email, name, created_at) VALUES (:id, :email, :name, :at)
    ON CONFLICT DO NOTHING
""")
_CASE = sa.text("""
    INSERT INTO cases (id, number, process, workflow_version, workflow_sha256, version, state, phase,
        waits_for, terminal, state_since, opened_on, last_day, medicine, owner, head_hash)
    VALUES (:id, :number, :process, :version, :sha256, 1, 'horizon', 'horizon', 'council', false, :day, :day,
        :day, 'Falsamen', 'Falsk Handläggare', '')
""")
_EVENT = sa.text("""
    INSERT INTO event (case_id, seq, kind, at, day, actor_id, actor, organisation, role, action, state, body,
        prev_hash, hash)
    VALUES (:case_id, :seq, :kind, :at, :day, :actor_id, :actor, :organisation, :role, :action, :state,
        CAST(:body AS jsonb), :prev_hash, :hash)
""")
