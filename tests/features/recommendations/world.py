"""Recommendations to test with, made by the commands and published by the sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nt_process.identity.actor import Session
from nt_process.identity.maker import Maker
from nt_process.infra import acting, files, jobs
from nt_process.kernel.calendar import STOCKHOLM
from nt_process.recommendations import answering, pdf_job, publishing, queries, service, signing
from nt_process.recommendations.queries import RecommendationFile
from nt_process.recommendations.rules import document
from tests.world import PDF, START, Office

TEXT: Mapping[str, str] = {
    "outcome": "can",
    "valid_to": "",
    "summary": "Provastin kan användas för vuxna med svår provsjuka.",
    "patient_group": "Vuxna med svår provsjuka som inte svarat på annan behandling.",
    "start_criteria": "Diagnosen är bekräftad av specialist.",
    "stop_criteria": "Ingen effekt efter sex månader.",
    "conditions": "Behandlingen följs i kvalitetsregister.",
    "human_dignity": "Ingen patient väljs bort på grund av ålder eller social ställning.",
    "need_solidarity": "Tillståndet är mycket svårt och det finns ingen annan behandling.",
    "cost_effectiveness": "Kostnaden är rimlig i förhållande till nyttan.",
    "severity_level": "very_high",
    "severity": "Obehandlad leder sjukdomen till döden inom några år.",
    "effect": "Överlevnaden ökar med i genomsnitt fyra år.",
    "certainty_level": "moderate",
    "certainty": "En randomiserad studie med kort uppföljning.",
    "rarity": "Omkring tjugo personer i landet.",
    "cost_per_qaly": "Omkring 900 000 kronor vid listpris enligt TLV.",
    "willingness": "Högre än vanligt eftersom tillståndet är mycket svårt och sällsynt.",
}
INTERIM: Mapping[str, str] = {
    **dict.fromkeys(TEXT, ""),
    "outcome": "wait",
    "summary": "Regionerna bör avvakta med Provastin tills rådet har tagit ställning.",
    "patient_group": "Vuxna med svår provsjuka.",
}


def at_meeting(office: Office, at: datetime = START - timedelta(days=10), **fields: Any) -> str:
    """A case that waits for the council's position, and gives its number."""
    number = office.open(at=at, **fields)
    for kind in ("application", "assessment_report"):
        office.add_document("secretary", number, kind, at, party=True)
    office.act("company", number, "submit_application", at)
    office.act("secretary", number, "order_assessment", at)
    office.act("tlv", number, "deliver_assessment", at)
    office.act("secretary", number, "conclude_agreement", at, reason="Överens.")
    return number


def maker(office: Office, name: str, at: datetime = START) -> Maker:
    """The person, who has just proved who they are."""
    session = Session("", at, at, strong=True)
    return Maker(replace(office.actor(name, at.astimezone(STOCKHOLM).date()), session=session), at)


