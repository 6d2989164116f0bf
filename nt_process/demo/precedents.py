"""Precedents in the demo world: most decisions have theirs, some wait to be approved, and the last ones to be written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.identity.actor import Session, SignedIn
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.precedents import queries, rules, service

# When they are written, in days from today; what was written is approved the next working days, but for the last time.
_WRITTEN = (-720, -540, -400, -300, -220, -150, -100, -60, -30)
_AT_ONCE, _LEFT_WAITING, _WITHDRAWN = 12, 3, -25
_REASONS: Mapping[str, Sequence[str]] = {
    "agreement": (
        "Parterna enades om villkor som ryms inom vad som kan godtas, och delar på osäkerheten i underlaget.",
        "Överenskommelsen gör kostnaden förutsägbar trots att antalet patienter är svårt att bedöma.",
    ),
    "no_agreement": (
        "Kostnaden för ett kvalitetsjusterat levnadsår låg kvar över vad som kan godtas, även när sällsyntheten vägdes in.",
        "Underlaget var för osäkert för det pris som företaget stod fast vid.",
    ),
    "should": (
        "Tillståndet är allvarligt, nyttan väl visad och kostnaden rimlig i förhållande till den.",
        "Effekten är stor för en liten grupp utan andra alternativ. Det väger tyngre än osäkerheten i underlaget.",
    ),
    "can": (
        "Nyttan är likvärdig med de alternativ som finns, till en kostnad som inte är högre.",
        "Läkemedlet kan vara ett alternativ när annan behandling inte har räckt till.",
    ),
    "should_not": (
        "Kostnaden är hög i förhållande till nyttan, som inte är visad på utfall av betydelse för patienten.",
        "Underlaget medger ingen slutsats om nyttan jämfört med dagens behandling.",
    ),
}
_INDICATIONS = (
    "Vuxna efter svikt på annan behandling",
    "Vuxna och barn från sex år",
    "Vuxna med svår sjukdom",
    "",
)
_COSTS = ((0, 500_000), (500_000, 750_000), (750_000, 1_000_000), (1_000_000, 1_500_000), (2_000_000, None))


def precedents_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done with precedents, each thing when the world has come so far."""
    world = _Precedents(office, chance)
    steps: list[tuple[int, Callable[[datetime], None]]] = [(_WITHDRAWN, world.withdraw)]
    for days in _WRITTEN:
        steps += [(days, world.write), (days + 2, world.approve)]
    steps.append((-2, world.write_last))
    at = datetime.min.replace(tzinfo=UTC)
    for days, do in sorted(steps, key=lambda step: step[0]):
        # Two days later may be the same working day, and then it is no earlier an hour.
        at = max(at, working_hour(last_working_day(today + timedelta(days=days)), chance))
        yield at
        do(at)


class _Precedents:
    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        # The first leads what is negotiated here, and so approves; the second writes.
        self.approver, self.writer = office.people.secretaries[:2]

    def write(self, at: datetime, most: int = _AT_ONCE) -> None:
        for row in self._unwritten()[:most]:
            texts, ticked = self._grounds(row)
            service.propose(self.office.engine, self._maker(self.writer, at), row["number"], texts, ticked)

    def write_last(self, at: datetime) -> None:
        """Some that wait for somebody to approve them."""
        self.write(at, _LEFT_WAITING)

    def approve(self, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            waiting = queries.waiting(connection, self.approver)
        for row in waiting:
            service.approve(
                self.office.engine, self._maker(self.approver, at), str(row["id"]), row["version"]
            )

    def withdraw(self, at: datetime) -> None:
        """One of them turns out to be wrong."""
        with self.office.engine.connect() as connection:
            told = queries.exported(connection, self.approver, queries.Filter(decision="can"))
        if told:
            reason = "Uppgiften om antalet patienter var fel. En ny version skrivs."
            service.withdraw(self.office.engine, self._maker(self.approver, at), str(told[-1]["id"]), reason)

    def _unwritten(self) -> list[Row]:
        with self.office.engine.connect() as connection:
            return queries.unwritten(connection, self.writer)

    def _grounds(self, row: Row) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
        chance, decision = self.chance, row["decision"]
        low, high = chance.choice(_COSTS[:3] if decision in ("should", "agreement") else _COSTS)
        willing = chance.choice(_COSTS[:3])
        rarity = chance.choice(
            ("ultra_rare", "rare", "rare") if row["process"] == "sarlakemedel" else rules.RARITIES[1:]
        )
        patients = {"ultra_rare": (3, 40), "rare": (40, 900), "common": (1_000, 20_000)}[rarity]
        texts = {
            "indication": chance.choice(_INDICATIONS),
            "severity": chance.choice(rules.SEVERITIES[1:]),
            "rarity": rarity,
            "patients": str(chance.randrange(*patients)),
            "certainty": chance.choice(rules.CERTAINTIES),
            "qaly_from": str(low),
            "qaly_to": "" if high is None else str(high),
            "willing_from": str(willing[0]),
            "willing_to": str(willing[1]),
            "reasons": chance.choice(_REASONS[decision]),
        }
        ticked: dict[str, Sequence[str]] = {}
        if decision == "agreement":
            ticked["contract"] = chance.choice(
                (("financial",), ("financial",), ("financial", "outcome_based"))
            )
        if chance.random() < 0.6:
            texts["is_public"] = "y"
            ticked["public_parts"] = chance.choice((tuple(rules.PARTS), ("grounds", "reasons"), ("reasons",)))
        return texts, ticked

    def _maker(self, person: SignedIn, at: datetime) -> Maker:
        """The person, who has just proved who they are."""
        return Maker(replace(person, session=Session("", at, at, strong=True)), at)
