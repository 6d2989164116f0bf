"""The form of an offer: every kind of clause, typed, moved, read in words, worked out, and refused where it is wrong."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from nt_process.kernel.faults import BadInput, Fault
from nt_process.negotiation import terms_document
from nt_process.negotiation.terms_document import clauses_of, name_of, rearranged, typed_of
from nt_process.terms.contract import Contract
from nt_process.terms.document import from_document, to_document
from nt_process.terms.kinds import KINDS
from tests.features.negotiation.world import Table
from tests.terms.worlds import contracts
from tests.world import PDF, sign_in

WHOLE = {"starts": "2026-06-01", "ends": "2028-05-31", "packages": "A 10 mg\nB 20 mg", "rounding": "down"}
# What somebody types for each kind, in Swedish, and nothing that can be left out.
TYPED: dict[str, dict[str, str]] = {
    "simple_discount": {"rate_pct": "12,5"},
    "fixed_net_price": {"net_prices": "A 10 mg: 1 234,50"},
    "tiered_volume": {"mode": "marginal", "tiers": "0: 10\n100: 20"},
    "spend_cap": {"cap": "1 000 000", "share_pct": "75"},
    "patient_cap": {"cap": "40"},
    "free_doses": {"free": "2", "dose_price": "500,50"},
    "dose_cap": {"most": "12", "dose_price": "500"},
    "individual_outcome": {"measure": "Svar vid 12 veckor", "share_pct": "50"},
    "population_outcome": {"measure": "Överlevnad", "target_pct": "80"},
    "coverage_with_evidence": {"provisional_prices": "A 10 mg: 1500", "review": "2027-06-01"},
    "subscription": {"fee": "5000000"},
    "instalments": {"instalments": "Svar: 100000\nSvar vid 6 månader: 50000"},
}


def form_of(*kinds: str, **changed: str) -> dict[str, str]:
    clauses = [{"kind": kind} | TYPED[kind] for kind in kinds]
    named = {name_of(n, key): text for n, one in enumerate(clauses, 1) for key, text in one.items()}
    return WHOLE | named | changed


def faults(typed: dict[str, str]) -> set[tuple[str, str]]:
    with pytest.raises(BadInput) as refusal:
        terms_document.read_form(typed)
    return {(str(fault.column), fault.code) for fault in refusal.value.faults}


def test_every_kind_of_clause_can_be_typed() -> None:
    assert TYPED.keys() == KINDS.keys()
    contract = terms_document.read_contract(form_of(*TYPED))
    assert [clause.kind for clause in contract.clauses] == list(TYPED)
    assert contract.rounding == "down"
    written = json.loads(json.dumps(terms_document.read_form(form_of(*TYPED))))
    found = {one["kind"]: one for one in written["clauses"]}
    assert found["simple_discount"]["rate_pct"] == "12.5"
    assert found["fixed_net_price"]["net_prices"] == {"A 10 mg": "1234.5"}
    assert found["tiered_volume"]["tiers"] == [["0", "10"], ["100", "20"]]
    assert found["instalments"]["instalments"] == [["Svar", "100000"], ["Svar vid 6 månader", "50000"]]
    assert found["population_outcome"]["share_pct"] == "100"


@given(contracts)
def test_what_a_contract_says_can_be_typed_and_is_read_as_the_same(contract: Contract) -> None:
    document = to_document(contract)
    for comma in (",", "."):
        assert terms_document.read_form(typed_of(document, comma)) == document
    assert from_document(terms_document.read_form(typed_of(document))) == contract


@given(
    st.lists(st.sampled_from(sorted(TYPED)), max_size=6),
    st.sampled_from(["up", "down", "remove", "add", "nothing"]),
    st.one_of(st.integers(-1, 9).map(str), st.sampled_from(sorted(TYPED)), st.text(max_size=6)),
)
def test_clauses_are_moved_whole_and_none_is_lost(kinds: list[str], deed: str, about: str) -> None:
    before = form_of(*kinds)
    after = rearranged(before, deed, about)
    one, other = clauses_of(before), clauses_of(after)
    place = int(about) - 1 if about.isascii() and about.isdigit() else -1
    if deed == "add" and about in TYPED:
        assert (other[:-1], other[-1]["kind"]) == (one, about)
    elif deed == "remove" and 0 <= place < len(one):
        assert other == one[:place] + one[place + 1 :]
    else:
        assert sorted(map(str, other)) == sorted(map(str, one))
    if deed == "up" and 1 <= place < len(one):
        assert other[place - 1] == one[place]
    assert {name: after[name] for name in WHOLE} == WHOLE


@pytest.mark.parametrize(
    ("kinds", "changed", "column", "code"),
    [
        (["simple_discount"], {"starts": ""}, "starts", "missing"),
        (["simple_discount"], {"starts": "igår"}, "starts", "not_a_day"),
        (["simple_discount"], {"starts": "2026-06-02"}, "starts", "not_first_of_month"),
        (["simple_discount"], {"ends": "2026-05-31"}, "ends", "ends_before_start"),
        (["simple_discount"], {"packages": ""}, "packages", "missing"),
        (["simple_discount"], {"packages": "a\x00b"}, "packages", "bad_characters"),
        (["simple_discount"], {"packages": "\ud800"}, "packages", "bad_characters"),
        ([], {}, "clauses", "no_clauses"),
        (["patient_cap", "simple_discount"], {"clause-2-rate_pct": "tolv"}, "clause-2-rate_pct", "not_an_amount"),
        (["patient_cap", "simple_discount"], {"clause-2-rate_pct": ""}, "clause-2-rate_pct", "missing"),
        (["simple_discount"], {"clause-1-rate_pct": "101"}, "clause-1-rate_pct", "too_large"),
        (["simple_discount"], {"clause-1-packages": "C"}, "clause-1-packages", "foreign_package"),
        (["simple_discount"], {"clause-1-ends": "2027-01-02"}, "clause-1-ends", "not_last_of_month"),
        (["fixed_net_price"], {"clause-1-net_prices": "A 10 mg 12"}, "clause-1-net_prices", "not_prices"),
        (["fixed_net_price"], {"clause-1-net_prices": "A 10 mg: 1,234"}, "clause-1-net_prices", "not_in_ore"),
        (["fixed_net_price"], {"clause-1-net_prices": "A 10 mg: 1\nA 10 mg: 2"}, "clause-1-net_prices",
         "duplicate_package"),
        (["tiered_volume"], {"clause-1-tiers": "100: 10\n0: 20"}, "clause-1-tiers", "tiers_out_of_order"),
        (["tiered_volume"], {"clause-1-tiers": "0: 20\n9: 10"}, "clause-1-tiers", "rates_fall"),
        (["tiered_volume"], {"clause-1-tiers": "tio"}, "clause-1-tiers", "not_tiers"),
        (["tiered_volume"], {"clause-1-mode": "x"}, "clause-1-mode", "not_a_choice"),
        (["patient_cap"], {"clause-1-cap": "1,5"}, "clause-1-cap", "not_whole"),
        (["instalments"], {"clause-1-instalments": "Svar"}, "clause-1-instalments", "not_instalments"),
        (["instalments"], {"clause-1-instalments": "Svar: 1\nSvar: 2"}, "clause-1-instalments",
         "duplicate_measure"),
        (["coverage_with_evidence"], {"clause-1-review": "2027-13-01"}, "clause-1-review", "not_a_day"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(
    kinds: list[str], changed: dict[str, str], column: str, code: str
) -> None:
    assert faults(form_of(*kinds, **changed)) == {(column, code)}


def test_all_that_is_wrong_is_told_at_once() -> None:
    typed = form_of(
        "simple_discount", "tiered_volume", starts="", **{"clause-1-rate_pct": "x", "clause-2-tiers": "y"}
    )
    assert faults(typed) == {
        ("starts", "missing"), ("clause-1-rate_pct", "not_an_amount"), ("clause-2-tiers", "not_tiers"),
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(form_of(*TYPED))), st.text(max_size=30)))
def test_whatever_is_typed_is_read_or_refused_at_a_field_that_there_is(changed: dict[str, str]) -> None:
    typed = form_of(*TYPED) | changed
    found: tuple[Fault, ...] = ()
    try:
        terms_document.read_form(typed)
    except BadInput as refusal:
        found = refusal.faults
    known = {*typed, "clauses", *(f"clause-{n}-{name}" for n in range(1, 13) for name in ("pool", "span"))}
    assert {fault.column for fault in found} <= known
    assert all(str(fault.params.get("value", "")).isprintable() for fault in found)


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture
def page(app: Flask, table: Table) -> Callable[..., Any]:
    """The company's answer for what it sends from the form."""
    company: FlaskClient = sign_in(app.test_client(), "company")
    address = f"/negotiations/{table.id}/rounds/{table.round()}/offer"

    def send(typed: dict[str, Any] | None = None, **more: str) -> Any:
        if typed is None:
            return company.get(address)
        kind = "multipart/form-data" if any(isinstance(one, tuple) for one in typed.values()) else None
        return company.post(address, data=typed | more, content_type=kind)

    return send


