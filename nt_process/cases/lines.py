"""The lines of the worklist as HTML.

A line depends on nothing but what it shows, the day and the language, so it is drawn once and kept: most
lines of a list that someone opens have been on a list before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from flask import current_app, url_for
from markupsafe import Markup

from nt_process import web
from nt_process.engine.loader import load_published
from nt_process.infra.rows import Row
from nt_process.kernel.messages import LANGUAGES
from nt_process.web import reason_texts

# A line takes about two kilobytes, so that all that are kept take some ten megabytes.
KEPT = 5000


class Line(NamedTuple):
    """What a line shows, in its reader's words. `bulk`: it can be ticked, to be assigned with others."""

    number: str
    url: str
    medicine: str
    substance: str
    company: str
    state: str
    phase: str
    terminal: bool
    waits_for: str
    owner: str
    next_due: date | None
    bulk: bool


def drawn(rows: Iterable[Row], *, bulk: bool) -> Markup:
    """The lines of these cases for whoever is signed in."""
    state_of, today, language = state_labels(), web.today(), web.language()
    parties = _parties(language)
    before, _number, after = url_for("cases.show", number="NUMBER").partition("NUMBER")
    drawn_lines = (
        _drawn(
            Line(
                number=row["number"],
                url=f"{before}{quote(row['number'])}{after}",
                medicine=row["medicine"],
                substance=row["substance"],
                company=row["company"],
                state=state_of(row),
                phase=row["phase"],
                terminal=row["terminal"],
                waits_for=parties[row["waits_for"]],
                owner=row["owner"],
                next_due=row["next_due"],
                bulk=bulk,
            ),
            today,
            language,
        )
        for row in rows
    )
    return Markup("".join(drawn_lines))  # noqa: S704 - each line is markup


@lru_cache(maxsize=KEPT)
def _drawn(line: Line, _today: date, _language: str) -> Markup:
    # The template asks for the day and the language itself; as arguments they keep lines of others apart.
    return Markup(current_app.jinja_env.get_template("cases/_line.html").render(line=line))  # noqa: S704 - escaped


@lru_cache(maxsize=len(LANGUAGES))
def _parties(_language: str) -> dict[str, str]:
    return {name: str(text) for name, text in reason_texts.PARTY_NAMES.items()}


def state_labels() -> Callable[[Row], str]:
    """What a row's state is called for this reader."""
    workflows, audience, language = load_published(), web.actor().audience, web.language()

    def label(row: Row) -> str:
        workflow = workflows.get((row["process"], row["workflow_version"]))
        if workflow is None:
            return str(row["state"])
        return workflow.states[row["state"]].labels[audience].in_language(language)

    return label
