"""The pages of negotiations stand under one name, written in three files."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("negotiation", __name__, url_prefix="/negotiations")
