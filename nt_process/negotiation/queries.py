"""Reads of negotiations. Each takes the actor; what the actor may not see is not in the answer.

Whoever sees the case knows that it is negotiated, how far it has come, and which regions have joined. Rounds, offers and
the circle are known to the council's side and to whoever stands in the circle; what is sealed to none of these reads.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.sight import sight
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.negotiation.region_readers import is_barred
from nt_process.negotiation.rules import accession as rules
from nt_process.negotiation.rules.accession import Standing
from nt_process.sealed import circle
from nt_process.sealed.circle import Stand

# The reader: who sees the case, TLV only where it takes part; and without a conflict of interest.
_SEEN = """((:sees_all OR n.company_id = ANY (:companies)
        OR (:tlv AND n.kind = 'three_party' AND concerns_tlv(c.id, c.process)))
    AND conflict_of_interest(c.id, :person, acting_day()) IS NULL)"""
_COLUMNS = """
    n.id, n.case_id, n.case_number, n.number, n.kind, n.company_id, n.threshold, n.opened_seq, n.opened_by, n.opened_at,
    c.medicine, c.company, c.process, c.workflow_version, c.state, c.phase, c.terminal,
    (SELECT k.due FROM clock k WHERE k.case_id = c.id AND k.kind = 'negotiation' AND k.stopped_on IS NULL
     ORDER BY k.number DESC LIMIT 1) AS due
"""
_LIST = sa.text(f"""
    SELECT {_COLUMNS} FROM negotiation n JOIN cases c ON c.id = n.case_id
    WHERE {_SEEN} AND (:number = '' OR n.case_number = :number)
    ORDER BY c.state = 'negotiation' DESC, due NULLS LAST, n.opened_at DESC, n.id LIMIT 500
""")  # noqa: S608 - constants of this program
_ONE = sa.text(f"""
    SELECT {_COLUMNS} FROM negotiation n JOIN cases c ON c.id = n.case_id WHERE n.id = :id AND {_SEEN}
""")  # noqa: S608 - constants of this program
_ROUNDS = sa.text("""
    SELECT r.id, r.number, r.opens_at, r.opened_at, r.made_by, r.made_at,
           (SELECT json_agg(json_build_object('person', o.person, 'person_id', o.person_id, 'at', o.at, 'reason', o.reason)
                ORDER BY o.at, o.person) FROM negotiation_opening o WHERE o.round_id = r.id) AS openers
    FROM negotiation_round r WHERE r.negotiation_id = :id ORDER BY r.number DESC
""")
_OFFERS = sa.text("""
    SELECT o.id, o.round_id, o.side, o.number, o.commitment, o.files, o.person, o.organisation, o.at,
           r.opens_at IS NULL OR r.opened_at IS NOT NULL AS is_open
    FROM negotiation_offer o JOIN negotiation_round r ON r.id = o.round_id
    WHERE o.negotiation_id = :id ORDER BY o.number
""")
_MEETINGS = sa.text("""
    SELECT id, day, place, with_company, added_by FROM negotiation_meeting
    WHERE negotiation_id = :id AND (with_company OR :inside) ORDER BY day DESC, added_at DESC
""")
_NOTES = sa.text("""
    SELECT id, person, at FROM negotiation_note WHERE negotiation_id = :id AND :inside ORDER BY at DESC, id
""")
_TERMS = sa.text("""
    SELECT t.version, t.commitment, t.settled_on, t.settled_by, o.number AS offer
    FROM negotiation_terms t LEFT JOIN negotiation_offer o ON o.id = t.offer_id
    WHERE t.negotiation_id = :id ORDER BY t.version
""")
_MANDATES = sa.text("""
    SELECT m.id, m.organisation_id, o.name AS region, m.valid_from, m.valid_to, m.authority, m.filename, m.sha256,
           m.added_by, m.added_at, m.withdrawn_on, m.withdrawn_by,
           m.withdrawn_on IS NULL AND m.valid_from <= :today AND (m.valid_to IS NULL OR m.valid_to >= :today) AS holds
    FROM negotiation_mandate m JOIN organisation o ON o.id = m.organisation_id
    WHERE m.negotiation_id = :id AND (:inside OR m.organisation_id = ANY (:regions))
    ORDER BY sv_sort(o.name), m.added_at
""")
_ACCESSIONS = sa.text("""
    SELECT a.organisation_id, a.kind, a.day, a.version, a.commitment, a.person, a.at,
           CASE WHEN :internal OR a.organisation_id = ANY (:regions) THEN a.authority ELSE '' END AS authority,
           CASE WHEN :internal OR a.organisation_id = ANY (:regions) THEN a.reservations ELSE '' END AS reservations,
           CASE WHEN :internal OR a.organisation_id = ANY (:regions) THEN a.reason ELSE '' END AS reason
    FROM negotiation_accession a WHERE a.negotiation_id = :id ORDER BY a.id
""")
_REGIONS = sa.text(
    "SELECT id, name, county_code FROM organisation WHERE kind = 'region' ORDER BY sv_sort(name)"
)
_OWN_REGIONS = sa.text("""
    SELECT m.organisation_id FROM membership m JOIN organisation o ON o.id = m.organisation_id AND o.kind = 'region'
    WHERE m.person_id = :person AND m.role = 'region_representative' AND m.valid_from <= :today
      AND (m.valid_to IS NULL OR m.valid_to >= :today) ORDER BY m.id
""")
_CANDIDATES = sa.text("""
    SELECT DISTINCT p.id, p.name, o.name AS organisation, sv_sort(p.name)
    FROM person p JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id
    WHERE p.disabled_at IS NULL AND m.role = ANY (:roles) AND m.valid_from <= :today
      AND (m.valid_to IS NULL OR m.valid_to >= :today)
      AND conflict_of_interest(:case, p.id, :today) IS NULL
    ORDER BY 4, 1
