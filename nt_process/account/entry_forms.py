"""The forms of signing in: address and password, then the second factor."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from nt_process.identity.passkeys import LONGEST_ANSWER
from nt_process.infra.lazy_text import lazy as _l


class SignInForm(FlaskForm):
    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("State your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("State your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class SecondFactorForm(FlaskForm):
    """A code, typed, or what a passkey has answered; the page's script fills that in."""

    code = StringField(
        _l("Code"),
        validators=[Length(max=100)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "required": False},
    )
    passkey = HiddenField(validators=[Length(max=LONGEST_ANSWER)])
    next = HiddenField()


class PasswordAgainForm(FlaskForm):
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("State your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
