"""The forms of meetings. Nothing is judged here: the faults are those of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.council import rules, texts
from nt_process.council.texts import FAULTS
from nt_process.infra.lazy_text import lazy as _l
from nt_process.infra.rows import Row
from nt_process.web.command_form import CommandForm, seen_number

_ASKED = [InputRequired()]
_TIME = {"inputmode": "numeric", "autocomplete": "off", "class": "is-time", "placeholder": _l("HH:MM")}
_NUMBER = {"inputmode": "numeric", "autocomplete": "off", "class": "is-date"}
_DAY = {"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"}


def _choices(names: Mapping[str, Any], empty: object = None) -> list[SelectChoice]:
    first = [] if empty is None else [SelectChoice("", empty)]
    return [*first, *(SelectChoice(value, name) for value, name in names.items())]


class CouncilForm(CommandForm):
    fault_texts = FAULTS
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        return seen_number(self.version)

    @property
    def names(self) -> Sequence[str]:
        """Whose the rows are."""
        return ()

    @property
    def faulty(self) -> list[tuple[str, Any]]:
        """Every field with a fault, in the order of the page, with whose row it is in."""
        rows = zip(self.names, self.rows, strict=True)
        return [(who, one) for who, form in (("", self), *rows) for one in form if one.errors]


class AddForm(CouncilForm):
    number = StringField(_l("Case"), validators=_ASKED, render_kw={"autocomplete": "off"})
    kind = SelectField(_l("Kind"), choices=_choices(texts.KIND_NAMES), validate_choice=False)


class ItemForm(CouncilForm):
    title = StringField(_l("Heading"), render_kw={"autocomplete": "off"})
    kind = SelectField(_l("Kind"), choices=_choices(texts.KIND_NAMES), validate_choice=False)
    minutes = StringField(_l("Length in minutes"), validators=_ASKED, render_kw=_NUMBER)
    is_public = BooleanField(_l("The regions read it"))


class StartForm(CouncilForm):
    starts = StringField(_l("The meeting begins"), validators=_ASKED, render_kw=_TIME)


class OrderForm(CouncilForm):
    quorum = StringField(_l("Who vote, for the council to decide"), validators=_ASKED, render_kw=_NUMBER)
    consultation_days = StringField(_l("Consultations are closed"), validators=_ASKED, render_kw=_NUMBER)
    assessment_days = StringField(_l("TLV's assessment is there"), validators=_ASKED, render_kw=_NUMBER)
    material_days = StringField(_l("The material is sent"), validators=_ASKED, render_kw=_NUMBER)


class AttendRow(Form):
    """One person; no role: they were not there."""

    role = SelectField(_l("Role"), choices=_choices(texts.ROLE_NAMES, _l("not there")), validate_choice=False)
    came = StringField(_l("Came"), render_kw=_TIME)
    left_at = StringField(_l("Went"), render_kw=_TIME)
    adjusts = BooleanField(_l("Adjusts"))

    def texts(self) -> dict[str, str]:
        found = {name: self[name].data or "" for name in ("role", "came", "left_at")}
        return found | {"adjusts": "y" if self.adjusts.data else ""}


class AttendForm(CouncilForm):
    began = StringField(_l("The meeting began"), validators=_ASKED, render_kw=_TIME)
    ended = StringField(_l("The meeting ended"), render_kw=_TIME)
    guests = TextAreaField(_l("Others who were there"))

    def __init__(self, people: Sequence[Mapping[str, Any]], **data: Any) -> None:
        super().__init__(data=data)
        sent = self.is_submitted()
        self.people = people
        self._rows = [
            AttendRow(
                formdata=request.form if sent else None, prefix=f"p{one['id']}-", data={} if sent else dict(one["typed"])
            )
            for one in people
        ]  # fmt: skip

    @property
    def rows(self) -> Sequence[AttendRow]:
        return self._rows

    @property
    def names(self) -> Sequence[str]:
        return [one["name"] for one in self.people]


class SaidRow(Form):
    """What is stated of one person in one item."""

    left = StringField(_l("Left the room"), render_kw=_TIME)
    back = StringField(_l("Came back"), render_kw=_TIME)
    vote = SelectField(_l("Vote"), choices=_choices(texts.VOTE_NAMES, "–"), validate_choice=False)
    reservation = StringField(_l("Reservation"), render_kw={"autocomplete": "off"})

    def texts(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("left", "back", "vote", "reservation")}


class DecisionForm(CouncilForm):
    outcome = TextAreaField(_l("Decision"), validators=_ASKED)
    reasons = TextAreaField(_l("Reasons in short"))
    taken_at = StringField(_l("Time"), validators=_ASKED, render_kw=_TIME)
    way = SelectField(
        _l("How it was decided"),
        choices=[SelectChoice("unanimous", _l("Unanimous")), SelectChoice("votes", _l("Votes by name"))],
        validate_choice=False,
    )

    def __init__(
        self, people: Sequence[rules.Attendant], said: Mapping[str, rules.Said], **data: Any
    ) -> None:
        super().__init__(data=data)
        sent = self.is_submitted()
        self.people = people
        self._rows = [
            SaidRow(
                formdata=request.form if sent else None,
                prefix=f"p{one.person}-",
                data={} if sent else _typed(said.get(one.person, rules.Said())),
            )
            for one in people
        ]

    @property
    def rows(self) -> Sequence[SaidRow]:
        return self._rows

    @property
    def names(self) -> Sequence[str]:
        return [one.name for one in self.people]


def _typed(said: rules.Said) -> dict[str, str]:
    return {
        "left": said.left.strftime("%H:%M") if said.left else "",
        "back": said.back.strftime("%H:%M") if said.back else "",
        "vote": said.vote or "",
        "reservation": said.reservation,
    }


class PostponeForm(CouncilForm):
    meeting = SelectField(_l("To meeting"), choices=[], validate_choice=False)
    reasons = StringField(_l("Why"), render_kw={"autocomplete": "off"})


class ApproveForm(CouncilForm):
    capacity = HiddenField()
    sha256 = HiddenField()


class NoticeForm(CouncilForm):
    notice_up = StringField(_l("Put up"), validators=_ASKED, render_kw=_DAY)
    notice_down = StringField(_l("Taken down"), render_kw=_DAY)


def minutes_form(sections: Sequence[Row]) -> CouncilForm:
    """A form with the text of each section of the minutes, `body_1` and so on."""
    fields = {f"body_{one['position']}": TextAreaField(one["heading"], validators=_ASKED) for one in sections}
    form = type("MinutesForm", (CouncilForm,), fields)
    made: CouncilForm = form(data={f"body_{one['position']}": one["body"] for one in sections})
    return made
