"""The audit: what each reader could work out of all that has been released, by linear programming.

A reader knows every released figure (within its rounding), the national total of each finished year, that each
rebate is between nothing and what was sold, and their own: a company its group's, a region its own, and any two
of them each other's. Of every contribution to every cell that was asked for, and of every part of it that the
releases tell apart, both a value `margin` below the truth and one `margin` above it must remain possible. Above,
it is enough that as much remains possible as was sold; of a rebate of nothing, one step of rounding.

Contributions that no figure tells apart are one unknown, which changes nothing in what can be worked out. Amounts
are millions of SEK in binary floating point here; the solver keeps each figure within 1e-7 of its bounds, and a
value counts as possible when it is found 1e-6 beyond what is asked. Needs much memory: only for a process of
its own (`audit_process`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import highspy
import numpy as np

from nt_process.disclosure.contributions import Contribution
from nt_process.disclosure.layouts import Cell, Release, Request, share
from nt_process.disclosure.sensitivity import Parameters
from nt_process.kernel.money import MILLION

_SLACK = 1e-6
_EXACT = 1e-9
# Only the costs differ from one question to the next, so that each begins where the last one ended.
_OPTIONS = {"output_flag": False, "presolve": "off", "threads": 1, "solver": "simplex"}

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell as a reader knows it: `value` within half a `step`, both MSEK; a value of None is not shown. `new`: what is
    to be released now."""

    request: Request
    cell: Cell
    basis: str
    value: float | None
    step: float
    new: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """Somebody could work out a contribution of `company`."""

    company: str


@dataclass(frozen=True, slots=True)
class Unknowns:
    """Contributions that no figure tells apart, each column one: whose, and the weight that each figure gives it."""

    company: Array
    region: Array
    amount: Array
    sales: Array
    weights: Array
    low: Array
    high: Array
    step: Array
    new: Array


def figures_of(releases: Sequence[Release], *, new: bool = False) -> list[Figure]:
    return [
        Figure(
            one.request,
            cell,
            one.basis,
            None if value is None else float(value / MILLION),
            float(one.step / MILLION),
            new,
        )
        for one in releases
        for cell, value in one.values.items()
    ]


def gather(figures: Sequence[Figure], bases: Mapping[str, Sequence[Contribution]]) -> Unknowns:
    """Put the contributions of all bases together. One that is the same in two bases is one unknown.

    Beside the figures stands, untold, the whole of each period as it was known: a company's part in it is protected too.
    """
    wholes = {(one.request.first, one.request.months, one.basis): one for one in figures}
    figures = [*figures, *(replace(one, cell=Cell("", ""), value=None) for one in wholes.values())]
    held: dict[Contribution, set[str]] = {}
    for name, contributions in bases.items():
        for one in contributions:
            held.setdefault(one, set()).add(name)
    everything = list(held)
    companies, company = _numbered([one.company for one in everything])
    regions, region = _numbered([one.region for one in everything])
    products = np.array([one.product for one in everything], dtype=object)
    months = np.array([one.month.toordinal() for one in everything])
    years = np.array([one.month.year for one in everything])
    in_basis = {name: np.array([name in held[one] for one in everything]) for name in bases}
    weights = np.zeros((len(figures), len(everything)))
    starts: dict[str, Array] = {}
    for row, figure in enumerate(figures):
        begins = starts.get(figure.cell.product)
        if begins is None:
            begins = np.array([code.startswith(figure.cell.product) for code in products], dtype=bool)
            starts[figure.cell.product] = begins
        inside = in_basis[figure.basis] & begins
        inside &= (months >= figure.request.first.toordinal()) & (months < figure.request.after.toordinal())
        if figure.cell.region:
            inside &= regions[region] == figure.cell.region
        for year in np.unique(years[inside]):
            weights[row, inside & (years == year)] = float(share(figure.request.measure, int(year)) or 0)
    amount = np.array([float(one.amount / MILLION) for one in everything])
    sales = np.array([float(max(one.sales, one.amount) / MILLION) for one in everything])
    first, group = _alike(company, region, _marks(weights))
    values = np.array([np.nan if one.value is None else one.value for one in figures])
    half = np.array([one.step / 2 + _EXACT for one in figures])
    return Unknowns(
        companies[company[first]],
        regions[region[first]],
        np.bincount(group, amount),
        np.bincount(group, sales),
        weights[:, first],
        values - half,
        values + half,
        np.array([one.step for one in figures]),
        np.array([one.new for one in figures], dtype=bool),
    )


def _numbered(names: Sequence[str]) -> tuple[Array, Array]:
    known, number = np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)
    return known, number


def _marks(weights: Array) -> Array:
    """A number for each column that is the same for columns that are alike."""
    rng = np.random.default_rng(0)
    codes = np.round(weights * 1000).astype(np.int64)
    return rng.integers(1, 2**31, size=codes.shape[0], dtype=np.int64) @ codes


