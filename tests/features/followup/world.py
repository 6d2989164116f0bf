"""A followed recommendation to test with: published, with an approved protocol and quarters that have been taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.followup import answering, figuring, files, protocols, queries
from nt_process.identity.maker import Maker
from nt_process.infra.rows import Row
from nt_process.kernel.regions import REGIONS
from tests.features.recommendations.world import Draft, at_meeting, publish
from tests.world import START, Office

# The world's clock stands in January 2026: all of 2025 is over.
QUARTERS = ("2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4")
Q1, Q2, Q3, Q4 = (date(2025, month, 1) for month in (1, 4, 7, 10))
HEADER = "Rekommendation;Region;Kvartal;Mått;Antal;Nämnare"
PROTOCOL: Mapping[str, str] = {
    "questions": "Får patienterna behandlingen i alla regioner?",
    "conditions": "Behandlingen följs i kvalitetsregister.",
    "measure": "patients",
    "per_patient": "1",
    "expected_patients": "1000",
    "first_quarter": "2025 Q1",
    "path": "2; 4; 4",
    "hidden_below": "5",
    "indicator-1-name": "I kvalitetsregistret",
    "indicator-1-definition": "Andel behandlade som finns i kvalitetsregistret",
    "indicator-1-numerator": "Behandlade i registret",
    "indicator-1-denominator": "Behandlade",
    "indicator-1-source": "Nationellt kvalitetsregister",
    "indicator-1-period": "Kvartal",
    "indicator-1-responsible": "Registerhållaren",
    "milestone-1-day": "2026-06-30",
    "milestone-1-what": "Första uppföljningsrapporten",
    "milestone-1-responsible": "Kansliet",
}
_WAITING = sa.text("""
    SELECT id, kind, params FROM job WHERE state = 'waiting' AND kind = ANY (:kinds) ORDER BY id LIMIT 1
""")
_DONE = sa.text("UPDATE job SET state = 'done', result = '', finished_at = :at WHERE id = :id")
HANDED_IN = START + timedelta(hours=1)


def csv(rows: Sequence[Sequence[object]], header: str = HEADER) -> bytes:
    return "\r\n".join([header, *(";".join(map(str, row)) for row in rows)]).encode()


def quarter_rows(
    slug: str, quarter: str, counts: Mapping[str, object], measure: str = "patienter"
) -> list[list[Any]]:
    return [[slug, region, quarter, measure, count, ""] for region, count in counts.items()]


@dataclass
class Followed:
    """A published recommendation, with commands that take names and instants."""

    office: Office
    draft: Draft

    @property
    def id(self) -> str:
        return self.draft.id

    @property
    def slug(self) -> str:
        return self.draft.slug

    def maker(self, name: str, at: datetime = START) -> Maker:
        return Maker(self.office.actor(name, at.date()), at)

    def write(self, name: str = "secretary", at: datetime = START, base: int = 0, **typed: str) -> int:
        return protocols.write(self.office.engine, self.maker(name, at), self.id, base, {**PROTOCOL, **typed})

    def approve(self, name: str = "colleague", at: datetime = START, version: int = 1) -> None:
        protocols.approve(self.office.engine, self.maker(name, at), self.id, version)
        self.work(at)

    def upload(self, content: bytes, at: datetime = HANDED_IN, source: str = "ehm_sales") -> Row:
        """Hand in a file and have it read."""
        engine = self.office.engine
        made = files.upload(engine, self.maker("secretary", at), {"source": source}, "kvartal.csv", content)
        self.work(at)
        with engine.connect() as connection:
            found = files.found(connection, made)
        assert found is not None
        return found

    def take(self, file_id: object, at: datetime = HANDED_IN) -> None:
        files.take(self.office.engine, self.maker("secretary", at), str(file_id))
        self.work(at)

    def tell(
        self, quarter: str, counts: Mapping[str, object], at: datetime = HANDED_IN, measure: str = "patienter"
    ) -> None:
        """A file of one quarter's counts by region, taken in."""
        read = self.upload(csv(quarter_rows(self.slug, quarter, counts, measure)), at)
        assert read["state"] == "read", read["faults"]
        self.take(read["id"], at)

    def work(self, at: datetime = START) -> None:
        """What a worker does of follow-up; other work is left."""
        engine, handlers = self.office.engine, {**files.HANDLERS, **figuring.HANDLERS}
        while True:
            with engine.begin() as connection:
                waiting = connection.execute(_WAITING, {"kinds": list(handlers)}).first()
            if waiting is None:
                return
            handlers[waiting.kind](engine, waiting.params)
            with engine.begin() as connection:
                connection.execute(_DONE, {"id": waiting.id, "at": at})

    def answer(self, alert_id: object, name: str = "secretary", at: datetime = START, **typed: str) -> None:
        given = {
            "verdict": "explained",
            "text": "En klinik remitterar till grannregionen.",
            "seen": "0",
        } | typed
        answering.answer(self.office.engine, self.maker(name, at), str(alert_id), given)

    def file(self, as_of: datetime | None = None) -> queries.Followed:
        with self.office.engine.connect() as connection:
            found = queries.followed(connection, None, self.id, as_of)
        assert found is not None
        return found

    def regions(
        self, quarter: date, measure: str = "patients", as_of: datetime | None = None
    ) -> dict[str, Row]:
        figure = next(one for one in self.file(as_of).of(measure) if one["quarter"] == quarter)
        with self.office.engine.connect() as connection:
            return {row["county_code"]: row for row in queries.regions(connection, [figure["id"]])}

    def alerts(self) -> list[tuple[str, str, date, date]]:
        statement = sa.text("""
            SELECT county_code, direction, began, quarter FROM followup_alert WHERE recommendation_id = :id
            ORDER BY county_code, quarter
        """)
        with self.office.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(statement, {"id": self.id})]


