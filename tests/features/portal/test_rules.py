"""The rules of an application, for any text and any answers."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.infra.fault_texts import READING_FAULTS
from nt_process.kernel.regions import REGIONS
from nt_process.portal import rules
from nt_process.portal.form import YEARS, Field, cell, newest
from nt_process.portal.rules import NotAnAnswer
from nt_process.portal.texts import FAULTS
from tests.features.portal.world import ANSWERS

TODAY = date(2026, 1, 7)
FORM = newest()


@given(st.sampled_from(sorted(FORM.fields)), st.text(max_size=400))
def test_any_text_is_an_answer_or_refused_with_a_known_reason(name: str, text: str) -> None:
    field, known = FORM.fields[name], {**READING_FAULTS, **FAULTS}
    code, value = "", ""
    try:
        value = rules.read(field, text, TODAY)
    except NotAnAnswer as fault:
        code = fault.code
    assert not code or code in known
    assert code or rules.read(field, value, TODAY) == value
    assert "\x00" not in value


@given(st.decimals(min_value=0, max_value=10**12, places=2), st.sampled_from(["sv", "en"]))
def test_an_amount_that_is_shown_can_be_read_again(amount: Decimal, language: str) -> None:
    field = FORM.fields["list_price"]
    stored = format(amount, "f")
    assert Decimal(rules.read(field, rules.written(field, stored, language), TODAY)) == amount


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234,50", "1234.50"), ("1\u00a0234.5", "1234.5"), ("1234 kr", "1234"), ("12 SEK", "12"), ("0", "0")],
)
def test_amounts_as_people_write_them(text: str, value: str) -> None:
    assert rules.read(FORM.fields["list_price"], text, TODAY) == value


@pytest.mark.parametrize("text", ["-1", "1,234.50", "1 23", "1e9", "NaN", "1,234", "1" * 40])
def test_what_could_be_two_amounts_or_none_is_refused(text: str) -> None:
    if text == "1,234":
        with pytest.raises(NotAnAnswer, match="too_many_decimals"):
            rules.read(FORM.fields["list_price"], text, TODAY)
    else:
        with pytest.raises(NotAnAnswer):
            rules.read(FORM.fields["list_price"], text, TODAY)


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "ftp://a.se", "https://", "health.ec.europa.eu", "https://a b.se", "https://[x"],
)
def test_a_link_is_an_address_on_the_web(text: str) -> None:
    with pytest.raises(NotAnAnswer, match="not_a_link"):
        rules.read(FORM.fields["jca_link"], text, TODAY)


AMOUNTS = st.decimals(min_value=0, max_value=10**11, places=2)


@given(
    st.dictionaries(st.tuples(st.sampled_from([r.code for r in REGIONS]), st.sampled_from(YEARS)), AMOUNTS)
)
def test_the_sums_of_regions_and_of_years_are_the_same_sum(amounts: dict[tuple[str, int], Decimal]) -> None:
    answers = {cell("budget", code, year): format(amount, "f") for (code, year), amount in amounts.items()}
    found = rules.sums("budget", answers)
    assert found["all"] == sum(amounts.values(), Decimal(0))
    assert sum((found[region.code] for region in REGIONS), Decimal(0)) == found["all"]
    assert sum((found[str(year)] for year in YEARS), Decimal(0)) == found["all"]


@given(st.sets(st.sampled_from(sorted(ANSWERS))))
def test_whatever_required_is_left_out_is_missing_and_nothing_else(left_out: set[str]) -> None:
    answers = {name: value for name, value in ANSWERS.items() if name not in left_out}
    lacking = {one.field for one in rules.missing(FORM, answers)}
    cells = {name for name in left_out if name.startswith("budget-")}
    expected = {name for name in left_out - cells if rules.is_required(FORM.fields[name], answers)}
    assert {name for name in lacking if not name.startswith("budget-")} == expected
    assert any(name.startswith("budget-") for name in lacking) == bool(cells)


def test_secret_until_the_company_says_that_it_is_not() -> None:
    prices = FORM.sections["prices"]
    price: Field = FORM.fields["offered_price"]
    assert rules.is_secret(prices, price, {})
    assert rules.is_secret(prices, price, {"prices_secret": "yes"})
    assert not rules.is_secret(prices, price, {"prices_secret": "no"})
    text = rules.public_text("T", FORM, {"offered_price": "77", "prices_secret": "no"}, ())
    assert "77 kr" in text
    assert "77" not in rules.public_text("T", FORM, {"offered_price": "77"}, ())


def test_a_claim_of_secrecy_states_provision_reason_and_until_when() -> None:
    lacking = {one.field for one in rules.missing(FORM, {"prices_secret": "yes"})}
    assert {"prices_provision", "prices_reason", "prices_until"} <= lacking
    assert "prices_reason" not in {one.field for one in rules.missing(FORM, {"prices_secret": "no"})}
    with pytest.raises(NotAnAnswer, match="secrecy_too_long"):
        rules.read(FORM.fields["prices_until"], "2046-01-08", TODAY)
    assert rules.read(FORM.fields["prices_until"], "2046-01-07", TODAY)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50)))
def test_the_hash_is_of_the_text_and_the_text_holds_everything(content: dict[str, str]) -> None:
    text, digest = rules.canonical(content)
    assert json.loads(text) == content
    assert rules.canonical(dict(reversed(content.items()))) == (text, digest)
    try:
        assert hashlib.sha256(text.encode()).hexdigest() == digest
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate is no answer")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "paste_empty"), ("Region\t1\t2\t3", "paste_empty"), ("Skåne\t1\t2", "paste_columns"),
     ("Skåne\t1\t2\t3\nAtlantis\t1\t2\t3", "paste_region"), ("x" * 30_000, "too_long")],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_with_its_line(text: str, code: str) -> None:
    with pytest.raises(NotAnAnswer, match=code):
        rules.pasted("budget", text)


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@given(
    claims=st.lists(
        st.fixed_dictionaries(
            {
                "place": _WORDS,
                "provision": st.sampled_from(["31:16", "30:23", "x", ""]),
                "reason": _WORDS,
                "until": st.sampled_from(["2030-01-01", "2020-01-01", "sen", ""]),
            }
        ),
        max_size=rules.MOST_CLAIMS,
    ),
    required=st.booleans(),
)
def test_every_claim_in_which_something_is_typed_is_read_or_faulted(
    claims: list[dict[str, str]], required: bool
) -> None:
    passages, faults = rules.read_passages(claims, date(2026, 1, 8), required=required)
    typed = [
        n
        for n, one in enumerate(claims, start=1)
        if any(one[k].strip() for k in ("place", "reason", "until"))
    ]
    faulted = {int(name.rpartition("-")[2]) for name in faults}
    if typed:
        assert len(passages) + len(faulted) == len(typed)
        assert faulted <= set(typed)
    else:
        assert not passages
        assert faulted == ({1} if required else set())
    assert all(one.until >= date(2026, 1, 8) and one.place and one.reason for one in passages)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [("patients", "0", "not_positive"), ("plan_report_on", "2026-01-06", "day_passed"),
     ("authorised_on", "2026-01-08", "day_ahead"), ("authorised_on", "07/01/2026", "not_a_date"),
     ("authorised_on", "2025-11-31", "no_such_day"), ("medicine", "a\u202eb", "bad_characters")],
)  # fmt: skip
def test_what_cannot_be_is_no_answer(name: str, text: str, code: str) -> None:
    with pytest.raises(NotAnAnswer) as refused:
        rules.read(FORM.fields[name], text, TODAY)
    assert refused.value.code == code


def test_a_region_stands_once_in_a_pasted_table() -> None:
    with pytest.raises(NotAnAnswer) as refused:
        rules.pasted("budget", "Skåne\t1\t2\t3\nSkåne\t1\t2\t3")
    assert (refused.value.code, refused.value.params["row"]) == ("paste_twice", 2)


def test_whoever_hands_in_no_model_is_asked_for_no_assumptions() -> None:
    without = {name: value for name, value in ANSWERS.items() if name != "assumptions"} | {
        "model_type": "none"
    }
    assert "assumptions" not in [one.field for one in rules.missing(FORM, without)]
    assert "assumptions" in [
        one.field for one in rules.missing(FORM, without | {"model_type": "cost_utility"})
    ]
