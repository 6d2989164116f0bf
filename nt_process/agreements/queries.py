"""Reads of agreements. Each takes the actor; what the actor may not see is not in the answer.

The council's side knows of every agreement. The company knows of its own, and a region of those that it is asked to sign,
once they have been sent to be signed. What is agreed is in the sealed room, and none of these reads says it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.agreements import rules
from nt_process.agreements.reading import ENDS, VERSIONS, bounds_of, ended_on, versions_of
from nt_process.agreements.rules import Bound
from nt_process.cases.sight import sight
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.prices import queries as prices
from nt_process.sealed import circle
from nt_process.sealed.circle import Stand

_SEEN = """((:internal OR (a.sent_at IS NOT NULL AND (
        a.company_id = ANY (:companies)
        OR EXISTS (SELECT FROM agreement_party p JOIN membership m ON m.organisation_id = p.organisation_id
                   WHERE p.agreement_id = a.id AND p.side = 'region' AND m.person_id = :person
                     AND m.role = 'region_representative' AND m.valid_from <= acting_day()
                     AND (m.valid_to IS NULL OR m.valid_to >= acting_day())))))
    AND conflict_of_interest(a.case_id, :person, acting_day()) IS NULL)"""
_LIST = sa.text(f"""
    SELECT a.id, a.case_id, a.case_number, a.company_id, a.negotiation_id, a.made_by, a.made_at, a.sent_at, c.medicine,
           o.name AS company
    FROM agreement a JOIN cases c ON c.id = a.case_id JOIN organisation o ON o.id = a.company_id
    WHERE {_SEEN} AND (:number = '' OR a.case_number = :number)
      AND (CAST(:id AS uuid) IS NULL OR a.id = :id)
    ORDER BY a.made_at DESC, a.id LIMIT 500
""")  # noqa: S608 - constants of this program
_ALL_VERSIONS = sa.text("""
    SELECT * FROM agreement_version WHERE agreement_id = ANY (CAST(:ids AS uuid[])) AND (:internal OR sent_at IS NOT NULL)
    ORDER BY agreement_id, version
""")
_ALL_ENDS = sa.text("SELECT * FROM agreement_end WHERE agreement_id = ANY (CAST(:ids AS uuid[])) ORDER BY id")
_PARTIES = sa.text("""
    SELECT p.version, p.organisation_id, p.side, o.name, p.asked_by, p.asked_at, s.at AS signed_at, s.person, s.capacity,
           s.authority, s.second_factor, s.text_commitment, s.terms_commitment
    FROM agreement_party p JOIN organisation o ON o.id = p.organisation_id
    LEFT JOIN agreement_signature s USING (agreement_id, version, organisation_id)
    WHERE p.agreement_id = :id ORDER BY p.version, p.side, sv_sort(o.name)
""")
_CLOCKS = sa.text("""
    SELECT version, kind, due FROM agreement_clock WHERE agreement_id = :id ORDER BY due, kind
""")
_OWN_REGIONS = sa.text("""
    SELECT m.organisation_id FROM membership m WHERE m.person_id = :person AND m.role = 'region_representative'
      AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY m.id
""")
_TO_DRAFT = sa.text("""
    SELECT n.id, n.case_number, c.medicine FROM negotiation n JOIN cases c ON c.id = n.case_id
    WHERE EXISTS (SELECT FROM negotiation_terms t WHERE t.negotiation_id = n.id)
      AND NOT EXISTS (SELECT FROM agreement a WHERE a.negotiation_id = n.id)
    ORDER BY n.case_number LIMIT 200
