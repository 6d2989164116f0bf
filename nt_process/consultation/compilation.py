"""What was answered, put together: for the council's side all of it, for others by the tier of each comment.

`public_comments` asks for no reader: what it gives may be told to anyone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.consultation import rules
from nt_process.consultation.queries import MINE, RoundFile, reader, region_of
from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.regions import REGIONS, Region

# Readable by its tier, of a round `c` that the reader is asked in; or the reader's own.
_READABLE = """(:internal OR x.organisation_id IN (SELECT organisation_id FROM mine)
    OR (c.closed_at IS NOT NULL AND x.stands AND (x.tier = 'public' OR (x.tier = 'participants' AND EXISTS (
        SELECT FROM consultation_addressee a JOIN mine ON mine.organisation_id = a.organisation_id
        WHERE a.consultation_id = c.id AND a.invited_at IS NOT NULL)))))"""
_ORDER = (
    "array_position(ARRAY['region', 'expert_group', 'patient_organisation', 'tlv'], o.kind), sv_sort(o.name)"
)
_REPLIES = sa.text(f"""
    WITH mine AS {MINE}
    SELECT x.id, x.question_id, x.organisation_id, o.name AS organisation, o.name, o.kind, o.county_code, x.choice, x.text,
           x.tier, s.late, s.at AS answered_at, s.kind AS answer, d.verdict, d.reason, d.person AS decided_by,
           d.at AS decided_at
    FROM consultation_reply x
    JOIN consultation c ON c.id = x.consultation_id
    JOIN consultation_question q ON q.id = x.question_id
    JOIN organisation o ON o.id = x.organisation_id
    JOIN consultation_answer s ON s.id = x.answer_id
    LEFT JOIN LATERAL (
        SELECT verdict, reason, person, at FROM consultation_disposition
        WHERE reply_id = x.id AND (:internal OR at <= c.told_at) ORDER BY id DESC LIMIT 1
    ) d ON true
    WHERE x.consultation_id = :id AND x.stands AND {_READABLE}
    ORDER BY q.position, {_ORDER}
""")  # noqa: S608 - constants of this program
_ATTACHMENTS = sa.text(f"""
    WITH mine AS {MINE}
    SELECT x.id, x.filename, x.tier, x.sha256, x.organisation_id, o.name AS organisation, f.size, f.media_type
    FROM consultation_attachment x
    JOIN consultation c ON c.id = x.consultation_id
    JOIN organisation o ON o.id = x.organisation_id
    JOIN file_content f ON f.sha256 = x.sha256
    WHERE x.consultation_id = :id AND {_READABLE}
      AND CASE WHEN CAST(:attachment AS uuid) IS NULL THEN x.stands
               ELSE x.id = :attachment AND (x.sent OR x.organisation_id IN (SELECT organisation_id FROM mine)) END
    ORDER BY {_ORDER}, x.added_at
""")  # noqa: S608 - constants of this program
_PUBLIC = sa.text(f"""
    SELECT c.id AS consultation_id, c.title, c.closed_at, q.text AS question, q.kind, o.name AS organisation,
           x.choice, x.text, d.verdict, d.reason
    FROM consultation_reply x
    JOIN consultation c ON c.id = x.consultation_id
    JOIN consultation_question q ON q.id = x.question_id
    JOIN organisation o ON o.id = x.organisation_id
    LEFT JOIN LATERAL (
        SELECT verdict, reason FROM consultation_disposition
        WHERE reply_id = x.id AND at <= c.told_at ORDER BY id DESC LIMIT 1
    ) d ON true
    WHERE c.case_number = :number AND c.closed_at IS NOT NULL AND x.stands AND x.tier = 'public'
    ORDER BY c.closed_at, c.id, q.position, {_ORDER}
""")  # noqa: S608 - constants of this program


@dataclass(frozen=True, slots=True)
class Part:
    """One question with the replies that the reader may see, and how many chose each alternative."""

    id: str
    question: rules.Question
    replies: Sequence[Row]

    @property
    def counts(self) -> list[tuple[str, int]]:
        chosen = Counter(row["choice"] for row in self.replies if row["choice"])
        return [(one, chosen[one]) for one in self.question.alternatives]

    @property
    def comments(self) -> list[Row]:
        return [row for row in self.replies if row["text"]]


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """How a region stands in a round: not_asked, waiting, answered, late, no_comment, late_no_comment; for a reader who
    is not of the council answered or not_shown. `choice` is what it chose in the question that was asked for."""

    region: Region
    standing: str
    choice: str
    answered_on: date | None


def parts(connection: Connection, actor: SignedIn | None, file: RoundFile, today: date) -> list[Part]:
    """The questions in order, each with the standing replies that the reader may see."""
    parameters = {**reader(actor, today), "id": file.round["id"]}
    replies = fetch(connection, _REPLIES, parameters)
    return [
        Part(key, question, [row for row in replies if str(row["question_id"]) == key])
        for key, question in file.questions.items()
    ]


def attachments(
    connection: Connection, actor: SignedIn, round_id: object, today: date, attachment: object = None
) -> list[Row]:
    """The files of the standing answers that the reader may see, or the one file that is asked for."""
    parameters = {**reader(actor, today), "id": str(round_id), "attachment": attachment}
    return fetch(connection, _ATTACHMENTS, parameters)


def public_comments(connection: Connection, case_number: str) -> list[Row]:
    """What anyone may read of a case's closed rounds, by round, question and organisation."""
    return fetch(connection, _PUBLIC, {"number": case_number})


def region_answers(file: RoundFile, parts: Sequence[Part], question: str = "") -> list[RegionAnswer]:
    """The 21 regions in the order of their codes, with what each chose in the question (id)."""
    rows = [row for part in parts for row in part.replies]
    chosen = {
        region.code: row["choice"]
        for part in parts
        if part.id == question
        for row in part.replies
        if (region := region_of(row)) is not None
    }
    if file.addressees:
        held = {region.code: row for row in file.addressees if (region := region_of(row)) is not None}
    else:
        held = {region.code: row for row in rows if (region := region_of(row)) is not None}
    unknown = "not_asked" if file.addressees else "not_shown"
    return [_region(region, held.get(region.code), chosen, unknown) for region in REGIONS]


def _region(region: Region, row: Row | None, chosen: Mapping[str, str], unknown: str) -> RegionAnswer:
    if row is None:
        return RegionAnswer(region, unknown, "", None)
    answered_on = row["answered_at"].astimezone(STOCKHOLM).date() if row["answered_at"] else None
    return RegionAnswer(region, standing(row), chosen.get(region.code, ""), answered_on)


def standing(row: Row) -> str:
    """How an organisation stands, from its `answer` and `late`, in a word of `rules.STANDINGS`."""
    return rules.standing(row["answer"], bool(row["late"]))
