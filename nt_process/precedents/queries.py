"""Reads of precedents. Each takes the actor; what may not be told to them is not in the answer.

Whoever prepares and decides reads what has been approved; companies and the public read of it what has been marked as
public, part by part. What is masked cannot be searched or sorted by either: the condition is on what is told. Whoever has a
conflict of interest in the case reads as the public does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.cases.sight import SEEN, sight
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.search import prefix_query
from nt_process.precedents import rules
from nt_process.precedents.rules import Traits
from nt_process.rights import PRECEDENT_INSIDERS, PRECEDENT_KEEPERS

PAGE_SIZE, MAX_EXPORTED, MAX_COMPARED, MAX_ALIKE = 50, 10_000, 2_000, 10

_PARTS = ", ".join(
    f"CASE WHEN i.sees OR '{part}' = ANY (v.public_parts) THEN v.{name} END AS {name}"
    for part, names in rules.PARTS.items()
    for name in names
)
# What is told of each precedent to this reader.
_TOLD = f"""
    SELECT p.id, p.case_id, p.process, p.decision, p.decided_on, v.version, r.approved_at, r.is_public, v.medicine,
           v.substance, v.atc, v.company, v.indication, v.public_parts, {_PARTS}, i.sees,
           CASE WHEN i.sees THEN v.search ELSE v.public_search END AS search
    FROM precedent_current r JOIN precedent p ON p.id = r.precedent_id
    JOIN precedent_version v ON v.precedent_id = r.precedent_id AND v.version = r.version
    CROSS JOIN LATERAL (
        SELECT :inside AND conflict_of_interest(p.case_id, CAST(:person AS uuid), acting_day()) IS NULL AS sees) i
    WHERE i.sees OR r.is_public
"""  # noqa: S608 - constants of this program
_FIELDS = """t.id, t.process, t.decision, t.decided_on, t.version, t.approved_at, t.is_public, t.medicine, t.substance,
    t.atc, t.company, t.indication, t.public_parts, t.severity, t.rarity, t.patients, t.certainty, t.qaly_from, t.qaly_to,
    t.willing_from, t.willing_to, t.contract, t.clauses, t.reasons, t.sees"""
# A case is named to whoever may see the case itself.
_CASE = f"LEFT JOIN cases c ON c.id = t.case_id AND {SEEN}"
_CONDITIONS: Mapping[str, str] = {
    "q": "t.search @@ to_tsquery('simple', :q)",
    "decision": "t.decision = :decision",
    "severity": "t.severity = :severity",
    "rarity": "t.rarity = :rarity",
    "certainty": "t.certainty = :certainty",
    "contract": "(:contract = ANY (t.contract) OR :contract = ANY (t.clauses))",
    "atc": "t.atc LIKE :atc",
    "process": "t.process = :process",
    "patients": "t.patients <= :patients",
    # Intervals that touch the one asked for; one without an upper bound has none above.
    "qaly_from": "(t.qaly_from IS NOT NULL AND coalesce(t.qaly_to >= :qaly_from, true))",
    "qaly_to": "t.qaly_from <= :qaly_to",
    "willing_from": "(t.willing_from IS NOT NULL AND coalesce(t.willing_to >= :willing_from, true))",
    "willing_to": "t.willing_from <= :willing_to",
    "since": "t.decided_on >= :since",
    "until": "t.decided_on <= :until",
}
_BY_GRADE = "array_position(CAST(:{grades} AS text[]), t.{name}) DESC NULLS LAST"
SORTS: Mapping[str, str] = {
    "newest": "t.decided_on DESC, t.id",
    "medicine": "sv_sort(t.medicine), t.decided_on DESC, t.id",
    "severity": _BY_GRADE.format(grades="severities", name="severity") + ", t.decided_on DESC, t.id",
    "certainty": _BY_GRADE.format(grades="certainties", name="certainty") + ", t.decided_on DESC, t.id",
    "rarest": "array_position(CAST(:rarities AS text[]), t.rarity) NULLS LAST, t.patients NULLS LAST, t.decided_on DESC, t.id",
    "qaly": "t.qaly_from NULLS LAST, t.qaly_to NULLS LAST, t.decided_on DESC, t.id",
    "willing": "t.willing_from NULLS LAST, t.willing_to NULLS LAST, t.decided_on DESC, t.id",
}
_ONE = sa.text(f"SELECT {_FIELDS}, c.number FROM ({_TOLD}) t {_CASE} WHERE t.id = :id")  # noqa: S608
_OF_CASE = sa.text(f"""
    SELECT {_FIELDS}, c.number FROM ({_TOLD}) t JOIN cases c ON c.id = t.case_id AND {SEEN}
    WHERE c.number = :number ORDER BY t.decided_on DESC, t.id
