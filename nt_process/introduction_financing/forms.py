"""The forms of introduction financing. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.introduction_financing import messages, texts
from nt_process.kernel.regions import BY_CODE
from nt_process.web.command_form import CommandForm, seen_number

_ASKED = [InputRequired()]
_DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}
_MONTH = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM"}
_CODE = {"autocomplete": "off", "spellcheck": "false"}
_NUMBER = {"inputmode": "decimal", "autocomplete": "off"}


def _named(names: Mapping[str, Any]) -> list[Any]:
    return [SelectChoice(value, text) for value, text in names.items()]


def _text(name: str, *, asked: bool = True, shape: Mapping[str, str] | None = None) -> StringField:
    return StringField(
        texts.FIELD_NAMES[name], validators=_ASKED if asked else [], render_kw=dict(shape or {})
    )


def _choice(name: str, names: Mapping[str, Any] | None = None) -> SelectField:
    return SelectField(
        texts.FIELD_NAMES[name], choices=_named(names or {}), validate_choice=False, validators=_ASKED
    )


class FinancingForm(CommandForm):
    fault_texts = messages.FAULTS
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the page showed; 0 when it is not a number."""
        return seen_number(self.version)


class RegionForm(FinancingForm):
    """A form that says something for a region: one's own, or for the secretariat any."""

    region = _choice("region")

    def offer(self, codes: Iterable[str]) -> None:
        """Let these regions be chosen; with only one, it stands there already."""
        offered = list(codes)
        chosen = [SelectChoice(code, BY_CODE[code].official_name) for code in offered]
        self.region.choices = chosen if len(offered) == 1 else [SelectChoice("", _("Choose")), *chosen]


class BeginForm(RegionForm):
    medicine = _text("medicine")
    atc = _text("atc", shape=_CODE)
    indication = _text("indication", asked=False)
    start_on = _text("start_on", shape=_DAY)
    case = _text("case", asked=False, shape=_CODE)
    budget = _text("budget", asked=False, shape=_NUMBER)


class MoveForm(FinancingForm):
    start_on = _text("start_on", shape=_DAY)
    reason = TextAreaField(texts.FIELD_NAMES["reason"], validators=_ASKED)


class BudgetForm(FinancingForm):
    budget = _text("budget", shape=_NUMBER)


class ActualForm(FinancingForm):
    month = _text("month", shape=_MONTH)
    amount = _text("amount", shape=_NUMBER)


class RuleForm(RegionForm):
    kind = _choice("kind", texts.KIND_NAMES)
    title = _text("title")
    atc = _text("atc", asked=False, shape=_CODE)
    central_pct = _text("central_pct", asked=False, shape=_NUMBER)
    months = _text("months", asked=False, shape=_NUMBER)
    valid_from = _text("valid_from", shape=_DAY)
    valid_to = _text("valid_to", asked=False, shape=_DAY)
    origin = _text("origin")


class EndRuleForm(FinancingForm):
    last_day = _text("last_day", asked=False, shape=_DAY)
    reason = TextAreaField(texts.FIELD_NAMES["reason"], validators=_ASKED)


class ListingForm(RegionForm):
    year = _text("year", shape=_NUMBER)
    medicine = _text("medicine")
    atc = _text("atc", shape=_CODE)
    origin = _text("origin")


class PaysForm(FinancingForm):
    atc = _text("atc", shape=_CODE)
    region = SelectField(texts.FIELD_NAMES["region"], validate_choice=False, validators=_ASKED)
    on = _text("on", shape=_DAY)
    channel = _choice("channel", texts.CHANNEL_NAMES)
    disease = _choice("disease", texts.DISEASE_NAMES)


class TermsForm(FinancingForm):
    first_year = _text("first_year", shape=_NUMBER)
    pot = _text("pot", shape=_NUMBER)
    indexation_pct = _text("indexation_pct", shape=_NUMBER)
    way = _choice("way", texts.WAY_NAMES)
    bases = TextAreaField(texts.FIELD_NAMES["bases"])
    origin = _text("origin")


class ExclusivityForm(FinancingForm):
    start_on = _text("start_on", shape=_DAY)
    ends_on = _text("ends_on", asked=False, shape=_DAY)
    yearly_cost = _text("yearly_cost", shape=_NUMBER)
    reason = TextAreaField(texts.FIELD_NAMES["reason"])
    origin = _text("origin")


class OrphanForm(ExclusivityForm):
    medicine = _text("medicine")
    atc = _text("atc", shape=_CODE)
    indication = _text("indication")
    case = _text("case", asked=False, shape=_CODE)


class CostForm(RegionForm):
    year = _text("year", shape=_NUMBER)
    amount = _text("amount", shape=_NUMBER)
