"""Reads of recommendations. Each takes the actor: drafts are the council's, and of those of cases with which the actor has
no conflict of interest; what is published is everybody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row
from nt_process.recommendations import service
from nt_process.recommendations.rules import document, judging

_MINE = ":internal AND conflict_of_interest(r.case_id, :person, acting_day()) IS NULL"
_LIST = sa.text(f"""
    SELECT r.id, r.case_id, r.case_number, r.number, r.kind, r.made_at, r.dropped_at, c.medicine, t.version, t.outcome,
           t.at AS written_at, t.person AS writer, s.publish_at, p.published_at, p.slug,
           EXISTS (SELECT FROM recommendation_approval a
                   WHERE a.recommendation_id = r.id AND a.version = t.version) AS approved,
           s.id IS NOT NULL AS signed
    FROM recommendation r JOIN cases c ON c.id = r.case_id
    LEFT JOIN LATERAL (
        SELECT * FROM recommendation_text x WHERE x.recommendation_id = r.id ORDER BY version DESC LIMIT 1
    ) t ON true
    LEFT JOIN recommendation_signature s ON s.recommendation_id = r.id AND s.recalled_at IS NULL
    LEFT JOIN publication p ON p.recommendation_id = r.id
    WHERE {_MINE} AND (:number = '' OR r.case_number = :number)
    ORDER BY r.made_at DESC, r.id LIMIT 500
""")  # noqa: S608 - a constant of this program
_SEEN = sa.text(f"SELECT EXISTS (SELECT FROM recommendation r WHERE r.id = :id AND {_MINE})")  # noqa: S608
_PUBLISHED = sa.text("""
    SELECT p.recommendation_id AS id, p.slug, p.case_number, p.kind, p.outcome, p.medicine, p.content, p.published_at,
           (SELECT count(DISTINCT a.organisation_id) FROM recommendation_answer a
            WHERE a.recommendation_id = p.recommendation_id) AS answered
    FROM publication p WHERE CAST(:id AS uuid) IS NULL OR p.recommendation_id = :id
    ORDER BY p.published_at DESC, p.slug LIMIT 500
""")
_CHECKS = sa.text("SELECT * FROM recommendation_check WHERE recommendation_id = :id ORDER BY at")
_APPROVALS = sa.text("SELECT * FROM recommendation_approval WHERE recommendation_id = :id ORDER BY at")
_SIGNATURES = sa.text("SELECT * FROM recommendation_signature WHERE recommendation_id = :id ORDER BY at")
_PUBLICATION = sa.text("SELECT * FROM publication WHERE recommendation_id = :id")
_STEP_REFUSED = sa.text("""
    SELECT EXISTS (SELECT FROM event e WHERE e.case_id = :case AND e.kind = 'publication_step_refused'
        AND e.body -> 'inputs' ->> 'recommendation' = :recommendation)
""")
_CASE = sa.text("""
    SELECT c.id, c.number, c.medicine, c.state FROM cases c
    WHERE c.number = :number AND :internal AND conflict_of_interest(c.id, :person, acting_day()) IS NULL
""")
_OF_CASE = sa.text("""
    SELECT recommendation_id AS id, slug, medicine, outcome, content, published_at FROM publication
    WHERE case_number = :number ORDER BY published_at
""")
_MEETINGS = sa.text("""
    SELECT id, year, number, day FROM council_meeting WHERE cancelled_at IS NULL AND day BETWEEN :first AND :last
    ORDER BY day DESC LIMIT 40
