"""The pot as a printed document, made in the background: what all who follow the pot may read, and no region's own amounts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from babel.numbers import format_decimal
from sqlalchemy.engine import Engine

from nt_process.infra import jobs, pdf
from nt_process.introduction_financing import messages, pot_queries
from nt_process.introduction_financing.pot_queries import Pot
from nt_process.kernel.messages import translator

KIND = "orphan_pot_pdf"


def key_of(pot: Pot, language: str, today: date) -> str:
    """The same key for the same document: what is stated, the day and the language."""
    stated = [
        str(pot.terms and pot.terms["version"]),
        *(f"{row['id']} {row['version']}" for row in pot.medicines),
        *(f"{one.row.year} {one.row.cost} {one.outcome}" for one in pot.years),
    ]
    digest = hashlib.sha256("\n".join(stated).encode()).hexdigest()
    return f"{today.isoformat()}; {language}; {digest}"


def params_of(language: str, today: date) -> Mapping[str, Any]:
    return {"language": language, "today": today.isoformat()}


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part: read the pot, lay it out in a process of its own."""
    language, today = str(params["language"]), date.fromisoformat(str(params["today"]))
    with engine.connect() as connection:
        pot = pot_queries.the_pot(connection, None, today)
    made_at = datetime.combine(today, time(12), UTC)
    return pdf.render_in_child(document(pot, language, made_at), made_at=made_at)


def document(pot: Pot, language: str, made_at: datetime) -> str:
    """The HTML of the printed pot."""
    translate = translator(language)
    return pdf.html_of(
        "orphan_pot.html",
        language,
        made_at=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        pot=pot,
        shortage=pot.shortage,
        figure=lambda amount: format_decimal(amount, "#,##0.0", locale=language),
        way="" if pot.terms is None else translate(messages.WAY_MESSAGES[pot.terms["way"]]),
        levels={name: translate(message) for name, message in messages.LEVEL_MESSAGES.items()},
    )


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make}
