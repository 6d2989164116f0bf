"""The form of one's own settings."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # pyrefly: ignore  # The stubs are of an older release.

from nt_process.infra.lazy_text import lazy as _l


class PreferencesForm(FlaskForm):
    language = SelectField(
        _l("Language"), choices=[SelectChoice("sv", "Svenska"), SelectChoice("en", "English")]
    )
    mail = SelectField(
        _l("Mail"),
        choices=[
            SelectChoice("each", _l("One mail for each notice, at once")),
            SelectChoice("digest", _l("One mail a day, at seven in the morning")),
            SelectChoice("none", _l("No mail; I read the notices here")),
        ],
    )
