"""The forms of re-assessments. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.infra.rows import Row
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.reassessment import texts
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm, seen_number

_ASKED = [InputRequired()]
_DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}
_NUMBER = {"inputmode": "decimal", "autocomplete": "off", "class": "is-date"}
_LINE = {"autocomplete": "off"}


def choices(named: Mapping[str, Any]) -> list[Any]:
    """The alternatives of a field, by value to text."""
    return [SelectChoice(value, text) for value, text in named.items()]


class ReassessmentForm(CommandForm):
    fault_texts = texts.FAULTS
    seen = HiddenField()

    @property
    def seen_number(self) -> int:
        """Which version the page showed; of assessments how many."""
        return seen_number(self.seen)


class BoundForm(ReassessmentForm):
    last_day = StringField(_l("To be re-assessed by"), render_kw=_DAY)
    reason = TextAreaField(_l("Which condition says so"), validators=_ASKED)


class OutcomeForm(ReassessmentForm):
    outcome = SelectField(
        _l("Outcome of the re-assessment"), choices=choices(texts.OUTCOME_NAMES), validate_choice=False
    )
    reasons = TextAreaField(_l("Reasons"), validators=_ASKED)


class RuleForm(ReassessmentForm):
    months = StringField(_l("Months to the next assessment"), validators=_ASKED, render_kw=_NUMBER)
    price_percent = StringField(
        _l("Change of a list price that is told, in percent"), validators=_ASKED, render_kw=_NUMBER
    )
    agreement_days = StringField(
        _l("Days before an agreement's end when it is told"), validators=_ASKED, render_kw=_NUMBER
    )


class TriggerForm(ReassessmentForm):
    kind = SelectField(_l("What has happened"), choices=choices(texts.KIND_NAMES), validate_choice=False)
    happened_on = StringField(_l("Day"), validators=_ASKED, render_kw=_DAY)
    source = StringField(_l("Source"), validators=_ASKED, render_kw=_LINE)
    description = TextAreaField(_l("Description"), validators=_ASKED)


class AssessForm(ReassessmentForm):
    verdict = SelectField(
        _l("How it is assessed"), choices=choices(texts.VERDICT_NAMES), validate_choice=False
    )
    reason = TextAreaField(_l("Reason"), validators=_ASKED)


class DialogueForm(ReassessmentForm):
    company = SelectField(_l("Company"), validate_choice=False)
    medicine = StringField(_l("Medicine"), validators=_ASKED, render_kw=_LINE)
    held_on = StringField(_l("Day of the meeting"), validators=_ASKED, render_kw=_DAY)
    parties = TextAreaField(_l("Who met"), validators=_ASKED)
    questions = TextAreaField(_l("The company's questions"), validators=_ASKED)
    advice = TextAreaField(_l("The advice given"))
    for_regions = TextAreaField(_l("What may be told to the regions"))
    case = StringField(_l("Register number of the case that came of it"), render_kw=_LINE)

    def offer(self, companies: Iterable[Row]) -> DialogueForm:
        self.company.choices = choices(
            {"": _("Choose a company")} | {str(one["id"]): one["name"] for one in companies}
        )
        return self


class PlanForm(ReassessmentForm):
    question = TextAreaField(_l("What is to be known"), validators=_ASKED)
    side = SelectField(_l("Who delivers"), choices=choices(texts.OWNER_NAMES), validate_choice=False)
    data_owner = StringField(_l("Data owner"), validators=_ASKED, render_kw=_LINE)
    register = StringField(_l("Register or other source"), render_kw=_LINE)
    intent = TextAreaField(_l("Letter of intent on trials"))
    agreement = SelectField(_l("Agreement that rests on the plan"), validate_choice=False)

    def offer(self, agreements: Iterable[Row]) -> PlanForm:
        named = {
            str(one["id"]): _("Agreement of %(day)s", day=one["made_at"].date().isoformat())
            for one in agreements
        }
        self.agreement.choices = choices({"": _("No agreement")} | named)
        return self


class MilestoneForm(ReassessmentForm):
    what = StringField(_l("What is delivered"), validators=_ASKED, render_kw=_LINE)
    responsible = StringField(_l("Responsible"), validators=_ASKED, render_kw=_LINE)
    due = StringField(_l("Last day"), validators=_ASKED, render_kw=_DAY)


class MoveForm(ReassessmentForm):
    due = StringField(_l("New last day"), validators=_ASKED, render_kw=_DAY)
    reason = TextAreaField(_l("Reason"), validators=_ASKED)


class DeliverForm(ReassessmentForm):
    note = TextAreaField(_l("What is delivered"))
    file = FileField(_l("File"))

    def sentence(self, fault: Fault, translate: Translate) -> str:
        # What may be wrong with a file is said as it is of every file from outside.
        if fault.column == "file":
            return reason_texts.describe(Reason(fault.code, fault.params))
        return super().sentence(fault, translate)
