"""The report of deviations as a printed document, made in the background of the same rows as its table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Engine

from nt_process.infra import jobs, pdf
from nt_process.infra.spreadsheet import rows_to_csv
from nt_process.introduction import queries
from nt_process.introduction.queries import Chosen, Deviation
from nt_process.introduction.rules import reasons
from nt_process.kernel.calendar import ONE_DAY, STOCKHOLM
from nt_process.kernel.messages import N_, translator
from nt_process.kernel.regions import BY_CODE

KIND = "introduction_pdf"


def order(
    found: Sequence[Deviation], chosen: Chosen, language: str, at: datetime
) -> tuple[str, dict[str, Any]]:
    """The job's key, the same for the same rows on the same day, and what it is told."""
    day = at.astimezone(STOCKHOLM).date().isoformat()
    asked = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(chosen).items()
    }
    printed = [asked, [(one.row["id"], one.spell.first, one.spell.end) for one in found]]
    digest = hashlib.sha256(json.dumps(printed, default=str, sort_keys=True).encode()).hexdigest()
    return f"{language}; {day}; {digest}", {"language": language, "at": at.isoformat(), "chosen": asked}


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read the deviations, lay them out in a process of their own."""
    at, asked = datetime.fromisoformat(params["at"]), params["chosen"]
    first, last = (
        None if asked[name] is None else date.fromisoformat(asked[name]) for name in ("first", "last")
    )
    chosen = Chosen(asked["region"], asked["reason"], first, last)
    with engine.connect() as connection:
        found = queries.deviations(connection, None, chosen)
    language = str(params["language"])
    # Only who prints needs them; whoever reads the registry of jobs does without a web framework.
    from nt_process.introduction import export

    _ = translator(language)
    sheet = export.deviations(found, language)
    data = rows_to_csv(sheet.header, sheet.rows, swedish=language == "sv")
    attached = pdf.AttachedFile(f"{_(N_('deviations'))}.csv", _(N_("The deviations as a table")), data)
    return pdf.render_in_child(document(found, chosen, language, at), made_at=at, attachments=[attached])


def document(found: Sequence[Deviation], chosen: Chosen, language: str, at: datetime) -> str:
    """The HTML of the printed report, by recommendation."""
    from nt_process.introduction import texts

    _ = translator(language)
    codes = [one.spell.decided.reason_code for one in found]
    by_medicine: dict[str, list[Deviation]] = {}
    for one in found:
        by_medicine.setdefault(str(one.row["slug"]), []).append(one)
    return pdf.html_of(
        "introduction_deviations.html",
        language,
        made_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=at.astimezone(STOCKHOLM).date().isoformat(),
        scope=scope(chosen, language),
        groups=list(by_medicine.values()),
        tally=[
            (_(message), codes.count(code)) for code, message in reasons.MESSAGES.items() if code in codes
        ],
        regions={code: region.name for code, region in BY_CODE.items()},
        decisions={name: _(message) for name, message in texts.DECISION_MESSAGES.items()},
        reasons={code: _(message) for code, message in reasons.MESSAGES.items()},
        last=lambda spell: "" if spell.end is None else (spell.end - ONE_DAY).isoformat(),
    )


def scope(chosen: Chosen, language: str) -> list[str]:
    """What was asked for, in words."""
    _ = translator(language)
    said = []
    if chosen.region:
        said.append(_(N_("Region: %(region)s"), region=BY_CODE[chosen.region].name))
    if chosen.reason:
        said.append(_(N_("Reason: %(reason)s"), reason=_(reasons.MESSAGES[chosen.reason])))
    if chosen.first or chosen.last:
        first, last = (day.isoformat() if day else "…" for day in (chosen.first, chosen.last))
        said.append(_(N_("Period: %(first)s to %(last)s"), first=first, last=last))
    return said or [_(N_("All regions, all reasons, all days"))]


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