def followed(office: Office, outcome: str = "should", **fields: Any) -> Followed:
    """A recommendation that has become public on the first day of the world."""
    _place_skane(office)
    draft = Draft(office, at_meeting(office, **fields))
    draft.begin()
    draft.write(outcome=outcome)
    draft.approve()
    draft.sign()
    publish(office)
    return Followed(office, draft)


def _place_skane(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(sa.text("UPDATE organisation SET county_code = '12' WHERE name = 'Region Skåne'"))


def with_protocol(office: Office, outcome: str = "should", **typed: str) -> Followed:
    made = followed(office, outcome)
    made.write("secretary", START, 0, **typed)
    made.approve()
    return made


def evenly(for_each: int = 100_000, rate: float = 4) -> dict[str, int]:
    """As many as a rate for so many inhabitants gives, in each region."""
    people = figuring.inhabitants(Q4)
    return {region.code: round(people[region.code] * rate / for_each) for region in REGIONS}


def told(office: Office) -> Followed:
    """A recommendation of which four quarters have been told, see `tell_quarters`."""
    made = with_protocol(office)
    tell_quarters(made)
    return made


def tell_quarters(made: Followed) -> None:
    """Four quarters as expected, but Skåne, which lies far above in the last two; and the indicator in the last one."""
    for number, quarter in enumerate(QUARTERS):
        counts = evenly(rate=2 if number == 0 else 4)
        if number > 1:
            counts["12"] *= 2
        made.tell(quarter, counts, HANDED_IN + timedelta(minutes=number))
    shares = {region: count // 2 for region, count in evenly().items()}
    rows = [
        [made.slug, region, QUARTERS[3], "indikator 1", of, 2 * of] for region, of in shares.items() if of
    ]
    read = made.upload(csv(rows), HANDED_IN + timedelta(minutes=9), source="quality_register")
    made.take(read["id"], HANDED_IN + timedelta(minutes=9))


def furnish(office: Office) -> dict[str, Any]:
    """What the pages lead to: the public recommendation, followed, with an alert that has an answer, and a file that waits
    to be taken in."""
    _place_skane(office)
    with office.engine.connect() as connection:
        public = connection.execute(
            sa.text("SELECT recommendation_id, case_number FROM publication ORDER BY published_at LIMIT 1")
        ).one()
    made = Followed(office, Draft(office, public.case_number, str(public.recommendation_id)))
    made.write()
    made.approve()
    tell_quarters(made)
    rows = [[made.slug, "12", "2025 Q4", "patienter", 70, ""]]
    waiting = made.upload(csv(rows), HANDED_IN + timedelta(hours=1))
    with office.engine.connect() as connection:
        alert = connection.scalar(sa.text("SELECT id FROM followup_alert"))
    made.answer(alert, verdict="asked")
    return {
        "recommendation_id": made.id,
        "version": 1,
        "file_id": str(waiting["id"]),
        "alert_id": str(alert),
        "region": "12",
        "kind": "csv",
    }