""")
_SUBJECT = sa.text("SELECT medicine, substance, atc FROM cases WHERE number = :number")


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement in the list: its row, its state today, the version that counts and how many regions are party."""

    row: Row
    state: str
    version: Row | None
    regions: int


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """An agreement as one reader sees it. `stands`: where they stand in the circle; `regions`: those they represent."""

    row: Row
    actor: SignedIn
    versions: list[Row]
    parties: list[Row]
    bound: list[Bound]
    ends: list[Row]
    clocks: list[Row]
    stands: tuple[Stand, ...]
    regions: tuple[uuid.UUID, ...]
    today: date

    @property
    def id(self) -> str:
        return str(self.row["id"])

    def state(self, day: date) -> str:
        return rules.state(versions_of(self.versions), self.bound, ended_on(self.ends), day)

    @property
    def open_version(self) -> Row | None:
        """The version that is being drafted or signed."""
        number = rules.open_version(versions_of(self.versions), self.bound)
        return None if number is None else self.version(number)

    @property
    def newest(self) -> Row | None:
        """The newest version that has not been withdrawn."""
        return next((one for one in reversed(self.versions) if one["withdrawn_at"] is None), None)

    def version(self, number: int) -> Row | None:
        return next((one for one in self.versions if one["version"] == number), None)

    def parties_of(self, number: int) -> list[Row]:
        return [one for one in self.parties if one["version"] == number]

    def knows_who(self, organisation: str = "") -> bool:
        """Whether they may know who did something: of the council's own side, and of their own organisation."""
        return self.actor.is_internal or organisation == self.actor.organisation

    @property
    def may_read(self) -> bool:
        """Whether they stand where the text can be opened."""
        return any(one.side in ("delegation", "company", "region") for one in self.stands)

    def to_enter(self, number: int) -> list[Row]:
        """The parties of a version that this reader represents and that have not signed, while they cannot read the text."""
        inside = {one.organisation_id for one in self.stands if one.side == "region"}
        return [
            one
            for one in self.parties_of(number)
            if one["signed_at"] is None
            and one["side"] == "region"
            and one["organisation_id"] in self.regions
            and str(one["organisation_id"]) not in inside
        ]

    def own_unsigned(self, number: int) -> list[Row]:
        """The parties of a version that this reader can sign for and that have not signed."""
        own = {(one.side, one.organisation_id) for one in self.stands}
        return [
            one
            for one in self.parties_of(number)
            if one["signed_at"] is None and (one["side"], str(one["organisation_id"])) in own
        ]


def listed(connection: Connection, actor: SignedIn, today: date, number: str = "") -> list[Listed]:
    """The agreements that the actor may know of, the newest first; with `number` those of one case."""
    rows = connection.execute(_LIST, {**_reader(actor), "number": number, "id": None}).mappings().all()
    ids = {"ids": [str(row["id"]) for row in rows], "internal": actor.is_internal}
    versions, ends = _grouped(connection, _ALL_VERSIONS, ids), _grouped(connection, _ALL_ENDS, ids)
    bound = bounds_of(connection, ids["ids"])
    found = []
    for row in rows:
        own = str(row["id"])
        its = bound.get(own, [])
        state = rules.state(versions_of(versions.get(own, [])), its, ended_on(ends.get(own, [])), today)
        kept = [one for one in versions.get(own, []) if one["withdrawn_at"] is None]
        found.append(Listed(row, state, kept[-1] if kept else None, len(rules.parties(its, today))))
    return found


def _grouped(connection: Connection, statement: sa.TextClause, given: dict[str, Any]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in connection.execute(statement, given).mappings():
        found.setdefault(str(row["agreement_id"]), []).append(row)
    return found


def agreement_file(
    connection: Connection, actor: SignedIn, agreement_id: str, today: date
) -> AgreementFile | None:
    """One agreement, or None when there is none for this reader."""
    asked = {**_reader(actor), "number": "", "id": uuid.UUID(agreement_id)}
    row = connection.execute(_LIST, asked).mappings().first()
    if row is None:
        return None
    named = {"id": row["id"]}
    versions: list[Row] = [
        one
        for one in connection.execute(VERSIONS, named).mappings()
        if actor.is_internal or one["sent_at"] is not None
    ]
    return AgreementFile(
        row,
        actor,
        versions,
        list(connection.execute(_PARTIES, named).mappings()),
        bounds_of(connection, [row["id"]]).get(agreement_id, []),
        list(connection.execute(ENDS, named).mappings()),
        list(connection.execute(_CLOCKS, named).mappings()),
        circle.stands(connection, actor, str(row["negotiation_id"]), today),
        tuple(connection.scalars(_OWN_REGIONS, {"person": actor.id, "today": today})),
        today,
    )


def to_draft(connection: Connection) -> Sequence[Row]:
    """Negotiations whose terms are settled and that have no agreement yet; for the secretariat."""
    return connection.execute(_TO_DRAFT).mappings().all()


def register_packages(connection: Connection, actor: SignedIn, number: str, today: date) -> list[Row]:
    """The packages of a case's medicine in the price register, for whoever may read that."""
    row = connection.execute(_SUBJECT, {"number": number}).one()
    subject = prices.Subject(number, row.substance or "", row.medicine, row.atc or "")
    return prices.of_subjects(connection, actor, [subject], today)[number]


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {**sight(actor), "person": actor.id, "internal": actor.is_internal}
