"""The forms of recommendations. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.recommendations import texts
from nt_process.recommendations.rules import document
from nt_process.web.command_form import CommandForm

_ASKED = [InputRequired()]
_DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}


def choices(named: Mapping[str, Any]) -> list[Any]:
    """The alternatives of a field, by value to text."""
    return [SelectChoice(value, text) for value, text in named.items()]


class RecommendationForm(CommandForm):
    fault_texts = texts.FAULTS


class BeginForm(RecommendationForm):
    kind = SelectField(_l("What is recommended"), choices=choices(texts.KIND_NAMES), validate_choice=False)
    meeting = SelectField(_l("Meeting that takes the position"), validate_choice=False)
    earlier = SelectField(_l("Earlier recommendation of the case"), validate_choice=False)
    relation = SelectField(
        _l("What it does with the earlier one"),
        choices=choices(texts.RELATION_NAMES),
        validate_choice=False,
    )


def _text(name: str) -> TextAreaField:
    return TextAreaField(texts.FIELD_NAMES[name])


class TextForm(RecommendationForm):
    outcome = SelectField(texts.FIELD_NAMES["outcome"], validate_choice=False)
    valid_to = StringField(texts.FIELD_NAMES["valid_to"], render_kw=_DAY)
    summary = _text("summary")
    patient_group = _text("patient_group")
    start_criteria = _text("start_criteria")
    stop_criteria = _text("stop_criteria")
    conditions = _text("conditions")
    human_dignity = _text("human_dignity")
    need_solidarity = _text("need_solidarity")
    cost_effectiveness = _text("cost_effectiveness")
    severity_level = SelectField(texts.FIELD_NAMES["severity_level"], validate_choice=False)
    severity = _text("severity")
    effect = _text("effect")
    certainty_level = SelectField(texts.FIELD_NAMES["certainty_level"], validate_choice=False)
    certainty = _text("certainty")
    rarity = _text("rarity")
    cost_per_qaly = _text("cost_per_qaly")
    willingness = _text("willingness")
    base = HiddenField()

    def offer(self, kind: str, labels: dict[str, str]) -> TextForm:
        """Offer the positions of a kind, in the council's words, and the levels."""
        none = {"": _("Not stated yet")}
        self.outcome.choices = choices(none | {name: labels[name] for name in document.OUTCOMES[kind]})
        for field in (self.severity_level, self.certainty_level):
            levels = document.LEVELS[field.short_name]
            field.choices = choices(none | {level: texts.LEVEL_NAMES[level] for level in levels})
        return self


class CheckForm(RecommendationForm):
    reason = StringField(_l("Why the same figures may be public"), render_kw={"autocomplete": "off"})


class ApproveForm(RecommendationForm):
    shown = HiddenField()


class SignForm(RecommendationForm):
    publish_on = StringField(_l("Public on"), render_kw=_DAY)
    publish_clock = StringField(
        _l("At"),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "09:00"},
    )
    shown = HiddenField()


class AnswerForm(RecommendationForm):
    willing = SelectField(
        _l("It matches our willingness to pay"),
        choices=choices(texts.MATCHES_NAMES),
        validators=_ASKED,
        validate_choice=False,
    )
    follows = SelectField(
        _l("We can follow it"),
        choices=choices(texts.FOLLOWS_NAMES),
        validators=_ASKED,
        validate_choice=False,
    )
    comment = TextAreaField(_l("Comment"))
    region = HiddenField()
