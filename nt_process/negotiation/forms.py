"""The forms of negotiations. Nothing is judged here: the faults are those of the rules."""

from __future__ import annotations

from typing import cast

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.negotiation.texts import CAPACITY_NAMES, FAULTS, KIND_NAMES
from nt_process.terms.texts import TERMS_FAULTS
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm

ASKED = [InputRequired()]
NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "is-date"}
DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}


class NegotiationForm(CommandForm):
    fault_texts = FAULTS

    def sentence(self, fault: Fault, translate: Translate) -> str:
        if fault.code == "in_file":
            return fault_sentence(cast("Fault", fault.params["fault"]), translate, TERMS_FAULTS)
        if fault.code.startswith("file_"):
            return reason_texts.describe(Reason(fault.code, fault.params))
        params = {
            name: getattr(value, "isoformat", lambda value=value: value)()
            for name, value in fault.params.items()
        }
        return fault_sentence(Fault(fault.code, params=params), translate, self.fault_texts)


class OpenForm(NegotiationForm):
    number = StringField(
        _l("The case's register number"), validators=ASKED, render_kw={"autocomplete": "off"}
    )
    kind = SelectField(
        _l("Who negotiates"),
        choices=[SelectChoice(*one) for one in KIND_NAMES.items()],
        validate_choice=False,
    )
    threshold = StringField(_l("Share of the population that is to be covered, per cent"), render_kw=NUMBER)


class AdmitForm(NegotiationForm):
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


class MeetForm(NegotiationForm):
    day = StringField(_l("Day"), validators=ASKED, render_kw=DAY)
    place = StringField(_l("Place"))
    with_company = BooleanField(_l("The company takes part"))


class NoteForm(NegotiationForm):
    note = TextAreaField(_l("Note, sealed for the delegation"), validators=ASKED)


class ReasonForm(NegotiationForm):
    reason = StringField(_l("Why you open it"), validators=ASKED, render_kw={"autocomplete": "off"})


class RoundForm(NegotiationForm):
    sealed = BooleanField(_l("Sealed: nobody reads the other side's offers before the round is opened"))
    opens_on = StringField(_l("Opened on"), render_kw=DAY)
    opens_clock = StringField(
        _l("at"), render_kw={"class": "is-date", "placeholder": "14:00", "autocomplete": "off"}
    )


class InviteForm(NegotiationForm):
    """The regions are ticked one by one; there is no field of text."""

    reason = HiddenField()


class AnswerForm(NegotiationForm):
    authority = StringField(_l("Decided by, and reference to the decision"))
    reservations = TextAreaField(_l("Reservations"))
    reason = TextAreaField(_l("Reason"))
    commitment = HiddenField()
    region = HiddenField()


class MandateForm(NegotiationForm):
    region = SelectField(_l("Region"), choices=[], validate_choice=False)
    valid_from = StringField(_l("Holds from"), validators=ASKED, render_kw=DAY)
    valid_to = StringField(_l("To and including"), render_kw=DAY)
    authority = StringField(_l("Signed by"), validators=ASKED)
    file = FileField(_l("The power of attorney, as a file"), validators=ASKED)


class ThresholdForm(NegotiationForm):
    threshold = StringField(_l("Share of the population that is to be covered, per cent"), render_kw=NUMBER)
