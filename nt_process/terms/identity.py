"""Packages by their article numbers: what a contract calls a package, and what it is counted by when it is sold.

Two texts can name one package and one name two packages; an article number names one. So sales are matched, and
agreements compared, by number alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from nt_process.terms.clause import Clause, specs
from nt_process.terms.contract import Contract

# A Nordic article number (Vnr), or the id of a package in the national product register (NPL).
_NUMBER = re.compile(r"\d{6}|\d{14}", re.ASCII)

Numbers = Mapping[str, Sequence[str]]


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def by_number(contract: Contract, numbers: Numbers) -> Contract:
    """The contract with the article numbers of each package in place of its name.

    A price that is stated for a name holds for each of its numbers. Raises KeyError for a package without numbers.
    """
    return replace(
        contract,
        packages=_named(contract.packages, numbers),
        clauses=tuple(_clause(clause, numbers) for clause in contract.clauses),
    )


def _clause(clause: Clause, numbers: Numbers) -> Clause:
    changed: dict[str, Any] = {"packages": _named(clause.packages, numbers)}
    for spec in specs(type(clause)):
        if spec.kind == "prices":
            prices: Mapping[str, Decimal] = getattr(clause, spec.name)
            changed[spec.name] = {number: price for name, price in prices.items() for number in numbers[name]}
    return replace(clause, **changed)


def _named(packages: Iterable[str], numbers: Numbers) -> tuple[str, ...]:
    return tuple(number for name in packages for number in numbers[name])
