"""The forms of declarations. Nothing is judged here: the faults are those of `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.interests import rules
from nt_process.interests.texts import FAULTS, FIELD_NAMES, KIND_NAMES
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate

BLANK_ROWS = 2
_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}
_ASKED = [InputRequired()]


class InterestRow(Form):
    """One tie. A row that is left blank is none."""

    kind = SelectField(
        FIELD_NAMES["kind"],
        choices=[SelectChoice("", "–"), *(SelectChoice(kind, KIND_NAMES[kind]) for kind in rules.KINDS)],
        validate_choice=False,
    )
    company = StringField(FIELD_NAMES["company"], render_kw={"list": "companies", "autocomplete": "off"})
    substance = StringField(FIELD_NAMES["substance"], render_kw={"autocomplete": "off"})
    since = StringField(FIELD_NAMES["since"], render_kw=_DAY)
    until = StringField(FIELD_NAMES["until"], render_kw=_DAY)
    description = TextAreaField(FIELD_NAMES["description"])

    def texts(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in rules.FIELDS}


class DeclarationForm(FlaskForm):
    answer = HiddenField(_l("Do you have anything to declare?"))
    rows = HiddenField()

    def __init__(self, declared: Sequence[Mapping[str, Any]] | None = None, answer: str = "") -> None:
        """`declared`: what stands in an earlier declaration, as rows to begin with."""
        super().__init__(data={"answer": answer})
        sent = self.is_submitted()
        count = self._count_sent() if sent else len(declared or ()) + BLANK_ROWS
        if sent and "more" in request.form:
            count += BLANK_ROWS
        self.interests = [
            InterestRow(
                formdata=request.form if sent else None,
                prefix=f"tie{place}-",
                data={} if sent else dict((declared or ())[place]) if place < len(declared or ()) else {},
            )
            for place in range(min(count, rules.MOST_INTERESTS))
        ]

    def _count_sent(self) -> int:
        text = str(request.form.get("rows", ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else BLANK_ROWS

    def texts(self) -> list[dict[str, str]]:
        return [row.texts() for row in self.interests]

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the field that it is about."""
        for fault in refusal.faults:
            field = self.answer if fault.row is None else self.interests[fault.row][str(fault.column)]
            field.errors = [*field.errors, _sentence(fault, translate)]

    @property
    def unfolded(self) -> bool:
        """Whether the rows are shown at once: when there is something in them, or something asked of them."""
        return self.is_submitted() or self.answer.data == "something" or len(self.interests) > BLANK_ROWS

    @property
    def faulty(self) -> list[Any]:
        """Every field with a fault, in the order of the page."""
        fields = [self.answer, *(field for row in self.interests for field in row)]
        return [field for field in fields if field.errors]


class DecisionForm(FlaskForm):
    person = SelectField(_l("Person"), validate_choice=False, choices=[], validators=_ASKED)
    conflict = SelectField(
        _l("Decision"),
        choices=[
            SelectChoice("yes", _l("Conflict of interest")),
            SelectChoice("no", _l("No conflict of interest")),
        ],
        validate_choice=False,
    )
    reason = TextAreaField(_l("Reason"), validators=_ASKED)
    seen = HiddenField()

    @property
    def seen_interest(self) -> int:
        text = str(self.seen.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        for fault in refusal.faults:
            field = self[str(fault.column)]
            field.errors = [*field.errors, _sentence(fault, translate)]


def _sentence(fault: Fault, translate: Translate) -> str:
    return fault_sentence(Fault(fault.code, params=fault.params), translate, FAULTS)
