"""The forms of the secretariat on a request. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.public import texts
from nt_process.public.forms import choices
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm

_ASKED = [InputRequired()]


class OfficeForm(CommandForm):
    fault_texts = texts.FAULTS

    def sentence(self, fault: Fault, translate: Translate) -> str:
        """Why a file is refused is worded as of every file."""
        if fault.column == "file" and fault.code not in texts.FAULTS:
            return reason_texts.describe(Reason(fault.code, fault.params))
        return super().sentence(fault, translate)


class AssignForm(OfficeForm):
    person = SelectField(_l("Who decides"), validators=_ASKED, validate_choice=False)

    def offer(self, people: Mapping[str, str]) -> AssignForm:
        self.person.choices = choices({"": _l("Not settled yet"), **people})
        return self


class FileForm(OfficeForm):
    file = FileField(_l("File"), validators=_ASKED)
    masked = SelectField(
        _l("What it is"),
        choices=choices(
            {"no": _l("The whole document"), "yes": _l("A new file with passages taken out (PDF)")}
        ),
        validate_choice=False,
    )


class MaskForm(OfficeForm):
    passage = StringField(
        _l("Which passage"), validators=_ASKED, render_kw={"autocomplete": "off", "maxlength": "200"}
    )
    ground = SelectField(
        _l("Why"), choices=choices(texts.GROUND_NAMES), validators=_ASKED, validate_choice=False
    )
    provision = StringField(
        _l("Provision"), validators=_ASKED, render_kw={"autocomplete": "off", "maxlength": "200"}
    )


class AnswerForm(OfficeForm):
    outcome = SelectField(
        _l("The answer"), choices=choices(texts.OUTCOME_NAMES), validators=_ASKED, validate_choice=False
    )
    reasons = TextAreaField(_l("Reasons, or a message to who asks"))
    gone = BooleanField(_l("What is taken out is gone from the files, and not only covered"))
