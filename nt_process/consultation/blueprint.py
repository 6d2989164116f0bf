"""The pages of consultations stand under one name, written in three files."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("consultation", __name__, url_prefix="/consultations")
