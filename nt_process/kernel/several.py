"""One command for each of several things: what is refused for one is done for the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nt_process.kernel.faults import BadInput
from nt_process.kernel.reasons import NotDone


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one of several: why it was refused, or None when it was done."""

    key: str
    refused: NotDone | BadInput | None

    @property
    def code(self) -> str:
        """The refusal's code, or "" when it was done."""
        if isinstance(self.refused, NotDone):
            return self.refused.reason.code
        return "" if self.refused is None else self.refused.faults[0].code


def each(keys: Iterable[str], command: Callable[[str], object]) -> list[Item]:
    """Carry out a command, which is a transaction of its own, for each key."""
    items = []
    for key in keys:
        refused: NotDone | BadInput | None = None
        try:
            command(key)
        except (NotDone, BadInput) as error:
            refused = error
        items.append(Item(key, refused))
    return items
