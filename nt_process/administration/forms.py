"""The forms of administration. Nothing is judged here: the faults are those of `rules.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.administration import rules
from nt_process.administration.texts import FAULTS, FIELD_NAMES, KIND_NAMES, ROLE_TITLES
from nt_process.infra.lazy_text import lazy as _l
from nt_process.infra.rows import Row
from nt_process.web.command_form import CommandForm, seen_number

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_OFF = {"autocomplete": "off", "spellcheck": "false"}
_ASKED = [InputRequired()]


class AdministrationForm(CommandForm):
    fault_texts = FAULTS
    seen = HiddenField()

    def texts(self) -> dict[str, str]:
        """What was typed and ticked, by the name of the field."""
        boxes = {name: one.data for name, one in self._fields.items() if isinstance(one, BooleanField)}
        return super().texts() | {name: rules.TICKED if is_on else "" for name, is_on in boxes.items()}

    @property
    def seen_change(self) -> int:
        return seen_number(self.seen, most_digits=17)


def _languages() -> list[Any]:
    return [SelectChoice("sv", "Svenska"), SelectChoice("en", "English")]


class PersonForm(AdministrationForm):
    name = StringField(FIELD_NAMES["name"], validators=_ASKED, render_kw={"autocomplete": "off"})
    email = StringField(FIELD_NAMES["email"], validators=_ASKED, render_kw=_OFF)
    language = SelectField(FIELD_NAMES["language"], choices=_languages(), validate_choice=False)


class MandateForm(AdministrationForm):
    organisation = SelectField(
        FIELD_NAMES["organisation"], choices=[], validate_choice=False, validators=_ASKED
    )
    role = SelectField(FIELD_NAMES["role"], choices=[], validate_choice=False, validators=_ASKED)
    valid_from = StringField(FIELD_NAMES["valid_from"], render_kw=_DAY)
    valid_to = StringField(FIELD_NAMES["valid_to"], render_kw=_DAY)
    speaks = BooleanField(FIELD_NAMES["speaks"])

    def fill_choices(self, organisations: Iterable[Row]) -> None:
        self.organisation.choices = [("", "–"), *((str(one["id"]), one["name"]) for one in organisations)]
        self.role.choices = [("", "–"), *((role, str(name)) for role, name in ROLE_TITLES.items())]


class NewPersonForm(PersonForm, MandateForm):
    invited = BooleanField(_l("Mail an invitation at once"))


class DaysForm(AdministrationForm):
    valid_from = StringField(FIELD_NAMES["valid_from"], render_kw=_DAY, validators=_ASKED)
    valid_to = StringField(FIELD_NAMES["valid_to"], render_kw=_DAY)


class SpeakingDaysForm(DaysForm):
    """Of a role that answers consultations."""

    speaks = BooleanField(FIELD_NAMES["speaks"])


class OrganisationForm(AdministrationForm):
    kind = SelectField(
        FIELD_NAMES["kind"],
        choices=[SelectChoice(kind, KIND_NAMES[kind]) for kind in rules.ORGANISATION_KINDS],
        validate_choice=False,
    )
    name = StringField(FIELD_NAMES["name"], validators=_ASKED, render_kw={"autocomplete": "off"})
    identifier = StringField(FIELD_NAMES["identifier"], render_kw=_OFF)


class UploadForm(FlaskForm):
    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])
