"""The forms of companies. Nothing is judged here: the faults are those of the rules."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.companies.texts import FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm

_ASKED = [InputRequired()]
_NUMBER = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date"}


class CompanyForm(CommandForm):
    fault_texts = FAULTS


class RegisterForm(CompanyForm):
    company = StringField(
        _l("The company's name"), validators=_ASKED, render_kw={"autocomplete": "organization"}
    )
    identifier = StringField(
        _l("Organisation number"), validators=_ASKED, render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    name = StringField(_l("Your name"), validators=_ASKED, render_kw={"autocomplete": "name"})
    email = EmailField(
        _l("Your e-mail address at work"),
        validators=_ASKED,
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class ConfirmForm(CompanyForm):
    link = HiddenField()


class ApproveForm(CompanyForm):
    # Drawn as a list of what is alike, which is asked for where it is drawn.
    join = StringField(_l("Which company is it?"))
    administrator = BooleanField(_l("Administrator of the company"))


class ReasonForm(CompanyForm):
    reason = TextAreaField(_l("Reason"), validators=_ASKED)


class InviteForm(CompanyForm):
    name = StringField(_l("The colleague's name"), validators=_ASKED, render_kw={"autocomplete": "off"})
    email = EmailField(
        _l("E-mail address at work"),
        validators=_ASKED,
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )
    language = SelectField(
        _l("Language of the mail"),
        choices=[SelectChoice("sv", "Svenska"), SelectChoice("en", "English")],
        validate_choice=False,
    )


class DomainForm(CompanyForm):
    domain = StringField(
        _l("Domain"), validators=_ASKED, render_kw={"autocomplete": "off", "spellcheck": "false"}
    )


class MessageForm(CompanyForm):
    body = TextAreaField(_l("Message"), validators=_ASKED)
    files = MultipleFileField(_l("Attachments"))

    def sentence(self, fault: Fault, translate: Translate) -> str:
        """Files are judged as a case's documents are, and why one is refused is worded there."""
        if fault.column == "files" and fault.code not in FAULTS:
            return reason_texts.describe(Reason(fault.code, fault.params))
        return super().sentence(fault, translate)


class MeetingForm(CompanyForm):
    version = HiddenField()
    day = StringField(
        _l("Day"),
        validators=_ASKED,
        render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"},
    )
    lead_days = StringField(
        _l("Working days from the last day to file"), validators=_ASKED, render_kw=_NUMBER
    )
    capacity = StringField(_l("Places"), validators=_ASKED, render_kw=_NUMBER)
    place = StringField(_l("Where"))
    notes = TextAreaField(_l("Note to the council"))

    @property
    def seen_version(self) -> int:
        """The version that the page showed; 0, which none has, when it is not a number."""
        text = str((self.version.raw_data or [""])[0])
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class BookForm(CompanyForm):
    """`number` is chosen by a company among its own cases, and written by the secretariat."""

    number = StringField(_l("Case"), validators=_ASKED, render_kw={"autocomplete": "off"})
