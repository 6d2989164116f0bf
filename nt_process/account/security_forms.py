"""The forms of one's second factor."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from nt_process.identity.passkeys import LONGEST_ANSWER, LONGEST_NAME
from nt_process.infra.lazy_text import lazy as _l


class AuthenticatorForm(FlaskForm):
    code = StringField(
        _l("Code from the app"),
        validators=[InputRequired(_l("State the six digits that the app shows.")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class PasskeyForm(FlaskForm):
    name = StringField(
        _l("Name of the passkey"),
        validators=[
            InputRequired(_l("Give the passkey a name that you recognise.")),
            Length(max=LONGEST_NAME),
        ],
    )
    passkey = HiddenField(validators=[Length(max=LONGEST_ANSWER)])
