"""The forms of negotiations. Nothing is judged here: the faults are those of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.negotiation.texts import CAPACITY_NAMES, FAULTS, KIND_NAMES
from nt_process.terms.texts import TERMS_FAULTS
from nt_process.web import reason_texts

ASKED = [InputRequired()]
NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "is-date"}
DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}


class CommandForm(FlaskForm):
    """A form whose faults are found by the command that it is sent to; `faults` are their texts."""

    faults: ClassVar[Mapping[str, str]] = FAULTS

    def texts(self) -> dict[str, str]:
        """What was typed, by the name of the field; a box that is ticked is “y”."""
        typed = {name: one.data or "" for name, one in self._fields.items() if isinstance(one.data, str)}
        return typed | {name: "y" for name, one in self._fields.items() if one.data is True}

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the field that it is about; what is about none of them beside the first."""
        for fault in refusal.faults:
            name = str(fault.column)
            field = self[name] if name in self else next(iter(self))
            field.errors = [*field.errors, _sentence(fault, translate, self.faults)]


def _sentence(fault: Fault, translate: Translate, texts: Mapping[str, str]) -> str:
    if fault.code == "in_file":
        return fault_sentence(cast("Fault", fault.params["fault"]), translate, TERMS_FAULTS)
    if fault.code.startswith("file_"):
        return reason_texts.describe(Reason(fault.code, fault.params))
    params = {
        name: getattr(value, "isoformat", lambda value=value: value)() for name, value in fault.params.items()
    }
    return fault_sentence(Fault(fault.code, params=params), translate, texts)


class OpenForm(CommandForm):
    number = StringField(
        _l("The case's register number"), validators=ASKED, render_kw={"autocomplete": "off"}
    )
    kind = SelectField(
        _l("Who negotiates"),
        choices=[SelectChoice(*one) for one in KIND_NAMES.items()],
        validate_choice=False,
    )
    threshold = StringField(_l("Share of the population that is to be covered, per cent"), render_kw=NUMBER)


class AdmitForm(CommandForm):
    person = SelectField(_l("Person"), choices=[], validate_choice=False)
    capacity = SelectField(
        _l("Part"),
        choices=[
            SelectChoice(name, CAPACITY_NAMES[name]) for name in ("member", "lead", "expert", "secretary")
        ],
        validate_choice=False,
    )
    valid_from = StringField(_l("From"), validators=ASKED, render_kw=DAY)
    valid_to = StringField(_l("To and including"), render_kw=DAY)


class MeetForm(CommandForm):
    day = StringField(_l("Day"), validators=ASKED, render_kw=DAY)
    place = StringField(_l("Place"))
    with_company = BooleanField(_l("The company takes part"))


class NoteForm(CommandForm):
    note = TextAreaField(_l("Note, sealed for the delegation"), validators=ASKED)


class ReasonForm(CommandForm):
    reason = StringField(_l("Why you open it"), validators=ASKED, render_kw={"autocomplete": "off"})


class RoundForm(CommandForm):
    sealed = BooleanField(_l("Sealed: nobody reads the other side's offers before the round is opened"))
    opens_on = StringField(_l("Opened on"), render_kw=DAY)
    opens_clock = StringField(
        _l("at"), render_kw={"class": "is-date", "placeholder": "14:00", "autocomplete": "off"}
    )


class InviteForm(CommandForm):
    """The regions are ticked one by one; there is no field of text."""

    reason = HiddenField()


class AnswerForm(CommandForm):
    authority = StringField(_l("Decided by, and reference to the decision"))
    reservations = TextAreaField(_l("Reservations"))
    reason = TextAreaField(_l("Reason"))
    commitment = HiddenField()
    region = HiddenField()


class MandateForm(CommandForm):
    region = SelectField(_l("Region"), choices=[], validate_choice=False)
    valid_from = StringField(_l("Holds from"), validators=ASKED, render_kw=DAY)
    valid_to = StringField(_l("To and including"), render_kw=DAY)
    authority = StringField(_l("Signed by"), validators=ASKED)
    file = FileField(_l("The power of attorney, as a file"), validators=ASKED)


class ThresholdForm(CommandForm):
    threshold = StringField(_l("Share of the population that is to be covered, per cent"), render_kw=NUMBER)