""")  # noqa: S608 - constants of this program
_TO_COMPARE = sa.text(f"""
    SELECT {_FIELDS}, c.number FROM ({_TOLD}) t {_CASE}
    WHERE (CAST(:but AS uuid) IS NULL OR t.id <> :but) AND (CAST(:day AS date) IS NULL OR t.decided_on <= :day)
      AND (CAST(:but_case AS text) IS NULL OR c.number IS DISTINCT FROM :but_case)
    ORDER BY t.decided_on DESC, t.id LIMIT {MAX_COMPARED}
""")  # noqa: S608 - constants of this program

# --- for those who write and follow them
_NOT_CONFLICTED = "conflict_of_interest(p.case_id, :person, acting_day()) IS NULL"
_WHOLE = sa.text(f"""
    SELECT p.*, c.number, r.version AS current_version FROM precedent p LEFT JOIN cases c ON c.id = p.case_id
    LEFT JOIN precedent_current r ON r.precedent_id = p.id
    WHERE p.id = :id AND :keeps AND {_NOT_CONFLICTED}
""")  # noqa: S608 - a constant of this program
_VERSIONS = sa.text("""
    SELECT v.*, j.approved, j.reason AS judged_reason, j.person AS judged_by, j.at AS judged_at,
           w.reason AS withdrawn_reason, w.person AS withdrawn_by, w.at AS withdrawn_at
    FROM precedent_version v LEFT JOIN precedent_verdict j USING (precedent_id, version)
    LEFT JOIN precedent_withdrawal w USING (precedent_id, version)
    WHERE v.precedent_id = :id AND :keeps ORDER BY v.version DESC
""")
_WAITING = sa.text(f"""
    SELECT p.id, p.decision, p.decided_on, v.version, v.medicine, v.written_by, v.written_by_id, v.written_at, c.number
    FROM precedent_version v JOIN precedent p ON p.id = v.precedent_id JOIN cases c ON c.id = p.case_id
    WHERE :keeps AND {_NOT_CONFLICTED}
      AND NOT EXISTS (SELECT FROM precedent_version n WHERE n.precedent_id = v.precedent_id AND n.version > v.version)
      AND NOT EXISTS (SELECT FROM precedent_verdict j WHERE j.precedent_id = v.precedent_id AND j.version = v.version)
    ORDER BY v.written_at LIMIT 200
""")  # noqa: S608 - a constant of this program
# The newest version was declined, or what was told has been withdrawn, and nobody has written another yet.
_SET_ASIDE = sa.text(f"""
    SELECT p.id, p.decision, p.decided_on, v.medicine, j.approved, coalesce(w.person, j.person) AS person,
           coalesce(w.at, j.at) AS at, c.number
    FROM precedent_verdict j JOIN precedent_version v USING (precedent_id, version)
    LEFT JOIN precedent_withdrawal w USING (precedent_id, version)
    JOIN precedent p ON p.id = j.precedent_id JOIN cases c ON c.id = p.case_id
    WHERE :keeps AND {_NOT_CONFLICTED} AND (NOT j.approved OR w.at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM precedent_version n WHERE n.precedent_id = v.precedent_id AND n.version > v.version)
    ORDER BY coalesce(w.at, j.at) DESC LIMIT 100
""")  # noqa: S608 - a constant of this program
_DECISION = """
    SELECT e.seq, e.action, e.day, coalesce(e.body -> 'inputs' ->> 'outcome', c.outcome) AS outcome, e.body -> 'inputs' AS inputs
    FROM event e WHERE e.case_id = c.id AND e.action IN ('conclude_agreement', 'end_without_agreement',
        'negotiation_expires', 'decide_recommendation', 'confirm_recommendation')
    ORDER BY e.seq DESC LIMIT 1
"""
_UNWRITTEN = sa.text(f"""
    SELECT c.number, c.medicine, c.process, d.action, d.day, d.outcome
    FROM cases c CROSS JOIN LATERAL ({_DECISION}) d
    WHERE :keeps AND conflict_of_interest(c.id, :person, acting_day()) IS NULL
      AND NOT EXISTS (SELECT FROM precedent p WHERE p.case_id = c.id AND p.decision_seq >= d.seq)
    ORDER BY d.day DESC, c.number LIMIT 200
""")  # noqa: S608 - a constant of this program
_CASE_FACTS = sa.text(f"""
    SELECT c.id, c.number, c.medicine, c.substance, c.atc, c.orphan FROM cases c
    WHERE c.number = :number AND {SEEN} AND conflict_of_interest(c.id, :person, acting_day()) IS NULL
""")  # noqa: S608 - a constant of this program
_DECIDED = sa.text(f"""
    SELECT d.*, (SELECT p.id FROM precedent p WHERE p.case_id = c.id AND p.decision_seq = d.seq) AS precedent_id
    FROM cases c CROSS JOIN LATERAL ({_DECISION}) d WHERE c.id = :id
