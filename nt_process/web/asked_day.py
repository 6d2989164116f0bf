"""A day that an address asks a page to be of, typed in a field of the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import request

from nt_process import web
from nt_process.kernel.calendar import read_day
from nt_process.web import reason_texts


@dataclass(frozen=True, slots=True)
class AskedDay:
    """The day that is shown, and what stands in the field. With a `fault` the day is today, and the page says so there."""

    day: date
    text: str
    fault: str = ""


def asked_day(name: str = "on") -> AskedDay:
    """What the address asks for; today when it asks for none."""
    text = request.args.get(name, "").strip()[:20]
    if not text:
        return AskedDay(web.today(), web.today().isoformat())
    found = read_day(text)
    if found is None or not 1900 <= found.year < 2200:
        return AskedDay(web.today(), text, reason_texts.day_fault(text))
    return AskedDay(found, found.isoformat())