def test_clauses_are_built_without_scripts(page: Callable[..., Any], table: Table) -> None:
    assert "Lägg till" in page().text
    added = page(WHOLE, do="add", clauses="tiered_volume")
    assert added.status_code == 200
    assert 'name="clause-1-tiers"' in added.text
    assert 'value="2026-06-01"' in added.text
    second = page(form_of("tiered_volume"), do="add", clauses="simple_discount")
    assert 'name="clause-2-rate_pct"' in second.text
    assert "100: 20" in second.text
    moved = page(form_of("tiered_volume", "simple_discount"), do="up-2").text
    assert moved.index('name="clause-1-rate_pct"') < moved.index('name="clause-2-tiers"')
    assert 'value="12,5"' in moved
    removed = page(form_of("tiered_volume", "simple_discount"), do="remove-1").text
    assert "clause-2-kind" not in removed
    assert table.one("SELECT count(*) FROM negotiation_offer") == 0
    assert page(form_of(*TYPED), do="send").status_code == 302
    assert table.one("SELECT count(*) FROM negotiation_offer") == 1


def test_a_clause_that_is_added_begins_with_the_packages_that_need_a_price(page: Callable[..., Any]) -> None:
    added = page(WHOLE, do="add", clauses="fixed_net_price").text
    assert "A 10 mg: \nB 20 mg: " in added.replace("\r", "")


