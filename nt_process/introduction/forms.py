"""The forms of introductions. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.rows import Row
from nt_process.introduction import texts
from nt_process.introduction.rules import units
from nt_process.kernel.faults import Fault
from nt_process.kernel.messages import Translate
from nt_process.kernel.reasons import Reason
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm

_ASKED = [InputRequired()]
DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}


def choices(named: Mapping[str, Any]) -> list[Any]:
    """The alternatives of a field, by value to text."""
    return [SelectChoice(value, text) for value, text in named.items()]


class IntroductionForm(CommandForm):
    fault_texts = texts.FAULTS


def sentence(fault: Fault, translate: Translate) -> str:
    """What is wrong, without its place. The faults of a file are worded with those of a case's documents."""
    if fault.code.startswith("file_"):
        return reason_texts.describe(Reason(fault.code, fault.params))
    return fault_sentence(Fault(fault.code, params=fault.params), translate, texts.FAULTS)


def _line(name: str, **more: Any) -> StringField:
    return StringField(texts.FIELD_NAMES[name], render_kw={"autocomplete": "off"} | more)


class DecideForm(IntroductionForm):
    decision = SelectField(
        texts.FIELD_NAMES["decision"],
        choices=choices(texts.DECISION_CHOICES),
        validators=_ASKED,
        validate_choice=False,
    )
    reason_code = SelectField(texts.FIELD_NAMES["reason_code"], validate_choice=False)
    reason = TextAreaField(texts.FIELD_NAMES["reason"])
    reason_public = BooleanField(texts.FIELD_NAMES["reason_public"])
    holds_from = StringField(texts.FIELD_NAMES["holds_from"], render_kw=DAY, validators=_ASKED)
    start_on = StringField(texts.FIELD_NAMES["start_on"], render_kw=DAY)
    units = TextAreaField(texts.FIELD_NAMES["units"])
    responsible_id = SelectField(texts.FIELD_NAMES["responsible_id"], validate_choice=False)
    responsible = _line("responsible")
    responsible_role = _line("responsible_role")
    protocol_link = _line("protocol_link", inputmode="url")
    base = HiddenField()

    def offer(self, codes: tuple[str, ...], colleagues: Mapping[str, str]) -> DecideForm:
        """Offer the reasons of the day and the people of the region."""
        self.reason_code.choices = choices(
            {"": _("None, the region follows")} | {code: texts.REASON_NAMES[code] for code in codes}
        )
        self.responsible_id.choices = choices({"": _("Nobody of the list")} | dict(colleagues))
        return self


class StepsForm(IntroductionForm):
    funded = StringField(texts.STEP_NAMES["funded"], render_kw=DAY)
    trained = StringField(texts.STEP_NAMES["trained"], render_kw=DAY)
    ordering = StringField(texts.STEP_NAMES["ordering"], render_kw=DAY)
    in_use = StringField(texts.STEP_NAMES["in_use"], render_kw=DAY)
    base = HiddenField()


class LadderForm(IntroductionForm):
    undecided = StringField(texts.LADDER_NAMES["undecided"], render_kw={"autocomplete": "off"})
    not_ready = StringField(texts.LADDER_NAMES["not_ready"], render_kw={"autocomplete": "off"})


def stored(row: Row, named: tuple[units.Unit, ...]) -> dict[str, Any]:
    """A decision as its form shows it."""
    texts_of = ("decision", "reason_code", "reason", "reason_public", "responsible_role", "protocol_link")
    return {
        **{name: row[name] for name in texts_of},
        "start_on": row["start_on"].isoformat() if row["start_on"] else "",
        "holds_from": row["holds_from"].isoformat(),
        "responsible_id": str(row["responsible_id"] or ""),
        "responsible": "" if row["responsible_id"] else row["responsible"],
        "units": units.written(named),
    }
