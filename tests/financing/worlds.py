"""Random figures per region, and files of them, for tests of the calculations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from nt_process.kernel.regions import REGIONS

CODES = [region.code for region in REGIONS]


def _figures(seed: int, lowest: int, highest: int) -> dict[str, int]:
    # Drawing 21 figures one by one is slow; a seed and a spread give as many different worlds.
    dice = Random(seed)  # noqa: S311 - nothing here is secret
    return {code: dice.randint(lowest, highest) for code in CODES}


costs = st.builds(
    lambda seed, highest: {code: Decimal(ore).scaleb(-2) for code, ore in _figures(seed, 0, highest).items()},
    st.integers(0, 10**6),
    st.sampled_from([0, 1, 200, 13_600, 100_000]),
)
populations = st.builds(
    lambda seed, highest: _figures(seed, 1, highest),
    st.integers(0, 10**6),
    st.sampled_from([1, 2, 60_000, 3_000_000]),
)
whole_amounts = st.integers(min_value=0, max_value=10**11).map(Decimal)
positive_amounts = st.integers(min_value=1, max_value=10**11).map(Decimal)


def region_file(column: str, values: Mapping[str, object], separator: str = ",") -> bytes:
    """A file of one figure per region, named by county code."""
    lines = [separator.join(("region", column))]
    lines += [separator.join((code, str(value))) for code, value in values.items()]
    return "\n".join(lines).encode()
