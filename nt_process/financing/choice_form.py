"""What a scenario is chosen by: fields that begin with the published values of the year, and are read here.

A form is sent as a link (GET). Its fields are texts; what is not changed from the published value is
handed on as not given, so the page says the same about a figure's source as the command does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self, cast

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, SelectField

from nt_process.financing.amounts import ANY_AMOUNT, GROWTH_PERCENT, Amounts
from nt_process.financing.fault_texts import FINANCING_FAULTS
from nt_process.financing.layout import Layout
from nt_process.infra.fault_texts import fault_sentence
from nt_process.kernel.cells import CellError, read_date, read_whole
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate

Published = Mapping[str, Decimal | int | None]

# The field of a fault that names none.
_FIELD_OF_FAULT = {
    "unknown_year": "year",
    "no_distribution": "year",
    "no_needs_model": "total",
    "unknown_population_day": "population_day",
    "thresholds_given_and_computed": "computed",
    "thresholds_out_of_order": "upper",
    "part_exceeds_whole": "price",
}


class ChoiceForm(FlaskForm):
    """One scenario of one calculation.

    `follows` names the fields (a year, a part) that the published values depend on. `prefilled`
    remembers for which of their values the others were filled in, so that a change of year takes
    the unchanged ones along and leaves the changed ones.
    """

    follows: ClassVar[tuple[str, ...]] = ()
    prefilled = HiddenField()

    @classmethod
    def of(cls, args: MultiDict[str, str], key: str, language: str, today: date) -> Self:
        """The form of the scenario `key` ("a" or "b") as the address says it."""
        form = cls(args, prefix=key, meta={"csrf": False})
        form.prepare(today)
        form.fill_in(language)
        return form

    def prepare(self, today: date) -> None:
        """Values that stand in a fresh form and do not depend on other fields."""

    def published(self, *chosen: str) -> Published:
        """The values that stand in the fields when nothing else is chosen, by the fields in `follows`."""
        raise NotImplementedError

    def layout(self) -> Layout:
        """The calculation by published figures. Raises BadInput."""
        raise NotImplementedError

    def layout_of_file(self, content: bytes, more: FlaskForm) -> Layout:
        """The calculation by the figures of a file; `more` is what the upload asks besides. Raises BadInput."""
        raise NotImplementedError

    # --- filling in -----------------------------------------------------------------------------

    def fill_in(self, language: str) -> None:
        self._faults: list[Fault] = []
        chosen = ",".join(self[name].data or "" for name in self.follows)
        self._published = self.published(*chosen.split(","))
        then = self.published(*(self.prefilled.data or chosen).split(",")) if self.follows else {}
        for name, value in self._published.items():
            field = self[name]
            left_alone = self.prefilled.data not in (None, chosen) and self._is(field, then.get(name))
            if not (field.data or "").strip() or left_alone:
                field.data = written(value, language)
        self.prefilled.data = chosen

    def _is(self, field: Field, value: Decimal | int | None) -> bool:
        """Whether a field still says `value`."""
        text = (field.data or "").strip()
        if value is None:
            return not text
        try:
            return Amounts(lowest=GROWTH_PERCENT.lowest).read(text) == value
        except BadInput:
            return False

    # --- reading --------------------------------------------------------------------------------

    def amount(self, name: str, bounds: Amounts = ANY_AMOUNT) -> Decimal | None:
        """The number in a field; None when it is blank, or faulty (see `refuse_faulty`)."""
        text = self._text(name)
        if not text:
            return None
        try:
            return bounds.read(text, name)
        except BadInput as refusal:
            self._faults += refusal.faults
            return None

    def own(self, name: str, bounds: Amounts = ANY_AMOUNT) -> Decimal | None:
        """The number in a field when it is another than the published one."""
        return None if self._is(self[name], self._published.get(name)) else self.amount(name, bounds)

    def whole(self, name: str, lowest: int, highest: int) -> int:
        """The whole number in a field; `lowest` when it is faulty."""
        text = self._text(name)
        try:
            number = read_whole(text, decimal_comma=True)
        except CellError as error:
            self._faults.append(Fault(error.code, column=name, params={"value": text[:80]}))
            return lowest
        if not lowest <= number <= highest:
            params = {"value": text[:80], "lowest": lowest, "highest": highest}
            self._faults.append(Fault("out_of_range", column=name, params=params))
            return lowest
        return number

    def day(self, name: str) -> date | None:
        """The day in a field; None when it is blank or faulty."""
        text = self._text(name)
        if not text:
            return None
        try:
            return read_date(text)
        except CellError as error:
            self._faults.append(Fault(error.code, column=name, params={"value": text[:80]}))
            return None

    def one_of(self, name: str) -> str:
        """The chosen alternative of a field; the first one when what was sent is none of them."""
        field = cast("SelectField", self[name])
        # The stubs of the form library are of an older release.
        known = [choice.value for choice in field.iter_choices()]  # pyrefly: ignore
        text = self._text(name)
        return text if text in known else known[0]

    def refuse_faulty(self) -> None:
        """Raises BadInput with everything that could not be read."""
        if self._faults:
            raise BadInput(*self._faults)

    def _text(self, name: str) -> str:
        return str(self[name].data or "").strip()

    # --- refusing -------------------------------------------------------------------------------

    def show_faults(self, refusal: BadInput, translate: Translate) -> list[str]:
        """Put each fault beside the field that it is about; the sentences about none of them are returned."""
        others = []
        for fault in refusal.faults:
            name = _FIELD_OF_FAULT.get(fault.code, (fault.column or "").removeprefix("--").replace("-", "_"))
            if fault.row is None and name in self:
                about_field = Fault(fault.code, params=fault.params)
                said = fault_sentence(about_field, translate, FINANCING_FAULTS)
                self[name].errors = [*self[name].errors, said]
            else:
                others.append(fault_sentence(fault, translate, FINANCING_FAULTS))
        return others

    @property
    def shown(self) -> Sequence[Any]:
        """The fields that a person fills in."""
        return [field for field in self if field.type != "HiddenField"]


def written(value: Decimal | int | None, language: str) -> str:
    """A value as a person would type it: decimal comma in Swedish, spaces between thousands."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value.normalize():,f}".replace(",", " ")
        return text.replace(".", ",") if language == "sv" else text
    return str(value)
