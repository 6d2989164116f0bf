"""What was said publicly of a case stands on its page with what became of it, and is what regions narrow subscriptions by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.features.consultation.world import Consultation
from tests.features.introduction import world as introduction
from tests.features.public.world import many, notice, send_mail, subscribe
from tests.notices.mailbox import receiving
from tests.world import START, Office


@pytest.fixture
def public(app: Flask) -> FlaskClient:
    return app.test_client()


def spoken(office: Office, tier: str) -> str:
    """A case with a closed round in which Skåne has said something for these readers; its number."""
    consultation = Consultation(office)
    number = office.open(at=START - timedelta(days=60), medicine="Provastin", substance="provastinum")
    opened = consultation.open(
        number, ("Region Skåne",), title="Remiss", on=(START - timedelta(days=30)).date()
    )
    consultation.answer(
        opened, "region", "Vi saknar en mottagning.", "Ja", tier=tier, choices=("", "yes", "Senare")
    )
    consultation.close(opened)
    consultation.decide_all(opened)
    consultation.tell(opened)
    return number


def test_a_public_comment_stands_on_the_case_with_its_disposition(
    office: Office, public: FlaskClient
) -> None:
    number = spoken(office, "public")
    page = public.get(f"/public/sv/cases/{number}").text
    assert "Region Skåne" in page
    assert "Vi saknar en mottagning." in page
    [reason] = many(office, "SELECT DISTINCT reason FROM consultation_disposition")
    assert reason
    assert reason in page


def test_what_was_said_to_the_council_alone_does_not(office: Office, public: FlaskClient) -> None:
    number = spoken(office, "council")
    assert "Vi saknar en mottagning." not in public.get(f"/public/sv/cases/{number}").text


def test_a_region_narrows_to_what_it_has_said_something_publicly_about(
    office: Office, public: FlaskClient
) -> None:
    spoken(office, "public")
    with receiving() as mailbox:
        for code in ("12", "14"):
            subscribe(
                office,
                public,
                mailbox,
                address=f"region{code}@lasare.example",
                topics=["stages"],
                region=code,
            )
    notice(office)
    [number] = many(office, "SELECT number FROM cases")
    office.add_document("company", number, "application", START)
    office.act("company", number, "submit_application", START + timedelta(minutes=1))
    assert notice(office, START + timedelta(minutes=2)) == 1
    told = "SELECT s.email FROM subscription_mail m JOIN subscription s ON s.id = m.subscription_id"
    assert many(office, told) == ["region12@lasare.example"]


def test_what_a_region_says_of_a_recommendation_is_told_to_who_chose_the_region(
    office: Office, public: FlaskClient
) -> None:
    introduction.settle_regions(office)
    recommendation = introduction.published(office, medicine="Publicin", substance="publicinum")
    with receiving() as mailbox:
        for code in ("12", "14", ""):
            address = f"lasare{code}@lasare.example"
            subscribe(office, public, mailbox, address=address, topics=["recommendations"], region=code)
        notice(office)
        before = many(office, "SELECT id FROM subscription_mail")
        introduction.decide(office, recommendation)
        assert notice(office, START + timedelta(minutes=1)) == 1
        assert notice(office, START + timedelta(minutes=2)) == 0
        assert len(many(office, "SELECT id FROM subscription_mail")) == len(before) + 1
        send_mail(office, mailbox, START + timedelta(minutes=3))
        told = [
            to
            for [to], title in zip(mailbox.recipients, mailbox.subjects(), strict=True)
            if "Region Skåne om" in title
        ]
        assert told == ["lasare12@lasare.example"]
