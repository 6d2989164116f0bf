"""The forms of agreements. Nothing is judged here: the faults are those of the commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms import HiddenField, Label, StringField, TextAreaField

from nt_process.agreements.texts import FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.infra.rows import Row
from nt_process.negotiation.forms import ASKED, DAY, NegotiationForm


class AgreementForm(NegotiationForm):
    fault_texts = FAULTS


class DraftForm(AgreementForm):
    first_day = StringField(_l("Holds from"), render_kw=DAY)
    last_day = StringField(_l("To and including"), render_kw=DAY)
    renew_by = StringField(_l("Renewal is to be said by"), render_kw=DAY)
    renegotiate_on = StringField(_l("Terms are to be negotiated again"), render_kw=DAY)


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


class SignForm(AgreementForm):
    authority = StringField(
        _l("You sign by authority of"), validators=ASKED, render_kw={"autocomplete": "off"}
    )
    commitment = HiddenField()
    organisation = HiddenField()


class EndForm(AgreementForm):
    last_day = StringField(_l("Last day"), validators=ASKED, render_kw=DAY)
    reason = TextAreaField(_l("Reason"), validators=ASKED)
    region = HiddenField()