""")
_MANDATE_FILE = sa.text("""
    SELECT m.filename, m.sha256, f.size, f.media_type
    FROM negotiation_mandate m JOIN file_content f ON f.sha256 = m.sha256
    WHERE m.negotiation_id = :id AND m.id = :mandate AND (:inside OR m.organisation_id = ANY (:regions))
""")


@dataclass(frozen=True, slots=True)
class NegotiationFile:
    """A negotiation as one reader sees it. `stands`: where they stand in the circle; `regions`: those they represent."""

    row: Row
    actor: SignedIn
    stands: tuple[Stand, ...]
    regions: tuple[uuid.UUID, ...]
    today: date

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(one.side for one in self.stands)

    @property
    def is_delegate(self) -> bool:
        return "delegation" in self.sides

    @property
    def is_company(self) -> bool:
        return "company" in self.sides

    @property
    def reads_for_region(self) -> bool:
        """Whether they stand in the circle for a region that they represent."""
        return any(one.side == rules.REGION for one in self.stands)

    @property
    def knows_offers(self) -> bool:
        """Whether they know of rounds, offers and the circle; what is sealed is another question."""
        return self.actor.is_internal or bool(self.sides & {"delegation", "company", "tlv"})

    @property
    def is_inside(self) -> bool:
        """Of the regions' side: the council's or the delegation."""
        return self.actor.is_internal or self.is_delegate

    @property
    def is_under_way(self) -> bool:
        return bool(self.row["state"] == "negotiation")


def listed(connection: Connection, actor: SignedIn, number: str = "") -> list[Row]:
    """The negotiations that the actor may know of, those under way first; with `number` those of one case."""
    return list(connection.execute(_LIST, {**_reader(actor), "number": number}).mappings())


def negotiation_file(
    connection: Connection, actor: SignedIn, negotiation_id: str, today: date
) -> NegotiationFile | None:
    """One negotiation, or None when there is none for this reader."""
    row = connection.execute(_ONE, {**_reader(actor), "id": negotiation_id}).mappings().first()
    if row is None:
        return None
    stands = circle.stands(connection, actor, negotiation_id, today)
    regions = connection.scalars(_OWN_REGIONS, {"person": actor.id, "today": today}).all()
    return NegotiationFile(row, actor, stands, tuple(regions), today)


def rounds(connection: Connection, file: NegotiationFile) -> list[Row]:
    """The rounds, the latest first, each with who has opened it."""
    return _rows(connection, _ROUNDS, file) if file.knows_offers else []


def offers(connection: Connection, file: NegotiationFile) -> list[Row]:
    """That offers were made, in their order; `is_open` says whether the other side could read one."""
    return _rows(connection, _OFFERS, file) if file.knows_offers else []


def members(connection: Connection, file: NegotiationFile) -> list[Row]:
    """Who is or was in the circle."""
    return circle.members(connection, file.id, file.today) if file.knows_offers else []


def refuses_entry(connection: Connection, file: NegotiationFile, now: Standing) -> str | None:
    """Why the reader cannot enter the circle for the region that they represent, which stands as `now`; None: they can.

    The codes are those of the command (`accession.enter`).
    """
    if is_barred(circle.members(connection, file.id, file.today), file.actor.id):
        return "barred"
    own = [one for one in mandates(connection, file) if one["organisation_id"] == file.regions[0]]
    return rules.refuses_entry(now, has_mandate=any(one["holds"] for one in own))


def meetings(connection: Connection, file: NegotiationFile) -> list[Row]:
    return _rows(connection, _MEETINGS, file) if file.knows_offers else []


def notes(connection: Connection, file: NegotiationFile) -> list[Row]:
    """That notes were written; for the delegation."""
    return _rows(connection, _NOTES, file) if file.is_delegate else []


def terms(connection: Connection, file: NegotiationFile) -> list[Row]:
    """The versions of the terms, by number, hash and day; never what they are."""
    return _rows(connection, _TERMS, file)


def mandates(connection: Connection, file: NegotiationFile) -> list[Row]:
    """The regions' mandates: all for the regions' side, its own for a region."""
    return _rows(connection, _MANDATES, file)


def accessions(connection: Connection, file: NegotiationFile) -> list[Row]:
    """The ledger. On what authority, with which reservations and why, is for the council and the region itself."""
    return _rows(connection, _ACCESSIONS, file)


def regions(connection: Connection) -> list[Row]:
    return list(connection.execute(_REGIONS).mappings())


def candidates(connection: Connection, file: NegotiationFile, roles: Sequence[str]) -> list[tuple[str, str]]:
    """(id, name) of those who can be put into the circle: nobody with a conflict of interest in the case."""
    given = {"roles": list(roles), "today": file.today, "case": file.row["case_id"]}
    return [
        (str(row.id), f"{row.name}, {row.organisation}") for row in connection.execute(_CANDIDATES, given)
    ]


def mandate_file(connection: Connection, file: NegotiationFile, mandate_id: str) -> Row | None:
    return connection.execute(_MANDATE_FILE, {**_parameters(file), "mandate": mandate_id}).mappings().first()


def _rows(connection: Connection, statement: sa.TextClause, file: NegotiationFile) -> list[Row]:
    return list(connection.execute(statement, _parameters(file)).mappings())


def _parameters(file: NegotiationFile) -> dict[str, Any]:
    return {
        "id": file.row["id"],
        "today": file.today,
        "inside": file.is_inside,
        "internal": file.actor.is_internal,
        "regions": list(file.regions),
    }


def _reader(actor: SignedIn) -> dict[str, Any]:
    return {**sight(actor), "person": actor.id}
