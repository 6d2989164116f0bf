"""The contract and the evidence as printed documents, made in the background.

The contract is sealed as soon as it is made, and the job holds nothing of it. The evidence says who signed what and when,
with the hashes; it holds nothing that is agreed and is kept as any other result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nt_process.agreements import queries, rules, signing, texts
from nt_process.agreements.queries import AgreementFile
from nt_process.agreements.service import READERS
from nt_process.identity.actor import load_by_id
from nt_process.identity.maker import Maker
from nt_process.infra import jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.sealed import room

TEXT, EVIDENCE = "agreement_pdf", "agreement_evidence_pdf"
PRINTED = "agreement_printed"
REASON = "The agreement is printed"
_GONE = N_("The agreement is not there any more.")

_THERE = sa.text("SELECT EXISTS (SELECT FROM sealed.secret WHERE place = :place AND row_id = :row)")


def row_id(agreement_id: str, version: int, language: str) -> str:
    """Under which name a printed contract is sealed."""
    return f"{agreement_id}:{version}:{language}"


def ask_text(
    connection: Connection, person_id: str, agreement_id: str, version: int, language: str, at: datetime
) -> jobs.Job:
    params = {"person": person_id, "agreement": agreement_id, "version": version, "language": language}
    key = row_id(agreement_id, version, language)
    return jobs.ask(connection, TEXT, key, {**params, "at": at.isoformat()}, at)


def make_text(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: open the text in the name of who asked, lay it out, seal what was made."""
    at, language = datetime.fromisoformat(params["at"]), str(params["language"])
    agreement_id, version = str(params["agreement"]), int(params["version"])
    sealed_as = row_id(agreement_id, version, language)
    with engine.begin() as connection:
        file = _file(connection, params, at)
        row = None if file is None else file.version(version)
        if file is None or row is None:
            raise OperationError(_GONE)
        if connection.scalar(_THERE, {"place": PRINTED, "row": sealed_as}):
            return b""
        contract = signing.opened(
            connection, Maker(file.actor, at), file.row, version, REASON, unattended=True
        )
    html = pdf.html_of(
        "agreement_contract.html",
        language,
        made_at=_made_at(at),
        number=file.row["case_number"],
        text=contract.text[language],
        commitment=contract.commitment,
    )
    made = pdf.render_in_child(html, made_at=at)
    with engine.begin() as connection:
        room.seal(
            connection, str(file.row["negotiation_id"]), PRINTED, sealed_as, made, at=at, readers=READERS
        )
    return b""


def printed(engine: Engine, maker: Maker, agreement: Row, version: int, language: str, reason: str) -> bytes:
    """Open a printed contract, on record. Raises as `room.reveal`."""
    with engine.begin() as connection:
        sealed_as = row_id(str(agreement["id"]), version, language)
        negotiation = str(agreement["negotiation_id"])
        return bytes(
            room.reveal(connection, maker.actor, negotiation, PRINTED, sealed_as, reason, at=maker.at)
        )


def key_of(file: AgreementFile, language: str) -> str:
    """What makes two evidence packs the same: for whom, everything that is printed, and the language."""
    stated = [[dict(one) for one in rows] for rows in ([file.row], file.versions, file.parties, file.ends)]
    digest = hashlib.sha256(json.dumps(stated, default=str, sort_keys=True).encode()).hexdigest()
    return f"{file.id}:{file.actor.id}:{language}:{digest}"


def ask_evidence(
    connection: Connection, key: str, person_id: str, agreement_id: str, language: str, at: datetime
) -> jobs.Job:
    params = {"person": person_id, "agreement": agreement_id, "language": language, "at": at.isoformat()}
    return jobs.ask(connection, EVIDENCE, key, params, at)


def make_evidence(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: who signed what, as whoever asked may know it."""
    at, language = datetime.fromisoformat(params["at"]), str(params["language"])
    with engine.connect() as connection:
        file = _file(connection, params, at)
    if file is None:
        raise OperationError(_GONE)
    return pdf.render_in_child(evidence(file, language, at), made_at=at)


def evidence(file: AgreementFile, language: str, at: datetime) -> str:
    """The HTML of the evidence."""
    _ = translator(language)
    names = {str(one["organisation_id"]): one["name"] for one in file.parties}
    return pdf.html_of(
        "agreement_evidence.html",
        language,
        made_at=_made_at(at),
        a=file.row,
        day=file.today.isoformat(),
        state=_(texts.STATE_MESSAGES[file.state(file.today)]),
        versions=[(one, file.parties_of(one["version"])) for one in file.versions],
        parties=[
            (names[region], version) for region, version in rules.parties(file.bound, file.today).items()
        ],
        ends=file.ends,
        side=lambda side: _(texts.SIDE_MESSAGES[side]),
        capacity=lambda name: _(texts.CAPACITY_MESSAGES.get(name, name)),
        instant=lambda found: found.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M:%S"),
    )


def _file(connection: Connection, params: Mapping[str, Any], at: datetime) -> AgreementFile | None:
    today = at.astimezone(STOCKHOLM).date()
    actor = load_by_id(connection, str(params["person"]), today)
    return (
        None if actor is None else queries.agreement_file(connection, actor, str(params["agreement"]), today)
    )


def _made_at(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


HANDLERS: Mapping[str, jobs.Handler] = {TEXT: make_text, EVIDENCE: make_evidence}
