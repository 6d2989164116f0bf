"""What templates may call: days, instants, days left, state and clock names in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from flask import Flask
from flask_babel import format_datetime, format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from nt_process import web
from nt_process.engine.clock import Step
from nt_process.engine.definition import Text
from nt_process.infra import derivation_texts as derivation
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.kernel.messages import N_, catalogue, translator
from nt_process.web import reason_texts


def day(value: date | str | None) -> str:
    """22 nov. 2026, as a day stands in a sentence, or a dash for no day."""
    if value is None:
        return "–"
    return _day(date.fromisoformat(value) if isinstance(value, str) else value, web.language())


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, "d MMM yyyy", language)


def iso_day(value: date | None) -> str:
    """2026-11-22, as days stand in tables, beneath each other and beside instants; or a dash for no day."""
    return "–" if value is None else value.isoformat()


def instant(value: datetime | None) -> str:
    """2026-11-22 14:05 in Stockholm, as instants stand in tables and lists."""
    return "–" if value is None else format_datetime(value, "yyyy-MM-dd HH:mm")


def stockholm_day(value: datetime) -> str:
    """The day in Stockholm of an instant, as `day` writes it."""
    return day(value.astimezone(STOCKHOLM).date())


def moment(value: datetime | None) -> str:
    """22 nov. 2026 14:05 in Stockholm, as instants stand in a sentence."""
    if value is None:
        return "–"
    local = value.astimezone(STOCKHOLM)
    return f"{day(local.date())} {local:%H:%M}"


def days_left(value: date | None) -> tuple[str, str] | None:
    """How far away a last day is, as (words, tone); the last day itself is not overdue."""
    return None if value is None else _days_left((value - web.today()).days, web.language())


@lru_cache(maxsize=4096)
def _days_left(left: int, language: str) -> tuple[str, str]:
    ngettext = catalogue(language).ngettext
    if left < 0:
        return ngettext("%(num)s day overdue", "%(num)s days overdue", -left) % {"num": -left}, "danger"
    if left == 0:
        return translator(language)(N_("due today")), "warning"
    words = ngettext("%(num)s day left", "%(num)s days left", left) % {"num": left}
    return words, "warning" if left <= 7 else "neutral"


def size(value: int) -> str:
    """1,2 MB, in the reader's way of writing numbers."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if value >= factor:
            return f"{format_decimal(round(Decimal(value) / factor, 1))} {unit}"
    return _("%(count)s bytes", count=value)


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


def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> Markup:
    """The choices of a list, as (value, words), with the chosen one selected."""
    return _options(tuple(choices), chosen)


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    plain, selected = (
        Markup('<option value="{}">{}</option>'),
        Markup('<option value="{}" selected>{}</option>'),
    )
    drawn = ((selected if value == chosen else plain).format(value, words) for value, words in choices)
    return Markup("\n".join(drawn))  # noqa: S704 - each is markup


def _text(message: str, **values: object) -> Markup:
    """A text of the page in the reader's language; the values put into it are escaped."""
    language = web.language()
    if not values:
        return _fixed_text(message, language)
    return Markup(catalogue(language).gettext(message)) % values  # noqa: S704 - the catalogue is our own


@lru_cache(maxsize=4096)
def _fixed_text(message: str, language: str) -> Markup:
    nothing: dict[str, object] = {}
    return Markup(catalogue(language).gettext(message)) % nothing  # noqa: S704 - the catalogue is our own


def _gettext(message: str) -> str:
    return catalogue(web.language()).gettext(message)


def _ngettext(one: str, many: str, number: int) -> str:
    return catalogue(web.language()).ngettext(one, many, number)


def install(app: Flask) -> None:
    # A page has some hundred texts. Looked up here, each costs a tenth of what it costs in Flask-Babel, which
    # asks for the request, its language and its catalogue every time.
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.add_template_global(_text, "_")
    filters: dict[str, Any] = {
        "day": day,
        "stockholm_day": stockholm_day,
        "size": size,
        "iso_day": iso_day,
        "instant": instant,
        "moment": moment,
        "days_left": days_left,
        "text": text,
        "step_text": step_text,
        "reason": reason_texts.describe,
    }
    app.jinja_env.filters.update(filters)
    for function in (web.today, web.language, web.is_htmx, described, options):
        app.add_template_global(function)
