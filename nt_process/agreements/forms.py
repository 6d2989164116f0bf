"""The forms of agreements. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import HiddenField, Label, StringField, TextAreaField
from wtforms.validators import InputRequired

from nt_process.agreements.texts import FAULTS
from nt_process.infra.fault_texts import fault_sentence
from nt_process.infra.lazy_text import lazy as _l
from nt_process.infra.rows import Row
from nt_process.kernel.faults import BadInput, Fault
from nt_process.kernel.messages import Translate

_ASKED = [InputRequired()]
_DAY = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date", "placeholder": "ÅÅÅÅ-MM-DD"}


class AgreementForm(FlaskForm):
    def texts(self) -> dict[str, str]:
        """What was typed, by the name of the field."""
        return {name: one.data or "" for name, one in self._fields.items() if isinstance(one.data, str)}

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the field that it is about; what is about none of them beside the first."""
        for fault in refusal.faults:
            field = self[str(fault.column)] if str(fault.column) in self else next(iter(self))
            said = fault_sentence(Fault(fault.code, params=fault.params), translate, FAULTS)
            field.errors = [*field.errors, said]


class DraftForm(AgreementForm):
    first_day = StringField(_l("Holds from"), render_kw=_DAY)
    last_day = StringField(_l("To and including"), render_kw=_DAY)
    renew_by = StringField(_l("Renewal is to be said by"), render_kw=_DAY)
    renegotiate_on = StringField(_l("Terms are to be negotiated again"), render_kw=_DAY)


@dataclass(frozen=True, slots=True)
class PackageField:
    """Where the article numbers of one package of the terms are stated: chosen from the price register, or typed.

    `errors`, `id` and `label` are named as those of a field of a form, for the list of what is wrong.
    """

    id: str
    name: str
    offered: Sequence[Row]
    chosen: frozenset[str]
    typed: str
    errors: Sequence[str]

    @property
    def label(self) -> Label:
        return Label(self.id, self.name)


class ReasonForm(AgreementForm):
    reason = StringField(_l("Why you open it"), validators=_ASKED, render_kw={"autocomplete": "off"})


class SignForm(AgreementForm):
    authority = StringField(
        _l("You sign by authority of"), validators=_ASKED, render_kw={"autocomplete": "off"}
    )
    commitment = HiddenField()
    organisation = HiddenField()


class EndForm(AgreementForm):
    last_day = StringField(_l("Last day"), validators=_ASKED, render_kw=_DAY)
    reason = TextAreaField(_l("Reason"), validators=_ASKED)
    region = HiddenField()
