"""The calculator's form. It is sent as a link (GET), so a calculation can be kept and passed on."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.deadlines.calculator import FAULT_TEXTS, MAX_ROWS, Question
from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_NUMBER = {"inputmode": "numeric", "class": "is-date", "autocomplete": "off"}
_ROLLS = {"yes": True, "no": False}


class CalculatorForm(FlaskForm):
    """What `calculator.Question` asks for, and nothing judged here: the faults are the calculator's.

    Rows are numbered controls: since_1, until_1, extend_1 …
    """

    start = StringField(_l("Starting day"), validators=[InputRequired()], render_kw=_DAY)
    days = StringField(_l("Limit in days"), validators=[InputRequired()], render_kw=_NUMBER)
    basis = SelectField(
        _l("Legal ground"),
        choices=[
            SelectChoice("statute", _l("Statute")),
            SelectChoice("policy", _l("Policy")),
            SelectChoice("contract", _l("Agreement")),
        ],
        validate_choice=False,
    )
    roll = SelectField(
        _l("When the last day is a day off"),
        choices=[
            SelectChoice("", _l("As the legal ground says")),
            SelectChoice("yes", _l("It moves to the next working day")),
            SelectChoice("no", _l("It does not move")),
        ],
        validate_choice=False,
    )
    suspensions: list[tuple[Field, Field]]
    extensions: list[Field]

    def question(self) -> Question:
        return Question(
            start=self.start.data or "",
            days=self.days.data or "",
            basis=self.basis.data or "statute",
            suspensions=tuple(
                f"{since.data or ''}..{until.data or ''}" for since, until in self._stated_suspensions()
            ),
            extensions=tuple(added.data for added in self._stated_extensions()),
            rolls=_ROLLS.get(self.roll.data),
        )

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the control that it is about."""
        for fault in refusal.faults:
            control = self._control(fault)
            control.errors = (*control.errors, translate(FAULT_TEXTS[fault.code], **fault.params))

    @property
    def has_faults(self) -> bool:
        return any(control.errors for control in self)

    def _control(self, fault: Fault) -> Field:
        row = (fault.row or 1) - 1
        match fault.column:
            case "since":
                return self._stated_suspensions()[row][0]
            case "until":
                return self._stated_suspensions()[row][1]
            case "extend":
                return self._stated_extensions()[row]
            case column:
                return self[str(column)]

    def _stated_suspensions(self) -> list[tuple[Field, Field]]:
        return [(since, until) for since, until in self.suspensions if since.data or until.data]

    def _stated_extensions(self) -> list[Field]:
        return [added for added in self.extensions if added.data]


def calculator_form(stated: Mapping[str, str]) -> CalculatorForm:
    """The form filled with `stated`, and one blank row to add a suspension or an extension in."""
    suspensions = range(1, 1 + _rows(stated, "since", "until"))
    extensions = range(1, 1 + _rows(stated, "extend"))
    controls: dict[str, object] = {}
    for row in suspensions:
        controls[f"since_{row}"] = StringField(_l("First day suspended"), render_kw=_DAY)
        controls[f"until_{row}"] = StringField(_l("Last day suspended"), render_kw=_DAY)
    for row in extensions:
        controls[f"extend_{row}"] = StringField(_l("Days added"), render_kw=_NUMBER)
    form = type("CalculatorForm", (CalculatorForm,), controls)(stated or None, meta={"csrf": False})
    form.suspensions = [(form[f"since_{row}"], form[f"until_{row}"]) for row in suspensions]
    form.extensions = [form[f"extend_{row}"] for row in extensions]
    return form


def _rows(stated: Mapping[str, str], *names: str) -> int:
    """One row more than the last one that is filled in, so that the form grows without a script."""
    filled = [row for row in range(1, MAX_ROWS + 1) if any(stated.get(f"{name}_{row}") for name in names)]
    return min(MAX_ROWS, 1 + max(filled, default=0))
