"""The compilation as a printed document, made in the background: what its reader may see, and no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.consultation import compilation, export, queries, texts
from nt_process.consultation.compilation import Part
from nt_process.consultation.queries import RoundFile
from nt_process.identity.actor import SignedIn, load_by_id
from nt_process.infra import acting, jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator

# For the council's side all of it; for whoever was asked in the round what they may see, for them alone.
KIND, OWN_KIND = "consultation_pdf", "consultation_own_pdf"
_GONE = N_("The round is not there any more.")


@dataclass(frozen=True, slots=True)
class Order:
    """A job for a worker, see `infra/jobs.py`."""

    kind: str
    key: str
    params: Mapping[str, str]


def order(file: RoundFile, parts: Sequence[Part], actor: SignedIn, language: str, at: datetime) -> Order:
    """The job for a reader. The same key: the same round, language and everything that is printed.

    The key of a participant's begins with who they are, by which the database shows it to nobody else (migration 0019).
    """
    printed = [
        dict(file.round),
        [dict(one) for one in file.addressees],
        [one["name"] for one in file.places],
        [dict(row) for part in parts for row in part.replies],
    ]
    digest = hashlib.sha256(json.dumps(printed, default=str, sort_keys=True).encode()).hexdigest()
    round_id = str(file.round["id"])
    key, params = (
        f"{round_id}; {language}; {digest}",
        {"round": round_id, "language": language, "at": at.isoformat()},
    )
    if actor.is_internal:
        return Order(KIND, key, params)
    return Order(OWN_KIND, f"{actor.id} {key}", {**params, "person": actor.id})


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part for the council's side: read the round whole, lay it out in a process of its own."""
    at = datetime.fromisoformat(params["at"])
    with engine.connect() as connection:
        file, parts = _read(connection, None, params, at)
    return _print(file, parts, params, at)


def make_own(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The same for somebody who was asked, read as that person: by their rights on the day that they asked."""
    at = datetime.fromisoformat(params["at"])
    today = at.astimezone(STOCKHOLM).date()
    with engine.connect() as connection:
        actor = load_by_id(connection, params["person"], today)
        if actor is None:
            raise OperationError(_GONE)
        acting.until_the_end(connection, actor.id, today)
        file, parts = _read(connection, actor, params, at)
    if file.round["closed_at"] is None:
        raise OperationError(_GONE)
    return _print(file, parts, params, at)


def _read(
    connection: Connection, actor: SignedIn | None, params: Mapping[str, Any], at: datetime
) -> tuple[RoundFile, list[Part]]:
    today = at.astimezone(STOCKHOLM).date()
    file = queries.round_file(connection, actor, params["round"], today)
    if file is None:
        raise OperationError(_GONE)
    return file, compilation.parts(connection, actor, file, today)


def _print(file: RoundFile, parts: Sequence[Part], params: Mapping[str, Any], at: datetime) -> bytes:
    language = str(params["language"])
    html = document(file, parts, language, at)
    _ = translator(language)
    data = export.csv_bytes(parts, language)
    attached = pdf.AttachedFile(f"{_(N_('consultation'))}.csv", _(N_("The replies as a table")), data)
    return pdf.render_in_child(html, made_at=at, attachments=[attached])


def document(file: RoundFile, parts: Sequence[Part], language: str, at: datetime) -> str:
    """The HTML of the printed compilation. Who is asked stands in it for the council's side, which alone is told."""
    _ = translator(language)
    standings = [compilation.standing(one) for one in file.addressees]
    return pdf.html_of(
        "consultation.html",
        language,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=at.astimezone(STOCKHOLM).date().isoformat(),
        round=file.round,
        parts=parts,
        addressees=[
            (row["name"], _(texts.STANDING_MESSAGES[standing]), _local(row["answered_at"]))
            for row, standing in zip(file.addressees, standings, strict=True)
        ],
        asked=len(standings),
        answered=len([one for one in standings if one != "waiting"]),
        readers=", ".join(row["name"] for row in file.places),
        choice_text=lambda kind, choice: texts.choice_text(kind, choice, _),
        tier_text=lambda tier: _(texts.TIER_MESSAGES[tier]),
        verdict_text=lambda verdict: _(texts.VERDICT_MESSAGES[verdict]),
    )


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M")


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make, OWN_KIND: make_own}
