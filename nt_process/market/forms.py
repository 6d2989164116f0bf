"""The forms of the market function. Nothing is judged here: the faults are those of `rules.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.market import rules
from nt_process.market.texts import (
    CERTAINTY_NAMES,
    ENTRY_FIELDS,
    KIND_NAMES,
    MARKET_FAULTS,
    PROCUREMENT_FIELDS,
    SCOPE_NAMES,
    STATUS_NAMES,
    TOLD_NAMES,
)
from nt_process.web.command_form import CommandForm, seen_number

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_CODE = {"autocomplete": "off", "spellcheck": "false"}
_NUMBER = {"inputmode": "decimal", "autocomplete": "off"}
_ASKED = [InputRequired()]


def _choices(keys: Iterable[str], names: Mapping[str, Any]) -> list[Any]:
    return [SelectChoice(key, names[key]) for key in keys]


class MarketForm(CommandForm):
    fault_texts = MARKET_FAULTS
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        return seen_number(self.version)


class EntryForm(MarketForm):
    kind = SelectField(
        ENTRY_FIELDS["kind"],
        choices=_choices(rules.KINDS, KIND_NAMES),
        validate_choice=False,
        validators=_ASKED,
    )
    day = StringField(ENTRY_FIELDS["day"], validators=_ASKED, render_kw=_DAY)
    certainty = SelectField(
        ENTRY_FIELDS["certainty"],
        choices=_choices(rules.CERTAINTIES, CERTAINTY_NAMES),
        validate_choice=False,
        validators=_ASKED,
    )
    medicine = StringField(ENTRY_FIELDS["medicine"], validators=_ASKED)
    substance = StringField(ENTRY_FIELDS["substance"])
    atc = StringField(ENTRY_FIELDS["atc"], render_kw=_CODE)
    company = StringField(ENTRY_FIELDS["company"])
    source = StringField(ENTRY_FIELDS["source"])
    indication = TextAreaField(ENTRY_FIELDS["indication"])
    note = TextAreaField(ENTRY_FIELDS["note"])
    case = HiddenField()


class RemoveForm(MarketForm):
    reason = TextAreaField(_l("Reason"), validators=_ASKED)


class ProcurementForm(MarketForm):
    name = StringField(PROCUREMENT_FIELDS["name"], validators=_ASKED)
    substance = StringField(PROCUREMENT_FIELDS["substance"])
    atc = StringField(PROCUREMENT_FIELDS["atc"], render_kw=_CODE)
    scope = SelectField(
        PROCUREMENT_FIELDS["scope"], choices=_choices(rules.SCOPES, SCOPE_NAMES), validate_choice=False
    )
    status = SelectField(
        PROCUREMENT_FIELDS["status"], choices=_choices(rules.STATUSES, STATUS_NAMES), validate_choice=False
    )
    lead = StringField(PROCUREMENT_FIELDS["lead"])
    volume = StringField(PROCUREMENT_FIELDS["volume"], render_kw=_NUMBER)
    unit = StringField(PROCUREMENT_FIELDS["unit"])
    sign_up_until = StringField(PROCUREMENT_FIELDS["sign_up_until"], render_kw=_DAY)
    advertised_on = StringField(PROCUREMENT_FIELDS["advertised_on"], render_kw=_DAY)
    agreement_from = StringField(PROCUREMENT_FIELDS["agreement_from"], render_kw=_DAY)
    agreement_to = StringField(PROCUREMENT_FIELDS["agreement_to"], render_kw=_DAY)
    note = TextAreaField(PROCUREMENT_FIELDS["note"])


class CommitForm(MarketForm):
    volume = StringField(_l("Volume a year"), validators=_ASKED, render_kw=_NUMBER)


class WithdrawForm(MarketForm):
    reason = StringField(_l("Reason"))


class LadderForm(MarketForm):
    months = StringField(_l("Months before"), render_kw={"autocomplete": "off"})
    told = SelectMultipleField(
        _l("Who is told"), choices=_choices(rules.TOLD_ROLES, TOLD_NAMES), validate_choice=False
    )