""")


@dataclass(frozen=True, slots=True)
class Listed:
    """A recommendation in the list, and how far it has come."""

    row: Row
    state: str


@dataclass(frozen=True, slots=True)
class RecommendationFile:
    """A recommendation as the council sees it. `content` is the newest version as a document, worded as of today."""

    row: Row
    versions: Sequence[Row]
    checks: Sequence[Row]
    approvals: Sequence[Row]
    signatures: Sequence[Row]
    publication: Row | None
    content: dict[str, object] | None
    text_hash: str
    needs_check: bool
    step_refused: bool = False

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def newest(self) -> Row | None:
        return self.versions[-1] if self.versions else None

    @property
    def approval(self) -> Row | None:
        """The approval of the text as it stands."""
        return self._of_newest(self.approvals)

    @property
    def check(self) -> Row | None:
        return self._of_newest(self.checks)

    def _of_newest(self, rows: Sequence[Row]) -> Row | None:
        newest = self.newest
        found = (
            one
            for one in rows
            if newest and one["version"] == newest["version"] and one["text_hash"] == self.text_hash
        )
        return next(found, None)

    @property
    def signature(self) -> Row | None:
        return next((one for one in self.signatures if one["recalled_at"] is None), None)

    @property
    def state(self) -> str:
        dropped, public = self.row["dropped_at"] is not None, self.publication is not None
        return judging.state(
            judging.Progress(self.approval is not None, self.signature is not None, public, dropped)
        )

    def version(self, number: int) -> Row | None:
        return next((one for one in self.versions if one["version"] == number), None)


def listed(connection: Connection, actor: SignedIn, number: str = "") -> list[Listed]:
    """The recommendations, the newest first, for the council's side; with `number` those of one case."""
    found = connection.execute(_LIST, {**_reader(actor), "number": number}).mappings()
    return [
        Listed(
            row,
            judging.state(
                judging.Progress(
                    row["approved"],
                    row["signed"],
                    row["published_at"] is not None,
                    row["dropped_at"] is not None,
                )
            ),
        )
        for row in found
    ]


def published(connection: Connection, recommendation_id: uuid.UUID | None = None) -> list[Row]:
    """What is public, with how many regions have answered; the newest first. One of them with its id."""
    return list(connection.execute(_PUBLISHED, {"id": recommendation_id}).mappings())


def of_case(connection: Connection, number: str) -> list[Row]:
    """The published recommendations of a case, the oldest first."""
    return list(connection.execute(_OF_CASE, {"number": number}).mappings())


def recommendation_file(
    connection: Connection, actor: SignedIn, recommendation_id: str, today: date
) -> RecommendationFile | None:
    """One recommendation, or None when there is none for this reader."""
    wanted = {"id": uuid.UUID(recommendation_id)}
    if not connection.scalar(_SEEN, {**_reader(actor), **wanted}):
        return None
    row = service.found_recommendation(connection, recommendation_id)
    versions = service.versions_of(connection, row)
    signatures = connection.execute(_SIGNATURES, wanted).mappings().all()
    content, text_hash, needs_check = None, "", False
    if versions:
        signed = next((one for one in signatures if one["recalled_at"] is None), None)
        content = service.content_of(row, versions[-1], today) if signed is None else dict(signed["content"])
        text_hash = document.text_hash(content)
        stated = {**wanted, "version": versions[-1]["version"], "hash": text_hash}
        needs_check = service.needs_check(connection, row["case_id"], stated)
    return RecommendationFile(
        row,
        versions,
        connection.execute(_CHECKS, wanted).mappings().all(),
        connection.execute(_APPROVALS, wanted).mappings().all(),
        signatures,
        connection.execute(_PUBLICATION, wanted).mappings().first(),
        content,
        text_hash,
        needs_check,
        bool(connection.scalar(_STEP_REFUSED, {"case": row["case_id"], "recommendation": recommendation_id})),
    )


def case_to_begin(connection: Connection, actor: SignedIn, number: str) -> Row | None:
    """The case for which a recommendation can be begun; None for who may not."""
    return connection.execute(_CASE, {**_reader(actor), "number": number}).mappings().first()


def meetings(connection: Connection, first: date, last: date) -> list[Row]:
    """The council's meetings between two days, the latest first."""
    return list(connection.execute(_MEETINGS, {"first": first, "last": last}).mappings())


def _reader(actor: SignedIn) -> dict[str, object]:
    return {"internal": actor.is_internal, "person": actor.id}
