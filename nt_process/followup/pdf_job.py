"""The follow-up report as a printed document, made in the background. Alerts stand in the council's own alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Connection, Engine

from nt_process.followup import export, messages, presentation, queries
from nt_process.followup.presentation import Presenter
from nt_process.followup.queries import Followed
from nt_process.followup.rules import quarters
from nt_process.identity.actor import SignedIn
from nt_process.infra import jobs, pdf
from nt_process.infra.operation import OperationError
from nt_process.infra.rows import Row
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, translator

KIND, SHARED_KIND = "followup_pdf", "followup_shared_pdf"
_GONE = N_("The follow-up is not there any more.")


@dataclass(frozen=True, slots=True)
class Order:
    """A job for a worker, see `infra/jobs.py`."""

    kind: str
    key: str
    params: Mapping[str, str]


def order(followed: Followed, actor: SignedIn, language: str, at: datetime, answered: int) -> Order:
    """The job for a reader. The same key: the same recommendation, language, protocol, figures and answers to alerts."""
    protocol = followed.protocol
    version = 0 if protocol is None else protocol["version"]
    known = max((one["known_number"] for one in followed.figures), default=0)
    kind = KIND if actor.is_internal else SHARED_KIND
    state = f"v{version} f{known} n{len(followed.figures)}" + (f" a{answered}" if actor.is_internal else "")
    params = {"recommendation": followed.id, "language": language, "at": at.isoformat()}
    return Order(kind, f"{followed.id} {language} {state}", params)


def make(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part for the council's side."""
    return _make(engine, params, with_alerts=True)


def make_shared(engine: Engine, params: Mapping[str, Any]) -> bytes:
    """The worker's part for the regions: the same without alerts."""
    return _make(engine, params, with_alerts=False)


HANDLERS: Mapping[str, jobs.Handler] = {KIND: make, SHARED_KIND: make_shared}


def _make(engine: Engine, params: Mapping[str, Any], *, with_alerts: bool) -> bytes:
    at = datetime.fromisoformat(params["at"])
    language = str(params["language"])
    with engine.connect() as connection:
        followed = queries.followed(connection, None, params["recommendation"])
        if followed is None or followed.protocol is None:
            raise OperationError(_GONE)
        found = queries.all_alerts(connection, followed.id) if with_alerts else None
        rows = queries.regions(connection, [one["id"] for one in followed.figures])
        made = html(connection, followed, found, language, at)
    presenter = Presenter(language, translator(language))
    _ = presenter.translate
    data = export.csv_bytes(followed, rows, presenter)
    attached = pdf.AttachedFile("uppfoljning.csv", _(N_("The regions' figures as a table")), data)
    return pdf.render_in_child(made, made_at=at, attachments=[attached])


def html(
    connection: Connection, followed: Followed, alerts: list[Row] | None, language: str, at: datetime
) -> str:
    """The document that is printed; without alerts where they are None."""
    presenter = Presenter(language, translator(language))
    _ = presenter.translate
    protocol = followed.protocol
    assert protocol is not None  # noqa: S101 - asked for by the caller
    main = followed.of(protocol["measure"])
    figure = main[-1] if main else None
    rows = queries.regions(connection, [figure["id"]]) if figure else []
    found = presentation.lines(rows)
    name = presenter.measure(protocol["measure"], protocol)
    indicators = [
        (figures[-1], presenter.measure(code, protocol))
        for code in dict.fromkeys(
            one["measure"] for one in followed.figures if one["measure"] != protocol["measure"]
        )
        if code.startswith(presentation.INDICATOR) and (figures := followed.of(code))
    ]
    return pdf.html_of(
        "followup.html",
        language,
        made_at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        day=at.astimezone(STOCKHOLM).date().isoformat(),
        p=followed.row,
        content=followed.row["content"],
        label=followed.row["content"]["label"][language],
        protocol=protocol,
        present=presenter,
        measure=name,
        figure=figure,
        figures=main,
        indicators=indicators,
        lines=presentation.by_rate(found),
        region_chart=presentation.regions_chart(found, figure, presenter, name) if figure else "",
        quarter_chart=presentation.quarters_chart(main, presenter, name) if main else "",
        places={code: _(message) for code, message in messages.PLACE_MESSAGES.items()},
        watched=_(messages.WATCHED_MESSAGES.get(followed.row["outcome"], "")),
        directions={code: _(message) for code, message in messages.DIRECTION_MESSAGES.items()},
        verdicts={code: _(message) for code, message in messages.VERDICT_MESSAGES.items()},
        alerts=alerts,
        quarter=quarters.named,
        region_name=presentation.region_name,
        note=_(export.NOTE),
        columns={code: _(message) for code, message in export.INDICATOR_MESSAGES.items()},
    )