def test_a_refused_offer_names_the_clause_and_the_field(page: Callable[..., Any]) -> None:
    typed = form_of(
        "patient_cap", "simple_discount", **{"clause-2-rate_pct": "12,5 procent", "words": "Vårt bud"}
    )
    refused = page(typed, do="send")
    assert refused.status_code == 422
    summary = refused.text[refused.text.index('id="error-summary"') :][:900]
    assert "Villkor 2, enkel rabatt: Rabatt, procent" in " ".join(summary.split())
    assert 'href="#clause-2-rate_pct"' in summary
    for kept in ("12,5 procent", "Vårt bud", 'value="40"'):
        assert kept in refused.text


def test_the_offer_is_read_in_words_and_worked_out_before_it_is_sent(
    page: Callable[..., Any], table: Table
) -> None:
    """By hand: 10 packages a month of one kind at 1 000 kr are 120 000 kr in the first year, and 12.5 % of it 15 000 kr.

    Beyond the cap of 100 000 kr a calendar year, on what is left (105 000 kr), 61 250 kr fall in 2026: nothing.
    """
    typed = form_of("simple_discount", "spend_cap", packages="A 10 mg") | {
        "clause-2-cap": "100000", "clause-2-basis": "remaining", "volume": "10", "price": "1000",
    }  # fmt: skip
    shown = page(typed, do="show")
    assert shown.status_code == 200
    text = " ".join(shown.text.replace("\u00a0", " ").split())
    assert "Företaget återbetalar 12,5 procent" in text
    for figure in ("120 000,00", "15 000,00", "105 000,00", "(12,5 procent)", "61 250,00"):
        assert figure in text, figure
    assert table.one("SELECT count(*) FROM negotiation_offer") == 0
    assert table.one("SELECT count(*) FROM sealed.secret") == 0
    wrong = page(typed, do="show", volume="tio")
    assert wrong.status_code == 422
    assert "tio" in wrong.text


def test_an_unfinished_clause_is_said_to_be_and_the_others_are_read(page: Callable[..., Any]) -> None:
    text = page(form_of("simple_discount", "spend_cap", starts="", **{"clause-2-cap": ""}), do="up-2").text
    assert "inte färdigt" in text
    assert "12,5 procent" in text


def test_terms_of_a_file_are_read_into_the_form(page: Callable[..., Any]) -> None:
    document = terms_document.read_form(form_of(*TYPED))
    file = (io.BytesIO(json.dumps(document).encode()), "villkor.json")
    filled = page({"terms_file": file, "words": "Vårt bud"}, do="read")
    assert filled.status_code == 200
    for kept in ('value="12,5"', "100: 20", "Svar vid 6 månader: 50000", "Vårt bud"):
        assert kept in filled.text
    wrong = (io.BytesIO(b'{"starts": "2026-06-01", "clauses": [{"kind": "x"}]}'), "villkor.json")
    refused = page({"terms_file": wrong}, do="read")
    assert refused.status_code == 422
    assert "clauses[1].kind" in refused.text
    assert page({"words": "x"}, do="read").status_code == 422


def test_documents_that_would_be_lost_are_spoken_of(page: Callable[..., Any]) -> None:
    kept = page(form_of("simple_discount") | {"files": (io.BytesIO(PDF), "bilaga.pdf")}, do="up-1")
    assert "Välj dem igen" in kept.text


@pytest.mark.parametrize(
    "bad", ["\x00", "x" * 15_000, "\ud800", "-1", "1e999", "٣", "'; DROP TABLE cases; --"]
)
def test_nonsense_in_any_field_is_refused_and_never_fails(page: Callable[..., Any], bad: str) -> None:
    written = bad.encode("utf-8", "surrogatepass")
    figures = dict.fromkeys(("volume", "price", "patients", "doses", "met"), "1")
    kinds = {name for name in form_of(*TYPED) if name.endswith("-kind")}
    whole = form_of(*TYPED) | figures | {"words": "", "clauses": "", "do": "send"}
    for deed in ("send", "show", "add"):
        typed = {name: text if name in kinds else written for name, text in whole.items()}
        assert page(typed, do=deed).status_code in (200, 422)
        assert page(whole | dict.fromkeys(figures, written), do=deed).status_code in (200, 302, 422)
    for name in ("do", "clause-3-kind", "clauses"):
        assert page(whole | {name: written}).status_code in (200, 302, 422)
