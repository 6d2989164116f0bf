"""Terms as a document: there and back, every fault at its place, and a hash that binds without telling."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import translator
from nt_process.terms.clause import specs
from nt_process.terms.contract import Contract
from nt_process.terms.document import NONCE_BYTES, canonical, commitment, from_document, to_document
from nt_process.terms.kinds import KINDS
from nt_process.terms.texts import CHOICES, TERMS_FAULTS
from tests.terms.worlds import contracts

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NONCE = bytes(range(NONCE_BYTES))
EXPECTED = "53e229f6c34d1b2df2dd3910ca965774e613ca31ae8dce2d0d1bb5a890c6b715"


def small(**changes: Any) -> dict[str, Any]:
    clause = {"kind": "simple_discount", "rate_pct": "12.5"}
    return {"starts": "2026-01-01", "packages": ["P"], "clauses": [clause]} | changes


def clause(**fields: Any) -> dict[str, Any]:
    return small(clauses=[fields])


def faults(document: object) -> set[tuple[str, str | None]]:
    with pytest.raises(BadInput) as refused:
        from_document(document)
    for fault in refused.value.faults:
        for language in ("en", "sv"):
            assert translator(language)(TERMS_FAULTS[fault.code], **fault.params)
    return {(fault.code, fault.column) for fault in refused.value.faults}


@patient
@given(contracts)
def test_there_and_back(terms: Contract) -> None:
    document = json.loads(json.dumps(to_document(terms)))
    assert from_document(document) == terms
    assert canonical(to_document(from_document(document))) == canonical(document)


def test_what_is_not_written_has_its_usual_value() -> None:
    terms = from_document(small())
    assert terms.ends is None
    assert (terms.rounding, terms.clauses[0].basis, terms.clauses[0].beyond_cost) == (
        "half_up",
        "list",
        False,
    )


def test_the_same_number_written_otherwise_is_the_same_document() -> None:
    one, other = (clause(kind="simple_discount", rate_pct=rate) for rate in ("10", "10.00"))
    assert to_document(from_document(one)) == to_document(from_document(other))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], {("not_an_object", "terms")}),
        ({}, {("not_a_day", "starts"), ("missing", "packages"), ("missing", "clauses")}),
        (small(colour="red"), {("unknown_field", "colour")}),
        (small(format=2), {("unknown_format", "format")}),
        (small(starts="2026-01-02"), {("not_first_of_month", "starts")}),
        (small(ends="2026-06-29"), {("not_last_of_month", "ends")}),
        (small(ends="2025-12-31"), {("ends_before_start", "ends")}),
        (small(packages=["P", "P"]), {("duplicate_package", "packages")}),
        (small(packages=["P", 7]), {("not_a_text", "packages[2]")}),
        (small(packages=["P", "\ud800"]), {("bad_characters", "packages[2]")}),
        (small(packages=["P", "x" * 10**6]), {("too_long", "packages[2]")}),
        (small(rounding="up"), {("not_a_choice", "rounding")}),
        (small(clauses="x"), {("not_a_list", "clauses")}),
        (small(clauses=[3]), {("not_an_object", "clauses[1]")}),
        (clause(kind="gift"), {("unknown_kind", "clauses[1].kind")}),
        (clause(kind="simple_discount"), {("missing", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct="101"), {("too_large", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct="-1"), {("not_an_amount", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct=0.1), {("not_an_amount", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct="NaN"), {("not_an_amount", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct=True), {("not_an_amount", "clauses[1].rate_pct")}),
        (clause(kind="simple_discount", rate_pct="1", rate="2"), {("unknown_field", "clauses[1].rate")}),
        (clause(kind="simple_discount", rate_pct="1", beyond_cost=1), {("not_a_flag", "clauses[1].beyond_cost")}),
        (clause(kind="simple_discount", rate_pct="1", packages=["Q"]), {("foreign_package", "clauses[1].packages")}),
        (clause(kind="fixed_net_price", net_prices={"P": "1.005"}), {("not_in_ore", "clauses[1].net_prices.P")}),
        (clause(kind="fixed_net_price", net_prices={}), {("missing", "clauses[1].net_prices")}),
        (clause(kind="fixed_net_price", net_prices=[]), {("not_an_object", "clauses[1].net_prices")}),
        (clause(kind="patient_cap", cap="1.5"), {("not_whole", "clauses[1].cap")}),
        (
            clause(kind="tiered_volume", mode="marginal", tiers=[["0", "10"], ["0", "5"]]),
            {("tiers_out_of_order", "clauses[1].tiers"), ("rates_fall", "clauses[1].tiers")},
        ),
        (clause(kind="tiered_volume", mode="marginal", tiers=[["0"]]), {("not_a_pair", "clauses[1].tiers[1]")}),
        (
            clause(kind="population_outcome", measure="m", target_pct="0"),
            {("not_positive", "clauses[1].target_pct")},
        ),
        (
            clause(kind="instalments", instalments=[["6", "1"], ["6", "2"]]),
            {("duplicate_measure", "clauses[1].instalments")},
        ),
        (
            clause(
                kind="coverage_with_evidence", provisional_prices={"P": "1"}, review="x", final_prices={"P": "y"}
            ),
            {("not_a_day", "clauses[1].review"), ("not_an_amount", "clauses[1].final_prices.P")},
        ),
        # Every fault at once, each at its place.
        (
            small(
                starts="soon",
                clauses=[{"kind": "spend_cap", "cap": "x", "share_pct": "y"}, {"kind": "subscription"}],
            ),
            {
                ("not_a_day", "starts"),
                ("not_an_amount", "clauses[1].cap"),
                ("not_an_amount", "clauses[1].share_pct"),
                ("missing", "clauses[2].fee"),
            },
        ),
    ],
)  # fmt: skip
def test_every_fault_is_told_at_its_place(document: object, expected: set[tuple[str, str | None]]) -> None:
    assert faults(document) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@patient
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_no_document_breaks_the_reader(kind: str, data: st.DataObject) -> None:
    fields = {spec.name: data.draw(json_values, label=spec.name) for spec in specs(KINDS[kind])}
    with suppress(BadInput):
        from_document(small(clauses=[{"kind": kind, **fields}]))


def test_every_choice_has_its_words() -> None:
    named = {choice for kind in KINDS.values() for spec in specs(kind) for choice in spec.choices}
    assert named <= CHOICES.keys()


def test_the_hash_binds_to_terms_and_nonce() -> None:
    """The expected hash was computed with sha256sum over 32 zero bytes and the text {"a":"1"}."""
    assert commitment({"a": "1"}, bytes(NONCE_BYTES)) == EXPECTED
    assert commitment({"a": "2"}, bytes(NONCE_BYTES)) != EXPECTED
    assert commitment({"a": "1"}, NONCE) != EXPECTED
    with pytest.raises(ValueError, match="32 bytes"):
        commitment({"a": "1"}, b"short")