def _alike(*keys: Array) -> tuple[Array, Array]:
    """Where each distinct combination of keys first stands, and which of them each column is."""
    _known, first, group = np.unique(np.stack(keys), axis=1, return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def breach(unknowns: Unknowns, parameters: Parameters) -> Breach | None:
    """The first contribution that some reader could work out with the new figures and not without them, or None."""
    margin = parameters.margin / 100
    for companies, regions in _readers(unknowns):
        own = np.isin(unknowns.company, companies) | np.isin(unknowns.region, regions)
        if not own.all():
            found = _View(unknowns, own, margin).breach()
            if found is not None:
                return found
    return None


def _readers(unknowns: Unknowns) -> Iterator[tuple[list[str], list[str]]]:
    """Every two readers who may tell each other what they know. One of them alone knows less than the two."""
    alone = [("company", name) for name in np.unique(unknowns.company)]
    alone += [("region", name) for name in np.unique(unknowns.region)]
    for together in combinations(alone, min(2, len(alone))):
        yield (
            [name for kind, name in together if kind == "company"],
            [name for kind, name in together if kind == "region"],
        )


class _View:
    """What is left unknown to a reader, as a linear program with one variable for each unknown."""

    def __init__(self, unknowns: Unknowns, own: Array, margin: float) -> None:
        known = unknowns.weights[:, own] @ unknowns.amount[own]
        others = np.flatnonzero(~own)
        _companies, company = np.unique(unknowns.company[others], return_inverse=True)
        first, group = _alike(company, _marks(unknowns.weights[:, others]))
        self.company = unknowns.company[others][first]
        self.amount = np.bincount(group, unknowns.amount[others])
        self.sales = np.bincount(group, unknowns.sales[others])
        self.weights = unknowns.weights[:, others[first]]
        self._told = ~np.isnan(unknowns.low) & self.weights.any(axis=1)
        self._low, self._high, self._new = unknowns.low - known, unknowns.high - known, unknowns.new
        self._aim(margin, unknowns.step.min())

    def _aim(self, margin: float, step: float) -> None:
        """What is protected: for each company each unknown, all of them, and its part in what figures tell apart."""
        names = np.unique(self.company)
        its = self.company[None, :] == names[:, None]
        parts = its[:, None, :] & _told_apart(self.weights != 0)[None, :, :]
        # The largest first: what moves all that a company has mostly moves its parts too.
        wanted = _distinct(
            np.concatenate([its, parts.reshape(-1, its.shape[1]), np.eye(len(self.company), dtype=bool)])
        )
        wanted = wanted[np.argsort(-wanted.sum(axis=1), kind="stable")]
        self.targets = wanted.astype(float)
        self.whose = self.company[wanted.argmax(axis=1)]
        truth, most = self.targets @ self.amount, self.targets @ self.sales
        self.low = truth * (1 - margin) - _SLACK
        beyond = np.where(truth > 0, truth * (1 + margin), step)
        self.high = np.minimum(beyond + _SLACK, most - _SLACK)

    def breach(self) -> Breach | None:
        """Look for a possible value beyond each end. One solution answers for many of them."""
        now = self._solver(self._told)
        before: highspy.Highs | None = None
        below, above = self.low <= 0, self.high <= 0
        for missing, sense in ((below, 1.0), (above, -1.0)):
            while not missing.all():
                wanted = int(np.flatnonzero(~missing)[0])
                self._mark(now, sense * self.targets[wanted], below, above)
                if not missing[wanted]:
                    before = before or self._solver(self._told & ~self._new)
                    if self._possible(before, wanted, sense):
                        return Breach(str(self.whose[wanted]))
                    # It was known before, and the new figures are not what tells it.
                    missing[wanted] = True
        return None

    def _mark(self, solver: highspy.Highs, costs: Array, below: Array, above: Array) -> None:
        reached = self.targets @ _solve(solver, costs)
        below |= reached <= self.low
        above |= reached >= self.high

    def _possible(self, solver: highspy.Highs, wanted: int, sense: float) -> bool:
        reached = float(self.targets[wanted] @ _solve(solver, sense * self.targets[wanted]))
        return reached <= self.low[wanted] if sense > 0 else reached >= self.high[wanted]

    def _solver(self, rows: Array) -> highspy.Highs:
        return _program(self.sales, self.weights[rows], self._low[rows], self._high[rows])


def _told_apart(figures: Array) -> Array:
    """Every figure, what two of them have in common, and what one has beyond another or beyond all that it holds."""
    figures = _distinct(figures)
    both = figures[:, None, :] & figures[None, :, :]
    beyond = figures[:, None, :] & ~figures[None, :, :]
    holds = (both == figures[None, :, :]).all(axis=2) & ~np.eye(len(figures), dtype=bool)
    rest = np.array([one & ~figures[inside].any(axis=0) for one, inside in zip(figures, holds, strict=True)])
    width = figures.shape[1]
    return _distinct(
        np.concatenate([both.reshape(-1, width), beyond.reshape(-1, width), rest.reshape(-1, width)])
    )


def _distinct(sets: Array) -> Array:
    """The sets that hold something, each once, in their order."""
    sets = sets[sets.any(axis=1)]
    _marks_of_each, first = np.unique(_marks(sets.T.astype(float)), return_index=True)
    return sets[np.sort(first)]


def _program(sales: Array, weights: Array, low: Array, high: Array) -> highspy.Highs:
    columns, rows = len(sales), len(low)
    place, which = np.nonzero(weights.T)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, rows
    program.col_cost_ = np.zeros(columns)
    program.col_lower_, program.col_upper_ = np.zeros(columns), sales
    program.row_lower_, program.row_upper_ = low, high
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.searchsorted(place, np.arange(columns + 1)).astype(np.int32)
    program.a_matrix_.index_ = which.astype(np.int32)
    program.a_matrix_.value_ = weights.T[place, which]
    solver = highspy.Highs()
    for option, value in _OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(program)
    return solver


def _solve(solver: highspy.Highs, costs: Array) -> Array:
    """A solution of least cost. Raises ArithmeticError when there is none: the figures contradict the contributions."""
    solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the audit's program is {solver.getModelStatus()}")
    return np.array(solver.getSolution().col_value)
