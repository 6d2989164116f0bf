"""The planning view's filter as an address, and what is drawn of dates and procurements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _

from nt_process.infra.rows import Row
from nt_process.market import queries, rules, texts
from nt_process.market.queries import Filter
from nt_process.market.timeline import Bar, Lane, Mark, lanes_by_label
from nt_process.web import template_filters

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
# How long a bar is drawn when nobody has said when it ends.
_PROCURING_DAYS, _AGREEMENT_DAYS = 90, 365


def filter_of(args: Mapping[str, str], today: date) -> Filter:
    """The filter as the address says it; what is not a known value narrows nothing."""

    def whole(name: str, otherwise: int) -> int:
        text = args.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else otherwise

    start, years, kind = whole("from", today.year), whole("years", queries.USUAL_SPAN), args.get("kind", "")
    return Filter(
        start_year=start if EARLIEST_YEAR <= start <= LATEST_YEAR else today.year,
        q=args.get("q", "").replace("\x00", "")[:200],
        kind=kind if kind in (*rules.KINDS, "procurement") else "",
        years=years if years in queries.SPANS else queries.USUAL_SPAN,
    )


def query_of(chosen: Filter) -> str:
    """The filter as the query of an address."""
    values = {"q": chosen.q, "kind": chosen.kind, "from": chosen.start_year, "years": chosen.years}
    return urlencode({name: value for name, value in values.items() if value})


def lanes(entries: Sequence[Row], procurements: Sequence[Row], chosen: Filter) -> list[Lane]:
    """The lanes that have anything in the span, the earliest first."""
    things = [*_dates(entries), *_procurements(procurements)]
    return [lane for lane in lanes_by_label(things) if _is_seen(lane, chosen)]


def _is_seen(lane: Lane, chosen: Filter) -> bool:
    return any(chosen.start <= mark.day < chosen.end for mark in lane.marks) or any(
        bar.start < chosen.end and bar.end >= chosen.start for bar in lane.bars
    )


def _dates(entries: Sequence[Row]) -> Iterator[tuple[str, Mark | Bar]]:
    for row in entries:
        shape = "protection" if row["kind"] in rules.PROTECTIONS else "competitor"
        words = f"{row['medicine']}: {texts.KIND_NAMES[row['kind']]}, {template_filters.day(row['day'])}"
        yield row["substance"] or row["medicine"], Mark(row["day"], shape, words)


def _procurements(rows: Sequence[Row]) -> Iterator[tuple[str, Mark | Bar]]:
    for row in rows:
        label, name = row["substance"] or row["name"], row["name"]
        sign_up, advertised = row["sign_up_until"], row["advertised_on"]
        begins, ends = row["agreement_from"], row["agreement_to"]
        if sign_up:
            day = template_filters.day(sign_up)
            yield (
                label,
                Mark(sign_up, "sign-up", _("%(name)s: last day to sign up %(day)s", name=name, day=day)),
            )
        if advertised:
            until = begins or advertised + timedelta(days=_PROCURING_DAYS)
            yield label, Bar(advertised, until, "procuring", _("%(name)s: procurement", name=name))
        if begins:
            until = ends or begins + timedelta(days=_AGREEMENT_DAYS)
            yield label, Bar(begins, until, "agreement", _("%(name)s: agreement", name=name))
