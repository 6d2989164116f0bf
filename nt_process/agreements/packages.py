"""Which article numbers a package of the terms has, as the secretariat states them when an agreement is drafted. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nt_process.kernel.faults import BadInput, Fault
from nt_process.terms.identity import is_number

MOST_NUMBERS = 60

Numbers = dict[str, tuple[str, ...]]


class Unfit(BadInput):
    """A form for a draft that cannot be used; with it what the terms call their packages, in their order."""

    def __init__(self, names: Sequence[str], *faults: Fault) -> None:
        super().__init__(*faults)
        self.names = tuple(names)


def field_of(place: int) -> str:
    """The field of the form for the package in this place, counted from one."""
    return f"package_{place}"


def read_numbers(
    names: Sequence[str], typed: Mapping[str, str], known: Mapping[str, Sequence[str]]
) -> tuple[Numbers, list[Fault]]:
    """The article numbers of each package, and what is wrong: missing, not_an_article_number, too_many, number_twice.

    What the terms call by its number has that one. Where nothing is typed, what is `known` from an earlier version holds.
    """
    found: Numbers = {}
    faults = []
    for place, name in enumerate(names, 1):
        said = typed.get(field_of(place), "").replace(",", " ").replace(";", " ").split()
        numbers = (name,) if is_number(name) else tuple(dict.fromkeys(said)) or tuple(known.get(name, ()))
        wrong = next((one for one in numbers if not is_number(one)), None)
        taken = {number for others in found.values() for number in others}
        if not numbers:
            faults.append(Fault("missing", column=field_of(place)))
        elif len(numbers) > MOST_NUMBERS:
            faults.append(Fault("too_many", column=field_of(place), params={"most": MOST_NUMBERS}))
        elif wrong is not None:
            shown = "".join(sign for sign in wrong[:40] if sign.isprintable())
            faults.append(Fault("not_an_article_number", column=field_of(place), params={"value": shown}))
        elif twice := sorted(taken & set(numbers)):
            faults.append(Fault("number_twice", column=field_of(place), params={"value": twice[0]}))
        found[name] = numbers
    return found, faults
