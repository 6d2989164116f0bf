"""Reads of half-yearly reports, for whoever may read them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nt_process.identity.actor import SignedIn
from nt_process.infra.rows import Row, fetch
from nt_process.reporting.half_year.figures import Figures, from_json
from nt_process.reporting.half_year.period import Period
from nt_process.rights import RELEASE_READERS

MOST = 200

_LIST = sa.text("""
    SELECT r.id, r.first_month, r.months, r.known_on, r.person, r.at, f.report_id IS NOT NULL AS is_counted,
           i.at AS issued_at, i.person AS issuer,
           EXISTS (SELECT FROM half_year_preface p WHERE p.report_id = r.id) AS has_preface
    FROM half_year_report r
    LEFT JOIN half_year_figures f ON f.report_id = r.id
    LEFT JOIN half_year_issue i ON i.report_id = r.id
    WHERE :may_read ORDER BY r.first_month DESC, r.months, r.known_on DESC LIMIT :most
""")
_ONE = sa.text("""
    SELECT r.*, f.content, f.sha256 AS figures_sha256, i.version AS issued_version, i.person AS issuer,
           i.at AS issued_at, i.content AS issued_content, i.sha256, i.pdf_sha256
    FROM half_year_report r
    LEFT JOIN half_year_figures f ON f.report_id = r.id
    LEFT JOIN half_year_issue i ON i.report_id = r.id
    WHERE r.id = :id AND (:may_read OR :as_system)
""")
_PREFACES = sa.text("SELECT * FROM half_year_preface WHERE report_id = :id ORDER BY version DESC")
_ENTRIES = sa.text("""
    SELECT kind, year, line, day, amount, note, person, at FROM joint_budget_entry
    WHERE :may_read AND year = :year ORDER BY id DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report with its figures (None until they are counted) and the versions of its preface, the newest first.

    Once issued it is what was kept then, and no row that may have changed is read for it.
    """

    row: Row
    figures: Figures | None
    prefaces: list[Row]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def period(self) -> Period:
        return Period(self.row["first_month"], self.row["months"])

    @property
    def known_on(self) -> date:
        known: date = self.row["known_on"]
        return known

    @property
    def is_issued(self) -> bool:
        return self.row["issued_at"] is not None

    @property
    def preface(self) -> Row | None:
        """The newest version; of an issued report the one that it was issued with."""
        return next(iter(self.prefaces), None)

    @property
    def version(self) -> int:
        return 0 if self.preface is None else int(self.preface["version"])

    @property
    def state(self) -> str:
        """The state that its printed document has, see `service.ask_printing`."""
        return "issued" if self.is_issued else f"version {self.version}"

    @property
    def made_at(self) -> datetime:
        """The instant that its files state as their own: of its issue, or of when it was asked for."""
        at: datetime = self.row["issued_at"] or self.row["at"]
        return at


def listed(connection: Connection, actor: SignedIn) -> list[Row]:
    """The reports, the latest period first."""
    return fetch(connection, _LIST, {"may_read": RELEASE_READERS.allows(actor.roles), "most": MOST})


def report_file(connection: Connection, actor: SignedIn | None, report_id: str) -> ReportFile | None:
    """One report; None when there is none, or not for this reader. Actor None: the system."""
    may_read = actor is not None and RELEASE_READERS.allows(actor.roles)
    wanted = {"id": uuid.UUID(report_id), "may_read": may_read, "as_system": actor is None}
    row = connection.execute(_ONE, wanted).mappings().first()
    if row is None:
        return None
    prefaces = fetch(connection, _PREFACES, {"id": row["id"]})
    if row["issued_content"] is not None:
        return ReportFile(row, from_json(json.loads(row["issued_content"])["figures"]), prefaces)
    figures = None if row["content"] is None else from_json(json.loads(row["content"]))
    return ReportFile(row, figures, prefaces)


def content_of(file: ReportFile) -> bytes | None:
    """The report as JSON: what was issued, as it is kept, or the figures alone; None until they are counted."""
    content = file.row["issued_content"] or file.row["content"]
    return None if content is None else str(content).encode()


def entries(connection: Connection, actor: SignedIn, year: int) -> list[Row]:
    """What has been entered of the joint budget of a year, the latest first."""
    given: Mapping[str, Any] = {"may_read": RELEASE_READERS.allows(actor.roles), "year": year, "most": MOST}
    return fetch(connection, _ENTRIES, dict(given))
