"""Follow-up in the demo world: two recommendations with protocols and four quarters of counts each, one as equal as chance
allows, and one in which a region stands out and some hardly use the medicine.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from nt_process.cases.errors import CaseNotFound, Refused
from nt_process.demo.work import Office, last_working_day, working_hour
from nt_process.followup import figuring, files, protocols
from nt_process.followup.errors import FollowupError
from nt_process.followup.rules import quarters
from nt_process.identity.maker import Maker
from nt_process.infra.spreadsheet import Cell, rows_to_csv

QUARTERS = 4
# Days before today on which the protocols are written, after which quarters that are over are handed in.
_WRITTEN = -165
# How many days after a quarter its counts have come in.
_HANDED_IN = 20
_HEADER = ("rekommendation", "region", "kvartal", "mått", "antal", "nämnare")
_PATH = (4, 6, 8, 8)
# What a region's use is of what is expected, where it is not as expected.
_FEW, _MANY = {"09": 0.0, "10": 0.3, "21": 0.4, "24": 0.4}, {"12": 1.9}

# The newest of those that nothing has come after.
_PUBLISHED = sa.text("""
    SELECT p.recommendation_id, p.slug, p.outcome FROM publication p
    WHERE p.kind = 'final' AND p.outcome <> 'should_not'
    ORDER BY p.published_at DESC, p.slug LIMIT 2
""")
_PROTOCOL = {
    "questions": "Får patienterna behandlingen i alla regioner, och följs villkoren för insättning?",
    "conditions": "Insättning och utsättning följs i kvalitetsregistret.",
    "measure": "patients",
    "per_patient": "1",
    "expected_patients": "900",
    "hidden_below": "5",
    "indicator-1-name": "Täckning i kvalitetsregistret",
    "indicator-1-definition": "Andel behandlade patienter som finns i kvalitetsregistret",
    "indicator-1-numerator": "Behandlade patienter i registret",
    "indicator-1-denominator": "Behandlade patienter",
    "indicator-1-source": "Nationellt kvalitetsregister",
    "indicator-1-period": "Kvartal",
    "indicator-1-responsible": "Registerhållaren",
    "milestone-1-what": "Uppföljningsrapport till rådet",
    "milestone-1-responsible": "Kansliet",
}


def followup_life(office: Office, today: date, chance: random.Random) -> Iterator[datetime]:
    """Everything that is done in follow-up, each thing when the world has come so far."""
    world = _Following(office, today, chance)
    latest = datetime.min.replace(tzinfo=UTC)
    for day, do in world.steps():
        latest = max(latest, working_hour(last_working_day(day), chance))
        yield latest
        # Where a secretary has a conflict of interest there is nothing to follow.
        with contextlib.suppress(FollowupError, Refused, CaseNotFound):
            do(latest)


class _Following:
    def __init__(self, office: Office, today: date, chance: random.Random) -> None:
        self.office, self.today, self.chance = office, today, chance
        self.writer, self.approver = office.people.secretaries[:2]
        self.slugs: list[str] = []
        last = quarters.after(quarters.quarter_of(today), -1)
        if quarters.last_day(last) + timedelta(days=_HANDED_IN) > today:
            last = quarters.after(last, -1)
        self.quarters = [quarters.after(last, n - QUARTERS + 1) for n in range(QUARTERS)]

    def steps(self) -> Iterator[tuple[date, Callable[[datetime], None]]]:
        begins = self.today + timedelta(days=_WRITTEN)
        yield begins, self._write
        for number, quarter in enumerate(self.quarters):
            day = max(quarters.last_day(quarter) + timedelta(days=_HANDED_IN), begins + timedelta(days=5))
            yield day, lambda at, number=number: self._hand_in(number, at)  # type: ignore[misc]

    def _write(self, at: datetime) -> None:
        with self.office.engine.connect() as connection:
            found = connection.execute(_PUBLISHED).all()
        for row in found:
            path = "; ".join(map(str, _PATH))
            first, day = quarters.named(self.quarters[0]), at.date() + timedelta(days=365)
            typed = {"first_quarter": first, "path": path, "milestone-1-day": day.isoformat()}
            engine, made = self.office.engine, str(row.recommendation_id)
            with contextlib.suppress(FollowupError, Refused, CaseNotFound):
                version = protocols.write(engine, Maker(self.writer, at), made, 0, {**_PROTOCOL, **typed})
                protocols.approve(engine, Maker(self.approver, at), made, version)
                # The worker finds afterwards that it is done.
                figuring.make(engine, {"recommendation": made, "at": at.isoformat()})
                self.slugs.append(row.slug)

    def _hand_in(self, number: int, at: datetime) -> None:
        quarter = self.quarters[number]
        name = quarters.named(quarter)
        rows = [
            (slug, region, name, "patienter", count, None)
            for place, slug in enumerate(self.slugs)
            for region, count in self._counts(quarter, number, unequal=place == 0).items()
        ]
        if rows:
            self._take_in(f"patienter {name}.csv", "drug_register", rows, at)
        if number == QUARTERS - 1:
            shares = [
                (slug, region, name, "indikator 1", round(count * 0.85), count)
                for slug, region, _quarter, _measure, count, _of in rows
                if count
            ]
            if shares:
                self._take_in(f"register {name}.csv", "quality_register", shares, at)

    def _counts(self, quarter: date, number: int, *, unequal: bool) -> dict[str, int]:
        found = {}
        for region, people in figuring.inhabitants(quarter).items():
            factor = (_FEW | (_MANY if number > 1 else {})).get(region, 1.0) if unequal else 1.0
            mean = people * _PATH[number] * factor / 100_000
            found[region] = max(0, round(mean + self.chance.gauss(0, 0.4) * mean**0.5))
        return found

    def _take_in(self, name: str, source: str, rows: Sequence[tuple[Cell, ...]], at: datetime) -> None:
        engine, maker, params = self.office.engine, Maker(self.writer, at), {"at": at.isoformat()}
        made = files.upload(engine, maker, {"source": source}, name, rows_to_csv(_HEADER, rows))
        files.read_waiting(engine, {**params, "file": made})
        files.take(engine, maker, made)
        figuring.make(engine, {**params, "file": made})
