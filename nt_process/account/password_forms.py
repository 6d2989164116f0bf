"""The forms of choosing, changing and having forgotten a password."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from nt_process import web
from nt_process.identity import leaked, passwords
from nt_process.infra.lazy_text import lazy as _l

_FAULTS = {
    "too_short": _l("The password is too short: at least 12 characters."),
    "too_long": _l("The password is too long: at most 200 characters."),
    "personal": _l("The password holds little but your own name or address. Choose another."),
    "leaked": _l("The password stands in lists of passwords that have leaked elsewhere. Choose another."),
    "common": _l("The password is one that is tried early by whoever guesses. Choose another."),
}


class ChoosePasswordForm(FlaskForm):
    """A new password, twice. `email` and `name` are its owner's, who must not be in it."""

    link = HiddenField()
    new = PasswordField(
        _l("New password"),
        validators=[InputRequired(_l("Choose a password.")), Length(max=1000)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The new password again"),
        validators=[
            InputRequired(_l("Write the new password once more.")),
            EqualTo("new", _l("The two passwords are not the same.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, email: str, name: str, **given: Any) -> None:
        super().__init__(**given)
        self.owner = (email, name)

    def validate_new(self, entered: Field) -> None:
        chosen = entered.data or ""
        found = passwords.fault(chosen, *self.owner) or leaked.fault(chosen, web.settings().leaked_passwords)
        if found is not None:
            raise ValidationError(str(_FAULTS[found]))


class ChangePasswordForm(ChoosePasswordForm):
    present = PasswordField(
        _l("Present password"),
        validators=[InputRequired(_l("State your present password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgottenForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("State your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
