"""Reads of the public site. None takes an actor: nobody is known, and every row and column that these can reach is public.

What is published is a table of its own; of cases, comments and meetings the views `public_*` give all that may be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.engine.definition import Workflow
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row, fetch
from nt_process.public import rules
from nt_process.public.rules import Published, Step, Timeline

_MARK = sa.text("""
    SELECT count(*) AS many, max(published_at) AS newest, (SELECT count(*) FROM decision_status) AS stated,
           (SELECT newest FROM public_introduction_mark) AS introduced,
           (SELECT count(*) FROM followup_figure) AS followed
    FROM publication
""")
# How a decision of the federation stands, the latest first; and where the notice of its minutes is.
_STATUS = sa.text("SELECT * FROM decision_status WHERE recommendation_id = :id ORDER BY id DESC")
_NOTICE = sa.text("""
    SELECT n.up_on, n.approved_on, n.down_on, d.down_on AS came_down FROM decision_notice n
    LEFT JOIN decision_notice_down d ON d.notice_id = n.id WHERE n.recommendation_id = :id ORDER BY n.up_on DESC, n.at DESC
""")
_INTRODUCED = sa.text(
    "SELECT * FROM public_introduction WHERE slug = ANY (:slugs) ORDER BY slug, county_code"
)
# How equally a recommendation is used, quarter by quarter.
_FOLLOWED = sa.text("SELECT * FROM public_followup WHERE slug = :slug ORDER BY quarter")
_ALL = sa.text("""
    SELECT p.recommendation_id, p.slug, p.case_number, p.kind, p.outcome, p.medicine, p.substance, p.atc, p.valid_to,
           p.content -> 'label' AS label, p.content ->> 'summary' AS summary, p.relation, e.slug AS earlier, p.text_hash,
           p.published_at
    FROM publication p LEFT JOIN publication e ON e.recommendation_id = p.earlier_id
    ORDER BY p.published_at DESC, p.slug DESC
""")
_ONE = sa.text("SELECT * FROM publication WHERE slug = :slug")
_FILE = sa.text("""
    SELECT p.pdf_sha256, p.published_at, f.size FROM publication p JOIN file_content f ON f.sha256 = p.pdf_sha256
    WHERE p.slug = :slug
""")
_CASES = sa.text("SELECT * FROM public_case WHERE :number = '' OR number = :number ORDER BY number DESC")
_STEPS = sa.text("""
    SELECT number, day, state, waits_for FROM public_step WHERE :number = '' OR number = :number ORDER BY number, step
""")
_COMMENTS = sa.text(
    "SELECT * FROM public_comment WHERE number = :number ORDER BY last_day, title, position, organisation"
)
_REASSESSED = sa.text("""
    SELECT o.outcome, o.reasons, o.decided_on, p.medicine FROM reassessment_outcome o JOIN publication p USING (recommendation_id)
    WHERE p.case_number = :number ORDER BY o.decided_on DESC, o.seq DESC
""")
_MEETINGS = sa.text("SELECT * FROM public_meeting ORDER BY day")


def mark(connection: Connection) -> tuple[object, ...]:
    """What changes when something is published, a decision comes to stand otherwise, a region decides or use is told, and
    only then."""
    return tuple(fetch(connection, _MARK, {})[0].values())


def statuses(connection: Connection, recommendation_id: object) -> list[Row]:
    """How a decision stands, the latest first; never who appeals."""
    return fetch(connection, _STATUS, {"id": recommendation_id})


def notices(connection: Connection, recommendation_id: object) -> list[Row]:
    """The announcements of the minutes with a decision, the latest first."""
    return fetch(connection, _NOTICE, {"id": recommendation_id})


def followed(connection: Connection, slug: str) -> list[Row]:
    """How equally a recommendation is used, the earliest quarter first."""
    return fetch(connection, _FOLLOWED, {"slug": slug})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which recommendations a reader asks for; an empty text is all."""

    q: str = ""
    outcome: str = ""
    kind: str = ""
    standing: str = ""

    @property
    def is_all(self) -> bool:
        return not (self.q or self.outcome or self.kind or self.standing)


@dataclass(frozen=True, slots=True)
class Recommended:
    """A published recommendation in a list, and whether it holds on the day."""

    row: Row
    standing: str


def recommendations(connection: Connection, chosen: Chosen, today: date) -> list[Recommended]:
    """What is published and was asked for, the newest first."""
    rows = fetch(connection, _ALL, {})
    holds = rules.standings(_published(rows), today)
    wanted = chosen.q.casefold().split()
    return [
        Recommended(row, holds[row["slug"]])
        for row in rows
        if chosen.outcome in ("", row["outcome"])
        and chosen.kind in ("", row["kind"])
        and chosen.standing in ("", holds[row["slug"]])
        and all(word in _searched(row) for word in wanted)
    ]


def _searched(row: Row) -> str:
    parts = (row[name] for name in ("medicine", "substance", "atc", "case_number", "summary"))
    return " ".join(parts).casefold()


def _published(rows: Sequence[Row]) -> list[Published]:
    """The newest first in, the oldest first out: a place counts from the oldest."""
    return [
        Published(
            row["slug"],
            row["case_number"],
            row["kind"],
            row["valid_to"],
            place,
            row["earlier"] if row["relation"] == "replaces" else None,
        )
        for place, row in enumerate(reversed(rows))
    ]


def recommendation(connection: Connection, slug: str) -> Row | None:
    return next(iter(fetch(connection, _ONE, {"slug": slug})), None)


def printed(connection: Connection, slug: str) -> Row | None:
    """The hash and size of a published document, and since when it is public."""
    return next(iter(fetch(connection, _FILE, {"slug": slug})), None)


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as anybody may know it, with the file that runs it."""

    row: Row
    workflow: Workflow
    steps: tuple[Step, ...]
    timeline: Timeline


def cases(connection: Connection, today: date, number: str = "") -> list[PublicCase]:
    """The cases whose present state is told to the public, the newest first; with `number` that one."""
    wanted = {"number": number}
    steps: dict[str, list[Step]] = {}
    for row in fetch(connection, _STEPS, wanted):
        steps.setdefault(row["number"], []).append(Step(row["day"], row["state"], row["waits_for"]))
    workflows: Mapping[tuple[str, int], Workflow] = load_published()
    found = []
    for row in fetch(connection, _CASES, wanted):
        own, workflow = steps.get(row["number"], []), workflows[row["process"], row["workflow_version"]]
        if own and rules.is_public(workflow, own[-1].state):
            found.append(PublicCase(row, workflow, tuple(own), rules.timeline(workflow, own, today)))
    return found


def comments(connection: Connection, number: str) -> list[Row]:
    """The comments on a case that were made public, with what became of them."""
    return fetch(connection, _COMMENTS, {"number": number})


def reassessed(connection: Connection, number: str) -> list[Row]:
    """What the re-assessments of a case came to and why, the latest first."""
    return fetch(connection, _REASSESSED, {"number": number})


def introductions(connection: Connection, slugs: Sequence[str]) -> dict[str, dict[str, Row]]:
    """What the regions do with published recommendations (slugs): by slug and county code, where a region has decided."""
    found: dict[str, dict[str, Row]] = {}
    for row in fetch(connection, _INTRODUCED, {"slugs": list(slugs)}):
        found.setdefault(row["slug"], {})[row["county_code"]] = row
    return found


def meetings(connection: Connection) -> list[Row]:
    return fetch(connection, _MEETINGS, {})
