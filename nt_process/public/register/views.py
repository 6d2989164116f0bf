"""The register as a page and as data."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, url_for

from nt_process import web
from nt_process.infra.rows import Row
from nt_process.infra.spreadsheet import Cell, rows_to_csv
from nt_process.public.answering import Content, fresh
from nt_process.public.register import queries, texts
from nt_process.public.register.queries import Entries, Sought
from nt_process.public.register.rules import KINDS, read_after, read_year
from nt_process.public.site import CSV, JSON, asked, bp, page, whole

_COLUMNS = (
    "number",
    "day",
    "kind",
    "kind_name",
    "way",
    "counterpart",
    "case_number",
    "medicine",
    "substance",
    "atc",
)


def _sought() -> Sought:
    return Sought(asked("q"), asked("kind", KINDS), asked("case"), read_year(asked("year")))


def _found(size: int) -> tuple[Sought, Entries]:
    sought = _sought()
    return sought, queries.entries(web.connection(), sought, read_after(asked("after")), size)


def _parameters(sought: Sought) -> dict[str, Any]:
    said = {"q": sought.q, "kind": sought.kind, "case": sought.case, "year": str(sought.year or "")}
    return {name: value for name, value in said.items() if value}


@bp.get("/register")
def register() -> Response:
    sought, found = _found(queries.PAGE)
    parameters = _parameters(sought)
    following = None
    if found.after is not None:
        following = url_for("public.register", **parameters, after=str(found.after))
    return fresh(
        page(
            "public/register.html",
            found=[_told(row) for row in found.rows],
            sought=sought,
            following=following,
            goes_on=bool(asked("after")),
            parameters=parameters,
            years=queries.years(web.connection()),
            kinds={kind: texts.kind_name(kind, g.fixed_language) for kind in KINDS},
        )
    )


@bp.get("/register.json")
def register_json() -> Response:
    sought, found = _found(queries.MOST_ROWS)
    following = _next("public.register_json", sought, found)
    body = {"entries": [_told(row) for row in found.rows], "next": following}
    return fresh(Content(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), JSON))


@bp.get("/register.csv")
def register_csv() -> Response:
    """At most `MOST_ROWS` at a time; a header says where the next ones are."""
    sought, found = _found(queries.MOST_ROWS)
    rows: list[list[Cell]] = [[_told(row)[name] for name in _COLUMNS] for row in found.rows]
    body = rows_to_csv(list(_COLUMNS), rows, swedish=g.fixed_language == "sv")
    answer = fresh(Content(body, CSV, name="register.csv"))
    if (following := _next("public.register_csv", sought, found)) is not None:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _next(endpoint: str, sought: Sought, found: Entries) -> str | None:
    return None if found.after is None else whole(endpoint, **_parameters(sought), after=str(found.after))


def _told(row: Row) -> dict[str, Any]:
    """An entry as it is shown, made of its kind and the public words of its case."""
    way, counterpart = KINDS[row["kind"]]
    return {
        "number": f"{row['place']}:{row['serial']}",
        "day": row["day"].isoformat(),
        "kind": row["kind"],
        "kind_name": texts.kind_name(row["kind"], g.fixed_language),
        "way": str(texts.WAY_NAMES[way]),
        "counterpart": str(texts.COUNTERPART_NAMES[counterpart]),
        "case_number": row["case_number"] or "",
        "medicine": row["medicine"] or "",
        "substance": row["substance"] or "",
        "atc": row["atc"] or "",
    }
