"""Twenty mistakes are made on purpose, and each is found. The database's own wall is down meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Response, g, request

from nt_process import rights, web
from nt_process.api import views as api
from nt_process.cases import documents, page, queries, sight
from nt_process.cases import views as case_views
from nt_process.horizon import queries as horizon
from nt_process.identity import sessions
from nt_process.identity.actor import SignedIn
from nt_process.market import queries as market
from nt_process.notices import calendar_feed, delivery
from nt_process.notices import queries as notices
from tests.leaks.allowed import may_see
from tests.leaks.canaries import found_in
from tests.leaks.conftest import Marked
from tests.leaks.crawl import crawl

Patch = pytest.MonkeyPatch
Mistake = Callable[[Patch, Marked], None]


def _everyone(*endpoints: str) -> Mistake:
    """A route that is opened to whoever is signed in."""

    def make(patch: Patch, _marked: Marked) -> None:
        for endpoint in endpoints:
            patch.setitem(rights.POLICIES, (endpoint, "GET"), rights.EVERYONE)  # type: ignore[arg-type]

    return make


def _opened(policy: str, module: Any, *endpoints: str) -> Mistake:
    """Routes opened to whoever is signed in, and the condition of their statements with them."""

    def make(patch: Patch, marked: Marked) -> None:
        _everyone(*endpoints)(patch, marked)
        patch.setattr(module, policy, rights.EVERYONE)

    return make


def _wide_sight(patch: Patch, _marked: Marked) -> None:
    given = sight.sight

    def wide(actor: SignedIn) -> dict[str, Any]:
        return given(actor) | {"sees_all": True}

    for module in (queries, documents, notices):
        patch.setattr(module, "sight", wide)


def _unrestricted_lists(patch: Patch, _marked: Marked) -> None:
    patch.setattr(queries, "RESTRICTED", "true")
    for made in (queries._list_statement, queries._counts_statement, queries._files_statement):
        made.cache_clear()


def _internal_documents(patch: Patch, _marked: Marked) -> None:
    given = documents._parameters
    patch.setattr(documents, "_parameters", lambda *place: given(*place) | {"internal": True})


def _regions_documents(patch: Patch, _marked: Marked) -> None:
    given = documents._parameters
    patch.setattr(documents, "_parameters", lambda *place: given(*place) | {"region": True, "internal": True})


def _notes(patch: Patch, _marked: Marked) -> None:
    patch.setattr(page, "_is_shown", lambda _event, _actor: True)


def _unshared(patch: Patch, _marked: Marked) -> None:
    """What is stated to the council alone is told to the company, as if it were the council's."""
    given = page._stated
    inside = frozenset({"secretariat"})
    patch.setattr(
        page, "_stated",
        lambda event, workflow, actor, language: given(event, workflow, replace(actor, roles=inside), language),
    )  # fmt: skip


def _names(patch: Patch, _marked: Marked) -> None:
    patch.setattr(page, "_who", lambda event, _actor: event.actor.name)


def _all_of(statement: str, module: Any, name: str) -> Mistake:
    """A statement that has lost its condition."""
    return lambda patch, _marked: patch.setattr(module, name, sa.text(statement))


def _header(patch: Patch, marked: Marked) -> None:
    """A header that helps with finding faults."""
    secret = next(mark for mark, one in marked.planted.items() if one.place == "cases.indication" and
                  one.row["number"] == marked.filled.rivals)  # fmt: skip
    given = marked.app.after_request_funcs[None][:]

    def tell(response: Response) -> Response:
        response.headers["X-Debug"] = secret
        return response

    patch.setitem(marked.app.after_request_funcs, None, [*given, tell])


def _workbook_name(patch: Patch, marked: Marked) -> None:
    """A file name that says whose latest case it was."""
    secret = next(mark for mark, one in marked.planted.items() if one.place == "cases.indication" and
                  one.row["number"] == marked.filled.own)  # fmt: skip
    given = marked.app.view_functions["cases.export"]

    def export(**place: str) -> Response:
        response = cast("Response", given(**place))
        response.headers["Content-Disposition"] = f'attachment; filename="{secret}.csv"'
        return response

    patch.setitem(marked.app.view_functions, "cases.export", export)


def _missing_page(patch: Patch, marked: Marked) -> None:
    """What does not exist for the reader is answered with what it is."""
    given = case_views._file

    def tell(number: str, *more: Any) -> Any:
        try:
            return given(number, *more)
        except Exception:
            row = (
                web.connection()
                .execute(sa.text("SELECT indication FROM cases WHERE number = :n"), {"n": number})
                .first()
            )
            if row is not None and "number" in (request.view_args or {}):
                g.told = row.indication
            raise

    def add(response: Response) -> Response:
        if "told" in g:
            response.set_data(response.get_data() + str(g.told).encode())
        return response

    patch.setattr(case_views, "_file", tell)
    given_after = marked.app.after_request_funcs[None][:]
    patch.setitem(marked.app.after_request_funcs, None, [*given_after, add])


def _owner_choices(patch: Patch, _marked: Marked) -> None:
    patch.setattr(SignedIn, "is_internal", property(lambda _self: True))


def _calendar(patch: Patch, _marked: Marked) -> None:
    statement = calendar_feed._CLOCKS.text.replace(
        "c.number, c.process", "c.indication AS number, c.process", 1
    )
    patch.setattr(
        calendar_feed, "_CLOCKS", sa.text(statement.replace("ORDER BY k.due, c.number", "ORDER BY k.due"))
    )


