"""The forms of precedents. Nothing is judged here: the faults are those of `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.precedents import rules
from nt_process.precedents.texts import (
    CERTAINTY_NAMES,
    CONTRACT_NAMES,
    FAULTS,
    FIELD_NAMES,
    PART_NAMES,
    RARITY_NAMES,
    SEVERITY_NAMES,
)
from nt_process.terms.kinds import KINDS
from nt_process.web.command_form import CommandForm, seen_number

_ASKED = [InputRequired()]
_SUM = {"inputmode": "numeric", "autocomplete": "off"}


def _grades(names: Mapping[str, Any]) -> list[Any]:
    return [SelectChoice("", _l("Not assessed")), *(SelectChoice(key, text) for key, text in names.items())]


def _boxes(names: Mapping[str, Any]) -> list[Any]:
    return [SelectChoice(key, text) for key, text in names.items()]


def _select(name: str, names: Mapping[str, Any]) -> SelectField:
    return SelectField(FIELD_NAMES[name], choices=_grades(names), validate_choice=False)


def _many(name: str, names: Mapping[str, Any]) -> SelectMultipleField:
    return SelectMultipleField(FIELD_NAMES[name], choices=_boxes(names), validate_choice=False)


class PrecedentForm(CommandForm):
    fault_texts = FAULTS
    version = HiddenField()
    indication = TextAreaField(FIELD_NAMES["indication"])
    severity = _select("severity", SEVERITY_NAMES)
    certainty = _select("certainty", CERTAINTY_NAMES)
    rarity = _select("rarity", RARITY_NAMES)
    patients = StringField(FIELD_NAMES["patients"], render_kw=_SUM)
    qaly_from = StringField(FIELD_NAMES["qaly_from"], render_kw=_SUM)
    qaly_to = StringField(FIELD_NAMES["qaly_to"], render_kw=_SUM)
    willing_from = StringField(FIELD_NAMES["willing_from"], render_kw=_SUM)
    willing_to = StringField(FIELD_NAMES["willing_to"], render_kw=_SUM)
    contract = _many("contract", CONTRACT_NAMES)
    clauses = _many("clauses", {kind: _l(clause.name) for kind, clause in KINDS.items()})
    clauses_told_by = StringField(FIELD_NAMES["clauses_told_by"], render_kw={"autocomplete": "off"})
    reasons = TextAreaField(FIELD_NAMES["reasons"], validators=_ASKED)
    is_public = BooleanField(FIELD_NAMES["is_public"])
    public_parts = _many("public_parts", PART_NAMES)

    def ticked(self) -> dict[str, Sequence[str]]:
        return {name: self[name].data or () for name in rules.LISTS}

    def begin_with(self, values: Mapping[str, Any]) -> None:
        """Show what is known already."""
        for name, one in self._fields.items():
            if name in values and values[name] is not None:
                known = values[name]
                one.data = (
                    list(known) if name in rules.LISTS else known if name == "is_public" else str(known)
                )

    @property
    def seen_version(self) -> int:
        """The version that the page showed; 0, which none has, when it is not a number."""
        return seen_number(self.version, most_digits=4)


class ReasonForm(CommandForm):
    fault_texts = FAULTS
    reason = TextAreaField(_l("Reason"), validators=_ASKED)
