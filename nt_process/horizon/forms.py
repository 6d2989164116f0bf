"""The forms of horizon scanning."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nt_process.cases.forms import NewCaseForm
from nt_process.horizon.service import MAX_REASON
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.reasons import Reason


class UploadForm(FlaskForm):
    file = FileField(_l("The agency's export"), validators=[FileRequired(_l("Choose a file."))])


class DismissForm(FlaskForm):
    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("State why the medicine need not be watched.")),
            Length(max=MAX_REASON, message=_l("Write at most %(max)d characters.")),
        ],
    )
    version = HiddenField()


class ReopenForm(FlaskForm):
    version = HiddenField()


class MergeForm(FlaskForm):
    into = RadioField(
        _l("The item that stays"),
        choices=[],
        validate_choice=False,
        validators=[InputRequired(_l("Choose the item that stays."))],
    )
    reason = TextAreaField(
        _l("Reason"),
        validators=[Length(max=MAX_REASON, message=_l("Write at most %(max)d characters."))],
    )
    version = HiddenField()


class OpenForm(NewCaseForm):
    """A case's facts, proposed from the item; the company is one of the register's, or a name."""

    company = StringField(_l("The company's name, when it is not in the register"))

    def facts(self) -> dict[str, object]:
        facts = super().facts()
        if not self.company_id.data:
            del facts["company_id"]
            facts["company"] = self.company.data
        return facts

    def company_fault(self, proposed: str) -> Reason | None:
        """Both a company of the register and another name than the one that was `proposed`, or neither."""
        name = (self.company.data or "").strip()
        if not self.company_id.data:
            return None if name else Reason("company_missing", {"field": "company_id"})
        return Reason("company_twice", {"field": "company"}) if name not in ("", proposed) else None
