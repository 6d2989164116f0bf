"""The forms of the public site. They hold no token: nobody is known here, so that nothing is done in anybody's name.

Nothing is judged here: the faults are those of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from wtforms import EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.
from wtforms.validators import InputRequired

from nt_process.infra.lazy_text import lazy as _l
from nt_process.kernel.regions import REGIONS
from nt_process.public import texts
from nt_process.public.subscriptions.rules import TOPICS
from nt_process.web import reason_texts
from nt_process.web.command_form import CommandForm

_ASKED = [InputRequired()]
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def choices(named: Mapping[str, Any]) -> list[Any]:
    """The alternatives of a field, by value to text."""
    return [SelectChoice(value, text) for value, text in named.items()]


class PublicForm(CommandForm):
    fault_texts = texts.FAULTS

    def __init__(self, *given: Any, **values: Any) -> None:
        super().__init__(*given, meta={"csrf": False}, **values)


class ChoicesForm(PublicForm):
    # Drawn as a group of boxes; what was ticked is asked of the request.
    topics = StringField(_l("What you want to be told of"), validators=_ASKED)
    language = SelectField(
        _l("Language of the mail"),
        choices=[SelectChoice("sv", "Svenska"), SelectChoice("en", "English")],
        validate_choice=False,
    )
    words = StringField(_l("Only a medicine or a substance"), render_kw=_PLAIN | {"maxlength": "100"})
    atc = StringField(
        _l("Only codes that begin with"), render_kw=_PLAIN | {"maxlength": "10", "placeholder": "L01"}
    )
    phase = SelectField(
        _l("Of stages, only"),
        choices=choices({"": _l("All stages"), **reason_texts.PHASE_NAMES}),
        validate_choice=False,
    )
    region = SelectField(
        _l("Only what a region has said something publicly about"),
        choices=choices({"": _l("All regions"), **{one.code: one.official_name for one in REGIONS}}),
        validate_choice=False,
    )

    def ticked(self, chosen: list[str]) -> Self:
        """With these of the boxes ticked."""
        self.topics.data = " ".join(topic for topic in TOPICS if topic in chosen)
        return self


class SubscribeForm(ChoicesForm):
    address = EmailField(
        _l("Your e-mail address"),
        validators=_ASKED,
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": "200"},
    )


class ChangeForm(ChoicesForm):
    link = HiddenField()


class AskForm(PublicForm):
    wanted = TextAreaField(_l("Which document do you ask for?"), validators=_ASKED)
    designation = StringField(_l("Its number in the register"), render_kw=_PLAIN | {"maxlength": "40"})
    address = EmailField(
        _l("E-mail address for the answer"),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": "200"},
    )


class CodeForm(PublicForm):
    code = StringField(
        _l("Code"), validators=_ASKED, render_kw=_PLAIN | {"maxlength": "40", "class": "number"}
    )
