"""The form of one's own settings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

_MAIL_CHOICES: list[Any] = [
    ("each", _l("One mail for each notice, at once")),
    ("digest", _l("One mail a day, at seven in the morning")),
    ("none", _l("No mail; I read the notices here")),
]


class PreferencesForm(FlaskForm):
    language = SelectField(_l("Language"), choices=[("sv", "Svenska"), ("en", "English")])
    mail = SelectField(_l("Mail"), choices=_MAIL_CHOICES)
