"""Half-yearly reports in the demo world: two were issued, and each is what it would be if it were counted today."""

from __future__ import annotations

import json

from sqlalchemy.engine import Engine

from nt_process.engine.loader import load_published
from nt_process.reporting.half_year import queries
from nt_process.reporting.half_year.figures import from_json, to_bytes
from nt_process.reporting.half_year.period import Period
from tests.demo.test_demo_world import rows


def test_two_reports_are_issued_and_each_counts_to_the_same_bytes_today(world: Engine) -> None:
    found = rows(
        world,
        """SELECT r.first_month, r.months, r.known_on, f.content, i.person, p.person AS writer
           FROM half_year_report r JOIN half_year_figures f ON f.report_id = r.id
           JOIN half_year_issue i ON i.report_id = r.id
           JOIN half_year_preface p ON p.report_id = r.id AND p.version = i.version ORDER BY r.first_month""",
    )
    assert len(found) == 2
    for row in found:
        assert row.person != row.writer
        period = Period(row.first_month, row.months)
        with world.connect() as connection:
            again = queries.figures(connection, load_published(), period, row.known_on)
        assert to_bytes(again) == row.content.encode()
    last = from_json(json.loads(found[1].content))
    for table, name in (("flow", "opened"), ("kinds", "decision:recommendation")):
        assert last.table(table).cell(name, "now"), name
    lines = last.table("lines")
    assert lines.cell("total", "budget")
    assert lines.cell("total", "spent_in_year")
