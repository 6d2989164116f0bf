"""The forms of releases. Nothing is judged here: the faults are those of `rules.py`."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.disclosure.layouts import LAYOUTS, MAIN_GROUPS, MEASURES
from nt_process.disclosure.sensitivity import NAMES
from nt_process.disclosure.texts import (
    FAULTS,
    FIELD_NAMES,
    GROUP_NAMES,
    LAYOUT_NAMES,
    MEASURE_NAMES,
    PARAMETER_NAMES,
)
from nt_process.infra.lazy_text import lazy as _l
from nt_process.web.command_form import CommandForm

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_MONTH = {"placeholder": _l("YYYY-MM"), "class": "is-date", "autocomplete": "off"}
_NUMBER = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date"}
_ASKED = [InputRequired()]


class ReleaseForm(CommandForm):
    fault_texts = FAULTS


class RequestForm(ReleaseForm):
    title = StringField(FIELD_NAMES["title"], validators=_ASKED, render_kw={"autocomplete": "off"})
    layout = SelectField(
        FIELD_NAMES["layout"],
        choices=[SelectChoice(name, LAYOUT_NAMES[name]) for name in LAYOUTS],
        validate_choice=False,
    )
    scope = SelectField(FIELD_NAMES["scope"], choices=[], validate_choice=False)
    first = StringField(FIELD_NAMES["first"], validators=_ASKED, render_kw=_MONTH)
    months = StringField(FIELD_NAMES["months"], validators=_ASKED, render_kw=_NUMBER)
    measure = SelectField(
        FIELD_NAMES["measure"],
        choices=[SelectChoice(name, MEASURE_NAMES[name]) for name in MEASURES],
        validate_choice=False,
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        named = [(group, f"{group} {GROUP_NAMES[group]}") for group in MAIN_GROUPS]
        self.scope.choices = [("", _l("All")), *named]


class DecisionForm(ReleaseForm):
    note = TextAreaField(FIELD_NAMES["note"])


class ParameterForm(ReleaseForm):
    name = SelectField(
        FIELD_NAMES["name"],
        choices=[SelectChoice(name, PARAMETER_NAMES[name]) for name in NAMES],
        validate_choice=False,
    )
    value = StringField(FIELD_NAMES["value"], validators=_ASKED, render_kw=_NUMBER)
    from_day = StringField(FIELD_NAMES["from_day"], validators=_ASKED, render_kw=_DAY)
    reason = TextAreaField(FIELD_NAMES["reason"], validators=_ASKED)


class BasisForm(FlaskForm):
    file = FileField(FIELD_NAMES["file"], validators=[FileRequired(_l("Choose a file."))])
