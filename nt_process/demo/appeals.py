"""The federation's decisions in the demo world: one that is announced, delivered and appealed in time, and whose court has asked
for a statement; and a company that has asked for its case to be decided.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.appeals import announcing, delay, handling, queries
from nt_process.appeals.errors import AppealError
from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.demo.recommendations import Writer
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import SignedIn
from nt_process.identity.maker import Maker
from nt_process.kernel.faults import BadInput
from nt_process.recommendations.errors import RecommendationError

# The case of which the script is told (`scripts/orphan.py`): nobody has written of it, and nothing is negotiated sealed.
_READY = sa.text("""
    SELECT c.number, c.medicine, c.company_id::text AS company FROM cases c
    WHERE c.process = 'sarlakemedel' AND c.state = 'recommendation' AND c.company_id IS NOT NULL AND c.owner_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM recommendation r WHERE r.case_id = c.id)
      AND NOT EXISTS (SELECT FROM negotiation n WHERE n.case_id = c.id) ORDER BY c.opened_on, c.number LIMIT 1
""")
_SLOW = sa.text("""
    SELECT c.number, c.company_id::text AS company FROM cases c
    WHERE c.process = 'sarlakemedel' AND c.state IN ('assessment', 'preparation', 'negotiation') AND c.outcome IS NULL
      AND c.company_id IS NOT NULL AND c.opened_on < :before ORDER BY c.opened_on, c.number LIMIT 1
""")


def appeals_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done with decisions and appeals, each thing when the world has come so far."""
    world = _Appeals(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for days, do in world.steps():
        latest = max(
            latest + timedelta(minutes=5),
            working_hour(last_working_day(today + timedelta(days=days)), chance),
        )
        yield latest
        # Where no case is in the state that is wanted there is nothing to decide.
        with contextlib.suppress(AppealError, RecommendationError, BadInput, Refused, CaseNotFound):
            do(latest)


class _Appeals:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.decision = self.company = self.appeal = ""

    def steps(self) -> Iterator[tuple[int, Callable[[datetime], None]]]:
        yield -16, self._decide
        yield -12, self._announce
        yield -10, self._confirm
        yield -8, self._ask
        yield -6, self._appeal
        yield -4, self._hand_over
        yield -2, self._statement

    def _decide(self, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            row = connection.execute(_READY).one_or_none()
        if row is not None:
            self.company = row.company
            self.decision = Writer(self.office, self.today, self.chance).publish_final(
                row.number, row.medicine, "can", at
            )

    def _announce(self, at: datetime) -> None:
        day = at.date().isoformat()
        announcing.announce(
            self.office.engine, self._secretary(at), self._decided(), {"approved_on": day, "up_on": day}
        )
        typed = {"what": "decision", "way": "system", "sent_on": ""}
        announcing.send(self.office.engine, self._secretary(at), self._decided(), typed)

    def _confirm(self, at: datetime) -> None:
        decision = self._decided()
        contact = self._contact(self.company)
        with self.office.engine.connect() as connection:
            row = connection.execute(
                sa.text("SELECT id FROM decision_delivery WHERE recommendation_id = CAST(:id AS uuid)"),
                {"id": decision},
            ).scalar_one()
        announcing.confirm(self.office.engine, Maker(contact, at), decision, str(row))

    def _ask(self, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            row = connection.execute(_SLOW, {"before": self.today - timedelta(days=230)}).one_or_none()
        if row is not None:
            typed = {"text": "Vi har väntat i mer än ett halvår och begär att ärendet avgörs."}
            delay.ask(self.office.engine, Maker(self._contact(row.company), at), row.number, typed)

    def _appeal(self, at: datetime) -> None:
        typed = {
            "track": "legality",
            "party_class": "member",
            "appellant": "Påhittad Medlem, Exempelvägen 3",
            "grounds": "Beslutet har inte beretts i den ordning som är föreskriven.",
            "received_on": at.date().isoformat(),
            "received_by": "court",
        }
        self.appeal = handling.register(self.office.engine, self._secretary(at), self._decided(), typed)

    def _hand_over(self, at: datetime) -> None:
        self._step(
            at,
            "handed_over",
            text="Protokoll, kallelse, underlag och ärendets handlingar.",
            court_number="1234-26",
        )

    def _statement(self, at: datetime) -> None:
        self._step(at, "statement_asked", due=(at.date() + timedelta(days=14)).isoformat())

    def _step(self, at: datetime, kind: str, **typed: str) -> None:
        secretary = self._secretary(at)
        with self.office.engine.connect() as connection:
            found = queries.decision_file(
                connection, secretary.actor, handling.as_id(self._decided()), at.date()
            )
        if found is None or not self.appeal:
            raise AppealError("not_found")
        seen = len(next(one for one in found.appeals if str(one.row["id"]) == self.appeal).steps)
        given = {"kind": kind, "day": at.date().isoformat(), "text": ""} | typed
        handling.step(self.office.engine, secretary, self.appeal, seen, given)

    def _decided(self) -> str:
        if not self.decision:
            raise AppealError("not_found")
        return self.decision

    def _secretary(self, at: datetime) -> Maker:
        return Maker(self.office.people.secretaries[0], at)

    def _contact(self, company: str) -> SignedIn:
        companies = self.office.people.companies
        return next(
            contact for one in companies for contact in one.contacts if company in contact.company_ids
        )
