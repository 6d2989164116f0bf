"""Which numbers a person may state, for the options of the command and the fields of the pages alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nt_process.kernel.cells import CellError, read_decimal
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.money import ORE, ZERO


@dataclass(frozen=True, slots=True)
class Amounts:
    """Numbers not below `lowest` (0 unless told) nor above `highest`; `in_ore` allows two decimals only."""

    lowest: Decimal = ZERO
    highest: Decimal | None = None
    in_ore: bool = False

    def read(self, text: str, column: str | None = None) -> Decimal:
        """A number with a decimal point or comma, spaces between thousands allowed.

        Raises BadInput (about `column`, the option or field) as `read_decimal`, and with
        negative_number, out_of_range, not_in_ore.
        """
        try:
            amount = read_decimal(text, decimal_comma=True)
        except CellError as error:
            raise _refused(error.code, column, text) from None
        if amount < 0 and self.lowest == 0:
            raise _refused("negative_number", column, text)
        if amount < self.lowest or (self.highest is not None and amount > self.highest):
            raise _refused("out_of_range", column, text, lowest=self.lowest, highest=self.highest)
        if self.in_ore and amount % ORE:
            raise _refused("not_in_ore", column, text)
        return amount


def _refused(code: str, column: str | None, text: str, **more: object) -> BadInput:
    return BadInput(Fault(code, column=column, params={"value": text.strip()[:80], **more}))


ANY_AMOUNT = Amounts()
IN_ORE = Amounts(in_ore=True)
PERCENT = Amounts(highest=Decimal(100))
GROWTH_PERCENT = Amounts(lowest=Decimal(-100), highest=Decimal(100))
