"""An attacker: what somebody works out of published tables, in a formulation of their own.

Nothing here comes from the audit. Unknowns are what each company got for each group of medicines, region and part of
the time between the periods' ends; each published figure is an equation with a rounding error as one more unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import highspy
import numpy as np

from nt_process.disclosure.layouts import Release
from tests.disclosure.worlds import World

_STATE_SHARE = {2022: 0.4, 2023: 0.3}


def _weight(measure: str, year: int) -> float:
    return {"total": 1.0, "state": _STATE_SHARE[year], "regions": 1 - _STATE_SHARE[year]}[measure]


class Attacker:
    """Everything that the published tables say, ready for whoever adds what they know themselves."""

    def __init__(self, asked: World, releases: Sequence[Release]) -> None:
        cuts = sorted({day for one in releases for day in (one.request.first, one.request.after)})
        sums: dict[tuple[str, ...], list[float]] = {}
        for basis, contributions in asked.bases.items():
            others = {one for name, known in asked.bases.items() if name != basis for one in known}
            for one in contributions:
                time = f"{one.month.year} {sum(one.month >= cut for cut in cuts)}"
                times = "both" if one in others else basis
                key = (one.company, one.product, one.region, time, times)
                if times == "both" and basis != min(asked.bases):
                    continue
                held = sums.setdefault(key, [0.0, 0.0])
                held[0] += float(one.amount) / 1e6
                held[1] += float(one.sales) / 1e6
        self.keys = list(sums)
        self.truth = np.array([one[0] for one in sums.values()])
        self.most = np.array([one[1] for one in sums.values()])
        # The latest beginning of a part of the time, to see which period it is in.
        starts = {
            (f"{one.month.year} {sum(one.month >= cut for cut in cuts)}"): one.month
            for known in asked.bases.values()
            for one in known
        }
        rows, values = [], []
        for release in releases:
            for cell, value in release.values.items():
                if value is None:
                    continue
                row = np.zeros(len(self.keys))
                for column, (_company, product, region, time, times) in enumerate(self.keys):
                    if (
                        times in ("both", release.basis)
                        and product.startswith(cell.product)
                        and cell.region in ("", region)
                        and release.request.first <= starts[time] < release.request.after
                    ):
                        row[column] = _weight(release.request.measure, int(time[:4]))
                rows.append(row)
                values.append(float(value) / 1e6)
        self.rows, self.values = np.array(rows), np.array(values)
        self.companies = np.array([key[0] for key in self.keys])
        self.regions = np.array([key[2] for key in self.keys])

    def known(self, margin: float = 0.1) -> Iterator[str]:
        """Whose contributions somebody knows more closely than `margin` on one side, by whom. Two work together."""
        people = [("company", one) for one in np.unique(self.companies)]
        people += [("region", one) for one in np.unique(self.regions)]
        for pair in combinations(people, 2):
            own = np.zeros(len(self.keys), dtype=bool)
            for kind, name in pair:
                own |= (self.companies if kind == "company" else self.regions) == name
            yield from (f"{pair}: {said}" for said in self._look(own, margin))

    def _look(self, own: np.ndarray, margin: float) -> Iterator[str]:
        hidden = np.flatnonzero(~own)
        wanted = self._wanted(hidden)
        truth = wanted @ self.truth[hidden]
        guess = _Guess(
            self.rows[:, hidden], self.values - self.rows[:, own] @ self.truth[own], self.most[hidden]
        )
        least, largest = truth.copy(), truth.copy()
        for direction in (1.0, -1.0):
            for number in range(len(wanted)):
                enough = least <= truth * (1 - margin) if direction > 0 else largest >= truth * (1 + margin)
                if not enough[number]:
                    values = wanted @ guess.best(direction * wanted[number])
                    least, largest = np.minimum(least, values), np.maximum(largest, values)
        close = (least > truth * (1 - margin) + 1e-5) | (largest < truth * (1 + margin) - 1e-5)
        for number in np.flatnonzero(close & (truth > 0)):
            first = self.keys[hidden[np.flatnonzero(wanted[number])[0]]]
            yield f"{first} {least[number]:.2f} ≤ {truth[number]:.2f} ≤ {largest[number]:.2f}"

    def _wanted(self, hidden: np.ndarray) -> np.ndarray:
        """What would be worth knowing: of each company each product, region, time, pair of these, and figure."""
        sets: dict[bytes, np.ndarray] = {}
        labels = np.array([self.keys[place] for place in hidden], dtype=object)
        for company in np.unique(self.companies[hidden]):
            its = labels[:, 0] == company
            fields = [
                labels[:, 1],
                labels[:, 2],
                labels[:, 3],
                np.array([one[:1] for one in labels[:, 1]], dtype=object),
            ]
            parts = [its & (labels[:, 4] != one) for one in ("forecast", "outcome")]
            for version in list(parts):
                for field in fields:
                    parts += [version & (field == value) for value in set(field[version])]
                for one, other in combinations(fields[:3], 2):
                    parts += [
                        version & (one == a) & (other == b)
                        for a, b in set(zip(one[version], other[version], strict=True))
                    ]
            parts += list((self.rows[:, hidden] != 0) & its)
            for part in parts:
                if part.any():
                    sets[part.tobytes()] = part
        return np.array(list(sets.values()), dtype=float)


class _Guess:
    """Every value that fits: Σ weights · unknowns + error = figure, with the error at most half a million."""

    def __init__(self, rows: np.ndarray, values: np.ndarray, most: np.ndarray) -> None:
        self._unknowns = len(most)
        whole = np.hstack([rows, np.eye(len(rows))])
        half = np.full(len(rows), 0.5 + 1e-7)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = whole.shape
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = (
            np.concatenate([np.zeros(self._unknowns), -half]),
            np.concatenate([most, half]),
        )
        lp.row_lower_, lp.row_upper_ = values, values
        row, column = np.nonzero(whole)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.searchsorted(row, np.arange(len(whole) + 1)).astype(np.int32)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = column.astype(np.int32), whole[row, column]
        self._highs = highspy.Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(lp)

    def best(self, costs: np.ndarray) -> np.ndarray:
        self._highs.changeColsCost(self._unknowns, np.arange(self._unknowns, dtype=np.int32), costs)
        self._highs.run()
        assert self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return np.array(self._highs.getSolution().col_value)[: self._unknowns]