""")  # noqa: S608 - a constant of this program
_LAST_OF_CASE = sa.text("""
    SELECT v.* FROM precedent_version v JOIN precedent p ON p.id = v.precedent_id
    WHERE p.case_id = :id ORDER BY p.decision_seq DESC, v.version DESC LIMIT 1
""")
_PUBLISHED_REASONS = sa.text("""
    SELECT e.body -> 'inputs' ->> 'reason' FROM event e
    WHERE e.case_id = :id AND e.action = 'publish_reasons' ORDER BY e.seq DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Filter:
    """What precedents are narrowed to. Sums are SEK per QALY; "" and None narrow nothing."""

    q: str = ""
    decision: str = ""
    severity: str = ""
    rarity: str = ""
    certainty: str = ""
    contract: str = ""
    atc: str = ""
    process: str = ""
    patients: int | None = None
    qaly_from: int | None = None
    qaly_to: int | None = None
    willing_from: int | None = None
    willing_to: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = "newest"

    def conditions(self) -> tuple[str, ...]:
        return tuple(name for name in _CONDITIONS if getattr(self, name) not in ("", None))


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of precedents, and how many there are in all."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A precedent with all its versions, the newest first; for those who keep them."""

    row: Row
    versions: Sequence[Row]

    @property
    def newest(self) -> Row:
        return self.versions[0]

    @property
    def waits(self) -> bool:
        """Whether the newest version waits to be approved."""
        return self.newest["approved"] is None


