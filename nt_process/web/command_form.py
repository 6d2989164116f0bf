"""A form that a command reads: nothing is judged in it, and what the command finds wrong is shown beside its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import Field

from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate

# Whole numbers that a page can have shown: one more digit would not fit where versions are kept.
MOST_DIGITS = 9


class CommandForm(FlaskForm):
    """`fault_texts` are what each code of the room's faults says, as message ids."""

    fault_texts: ClassVar[Mapping[str, str]]

    @property
    def rows(self) -> Sequence[Any]:
        """Forms of their own within this one, by the row that a fault names."""
        return ()

    def texts(self) -> dict[str, str]:
        """What was typed, by the name of the field; a box that is ticked is “y”."""
        typed = {name: one.data or "" for name, one in self._fields.items() if isinstance(one.data, str)}
        return typed | {name: "y" for name, one in self._fields.items() if one.data is True}

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the field that it is about; what is about none of them beside the first."""
        for fault in refusal.faults:
            form = self if fault.row is None else self.rows[fault.row]
            name = str(fault.column)
            seen = [one for one in self if one.type != "HiddenField"]
            field = form[name] if name in form else (seen or list(self))[0]
            field.errors = [*field.errors, self.sentence(fault, translate)]

    def sentence(self, fault: Fault, translate: Translate) -> str:
        """What is wrong, without the name of the field beside which it stands."""
        return fault_sentence(Fault(fault.code, params=fault.params), translate, self.fault_texts)


def seen_number(field: Field, most_digits: int = MOST_DIGITS) -> int:
    """The number that the page showed, such as a version; 0, which none has, when it is not a number."""
    text = str((field.raw_data or [""])[0])
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most_digits else 0
