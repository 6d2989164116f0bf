"""What a precedent may say, what of a text stands in sealed terms, and how alike cases are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nt_process.engine.loader import load_published
from nt_process.kernel.faults import BadInput
from nt_process.precedents import figures, queries, rules
from nt_process.precedents.figures import Figure
from nt_process.precedents.rules import Grounds, Traits
from nt_process.terms.contract import Contract
from nt_process.terms.kinds import KINDS
from nt_process.terms.patients import PatientCap
from nt_process.terms.prices import FixedNetPrice, SimpleDiscount
from nt_process.terms.volumes import SpendCap, TieredVolume
from tests.features.precedents.world import ALL_PARTS, GROUNDS, TICKED, Ticked


def read(decision: str = "should", ticked: Ticked | None = None, **typed: str) -> Grounds:
    return rules.read(GROUNDS | typed, {**TICKED, **(ticked or {})}, decision)


def faults(decision: str = "should", ticked: Ticked | None = None, **typed: str) -> set[tuple[str, str]]:
    with pytest.raises(BadInput) as refused:
        read(decision, ticked, **typed)
    return {(str(one.column), one.code) for one in refused.value.faults}


def test_the_grounds_as_they_are_typed() -> None:
    found = read()
    assert (found.qaly_from, found.qaly_to, found.patients) == (750_000, 1_000_000, 120)
    assert found.contract == ("financial",)
    bare = rules.read({"reasons": "Skäl"}, {}, "should")
    assert (bare.severity, bare.rarity, bare.patients, bare.qaly_from, bare.contract) == (
        None,
        None,
        None,
        None,
        (),
    )


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"reasons": "  "}, ("reasons", "missing")),
        ({"reasons": "x" * 8001}, ("reasons", "too_long")),
        ({"indication": "a\x00"}, ("indication", "bad_characters")),
        ({"severity": "worst"}, ("severity", "not_a_choice")),
        ({"patients": "0"}, ("patients", "not_a_number")),
        ({"patients": "-3"}, ("patients", "not_a_number")),
        ({"patients": "10000001"}, ("patients", "not_within")),
        ({"qaly_from": "760000"}, ("qaly_from", "not_in_steps")),
        ({"qaly_from": "100050000"}, ("qaly_from", "not_within")),
        ({"qaly_to": "750000"}, ("qaly_to", "not_an_interval")),
        ({"willing_from": ""}, ("willing_to", "not_an_interval")),
        ({"willing_to": "1e6"}, ("willing_to", "not_a_number")),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(typed: dict[str, str], fault: tuple[str, str]) -> None:
    assert faults("should", None, **typed) == {fault}


def test_contracts_and_what_is_public_hang_together() -> None:
    assert faults("no_agreement") == {("contract", "no_contract")}
    assert faults("agreement", {"contract": []}) == {("contract", "missing_contract")}
    clauses: Ticked = {"clauses": ["simple_discount", "individual_outcome"]}
    assert faults("agreement", clauses) == {("clauses_told_by", "missing_permission")}
    told = read("agreement", clauses, clauses_told_by="Avtalet, klausul 7")
    # The coarse type follows from the clauses.
    assert told.contract == ("financial", "outcome_based")
    assert read(clauses_told_by="Avtalet").clauses_told_by == ""
    assert faults(ticked={"public_parts": ALL_PARTS}) == {("is_public", "not_public")}
    assert faults(ticked={"public_parts": ["everything"], "contract": ["barter"]}) >= {
        ("public_parts", "not_a_choice"),
        ("contract", "not_a_choice"),
    }


text = st.text(st.characters(), max_size=40)
ticks = st.lists(st.sampled_from(["financial", "outcome_based", *KINDS, *rules.PARTS, "?", ""]), max_size=4)


@given(
    st.dictionaries(
        st.sampled_from([*GROUNDS, "is_public", "clauses_told_by"]),
        text | st.sampled_from(["high", "50000", "100000"]),
    ),
    st.dictionaries(st.sampled_from(rules.LISTS), ticks),
    st.sampled_from(rules.DECISIONS),
)
def test_whatever_is_typed_is_read_or_refused_at_a_field(
    typed: dict[str, str], ticked: dict[str, list[str]], decision: str
) -> None:
    try:
        found = rules.read(typed, ticked, decision)
    except BadInput as refused:
        places = {str(one.column) for one in refused.faults}
        known = {*GROUNDS, *rules.LISTS, "is_public", "clauses_told_by"}
        if not places <= known:
            pytest.fail(f"a fault at no field: {places - known}")
        return
    assert found.reasons
    for low, high in ((found.qaly_from, found.qaly_to), (found.willing_from, found.willing_to)):
        assert high is None or (low is not None and low < high)
        assert all(bound is None or bound % rules.STEP == 0 for bound in (low, high))
    assert not (decision == rules.NO_AGREEMENT and found.contract)
    assert not found.clauses or (found.clauses_told_by and found.contract == rules.contract_of(found.clauses))
    assert found.is_public or not found.public_parts


def test_every_process_decides_by_the_steps_that_are_known() -> None:
    for workflow in load_published().values():
        assert set(rules.DECIDING) <= set(workflow.actions) | {"confirm_recommendation"}
        sets = {name for name, action in workflow.actions.items() if "outcome" in dict(action.sets)}
        undoes = {"record_annulment", "record_remittal", "change_decision"}
        assert sets - undoes <= set(rules.DECIDING)
    for name in rules.DECIDING:
        assert f"'{name}'" in queries._DECISION
    assert rules.decided("end_without_agreement", "should") == "no_agreement"
    assert rules.decided("decide_recommendation", "can") == "can"
    assert rules.decided("confirm_recommendation", None) is None
    assert rules.decided("close_case", "should") is None


# --- figures --------------------------------------------------------------------------------------

PRICE, CAP, RATE = Decimal("7312345.67"), Decimal(41500000), Decimal("12.5")
SEALED = figures.sealed(
    Contract(
        date(2026, 1, 1),
        None,
        ("A",),
        (
            SimpleDiscount(rate_pct=RATE),
            FixedNetPrice(net_prices={"A": PRICE}),
            SpendCap(cap=CAP, share_pct=Decimal(100)),
            PatientCap(cap=40),
            TieredVolume(mode="marginal", tiers=((Decimal(0), Decimal(5)), (Decimal(2500), Decimal(9)))),
        ),
    )
)


def test_the_figures_of_terms_that_tell_something() -> None:
    expected = {
        Figure(RATE, True),
        Figure(PRICE, False),
        Figure(Decimal(7312345), False),
        Figure(Decimal(7312346), False),
        Figure(CAP, False),
        Figure(Decimal(5), True),
        Figure(Decimal(2500), False),
        Figure(Decimal(9), True),
    }
    assert expected == SEALED


@pytest.mark.parametrize(
    "written",
    ["7312345.67", "7 312 345,67", "7\u00a0312\u00a0345,67", "7.312.345,67", "7,312,345.67", "7312345,670",
     "7'312'345.67", "7 312 345",
     "7312346", "41,5 miljoner", "41 500 tkr", "41,5 mnkr", "41500000", "0,0415 miljarder", "2 500", "2,5 tkr", "12,5 %", "12.5%",
     "12,5 procent", "9 per cent", "SEK41500000"],
)  # fmt: skip
def test_a_sealed_figure_is_found_however_it_is_written(written: str) -> None:
    assert len(figures.told(f"Kostnaden ({written}), enligt ovan.", SEALED)) == 1


@pytest.mark.parametrize(
    "written",
    ["", "år 2026", "12,5 patienter", "5 av 10", "40 patienter", "100 %", "7 312 344", "73123456,7", "41,5", "12,50 kr",
     "2026-03-01", "25 000", "L04AC98"],
)  # fmt: skip
def test_other_figures_are_let_through(written: str) -> None:
    assert figures.told(f"Underlaget ({written}), enligt ovan.", SEALED) == []


@given(
    st.decimals(100, 10**9, places=2),
    st.sampled_from((" ", "\u00a0", "\u202f", ".", "")),
    words := st.text("abcåäö ,.", max_size=20),
    words,
)
@example(Decimal("1250.00"), ".", "", "")
@example(Decimal("100000.50"), "", "pris", ".")
def test_any_amount_in_any_way_of_writing_is_found(
    amount: Decimal, between: str, before: str, after: str
) -> None:
    whole, _point, part = f"{amount:,.2f}".partition(".")
    written = whole.replace(",", between) + ("" if part == "00" else f",{part}")
    assert figures.told(f"{before} {written} {after}", {Figure(amount, False)})


# --- alike ----------------------------------------------------------------------------------------

traits = st.builds(
    Traits,
    st.sampled_from(("", "alfamab", "betanib")),
    st.sampled_from(("", "L04", "L04A", "L04AC", "L04AC98", "L01EA98")),
    st.none() | st.sampled_from(rules.SEVERITIES),
    st.none() | st.sampled_from(rules.RARITIES),
    st.none() | st.sampled_from(rules.CERTAINTIES),
    st.sampled_from(((), ("financial",), ("financial", "outcome_based"))),
)


@given(traits, traits)
def test_two_are_alike_either_way_round_and_none_more_than_one_with_itself(
    one: Traits, other: Traits
) -> None:
    assert set(rules.alike(one, other)) == set(rules.alike(other, one))
    assert rules.likeness(rules.alike(one, other)) <= rules.likeness(rules.alike(one, one))


def test_what_is_not_known_makes_nothing_alike() -> None:
    assert rules.alike(Traits(), Traits()) == ()
    assert rules.alike(Traits(atc="L04AC98"), Traits(atc="L04AC01")) == ("atc_5",)
    assert rules.alike(Traits(atc="L"), Traits(atc="L")) == ()
