"""Introductions in the demo world: one recommendation where all 21 regions have decided and two depart, one where a region
has changed its mind, one half answered, and the latest that nobody has decided about.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from nt_process.cases.errors import Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.introduction import deciding, queries, regions
from nt_process.introduction.deciding import Where
from nt_process.introduction.errors import IntroductionError
from nt_process.introduction.rules import deciding as rules
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.faults import BadInput

_NEWEST = sa.text("""
    SELECT recommendation_id::text FROM publication WHERE kind = 'final' ORDER BY published_at DESC, slug LIMIT 1
""")
_REASONS = (
    ("limits", "capacity", "Vårdplatserna räcker till hälften av patienterna i år."),
    ("not", "cost", "Kostnaden ryms inte i den beslutade budgeten. Frågan tas upp igen i delårsrapporten."),
    (
        "not",
        "no_patients",
        "Regionen har inga kända patienter; nya patienter remitteras till universitetssjukhuset.",
    ),
)
_UNITS = ("Hudmottagningen", "Medicinkliniken", "Neurologmottagningen", "Barn- och ungdomskliniken")
_ROLES = ("verksamhetschef", "läkemedelschef", "medicinskt ansvarig läkare")


def introduction_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that the regions do with recommendations, each thing when the world has come so far."""
    world = _Introductions(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(world.steps(), key=lambda step: step[0]):
        latest = max(latest, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield latest
        do(latest)


class _Introductions:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.people = office.people.representatives
        self.boards: list[str] = []

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], None]]]:
        """What is done, in days from today."""
        yield -402, partial(self._decide, self.people, {5: _REASONS[0], 18: _REASONS[1]})
        yield -350, partial(self._prepare, 0, self.people[:-1])
        yield -310, partial(self._decide, self.people[:17], {7: _REASONS[2]})
        yield -260, partial(self._change, 1, 3, _REASONS[1])
        yield -160, partial(self._decide, self.people[::2], {2: _REASONS[0]})
        yield -120, partial(self._prepare, 2, self.people[:12:2])
        yield -58, partial(self._decide, self.people[:10], {4: _REASONS[0]})
        yield -30, partial(self._prepare, 3, self.people[:4])

    def _decide(
        self, people: Sequence[SignedIn], departing: dict[int, tuple[str, str, str]], at: datetime
    ) -> None:
        """What has been published last is decided about by these; by place in the list some depart from it."""
        with self.office.engine.connect() as connection:
            newest = connection.scalar(_NEWEST)
        if newest is None:
            return
        self.boards.append(newest)
        start = at.astimezone(STOCKHOLM).date() + timedelta(days=45)
        for place, person in enumerate(people):
            said = {"decision": "follow"} | self._said(person, at)
            if place in departing:
                decision, code, reason = departing[place]
                said |= {"decision": decision, "reason_code": code, "reason": reason}
                said |= {"reason_public": "1"} if decision == "limits" else {}
            said["start_on"] = str(start + timedelta(days=self.chance.randrange(4) * 7))
            self._done(newest, person, at, said)

    def _said(self, person: SignedIn, at: datetime) -> dict[str, str]:
        units = self.chance.sample(_UNITS, self.chance.randrange(1, 3))
        return {
            "holds_from": at.astimezone(STOCKHOLM).date().isoformat(),
            "units": "\n".join(f"{one}; {self.chance.randrange(100, 1000)}" for one in units),
            "responsible_id": person.id,
            "responsible_role": self.chance.choice(_ROLES),
            "protocol_link": "https://inforande.example/protokoll",
        }

    def _change(self, board: int, place: int, reason: tuple[str, str, str], at: datetime) -> None:
        """A region changes its mind."""
        if board < len(self.boards):
            person = self.people[place]
            said = self._said(person, at) | dict(
                zip(("decision", "reason_code", "reason"), reason, strict=True)
            )
            self._done(self.boards[board], person, at, said)

    def _done(self, board: str, person: SignedIn, at: datetime, said: dict[str, str]) -> None:
        maker, code = Maker(person, at), self._code(person, at)
        with self.office.engine.connect() as connection:
            before = queries.newest(connection, board, code)
        with contextlib.suppress(IntroductionError, BadInput, Refused):
            deciding.decide(
                self.office.engine, maker, Where(board, code), before["number"] if before else 0, said
            )

    def _prepare(self, board: int, people: Sequence[SignedIn], at: datetime) -> None:
        """These are ready, each on days of their own."""
        if board >= len(self.boards):
            return
        day = at.astimezone(STOCKHOLM).date()
        for person in people:
            days = {step: str(day - timedelta(days=self.chance.randrange(1, 14))) for step in rules.READY}
            where = Where(self.boards[board], self._code(person, at))
            with contextlib.suppress(IntroductionError, BadInput, Refused):
                deciding.prepare(
                    self.office.engine, Maker(person, at), where, 0, days | {rules.IN_USE: str(day)}
                )

    def _code(self, person: SignedIn, at: datetime) -> str:
        with self.office.engine.connect() as connection:
            return regions.places(connection, person, at.astimezone(STOCKHOLM).date())[0].region.code
