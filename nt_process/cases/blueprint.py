"""The pages of cases stand under one name, written in two files: the worklist and the case."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cases", __name__)