def _api_internal(patch: Patch, _marked: Marked) -> None:
    given = api.case_page
    inside = frozenset({"secretariat"})
    patch.setattr(
        api, "case_page", lambda found, actor, today: given(found, replace(actor, roles=inside), today)
    )


# Each with whoever comes across what is not theirs, and the place that it is found at.
MISTAKES: dict[str, tuple[Mistake, str, str]] = {
    "a reader who sees every case": (_wide_sight, "rival", "cases.indication"),
    "a list without its condition": (_unrestricted_lists, "uninvolved", "cases.indication"),
    "internal documents": (_internal_documents, "region", "document.title"),
    "documents of another's side": (_regions_documents, "company", "document.title"),
    "notes in the log": (_notes, "company", "event.body.internal"),
    "what is stated to the council alone": (_unshared, "company", "event.body.internal"),
    "names of the council's people": (_names, "company", "event.actor"),
    "the list of horizon scanning": (_opened("READERS", horizon, "horizon.index"), "rival", "horizon_item.medicine"),
    "an item of horizon scanning": (_opened("READERS", horizon, "horizon.item"), "expert", "horizon_item.indication"),
    "an import": (
        _opened("READERS", horizon, "horizon.import_list", "horizon.import_page"), "company", "horizon_import.filename",
    ),
    "the market function's register": (_opened("OWN_SIDE", market, "market.index"), "company", "market_entry.medicine"),
    "the market function's workbook": (_opened("OWN_SIDE", market, "market.workbook"), "patient", "market_entry.substance"),
    "a procurement": (_opened("OWN_SIDE", market, "market.procurement"), "rival", "market_procurement.volume"),
    "anothers saved views": (
        _all_of("SELECT id, name, query FROM saved_view ORDER BY :person", queries, "_VIEWS"), "company", "saved_view.name",
    ),
    "anothers sessions": (
        _all_of("SELECT id, began_at, last_seen_at, client, address FROM session WHERE CAST(:person AS text) <> '' "
                "AND :seen_after < :began_after + interval '1000 years' LIMIT 60", sessions, "_OPEN"),
        "manager", "session.address",
    ),
    "a header": (_header, "anonymous", "cases.indication"),
    "the name of a file": (_workbook_name, "rival", "cases.indication"),
    "the page of what does not exist": (_missing_page, "uninvolved", "cases.indication"),
    "choices of a form": (_owner_choices, "rival", "person.name"),
    "the API's events": (_api_internal, "tlv", "event.body.internal"),
    "a calendar": (_calendar, "anonymous", "cases.indication"),
}  # fmt: skip


def test_each_mistake_is_found(marked: Marked) -> None:
    assert len(MISTAKES) >= 20
    marked.app.extensions["nt_engine"] = marked.filled.office.engine
    missed = []
    for mistake, (make, name, place) in MISTAKES.items():
        with Patch.context() as patch:
            patch.setattr(web, "act", lambda _person: None)
            make(patch, marked)
            if place not in strays(marked, name):
                missed.append(mistake)
        _forget_statements()
    assert missed == []


def strays(marked: Marked, name: str) -> set[str]:
    """The places of what this reader comes across and is not to, following no links."""
    found = (
        marked.planted[mark]
        for _path, text in crawl(marked.app, marked.filled, marked.readers[name], links=0)
        for mark in found_in(text) & marked.planted.keys()
    )
    return {canary.place for canary in found if name not in may_see(canary, marked.facts)}


def _forget_statements() -> None:
    """Statements that were built with a mistake in them are not to be met again."""
    for made in (queries._list_statement, queries._counts_statement, queries._files_statement):
        made.cache_clear()


def test_a_mistake_in_a_mail_is_found(marked: Marked, monkeypatch: Patch) -> None:
    from nt_process.notices.notice import COLUMNS
    from tests.leaks.test_ways_out import mailed

    assert "c.number" in COLUMNS
    told = delivery._CLAIM.text.replace("c.number", "c.medicine AS number", 1)
    monkeypatch.setattr(delivery, "_CLAIM", sa.text(told))
    assert "cases.medicine" in mailed(marked)


def test_without_a_mistake_nothing_is_found(marked: Marked) -> None:
    """The same readers in the same way, with nothing planted: the twenty are found for what they are."""
    readers = sorted({name for _make, name, _place in MISTAKES.values()})
    assert {name: found for name in readers if (found := strays(marked, name))} == {}


def test_the_wall_behind_hides_it_all_the_same(marked: Marked, monkeypatch: Patch) -> None:
    """The application's own check is off for routes, cases and documents: row-level security alone still holds."""
    for key in rights.POLICIES:
        monkeypatch.setitem(rights.POLICIES, key, rights.EVERYONE)  # type: ignore[arg-type]
    for make in (_wide_sight, _unrestricted_lists, _regions_documents):
        make(monkeypatch, marked)
    # Pages that are made for others may break for want of rows; what they say is all that counts here.
    marked.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    try:
        for name in ("rival", "uninvolved", "company_head", "expert", "left", "disabled"):
            guarded = {one.place for one in marked.planted.values() if one.klass in ("party", "secret")}
            assert strays(marked, name) & guarded == set(), name
    finally:
        _forget_statements()