@dataclass
class Draft:
    """A recommendation, with commands that take names and instants."""

    office: Office
    number: str
    id: str = ""

    def begin(
        self, kind: str = "final", name: str = "secretary", at: datetime = START, **typed: str
    ) -> Draft:
        typed = {"kind": kind} | typed
        self.id = service.begin(self.office.engine, maker(self.office, name, at), self.number, typed)
        return self

    def write(
        self, text: Mapping[str, str] = TEXT, name: str = "secretary", at: datetime = START, base: int | None = None,
        **more: str,
    ) -> int:  # fmt: skip
        newest = self.file().newest
        base = (newest["version"] if newest else 0) if base is None else base
        return service.write(
            self.office.engine, maker(self.office, name, at), self.id, base, {**text, **more}
        )

    def compare(self, name: str = "secretary", at: datetime = START, reason: str = "") -> None:
        """Compare the newest version with the sealed terms."""
        version = self._newest()
        service.compare_with_terms(
            self.office.engine, maker(self.office, name, at), self.id, version, {"reason": reason}
        )

    def approve(
        self, name: str = "colleague", at: datetime = START, version: int = 0, shown: str = ""
    ) -> None:
        shown = shown or self.file(at).text_hash
        who = maker(self.office, name, at)
        service.approve(self.office.engine, who, self.id, version or self._newest(), shown)

    def sign(
        self, publish_at: datetime | None = None, name: str = "member", at: datetime = START, **more: str
    ) -> datetime:
        typed = {"shown": self.file(at).text_hash}
        if publish_at is not None:
            local = publish_at.astimezone(STOCKHOLM)
            typed |= {"publish_on": local.date().isoformat(), "publish_clock": local.strftime("%H:%M")}
        who = maker(self.office, name, at)
        return signing.sign(self.office.engine, who, self.id, self._newest(), typed | more)

    def recall(self, name: str = "secretary", at: datetime = START) -> None:
        signing.recall(self.office.engine, maker(self.office, name, at), self.id)

    def signed(self, publish_at: datetime | None = None, kind: str = "final", **more: Any) -> Draft:
        """Written, approved, signed, and printed by a worker."""
        self.begin(kind, **more)
        self.write(TEXT if kind == "final" else INTERIM)
        self.approve()
        self.sign(publish_at)
        return self

    def answer(self, name: str = "region", at: datetime = START, **typed: str) -> None:
        given = {"willing": "yes", "follows": "yes", "comment": ""} | typed
        answering.answer(self.office.engine, maker(self.office, name, at), self.id, given)

    def file(self, at: datetime = START, name: str = "secretary") -> RecommendationFile:
        actor = maker(self.office, name, at).actor
        with self.office.engine.connect() as connection:
            found = queries.recommendation_file(connection, actor, self.id, at.astimezone(STOCKHOLM).date())
        assert found is not None
        return found

    def _newest(self) -> int:
        newest = self.file().newest
        assert newest is not None
        return int(newest["version"])

    @property
    def slug(self) -> str:
        return document.slug(self.number, self.file().row["number"])

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """Every connection is told who acts, as in the application."""
        acting.become(self.office.people[name], START.date())
        try:
            yield
        finally:
            acting.forget()
            self.office.engine.dispose()


def print_all(office: Office, at: datetime = START) -> None:
    """A worker prints what waits to be printed."""
    while jobs.work(office.engine, pdf_job.HANDLERS, lambda: at):
        pass


def printed_by_hand(office: Office, at: datetime = START) -> None:
    """As `print_all`, with a small document instead of one that takes a second to lay out."""
    with office.engine.begin() as connection:
        waiting = connection.execute(
            sa.text("SELECT id FROM recommendation_signature WHERE pdf_sha256 IS NULL")
        ).scalars()
        for one in waiting.all():
            sha256 = files.store(connection, PDF + str(one).encode(), "application/pdf", at)
            connection.execute(
                sa.text("UPDATE recommendation_signature SET pdf_sha256 = :sha WHERE id = :id"),
                {"sha": sha256, "id": one},
            )
        connection.execute(sa.text("DELETE FROM job WHERE kind = 'recommendation_pdf'"))


def publish(office: Office, at: datetime = START) -> int:
    """What a scheduler does, after a worker has printed."""
    printed_by_hand(office, at)
    return publishing.publish_due(office.engine, at)


def furnish(office: Office) -> dict[str, Any]:
    """A recommendation that is public and that a region has answered; one that is signed for later; and a draft with
    several versions of a third case. The arguments lead to the first.
    """
    public = Draft(office, at_meeting(office, medicine="Publicin", substance="publicinum"))
    public.signed()
    later = Draft(office, at_meeting(office, medicine="Senarin", substance="senarinum"))
    later.signed(START + timedelta(days=400))
    publish(office)
    public.answer(willing="no", comment="Dyrare än vi räknat med.")
    draft = Draft(office, at_meeting(office, medicine="Utkastin", substance="utkastinum")).begin()
    draft.write()
    draft.write(conditions="Behandlingen följs i register i två år.", name="colleague")
    return {
        "recommendations": {"recommendation_id": public.id, "number": draft.number, "version": 1},
        "public": {"lang": "sv", "slug": public.slug, "number": public.number},
        "recommended": {"cases": [one.number for one in (public, later, draft)]},
    }


def one(office: Office, statement: str, **given: Any) -> Any:
    with office.engine.connect() as connection:
        return connection.execute(sa.text(statement), given).scalar()
