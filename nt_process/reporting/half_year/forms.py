"""The forms of half-yearly reports. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.fault_texts import TYPED_FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.reporting.half_year.regions import LINES
from nt_process.reporting.half_year.texts import FAULTS, NAMES
from nt_process.web.command_form import CommandForm

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_PERIOD = {"placeholder": "2026-1", "class": "is-date", "autocomplete": "off"}
_NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "is-date"}
_ASKED = [InputRequired()]


class HalfYearForm(CommandForm):
    fault_texts: ClassVar = {**TYPED_FAULTS, **FAULTS}


class PeriodForm(HalfYearForm):
    period = StringField(_l("Period"), validators=_ASKED, render_kw=_PERIOD)
    known_on = StringField(_l("As known at the end of the day"), render_kw=_DAY)


class PrefaceForm(HalfYearForm):
    text = TextAreaField(_l("Preface"), validators=_ASKED)
    seen = HiddenField()


class IssueForm(HalfYearForm):
    seen = HiddenField()


class MoneyForm(HalfYearForm):
    line = SelectField(
        _l("Line"),
        choices=[SelectChoice(line, _l(NAMES[f"line:{line}"])) for line in LINES],
        validate_choice=False,
    )
    amount = StringField(_l("Amount in SEK"), validators=_ASKED, render_kw=_NUMBER)
    note = StringField(_l("Note"), render_kw={"autocomplete": "off"})


class PlannedForm(MoneyForm):
    """A line of the budget for a year."""

    year = StringField(_l("Year"), validators=_ASKED, render_kw=_NUMBER)


class CostForm(MoneyForm):
    """A cost. It stands beside the form of a line, so its fields have names of their own."""

    day = StringField(_l("Booked on"), validators=_ASKED, render_kw=_DAY)

    def __init__(self, **given: Any) -> None:
        super().__init__(prefix="cost-", **given)
