"""What templates may call: days, instants, days left, state and clock names in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, ngettext
from flask_babel import gettext as _

from nt_process import web
from nt_process.engine.clock import Step
from nt_process.engine.definition import Text
from nt_process.infra import derivation_texts as derivation
from nt_process.kernel.messages import translator
from nt_process.web import reason_texts


def day(value: date | str | None) -> str:
    """22 nov. 2026, or a dash for no day."""
    if value is None:
        return "–"
    return format_date(date.fromisoformat(value) if isinstance(value, str) else value, "d MMM yyyy")


def instant(value: datetime | None) -> str:
    """2026-11-22 14:05 in Stockholm."""
    return "–" if value is None else format_datetime(value, "yyyy-MM-dd HH:mm")


def days_left(value: date | None) -> tuple[str, str] | None:
    """How far away a last day is, as (words, tone); the last day itself is not overdue."""
    if value is None:
        return None
    left = (value - web.today()).days
    if left < 0:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", -left), "danger"
    if left == 0:
        return _("due today"), "warning"
    words = ngettext("%(num)s day left", "%(num)s days left", left)
    return words, "warning" if left <= 7 else "neutral"


def text(value: Text | None) -> str:
    """A bilingual text of a workflow file in the reader's language."""
    return "" if value is None else value.in_language(web.language())


def step_text(step: Step) -> str:
    """One step of a derivation in words."""
    return derivation.step_text(step, translator(web.language()), day)


def described(control: Any, help_text: str | None) -> dict[str, str]:
    """What ties a control to its help and its faults for a screen reader."""
    ids = [f"{control.id}-help"] * bool(help_text) + [f"{control.id}-error"] * bool(control.errors)
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return attributes | ({"aria-invalid": "true"} if control.errors else {})


def install(app: Flask) -> None:
    filters: dict[str, Any] = {
        "day": day,
        "instant": instant,
        "days_left": days_left,
        "text": text,
        "step_text": step_text,
        "reason": reason_texts.describe,
    }
    app.jinja_env.filters.update(filters)
    for function in (web.today, web.language, web.is_htmx, described):
        app.add_template_global(function)
