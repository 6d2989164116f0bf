"""The forms of a case: facts, assignment, notes, documents, and one made from each action's inputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from nt_process import web
from nt_process.engine.definition import DOCUMENT_KINDS, Action, Workflow
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts


class FactsForm(FlaskForm):
    """What a case is about. Faults are found by the service, which names the field."""

    medicine = StringField(_l("Medicine"), validators=[InputRequired(_l("State the medicine's name."))])
    substance = StringField(_l("Active substance"))
    atc = StringField(_l("ATC code"), render_kw={"autocomplete": "off", "spellcheck": "false"})
    indication = TextAreaField(_l("Indication"))
    company_id = SelectField(_l("Company"), choices=[], validate_choice=False)
    orphan = BooleanField(_l("Orphan medicine"))
    oncology = BooleanField(_l("Cancer medicine"))
    approval_type = SelectField(_l("Type of approval"), choices=[], validate_choice=False)
    authorised_on = StringField(
        _l("Approved in the EU"), render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date"}
    )
    exclusivity_ends = StringField(
        _l("Market exclusivity ends"), render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date"}
    )
    version = HiddenField()

    def fill_choices(self, companies: list[tuple[str, str]]) -> None:
        self.company_id.choices = [("", "–"), *companies]
        self.approval_type.choices = [(key, str(name)) for key, name in reason_texts.APPROVAL_NAMES.items()]

    def facts(self) -> dict[str, object]:
        """The fields as the service takes them."""
        names = (
            "medicine",
            "substance",
            "atc",
            "indication",
            "company_id",
            "orphan",
            "oncology",
            "approval_type",
            "authorised_on",
            "exclusivity_ends",
        )
        return {name: self[name].data for name in names}

    def refuse(self, reasons: Iterable[Reason]) -> None:
        """Put each reason at the control it is about; what is about none stands at the first one."""
        of_code = {
            "unknown_company": "company_id",
            "company_has_things": "company_id",
            "unknown_process": "process_name",
        }
        for reason in reasons:
            name = str(reason.params.get("field", of_code.get(reason.code, "medicine")))
            control = self[name if name in self else "medicine"]
            control.errors = [*control.errors, reason_texts.describe(reason)]


class NewCaseForm(FactsForm):
    key = HiddenField()
    process_name = SelectField(_l("Process"), choices=[], validate_choice=False)

    def fill_choices(self, companies: list[tuple[str, str]]) -> None:
        super().fill_choices(companies)
        self.process_name.choices = [
            (name, label.in_language(web.language())) for name, label in reason_texts.process_names().items()
        ]


class NoteForm(FlaskForm):
    text = TextAreaField(_l("Note"), validators=[InputRequired(_l("Write the note.")), Length(max=20_000)])


class AssignForm(FlaskForm):
    owner = SelectField(_l("Case officer"), choices=[], validate_choice=False)
    assignees = SelectMultipleField(choices=[], validate_choice=False)
    version = HiddenField()


class DocumentForm(FlaskForm):
    kind = SelectField(_l("Kind of document"), choices=[], validate_choice=False)
    title = StringField(_l("Title"), validators=[InputRequired(_l("State a title.")), Length(max=300)])
    party = BooleanField(_l("The company may read it"))
    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])

    def fill_choices(self, kinds: Iterable[str]) -> None:
        names = [(kind, DOCUMENT_KINDS[kind].in_language(web.language())) for kind in kinds]
        self.kind.choices = [("", "–"), *names]

    def refuse(self, reasons: Iterable[Reason]) -> None:
        """Put each reason at the control it is about; what is about none stands at the file."""
        of_code = {
            "document_kind_unknown": "kind",
            "document_kind_not_yours": "kind",
            "document_title_missing": "title",
            "document_title_characters": "title",
        }
        for reason in reasons:
            control = self[of_code.get(reason.code, "file")]
            control.errors = [*control.errors, reason_texts.describe(reason)]


_ABOUT_DAY = ("day_in_future", "day_before_last_event")


def action_form(action: Action) -> Any:
    """A form with a control for each of the action's inputs, the day it takes effect, and its guards."""
    lang = web.language()
    controls: dict[str, Any] = {
        "day": StringField(_l("Day"), render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date"}),
        "version": HiddenField(),
        "key": HiddenField(),
    }
    for wanted in action.inputs:
        label = wanted.label.in_language(lang)
        required = [InputRequired(_l("This must be stated."))] if wanted.required else []
        if wanted.type == "choice":
            choices = {value: text.in_language(lang) for value, text in wanted.choices.items()}
            control: Any = SelectField(
                label, choices={"": "–", **choices}, validators=required, validate_choice=False
            )
        elif wanted.type == "date":
            control = StringField(
                label, validators=required, render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date"}
            )
        else:
            control = TextAreaField(label, validators=required)
        controls[f"input_{wanted.name}"] = control
    return type("ActionForm", (FlaskForm,), controls)()


def show_reasons(form: Any, reasons: Iterable[Reason], workflow: Workflow) -> tuple[Reason, ...]:
    """Put each reason beside the control that it is about; gives back those that are about the case itself."""
    about_case = []
    for reason in reasons:
        about = str(reason.params.get("input", "new_due" if reason.code.startswith("new_due_") else ""))
        name = "day" if reason.code in _ABOUT_DAY else f"input_{about}"
        if name in form:
            form[name].errors = [*form[name].errors, reason_texts.describe(reason, workflow)]
        else:
            about_case.append(reason)
    return tuple(about_case)