@dataclass(frozen=True, slots=True)
class Alike:
    """A precedent that a case can be held against, and what they have in common."""

    row: Row
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as precedents know it. `decision`: the latest, with the event it is; `precedent_id` of the one it has."""

    row: Row
    decision: str | None
    decided: Row | None


@lru_cache(maxsize=512)
def _list_statement(conditions: tuple[str, ...], sort: str) -> sa.TextClause:
    return sa.text(f"""
        SELECT {_FIELDS}, c.number FROM ({_TOLD}) t {_CASE} {_where(conditions)}
        ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset
    """)  # noqa: S608 - constants of this program


@lru_cache(maxsize=512)
def _count_statement(conditions: tuple[str, ...]) -> sa.TextClause:
    return sa.text(f"SELECT count(*) FROM ({_TOLD}) t {_where(conditions)}")  # noqa: S608 - constants of this program


def _where(conditions: tuple[str, ...]) -> str:
    return f"WHERE {' AND '.join(_CONDITIONS[name] for name in conditions)}" if conditions else ""


def listed(connection: Connection, actor: SignedIn | None, chosen: Filter, page: int = 1) -> Listed:
    """One page of the precedents that `chosen` leaves. None for the actor is the public: of everything that is public."""
    found = _found(connection, actor, chosen, PAGE_SIZE, (max(page, 1) - 1) * PAGE_SIZE)
    if page == 1 and len(found) < PAGE_SIZE:
        return Listed(found, len(found))
    counted = connection.execute(_count_statement(chosen.conditions()), _parameters(actor, chosen))
    return Listed(found, counted.scalar_one())


def exported(connection: Connection, actor: SignedIn | None, chosen: Filter) -> list[Row]:
    """Every precedent that `chosen` leaves, at most MAX_EXPORTED."""
    return _found(connection, actor, chosen, MAX_EXPORTED, 0)


def _found(
    connection: Connection, actor: SignedIn | None, chosen: Filter, limit: int, offset: int
) -> list[Row]:
    statement = _list_statement(chosen.conditions(), chosen.sort if chosen.sort in SORTS else "newest")
    given = {**_parameters(actor, chosen), "limit": limit, "offset": offset}
    return list(connection.execute(statement, given).mappings())


def _parameters(actor: SignedIn | None, chosen: Filter) -> dict[str, Any]:
    return {
        **_reader(actor),
        **{name: getattr(chosen, name) for name in _CONDITIONS},
        "q": prefix_query(chosen.q),
        # Letters and digits alone: nothing that LIKE reads as a pattern.
        "atc": "".join(sign for sign in chosen.atc.upper() if sign.isalnum()) + "%",
        "severities": list(rules.SEVERITIES),
        "certainties": list(rules.CERTAINTIES),
        "rarities": list(rules.RARITIES),
    }


def precedent(connection: Connection, actor: SignedIn | None, precedent_id: str) -> Row | None:
    """A precedent as it is told to this reader; None where nothing of it is."""
    return connection.execute(_ONE, {**_reader(actor), "id": precedent_id}).mappings().first()


def of_case(connection: Connection, actor: SignedIn, number: str) -> list[Row]:
    """What is told of the decisions in a case that the reader may see, the latest first."""
    return list(connection.execute(_OF_CASE, {**_reader(actor), "number": number}).mappings())


def alike(
    connection: Connection,
    actor: SignedIn | None,
    traits: Traits,
    *,
    but: str | None = None,
    but_case: str | None = None,
    day: date | None = None,
) -> list[Alike]:
    """The decisions (of `day` and before) that have most in common with `traits`, the most alike first.

    `but` is the precedent, or `but_case` the number of the case, that they are compared with. At most MAX_ALIKE.
    """  # fmt: skip
    given = {**_reader(actor), "but": but, "but_case": but_case, "day": day}
    compared = [
        Alike(row, shared)
        for row in connection.execute(_TO_COMPARE, given).mappings()
        if (shared := rules.alike(traits, traits_of(row)))
    ]
    # The latest come first already, and the order is kept among equals.
    return sorted(compared, key=lambda one: -rules.likeness(one.shared))[:MAX_ALIKE]


def traits_of(row: Row) -> Traits:
    """What a precedent is compared by, as far as it is told."""
    return Traits(
        row["substance"], row["atc"], row["severity"], row["rarity"], row["certainty"],
        tuple(row["contract"] or ()),
    )  # fmt: skip


def whole(connection: Connection, actor: SignedIn, precedent_id: str) -> Whole | None:
    """A precedent with every version, for those who keep them; None for everyone else."""
    given = {**_reader(actor), "id": precedent_id}
    row = connection.execute(_WHOLE, given).mappings().first()
    if row is None:
        return None
    return Whole(row, list(connection.execute(_VERSIONS, given).mappings()))


def waiting(connection: Connection, actor: SignedIn) -> list[Row]:
    """Versions that wait to be approved, the oldest first; for those who keep precedents."""
    return list(connection.execute(_WAITING, _reader(actor)).mappings())


def set_aside(connection: Connection, actor: SignedIn) -> list[Row]:
    """Precedents whose newest version was declined or withdrawn, the latest first; for those who keep precedents."""
    return list(connection.execute(_SET_ASIDE, _reader(actor)).mappings())


def unwritten(connection: Connection, actor: SignedIn) -> list[Row]:
    """Cases whose latest decision has no precedent yet, the latest first; for those who keep precedents."""
    rows = fetch(connection, _UNWRITTEN, _reader(actor))
    return [
        {**dict(row), "decision": decision}
        for row in rows
        if (decision := rules.decided(row["action"], row["outcome"]))
    ]


def case_file(connection: Connection, actor: SignedIn, number: str) -> CaseFile | None:
    """A case that the reader may see, with its latest decision."""
    row = connection.execute(_CASE_FACTS, {**_reader(actor), "number": number}).mappings().first()
    if row is None:
        return None
    decided = latest_decision(connection, row["id"])
    decision = None if decided is None else rules.decided(decided["action"], decided["outcome"])
    return CaseFile(row, decision, decided if decision else None)


def latest_decision(connection: Connection, case_id: object) -> Row | None:
    """The event of the latest step that decided something, and the precedent that has been written of it."""
    return connection.execute(_DECIDED, {"id": case_id}).mappings().first()


def case_traits(connection: Connection, actor: SignedIn, file: CaseFile) -> Traits:
    """What a case is compared by: what its latest precedent says, else what the case itself knows."""
    row = file.row
    known = Traits(row["substance"], row["atc"], rarity="rare" if row["orphan"] else None)
    told = of_case(connection, actor, row["number"])
    if not told:
        return known
    return replace(traits_of(told[0]), substance=row["substance"], atc=row["atc"])


def prefilled(connection: Connection, actor: SignedIn, file: CaseFile) -> dict[str, Any]:
    """What the form for a new precedent begins with: the grounds of the case's earlier precedent where there is one, and
    the reasons that were stated with the decision.
    """
    found: dict[str, Any] = {}
    if PRECEDENT_KEEPERS.allows(actor.roles):
        found = dict(connection.execute(_LAST_OF_CASE, {"id": file.row["id"]}).mappings().first() or {})
    stated = (file.decided or {}).get("inputs") or {}
    published = connection.scalar(_PUBLISHED_REASONS, {"id": file.row["id"]})
    reasons = stated.get("motivation") or published or stated.get("reason") or ""
    return {"rarity": "rare" if file.row["orphan"] else None, **found, "reasons": reasons}


def _reader(actor: SignedIn | None) -> dict[str, Any]:
    if actor is None:
        return {
            "sees_all": False,
            "companies": [],
            "tlv": False,
            "person": None,
            "inside": False,
            "keeps": False,
        }
    return {
        **sight(actor),
        "person": actor.id,
        "inside": PRECEDENT_INSIDERS.allows(actor.roles),
        "keeps": PRECEDENT_KEEPERS.allows(actor.roles),
    }
