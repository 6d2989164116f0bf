"""A secret opens where it was sealed, with its key, whole; and nowhere else."""

from __future__ import annotations

import logging
import pickle
import traceback
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nt_process.sealed import cipher, rules
from nt_process.sealed.cipher import BLOCK, Bound, Damaged
from nt_process.sealed.secret import Secret

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BOUNDS = st.builds(Bound, NAMES, NAMES, st.integers(1, 99), NAMES, NAMES)
KEY = cipher.new_key()
PRICE = b"7312345.67"


@given(st.binary(max_size=2000), BOUNDS)
def test_what_goes_in_comes_out(payload: bytes, bound: Bound) -> None:
    nonce, ciphertext = cipher.encrypt(KEY, payload, bound)
    assert bytes(cipher.decrypt(KEY, nonce, ciphertext, bound)) == payload


@given(st.data())
def test_a_flipped_bit_is_refused(data: st.DataObject) -> None:
    bound = Bound("offer", "1", 1, "n")
    nonce, ciphertext = cipher.encrypt(KEY, PRICE, bound)
    stored = bytearray(nonce + ciphertext)
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Damaged):
        cipher.decrypt(KEY, bytes(stored[:12]), bytes(stored[12:]), bound)


@given(BOUNDS, BOUNDS)
def test_it_opens_only_where_it_belongs(here: Bound, there: Bound) -> None:
    nonce, ciphertext = cipher.encrypt(KEY, PRICE, here)
    if here == there:
        assert cipher.decrypt(KEY, nonce, ciphertext, there) == PRICE
    else:
        with pytest.raises(Damaged):
            cipher.decrypt(KEY, nonce, ciphertext, there)


def test_every_name_that_it_is_bound_to_counts() -> None:
    bound = Bound("offer", "1", 1, "n", "o")
    nonce, ciphertext = cipher.encrypt(KEY, PRICE, bound)
    others = [
        replace(bound, place="x"), replace(bound, row_id="x"), replace(bound, version=2),
        replace(bound, negotiation_id="x"), replace(bound, organisation_id="x"),
    ]  # fmt: skip
    for other in others:
        with pytest.raises(Damaged):
            cipher.decrypt(KEY, nonce, ciphertext, other)


@given(st.binary(max_size=BLOCK - 4), st.binary(max_size=BLOCK - 4))
def test_its_length_does_not_tell_the_price(one: bytes, other: bytes) -> None:
    bound = Bound("offer", "1", 1, "n")
    assert len(cipher.encrypt(KEY, one, bound)[1]) == len(cipher.encrypt(KEY, other, bound)[1])


def test_the_same_price_is_never_the_same_twice() -> None:
    bound = Bound("offer", "1", 1, "n")
    sealed = {cipher.encrypt(KEY, PRICE, bound) for _ in range(1000)}
    assert len({nonce for nonce, _ in sealed}) == len({text for _, text in sealed}) == 1000


def test_another_key_opens_nothing() -> None:
    bound = Bound("offer", "1", 1, "n")
    with pytest.raises(Damaged) as refusal:
        cipher.decrypt(cipher.new_key(), *cipher.encrypt(KEY, PRICE, bound), bound)
    assert "7312345" not in "".join(traceback.format_exception(refusal.value))


def test_a_secret_does_not_show_itself(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(PRICE)
    logging.getLogger("prov").warning("pris %s %r", secret, [secret])
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        str([secret]),
        "{}".format(secret),  # noqa: UP032
        caplog.text,
    ]
    assert [text for text in shown if "7312345" in text] == []
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.decode() == "7312345.67"


@given(st.dates(), st.dates())
def test_whoever_is_taken_out_today_is_out_today(valid_from: rules.date, today: rules.date) -> None:
    if today > rules.date.min and valid_from > rules.date.min:
        last = rules.ended_on(valid_from, today)
        assert not rules.holds(valid_from, last, today)
        assert (valid_from - last).days <= 1


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "missing"),
        (" \n", "missing"),
        ("x" * 501, "too_long"),
        ("a\x00b", "unusable"),
        ("\ud800", "unusable"),
    ],
)
def test_a_reason_that_says_nothing_is_refused(reason: str, code: str) -> None:
    assert [fault.code for fault in rules.reason_faults(reason)] == [code]


@given(st.sampled_from(rules.SIDES), st.lists(st.sampled_from(rules.SIDES), min_size=1), st.booleans())
def test_only_a_region_is_told_apart_from_its_neighbours(side: str, readers: list[str], own: bool) -> None:
    read = rules.may_read(side, "a", tuple(readers), "a" if own else "b")
    assert read == (side in readers and (side != "region" or own))
