"""The form by which a price list is handed in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField

from nt_process.infra.lazy_text import lazy as _l


class UploadForm(FlaskForm):
    file = FileField(_l("The price list"), validators=[FileRequired(_l("Choose a file."))])
    valid_from = StringField(
        _l("Valid from"),
        render_kw={"placeholder": _l("YYYY-MM-DD"), "class": "is-date", "autocomplete": "off"},
    )
