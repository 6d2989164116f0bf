"""Offers side by side: every clause once, and each difference said in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.negotiation import terms_document
from nt_process.negotiation.rules import offers as rules
from nt_process.terms.kinds import KINDS
from tests.features.negotiation.test_offer_form import TYPED, form_of
from tests.features.negotiation.world import Table
from tests.world import sign_in

kinds = st.lists(st.sampled_from(["a", "b", "c"]), max_size=6)


@given(st.lists(kinds, min_size=1, max_size=4))
def test_each_clause_of_each_offer_stands_once_and_in_one_row(offers: list[list[str]]) -> None:
    rows = rules.aligned(offers)
    for place, offer in enumerate(offers):
        numbers = [number for row in rows if (number := row.numbers[place])]
        assert sorted(numbers) == list(range(1, len(offer) + 1))
        assert all(offer[(row.numbers[place] or 0) - 1] == row.kind for row in rows if row.numbers[place])
    assert all(any(row.numbers) for row in rows)
    # The first offer is read from top to bottom.
    first = [number for row in rows if (number := row.numbers[0])]
    assert first == sorted(first)


@given(kinds)
def test_what_has_not_changed_is_not_said_to_have(offer: list[str]) -> None:
    assert all(changes == ("", "") for changes in rules.clause_changes(rules.aligned([offer, offer])))


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (["a"], ["a", "b"], {"a": "", "b": "new"}),
        (["a", "b"], ["b"], {"a": "gone", "b": ""}),
        (["a", "b"], ["b", "a"], {"a": "moved", "b": "moved"}),
        # What comes before it makes nobody a place further down.
        (["a", "b"], ["c", "a", "b"], {"a": "", "b": "", "c": "new"}),
    ],
)
def test_a_clause_is_new_gone_or_moved(
    before: Sequence[str], after: Sequence[str], changes: dict[str, str]
) -> None:
    rows = rules.aligned([before, after])
    found = {row.kind: one[1] for row, one in zip(rows, rules.clause_changes(rows), strict=True)}
    assert found == changes


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Decimal("12.5"), Decimal(15), "higher"), (Decimal(15), Decimal("12.50"), "lower"), (3, 3, ""),
        (Decimal("1.0"), Decimal(1), ""), (False, True, "changed"), ("list", "remaining", "changed"),
        (None, Decimal(1), "changed"), ((), ("A",), "changed"),
    ],
)  # fmt: skip
def test_a_figure_is_higher_or_lower(before: object, after: object, change: str) -> None:
    assert rules.value_change(before, after) == change


@pytest.fixture
def compared(app: Flask, table: Table) -> Callable[..., str]:
    """The page on which the secretary has opened these offers, as one line of text."""
    secretary: FlaskClient = sign_in(app.test_client(), "secretary")

    def read(*typed: dict[str, str]) -> str:
        round_id = table.round()
        ids = [table.offer("company", round_id, written=terms_document.read_form(one)) for one in typed]
        page = secretary.post(f"/negotiations/{table.id}/offers/read", data={"offer": ids, "reason": "Läsa"})
        assert page.status_code == 200
        return " ".join(page.text.replace("\u00a0", " ").split())

    return read


def test_every_kind_of_clause_is_read_in_words_and_beside_another(compared: Callable[..., str]) -> None:
    text = compared(form_of(*TYPED), form_of(*reversed(TYPED), **{"clause-12-rate_pct": "10"}))
    names = re.findall(r"Villkor \d+: ([^<]+)<", text)
    assert len(set(names)) == len(KINDS)
    assert '10 % <span class="ds-tag" data-color="info">lägre</span>' in text
    assert "flyttat" in text
    for shown in ("100: 20 %", "A 10 mg: 1 234,50", "Svar vid 6 månader: 50 000,00", "1 juni 2027", "Nedåt"):
        assert shown.lower() in text.lower(), shown


def test_what_only_one_of_them_has_is_said_to_be_new_or_left_out(compared: Callable[..., str]) -> None:
    text = compared(form_of("simple_discount"), form_of("spend_cap"))
    assert "tillkommer" in text
    assert "saknas här" in text


def test_an_offer_is_the_beginning_of_the_next(
    app: Flask, table: Table, compared: Callable[..., str]
) -> None:
    text = compared(form_of("tiered_volume"))
    found = re.search(r'action="([^"]+/offer)"', text)
    assert found is not None
    typed = dict(re.findall(r'<input type="hidden" name="([a-z_0-9-]+)" value="([^"]*)"', text))
    begun = sign_in(app.test_client(), "secretary").post(found[1], data=typed | {"do": "begin"})
    assert begun.status_code == 200
    assert 'name="clause-1-tiers"' in begun.text
    assert 'value="2026-06-01"' in begun.text
    assert table.one("SELECT count(*) FROM negotiation_offer") == 1
