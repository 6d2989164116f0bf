"""The forms of appeals. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.

from nt_process.appeals import texts
from nt_process.infra.lazy_text import lazy as _l
from nt_process.negotiation.forms import DAY
from nt_process.web.command_form import CommandForm


def choices(named: Mapping[str, Any], only: Iterable[str] | None = None) -> list[Any]:
    """The alternatives of a field, by value to text; with `only` those."""
    return [SelectChoice(value, named[value]) for value in (named if only is None else only)]


class AppealForm(CommandForm):
    fault_texts = texts.FAULTS


class AnnounceForm(AppealForm):
    approved_on = StringField(_l("Minutes approved on"), render_kw=DAY)
    up_on = StringField(_l("On the notice board since"), render_kw=DAY)


class DownForm(AppealForm):
    down_on = StringField(_l("Taken down on"), render_kw=DAY)


class SendForm(AppealForm):
    what = SelectField(_l("What is sent"), choices=choices(texts.SENT_NAMES), validate_choice=False)
    way = SelectField(_l("How"), choices=choices(texts.WAY_NAMES), validate_choice=False)
    sent_on = StringField(_l("Sent on"), render_kw=DAY)


class ReceiveForm(AppealForm):
    received_on = StringField(_l("Received on"), render_kw=DAY)
    proof = StringField(_l("How that is known"), render_kw={"autocomplete": "off"})


class RegisterForm(AppealForm):
    track = SelectField(_l("Appeal track"), validate_choice=False)
    party_class = SelectField(_l("Who appeals"), choices=choices(texts.PARTY_NAMES), validate_choice=False)
    appellant = StringField(_l("Name and contact details"), render_kw={"autocomplete": "off"})
    of_case = SelectField(
        _l("Is it the company of the case?"),
        choices=choices({"": _l("No"), "yes": _l("Yes")}),
        validate_choice=False,
    )
    received_on = StringField(_l("Received on"), render_kw=DAY)
    received_by = SelectField(_l("Received by"), choices=choices(texts.RECEIVER_NAMES), validate_choice=False)
    misinformed = SelectField(
        _l("Had the federation told wrongly how to appeal?"),
        choices=choices({"": _l("No"), "yes": _l("Yes")}),
        validate_choice=False,
    )
    grounds = TextAreaField(_l("What is asked for, and why"))


class StepForm(AppealForm):
    kind = SelectField(_l("What has happened"), validate_choice=False)
    day = StringField(_l("Day"), render_kw=DAY)
    ruling = SelectField(_l("The court's answer"), validate_choice=False)
    final_on = StringField(_l("The answer has legal force from"), render_kw=DAY)
    due = StringField(_l("The statement is to be given by"), render_kw=DAY)
    court_number = StringField(_l("The court's case number"), render_kw={"autocomplete": "off"})
    text = TextAreaField(_l("Reasons, or what was handed over"))
    seen = HiddenField()


class AskForm(AppealForm):
    text = TextAreaField(_l("What you want to say"))


class AnswerForm(AppealForm):
    granted = SelectField(_l("The answer"), choices=choices(texts.YES_NO), validate_choice=False)
    text = TextAreaField(_l("Reasons"))
