"""Days and instants as a reader meets them: written in words in a sentence, in figures beneath each other in a table."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from nt_process.web import template_filters


@pytest.mark.parametrize(("language", "written"), [("sv", "3 mars 2026"), ("en", "3 Mar 2026")])
def test_a_day_and_an_instant_are_written_alike_in_a_sentence_and_alike_in_a_table(
    app: Flask, language: str, written: str
) -> None:
    last, late = date(2026, 3, 3), datetime(2026, 3, 2, 23, 5, tzinfo=UTC)
    with app.test_request_context(), force_locale(language):
        assert template_filters.day(last) == written
        assert template_filters.moment(late) == f"{written} 00:05", "it is the next day in Sweden"
        assert template_filters.iso_day(last) == "2026-03-03"
        assert template_filters.instant(late) == "2026-03-03 00:05"
        for written_as in (template_filters.day, template_filters.iso_day):
            assert written_as(None) == "–"
        for written_as_instant in (template_filters.instant, template_filters.moment):
            assert written_as_instant(None) == "–"
