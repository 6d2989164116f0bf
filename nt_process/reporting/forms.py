"""What the deadline report is narrowed by. Sent as a link, so that a selection can be kept and passed on."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.faults import BadInput
from nt_process.kernel.messages import Translate
from nt_process.reporting.selection import FAULT_TEXTS, NAMES

_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off", "inputmode": "numeric"}


class SelectionForm(FlaskForm):
    """The names sent are those of `selection.NAMES`; not all of them can be names of attributes here."""

    as_of = StringField(_l("As of the day"), render_kw=_DAY)
    process_name = SelectField(_l("Process"), name="process", choices=[], validate_choice=False)
    since = StringField(_l("Period from"), name="from", render_kw=_DAY)
    to = StringField(_l("Period to"), render_kw=_DAY)
    owner = SelectField(_l("Case officer"), choices=[], validate_choice=False)

    def given(self) -> dict[str, str]:
        """What was sent, by the names that `read_selection` reads."""
        return {name: field.data or "" for name, field in self._by_name().items()}

    def fill_choices(
        self, processes: Sequence[tuple[str, str]], owners: Sequence[tuple[str, str]], everything: str
    ) -> None:
        self.process_name.choices = [("", everything), *processes]
        self.owner.choices = [("", everything), *owners]

    def show_faults(self, refusal: BadInput, translate: Translate) -> None:
        """Put each fault beside the control that it is about."""
        by_name = self._by_name()
        for fault in refusal.faults:
            field = by_name[str(fault.column)]
            field.errors = [*field.errors, translate(FAULT_TEXTS[fault.code], **fault.params)]

    def _by_name(self) -> dict[str, StringField | SelectField]:
        return dict(zip(NAMES, (self.as_of, self.process_name, self.since, self.to, self.owner), strict=True))
